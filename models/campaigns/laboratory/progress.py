"""How a laboratory's campaign stands: counts, the best so far, the front, the entropy of exploration.

Everything that is cumulative follows the order in which the experiments were decided on, which late results do
not change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.space.candidates import candidates, identity
from hypograph.models.campaigns.space.space import Parameter, Point, Space
from hypograph.models.core.documents.campaigns import Status, Tried
from hypograph.models.statistics.entropy import exploration_entropy, random_entropy

BINS = 10  # equal parts of a range, as the alphabet of its entropy
RANDOM_RUNS = 100
STEP = 64  # lengths of random runs, so that a growing campaign does not need one a length


@dataclass(frozen=True, slots=True)
class Progress:
    """An experiment with what was known once it was done; None while it is not.

    Attributes
    ----------
    best_so_far
        Outcome (first objective) nearest to the goal up to here, in the user's unit.
    entropy
        `published`, `corrected` and `relative_to_random`, up to here.
    """

    experiment: live.Experiment
    best_so_far: float | None = None
    entropy: dict[str, float] | None = None


def status(definition: live.Definition, events: Sequence[live.Event]) -> Status:
    """Return the document of ``hypograph campaign status --json``."""
    found = live.fold(definition, events)
    done = [e for e in found if e.status == "done"]
    points = means(definition, done)
    first = definition.objectives[0]
    best = max(points, key=lambda e: first.utility(e.values[first.name]), default=None)
    several, counts = len(definition.objectives) > 1, Counter(e.status for e in found)
    return {
        "campaign": definition.id,
        "name": definition.name,
        "method": definition.method,
        "pending": counts["pending"],
        "done": counts["done"],
        "failed": counts["failed"],
        "withdrawn": counts["withdrawn"],
        "awaited": [e.id for e in found if e.status == "pending"],
        "best": None if best is None else _shown(best),
        "front": [_shown(points[i]) for i in front(definition, points)] if several else None,
        "noise": live.noise(definition, done),
        "entropy": entropies(definition.space, done)[-1] if done else None,
        "events": len(events),
    }


def best(definition: live.Definition, done: Sequence[live.Experiment]) -> Tried:
    """Return the best of finished experiments by the first objective, joined where a point was repeated."""
    first = definition.objectives[0]
    return _shown(max(means(definition, done), key=lambda e: first.utility(e.values[first.name])))


def means(definition: live.Definition, done: Sequence[live.Experiment]) -> list[live.Experiment]:
    """Join experiments of one point: the first of them, with the mean of their outcomes."""
    points: dict[tuple[str, ...], list[live.Experiment]] = {}
    for e in done:
        points.setdefault(identity(e.parameters), []).append(e)
    names = [o.name for o in definition.objectives]
    return [
        replace(same[0], values={n: sum(e.values[n] for e in same) / len(same) for n in names})
        for same in points.values()
    ]


def progress(definition: live.Definition, events: Sequence[live.Event]) -> list[Progress]:
    """Return every experiment with the best so far and the entropy of exploration as they were after it."""
    found = live.fold(definition, events)
    done = [e for e in found if e.status == "done"]
    first, best, rows = definition.objectives[0], None, {}
    for e, entropy in zip(done, entropies(definition.space, done), strict=True):
        value = e.values[first.name]
        best = value if best is None or first.utility(value) > first.utility(best) else best
        rows[e.id] = Progress(e, best, entropy)
    return [rows.get(e.id, Progress(e)) for e in found]


def front(definition: live.Definition, done: Sequence[live.Experiment]) -> list[int]:
    """Return the rows of `done` that no other is better than in all objectives (Pareto's front)."""
    y = np.array([[o.utility(e.values[o.name]) for o in definition.objectives] for e in done])
    if not len(y):
        return []
    no_worse, better = y[None] >= y[:, None], y[None] > y[:, None]
    beaten = np.any(np.all(no_worse, axis=2) & np.any(better, axis=2), axis=1)
    return [int(i) for i in np.flatnonzero(~beaten)]


def entropies(space: Space, done: Sequence[live.Experiment]) -> list[dict[str, float]]:
    """Entropy of exploration in its three forms after each finished experiment; a range counts as ten equal parts."""
    if not done:
        return []
    picks, sizes = _picks(space, [e.parameters for e in done]), _sizes(space)
    plain, corrected = (exploration_entropy(picks, sizes, corrected=c) for c in (False, True))
    chance = _chance(space, -(-len(done) // STEP) * STEP)[: len(done)]
    chance = np.append(chance, np.full(len(done) - len(chance), chance[-1]))
    relative = np.divide(plain, chance, out=np.ones(len(done)), where=chance > 0)
    return [
        {"published": float(a), "corrected": float(b), "relative_to_random": float(c)}
        for a, b, c in zip(plain, corrected, relative, strict=True)
    ]


@lru_cache(maxsize=64)
def _chance(space: Space, n: int) -> NDArray[np.float64]:
    """Entropy of random runs; kept, because each look at a campaign asks for it."""
    pool = _picks(space, candidates(space, np.random.default_rng(0)))
    return random_entropy(pool, _sizes(space), n, runs=RANDOM_RUNS)


def _sizes(space: Space) -> NDArray[np.int64]:
    return np.array([len(p.levels) + len(p.former) or BINS for p in space.parameters])


def _picks(space: Space, points: Sequence[Point]) -> NDArray[np.int64]:
    columns = [_column(p, [x[p.name] for x in points]) for p in space.parameters]
    return np.array(columns, dtype=np.int64).T.reshape(len(points), len(columns))


def _column(parameter: Parameter, values: Sequence[Any]) -> list[int]:
    """Return the level of each value; a number beside the levels counts as the nearest one."""
    if parameter.options:
        index = {v: i for i, v in enumerate((*parameter.options, *parameter.former))}
        return [index[v] for v in values]
    if parameter.values:
        levels = np.array(parameter.values)
        return [int(np.abs(levels - v).argmin()) for v in values]
    return [min(max(int(BINS * s), 0), BINS - 1) for s in parameter.shares(values)]


def _shown(e: live.Experiment) -> Tried:
    return {"id": e.id, "parameters": e.parameters, "values": dict(e.values)}
