"""Bayesian optimization in a laboratory: a numpy surrogate where it is exact, BoTorch where it is not.

One objective: the averaged Gaussian process of `surrogate`, over all points of a finite space or a fresh
sample of an infinite one. Two: one such surrogate each, and the exact expected gain of hypervolume. More: BoTorch's
qLogNEHVI over the same points (`botorch_engine`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.bayes.batch import LARGEST, Batch, Coded
from hypograph.models.campaigns.bayes.hyperparameters import Hyperparameters, Prior, draw
from hypograph.models.campaigns.bayes.hypervolume import expected_gain
from hypograph.models.campaigns.bayes.posterior import kinds
from hypograph.models.campaigns.bayes.surrogate import Distances, Prediction, predict
from hypograph.models.campaigns.bayes.target import Aim
from hypograph.models.campaigns.optimizers.option_knowledge import Similar, Worth, knowledge_of, parts, squared
from hypograph.models.campaigns.optimizers.trials import (
    Objective,
    Trial,
    levels,
    measured,
    ordered,
    outcomes,
    suggestion,
    untried,
)
from hypograph.models.campaigns.space.candidates import candidates, identity, spread
from hypograph.models.campaigns.space.space import Point, Space
from hypograph.models.core.errors import SpaceError
from hypograph.models.core.protocols import OptionScorer, Suggestion

Floats = NDArray[np.float64]
Acquisition = Literal["ei", "ucb", "thompson"]
UCB_WIDTH = 2.0
MEMORY = 8_000_000


@dataclass(frozen=True, slots=True)
class Bayesian:
    """Expected improvement (or UCB, Thompson) under the averaged surrogate; with a scorer, the gated hybrid.

    Further points of a batch, and points whose results are awaited, are believed at their predicted mean
    (Ginsbourger et al. 2010, "kriging believer"), so that a plate does not hold the same idea many times.
    """

    space: Space
    objectives: tuple[Objective, ...]
    initial: int = 5
    seed: int = 0
    scorer: OptionScorer | None = None
    acquisition: Acquisition = "ei"
    entropy_target: float | None = None

    @property
    def name(self) -> str:
        """`hybrid` with knowledge, else `bo`."""
        return "bo" if self.scorer is None else "hybrid"

    def ask(self, history: Sequence[Trial], n: int = 1) -> list[Suggestion]:
        """Return up to n points not tried before."""
        trials = ordered(history)
        known = measured(trials)
        begin = n if len(known) < 2 else min(n, max(0, self.initial - len(trials)))
        found = self._start(trials, begin)
        if len(found) == n or len(known) < 2:
            return found
        rng = np.random.default_rng([self.seed, len(trials)])
        y = outcomes(known, self.objectives)
        near = [known[i].parameters for i in np.argsort(-y[:, 0], kind="stable")[:3]]
        pending = [t.parameters for t in trials if t.status == "pending"] + [dict(s.parameters) for s in found]
        try:
            points = candidates(self.space, rng, near)
            free = untried(points, [*trials, *(Trial("", dict(s.parameters)) for s in found)])
        except SpaceError:
            if found:
                return found
            raise
        left = min(n - len(found), len(free))
        if len(self.objectives) == 2:
            return found + self._two(known, y, pending, free, left, rng)
        if len(self.objectives) > 2:
            from hypograph.models.campaigns.bayes.botorch import ask_several

            tried = [t.parameters for t in known]
            rows = ask_several(self.space, tried, y, pending, free, left, int(rng.integers(1 << 31)))
            why = "largest expected gain of hypervolume (BoTorch, qLogNEHVI)"
            return found + [suggestion(free[i], self.name, why) for i in rows]
        goal = self.objectives[0]
        column = y[:, 0] if goal.target is None else levels(known, goal)
        return found + self._batch(known, column, pending, free, left, rng)

    def _start(self, trials: Sequence[Trial], n: int) -> list[Suggestion]:
        if n == 0:
            return []
        tried = {identity(t.parameters) for t in trials}
        points = [p for p in spread(self.space, len(tried) + n, self.seed) if identity(p) not in tried][:n]
        if not points:
            free = untried(candidates(self.space, np.random.default_rng(self.seed)), trials)
            points = free[:n]
        return [suggestion(p, "sobol", "fills the space before the surrogate is believed") for p in points]

    def _batch(
        self,
        known: Sequence[Trial],
        y: Floats,
        pending: Sequence[Point],
        free: Sequence[Point],
        n: int,
        rng: np.random.Generator,
    ) -> list[Suggestion]:
        goal, tried = self.objectives[0], [t.parameters for t in known]
        said = knowledge_of(self.space, self.objectives, self.scorer)
        model = _Model(self, goal, said, tried, y, pending, free, n, values=goal.target is not None)
        picked = [t.parameters for t in known] + list(pending)
        points, found = model.points, []
        prediction = model.batch.prediction
        for _ in range(n):
            score = self._score(prediction, model, rng)
            score[model.taken] = -np.inf
            if self.entropy_target is not None:
                score = np.where(self._even_enough(picked, points, model.taken), score, -np.inf)
            i = int(score.argmax())
            mean, sd = prediction.moments()
            sign = -1.0 if self.objectives[0].direction == "min" else 1.0
            found.append(
                Suggestion(
                    points[i],
                    self.name,
                    self._reason(prediction.informed),
                    sign * (model.centre + model.scale * float(mean[i])),
                    model.scale * float(np.sqrt(sd[i] ** 2 + prediction.weights @ prediction.noise)),
                )
            )
            model.believe(i)
            picked.append(points[i])
        return found

    def _two(
        self,
        known: Sequence[Trial],
        y: Floats,
        pending: Sequence[Point],
        free: Sequence[Point],
        n: int,
        rng: np.random.Generator,
    ) -> list[Suggestion]:
        """Choose by the expected gain of hypervolume, each objective under a surrogate of its own."""
        if len(free) > LARGEST:
            free = [free[i] for i in np.sort(rng.permutation(len(free))[:LARGEST])]
        tried = [t.parameters for t in known]
        models = [
            _Model(self, o, (None, None), tried, column, pending, free, n)
            for o, column in zip(self.objectives, y.T, strict=True)
        ]
        believed = np.stack([(c - m.centre) / m.scale for m, c in zip(models, y.T, strict=True)], axis=1)
        reference = believed.min(0) - 0.1
        found = []
        for turn in range(len(pending) + n):
            moments = np.array([m.batch.prediction.moments() for m in models])
            mean, sd = moments[:, 0], moments[:, 1]
            if turn < len(pending):  # their place in the front, at their predicted means
                believed = np.vstack([believed, mean[:, turn]])
                continue
            gain = expected_gain(mean, sd, believed, reference)
            gain = gain if gain.max() > 1e-12 else (mean + UCB_WIDTH * sd).sum(0)
            gain[models[0].taken] = -np.inf
            i = int(gain.argmax())
            told = ", ".join(
                _told(o, m, mean[k, i], sd[k, i]) for k, (o, m) in enumerate(zip(self.objectives, models, strict=True))
            )
            found.append(
                suggestion(models[0].points[i], self.name, f"largest expected gain of hypervolume; expected {told}")
            )
            believed = np.vstack([believed, mean[:, i]])
            for model in models:
                model.believe(i)
        return found

    def _score(self, prediction: Prediction, model: _Model, rng: np.random.Generator) -> Floats:
        mean, sd = prediction.moments()
        aim = model.aim
        if aim is not None:
            mean = aim.nearness(mean)
        if self.acquisition == "ucb":
            return np.asarray(mean + UCB_WIDTH * sd)
        if self.acquisition == "thompson":
            # One draw of each candidate by itself: without their correlations, but over the whole space.
            k = int(rng.choice(len(prediction.weights), p=prediction.weights))
            drawn = np.asarray(prediction.mean[k] + prediction.sd[k] * rng.standard_normal(mean.shape))
            return drawn if aim is None else aim.nearness(drawn)
        gain = prediction.improvement(model.batch.best) if aim is None else aim.gain(prediction)
        return gain if gain.max() > 1e-12 else np.asarray(mean + UCB_WIDTH * sd)

    def _reason(self, informed: float) -> str:
        rule = {
            "ei": "largest expected improvement",
            "ucb": "largest upper confidence bound",
            "thompson": "best in a draw from the posterior (Thompson)",
        }[self.acquisition]
        if self.scorer is None:
            return f"{rule} under the surrogate, averaged over hyperparameters"
        if informed == 0.0:
            return f"{rule}; the results so far do not bear out {self.scorer.name}, so it has no say"
        return f"{rule}; {self.scorer.name} has {informed:.0%} of the weight, by its predictions so far"

    def _even_enough(
        self, picked: Sequence[Point], free: Sequence[Point], taken: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Tell after which candidates the entropy of exploration is at the target, or as high as it can be."""
        total, used = np.zeros(len(free)), 0
        for p in (p for p in self.space.parameters if len(p.levels) > 1):
            index = {v: i for i, v in enumerate(p.levels)}
            counts = np.bincount([index[x[p.name]] for x in picked if x[p.name] in index], minlength=len(p.levels))
            after = (counts + np.eye(len(p.levels))) / (len(picked) + 1)
            bits = -(after * np.log2(np.where(after > 0, after, 1.0))).sum(1) / np.log2(len(p.levels))
            total += bits[[index[x[p.name]] for x in free]]
            used += 1
        if not used:
            return np.ones(len(free), dtype=bool)
        reach = total[~taken].max()
        return np.asarray(total >= min(float(self.entropy_target or 0.0) * used, reach) - 1e-9)


