"""The surrogate of one ask in a laboratory: candidates, what was done beside them, what is believed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.bayes.batch import LARGEST, Batch
from hypograph.models.campaigns.bayes.coding import canonical, coded
from hypograph.models.campaigns.bayes.hyperparameters import Prior, draw
from hypograph.models.campaigns.bayes.lockstep import scaled, tie_breaks
from hypograph.models.campaigns.bayes.posterior import kinds
from hypograph.models.campaigns.bayes.surrogate import Prediction, Surrogates
from hypograph.models.campaigns.bayes.target import Aim
from hypograph.models.campaigns.core.option_knowledge import Similar, Worth, parts
from hypograph.models.campaigns.core.trials import Objective
from hypograph.models.campaigns.space.candidates import identity
from hypograph.models.campaigns.space.space import Point, Space

Floats = NDArray[np.float64]
MEMORY = 8_000_000  # numbers of the factors of all draws


class AskModel:
    """The surrogate of one ask, growing by what it believes: the engine of benchmarks with one campaign.

    `y` are utilities, or with `values` the outcomes themselves, of which the one nearest to a target is the best.
    Candidates that were tried or are awaited are `taken`; points beside the candidates are added to them as taken. The
    source of knowledge was told the first `shown` results.
    """

    def __init__(
        self,
        space: Space,
        seed: int,
        objective: Objective,
        knowledge: tuple[Worth | None, Similar | None],
        tried: Sequence[Point],
        y: Floats,
        pending: Sequence[Point],
        pool: AskPool,
        n: int,
        *,
        values: bool = False,
        shown: int = 0,
    ) -> None:
        self._y, self.centre, self.scale = scaled(y)
        worth, similar = knowledge
        if values:  # what is good says nothing of how high the outcome is
            worth = None
        self._pool, tried_rows = pool, np.array([pool.row(p) for p in tried])
        pending_rows = [pool.row(p) for p in pending]
        u = None if worth is None else parts(worth, pool.points, pool.points[: pool.candidates])
        geometry = coded(space, pool.points, similar)
        draws = draw(len(space.parameters), self._prior(objective, len(tried)), seed, geometry.described)
        found = kinds(utility=worth is not None, similarity=similar is not None)
        engine = Surrogates(geometry, [draws], found, len(tried), None if u is None else u[None].astype(np.float32))
        engine.observe_all(tried_rows[None])
        prediction = engine.predict(0, self._y, shown)
        rows, more = np.arange(len(pool.points)), n - 1 + len(pending)
        taken = pool.taken()
        if more and len(rows) > LARGEST:
            # A batch keeps a row an experiment in memory: it chooses among the candidates that promise most.
            aim = self._aimed(objective, prediction) if values else None
            gain = prediction.improvement(self._best(prediction)) if aim is None else aim.gain(prediction)
            best = np.argsort(np.where(taken, np.inf, -gain), kind="stable")[:LARGEST]
            rows = np.unique(np.concatenate([best, np.array(pending_rows, dtype=np.int64)]))
            prediction, taken = prediction.only(rows), taken[rows]
        self.rows, self.taken = rows, taken
        self.points = [pool.points[r] for r in rows]
        self.prices = np.array([space.price(p) for p in self.points]) if space.cost else None
        self.ties = tie_breaks(len(pool.points), seed)[rows]
        worths = None if u is None else u[:, rows]
        self.batch = Batch(prediction, self._best(prediction), engine.table, rows, more + 1, worths)
        self.aim = self._aimed(objective, prediction) if values else None
        self.pending = [int(np.searchsorted(rows, r)) for r in pending_rows]
        for i in self.pending:
            self.believe(i)

    def believe(self, i: int) -> None:
        """Take point i as measured with the outcome that is predicted for it."""
        self.taken[i] = True
        self.batch.believe(i)
        if self.aim is not None:
            self.aim.believe(self.batch.prediction.mean[:, i])

    def _prior(self, objective: Objective, results: int) -> Prior:
        # Factors of all draws are held at once: fewer draws where there are many results.
        samples = int(min(Prior().samples, max(32, MEMORY // max(results, 1) ** 2)))
        if objective.noise is None:
            return Prior(samples)
        return Prior(samples, noise_median=max((objective.noise / self.scale) ** 2, 1e-4), noise_sigma=0.3)

    def _aimed(self, objective: Objective, prediction: Prediction) -> Aim:
        target = (float(objective.target or 0.0) - self.centre) / self.scale
        return Aim(target, np.full(len(prediction.weights), float(np.abs(self._y - target).min())))

    def _best(self, prediction: Prediction) -> Floats:
        return np.full(len(prediction.weights), float(self._y.max()))


class AskPool:
    """Candidates in canonical order, and behind them what was done beside them."""

    def __init__(self, space: Space, candidates: Sequence[Point], trials: Sequence[Point]) -> None:
        self.points = canonical(candidates, space)
        self.candidates = len(self.points)
        self._rows = {identity(p): i for i, p in enumerate(self.points)}
        self._used = set[int]()
        for point in trials:
            key = identity(point)
            if key not in self._rows:
                self._rows[key] = len(self.points)
                self.points.append(point)
            self._used.add(self._rows[key])

    def row(self, point: Point) -> int:
        """Return a point's row."""
        return self._rows[identity(point)]

    def taken(self) -> NDArray[np.bool_]:
        """Tell which rows were tried, are awaited, or are no candidates."""
        found = np.arange(len(self.points)) >= self.candidates
        found[list(self._used)] = True
        return found


def dear(gain: Floats, prices: Floats | None) -> Floats:
    """Return the gain for each unit of cost (Snoek et al. 2012, sec. 3.2), where gains are; bounds stay as they are."""
    return gain if prices is None or gain.min() < 0.0 else np.asarray(gain / prices)


def expectation(objective: Objective, model: AskModel, mean: float, sd: float) -> str:
    """Say what is expected of an objective, in the user's unit."""
    centre, width = model.centre + model.scale * mean, model.scale * sd
    if objective.target is not None:
        return f"{objective.name} {max(-centre, 0.0):.3g} ± {width:.2g} from its target"
    return f"{objective.name} {-centre if objective.direction == 'min' else centre:.3g} ± {width:.2g}"
