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

from hypograph.models.campaigns.bayes.ask_model import AskModel, AskPool, dear, expectation
from hypograph.models.campaigns.bayes.batch import LARGEST
from hypograph.models.campaigns.bayes.hypervolume import expected_gain
from hypograph.models.campaigns.bayes.lockstep import NOTHING, UCB_WIDTH, choose, improvement
from hypograph.models.campaigns.bayes.surrogate import Prediction
from hypograph.models.campaigns.core.option_knowledge import knowledge_of
from hypograph.models.campaigns.core.trials import (
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
from hypograph.models.core.errors import InputError, SpaceError
from hypograph.models.core.protocols import OptionScorer, Suggestion

Floats = NDArray[np.float64]
Acquisition = Literal["ei", "ucb", "thompson"]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected at points: means and standard deviations ``(m,)``, and that of a repeated measurement."""

    mean: Floats
    sd: Floats
    noise: float


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
    reach: Space | None = None  # where suggestions may lie, if not in the whole space

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
            points = candidates(self.reach or self.space, rng, near)
            free = untried(points, [*trials, *(Trial("", dict(s.parameters)) for s in found)])
        except SpaceError:
            if found:
                return found
            raise
        left = min(n - len(found), len(free))
        if len(self.objectives) == 2 and len(points) > LARGEST:
            points = [points[i] for i in np.sort(rng.permutation(len(points))[:LARGEST])]
            left = min(left, len(untried(points, [*trials, *(Trial("", dict(s.parameters)) for s in found)])))
        pool = AskPool(self.space, points, [*(t.parameters for t in trials), *(dict(s.parameters) for s in found)])
        if len(self.objectives) == 2:
            return found + self._two(known, y, pending, pool, left)
        if len(self.objectives) > 2:
            from hypograph.models.campaigns.bayes.botorch import ask_several

            tried = [t.parameters for t in known]
            rows = ask_several(self.space, tried, y, pending, free, left, int(rng.integers(1 << 31)))
            why = "largest expected gain of hypervolume (BoTorch, qLogNEHVI)"
            return found + [suggestion(free[i], self.name, why) for i in rows]
        goal = self.objectives[0]
        column = y[:, 0] if goal.target is None else levels(known, goal)
        return found + self._batch(known, column, pending, pool, left, rng)

    def predict(self, history: Sequence[Trial], points: Sequence[Point], objective: int = 0) -> Outlook:
        """Return what is expected of an objective at any points, tried or not, in its own unit.

        Raises
        ------
        InputError
            With fewer than two results.
        """
        trials = ordered(history)
        known, goal = measured(trials), self.objectives[objective]
        if len(known) < 2:
            raise InputError("too few results to predict from", where=goal.name, expected="two or more")
        pool, model = self._plain_model(known, objective, list({identity(p): p for p in points}.values()))
        prediction = model.batch.prediction.only(np.array([pool.row(p) for p in points]))
        mean, sd = prediction.moments()
        sign = -1.0 if goal.direction == "min" else 1.0
        noise = float(np.sqrt(prediction.weights @ prediction.noise))
        return Outlook(sign * (model.centre + model.scale * mean), model.scale * sd, model.scale * noise)

    def chance_of_gain(self, history: Sequence[Trial], n: int, gain: float, samples: int = 4000) -> float:
        """Return the chance that the best of the next n experiments is better than the best so far by more than `gain`.

        The n experiments are those of a batch; their outcomes are drawn from their joint posterior, without noise.
        """
        trials, goal = ordered(history), self.objectives[0]
        chosen = [dict(s.parameters) for s in self.ask(trials, n)]
        known = measured(trials)
        if len(known) < 2 or not chosen:
            return float("nan")
        pool, model = self._plain_model(known, 0, chosen)
        rows = np.array([pool.row(p) for p in chosen])
        now, table = model.batch.prediction.only(rows), model.batch.table
        squares = np.stack([table.squares(False, int(r), rows) for r in rows], axis=1)
        rng, hits = np.random.default_rng([self.seed, len(trials), n]), 0.0
        sign = 1.0 if goal.target is None else 0.0
        best = max(goal.utility(t.values[goal.name]) for t in known if t.status == "done")
        for k, draw_index in enumerate(now.draws):
            prior = table.draws[0].covariance(squares, np.array([draw_index]))[0]
            joint = now.variance[k] * (prior - now.cross[k].T @ now.cross[k]) + 1e-9 * np.eye(len(rows))
            drawn = rng.multivariate_normal(now.mean[k].astype(float), joint, samples, check_valid="ignore")
            value = model.centre + model.scale * drawn
            value = value if sign else -np.abs(value - float(goal.target or 0.0))
            hits += now.weights[k] * float((value.max(1) > best + gain).mean())
        return hits

    def _plain_model(self, known: Sequence[Trial], objective: int, points: Sequence[Point]) -> tuple[AskPool, AskModel]:
        """Return the surrogate of an objective over some points, without knowledge of options."""
        goal, tried = self.objectives[objective], [t.parameters for t in known]
        aims = goal.target is not None
        y = levels(known, goal) if aims else outcomes(known, self.objectives)[:, objective]
        pool = AskPool(self.space, points, tried)
        model = AskModel(self.space, self.seed, goal, (None, None), tried, y, [], pool, 1, values=aims)
        return pool, model

    def _start(self, trials: Sequence[Trial], n: int) -> list[Suggestion]:
        if n == 0:
            return []
        tried = {identity(t.parameters) for t in trials}
        reach = self.reach or self.space
        points = [p for p in spread(reach, len(tried) + n, self.seed) if identity(p) not in tried][:n]
        if not points:
            free = untried(candidates(reach, np.random.default_rng(self.seed)), trials)
            points = free[:n]
        return [suggestion(p, "sobol", "fills the space before the surrogate is believed") for p in points]

    def _batch(
        self,
        known: Sequence[Trial],
        y: Floats,
        pending: Sequence[Point],
        pool: AskPool,
        n: int,
        rng: np.random.Generator,
    ) -> list[Suggestion]:
        goal, tried = self.objectives[0], [t.parameters for t in known]
        reads = getattr(self.scorer, "reads_results", False) and len(known) > self.initial
        shown = list(known[: self.initial]) if reads else []
        said = knowledge_of(self.space, self.objectives, self.scorer, shown)
        model = AskModel(
            self.space, self.seed, goal, said, tried, y, pending, pool, n,
            values=goal.target is not None, shown=len(shown),
        )  # fmt: skip
        picked = [t.parameters for t in known] + list(pending)
        points, found = model.points, []
        prediction = model.batch.prediction
        for _ in range(n):
            score = self._score(prediction, model, rng)
            barred = model.taken
            if self.entropy_target is not None:
                barred = barred | ~self._even_enough(picked, points, model.taken)
            i = choose(score, barred, model.ties)
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
        self, known: Sequence[Trial], y: Floats, pending: Sequence[Point], pool: AskPool, n: int
    ) -> list[Suggestion]:
        """Choose by the expected gain of hypervolume, each objective under a surrogate of its own."""
        tried = [t.parameters for t in known]
        models = [
            AskModel(self.space, self.seed, o, (None, None), tried, column, pending, pool, n)
            for o, column in zip(self.objectives, y.T, strict=True)
        ]
        believed = np.stack([(c - m.centre) / m.scale for m, c in zip(models, y.T, strict=True)], axis=1)
        reference = believed.min(0) - 0.1
        for i in models[0].pending:  # their place in the front, at their predicted means
            believed = np.vstack([believed, [m.batch.prediction.moments()[0][i] for m in models]])
        found = []
        for _ in range(n):
            moments = np.array([m.batch.prediction.moments() for m in models])
            mean, sd = moments[:, 0], moments[:, 1]
            gain = expected_gain(mean, sd, believed, reference)
            gain = dear(gain, models[0].prices) if gain.max() > NOTHING else (mean + UCB_WIDTH * sd).sum(0)
            i = choose(gain, models[0].taken, models[0].ties)
            told = ", ".join(
                expectation(o, m, mean[k, i], sd[k, i])
                for k, (o, m) in enumerate(zip(self.objectives, models, strict=True))
            )
            found.append(
                suggestion(models[0].points[i], self.name, f"largest expected gain of hypervolume; expected {told}")
            )
            believed = np.vstack([believed, mean[:, i]])
            for model in models:
                model.believe(i)
        return found

    def _score(self, prediction: Prediction, model: AskModel, rng: np.random.Generator) -> Floats:
        aim = model.aim
        if self.acquisition == "ei" and aim is None:
            return dear(improvement(prediction, model.batch.best), model.prices)
        mean, sd = prediction.moments()
        if aim is not None:
            mean = aim.nearness(mean)
        if self.acquisition == "thompson":
            # One draw of each candidate by itself: without their correlations, but over the whole space.
            k = int(rng.choice(len(prediction.weights), p=prediction.weights))
            drawn = np.asarray(prediction.mean[k] + prediction.sd[k] * rng.standard_normal(mean.shape))
            return drawn if aim is None else aim.nearness(drawn)
        gain = aim.gain(prediction) if aim is not None and self.acquisition == "ei" else np.zeros(1)
        return dear(gain, model.prices) if gain.max() > NOTHING else np.asarray(mean + UCB_WIDTH * sd)

    def _reason(self, informed: float) -> str:
        rule = {
            "ei": "largest expected improvement" + (" for its cost" if self.space.cost else ""),
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
            total += [bits[index[x[p.name]]] if x[p.name] in index else 0.0 for x in free]
            used += 1
        if not used:
            return np.ones(len(free), dtype=bool)
        reach = total[~taken].max()
        return np.asarray(total >= min(float(self.entropy_target or 0.0) * used, reach) - 1e-9)