class _Model:
    """The surrogate of one ask, growing by what it believes; `points` are the awaited and the free ones.

    `y` are utilities, or with `values` the outcomes themselves, of which the one nearest to a target is the best.
    """

    def __init__(
        self,
        owner: Bayesian,
        objective: Objective,
        knowledge: tuple[Worth | None, Similar | None],
        tried: Sequence[Point],
        y: Floats,
        pending: Sequence[Point],
        free: Sequence[Point],
        n: int,
        *,
        values: bool = False,
    ) -> None:
        self.points = self._among = [*pending, *free]
        self.centre, self.scale = float(y.mean()), float(y.std()) or 1.0
        self._space, self._y = owner.space, (y - self.centre) / self.scale
        self._worth, self._similar = knowledge
        if values:  # what is good says nothing of how high the outcome is
            self._worth = None
        # Factors of all draws are held at once: fewer draws where there are many results.
        samples = int(min(Prior().samples, max(32, MEMORY // max(len(tried), 1) ** 2)))
        noise, prior = objective.noise, Prior(samples)
        if noise is not None:
            prior = Prior(samples, noise_median=max((noise / self.scale) ** 2, 1e-4), noise_sigma=0.3)
        self._draws: Hyperparameters = draw(len(owner.space.parameters), prior, owner.seed)
        self._kinds = kinds(utility=self._worth is not None, similarity=self._similar is not None)
        prediction = self._predict(tried, self.points)
        more = n - 1 + len(pending)
        if more and len(self.points) > len(pending) + LARGEST:
            # A batch keeps a row an experiment in memory: it chooses among the candidates that promise most.
            aim = self._aimed(objective, prediction) if values else None
            gain = prediction.improvement(self._best(prediction)) if aim is None else aim.gain(prediction)
            best = np.sort(np.argsort(-gain[len(pending) :], kind="stable")[:LARGEST])
            self.points = [*pending, *(free[i] for i in best)]
            prediction = self._predict(tried, self.points)
        self.taken = np.arange(len(self.points)) < len(pending)
        self.batch = Batch(
            prediction,
            self._best(prediction),
            self._draws,
            Coded(self._space, self.points, None),
            None if self._similar is None else Coded(self._space, self.points, self._similar),
            more + 1,
            self._parts,
        )
        self.aim = self._aimed(objective, prediction) if values else None
        for i in range(len(pending)):
            self.believe(i)

    def believe(self, i: int) -> None:
        """Take point i as measured with the outcome that is predicted for it."""
        self.taken[i] = True
        self.batch.believe(i)
        if self.aim is not None:
            self.aim.believe(self.batch.prediction.mean[:, i])

    def _aimed(self, objective: Objective, prediction: Prediction) -> Aim:
        target = (float(objective.target or 0.0) - self.centre) / self.scale
        return Aim(target, np.full(len(prediction.weights), float(np.abs(self._y - target).min())))

    def _best(self, prediction: Prediction) -> Floats:
        return np.full(len(prediction.weights), float(self._y.max()))

    def _predict(self, tried: Sequence[Point], points: Sequence[Point]) -> Prediction:
        u, self._parts = None, None
        if self._worth is not None:
            self._parts = parts(self._worth, points, self._among)
            u = parts(self._worth, tried, self._among), self._parts
        alike = None if self._similar is None else self._squares(tried, points, self._similar)
        return predict(self._squares(tried, points, None), self._y, self._draws, self._kinds, alike=alike, u=u)

    def _squares(self, tried: Sequence[Point], points: Sequence[Point], similar: Similar | None) -> Distances:
        within = squared(self._space, tried, tried, similar)
        return Distances(within, squared(self._space, tried, points, similar))


def _told(objective: Objective, model: _Model, mean: float, sd: float) -> str:
    """Say what is expected of an objective, in the user's unit."""
    centre, width = model.centre + model.scale * mean, model.scale * sd
    if objective.target is not None:
        return f"{objective.name} {max(-centre, 0.0):.3g} ± {width:.2g} from its target"
    return f"{objective.name} {-centre if objective.direction == 'min' else centre:.3g} ± {width:.2g}"
