"""What a source says of options, in the form in which the surrogate takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.core.trials import Objective, Trial, context_lines, goal_text
from hypograph.models.campaigns.space.space import Point, Space
from hypograph.models.core.protocols import OptionScorer

Floats = NDArray[np.float64]
Worth = Mapping[str, Mapping[object, float]]
Similar = Mapping[str, Floats]


def knowledge_of(
    space: Space, objectives: Sequence[Objective], scorer: OptionScorer | None, shown: Sequence[Trial] = ()
) -> tuple[Worth | None, Similar | None]:
    """Ask the source once for utilities and similarities of all options; None where it says nothing.

    `shown` are experiments that it is told of: the evidence on it must come from others.
    """
    if scorer is None:
        return None, None
    goal, results = goal_text(objectives), context_lines(shown, objectives)
    worth: dict[str, dict[object, float]] = {}
    similar: dict[str, Floats] = {}
    for p in (p for p in space.parameters if p.options):
        values = np.asarray(scorer.utilities(goal, p.name, p.options, results), dtype=float)
        worth[p.name] = dict(zip(p.options, (float(v) for v in values), strict=True))
        matrix = np.asarray(scorer.similarities(goal, p.name, p.options), dtype=float)
        if np.abs(matrix - np.eye(len(matrix))).max() > 1e-9:
            similar[p.name] = matrix
    differs = any(len(set(v.values())) > 1 for v in worth.values())
    return (worth if differs else None), (similar or None)


def parts(worth: Worth, points: Sequence[Point], among: Sequence[Point]) -> Floats:
    """Return what each parameter's option is worth, shape ``(d, points)``.

    Each row has mean 0 over the points `among`, and the sum of the rows has a standard deviation of 1 there.
    """
    there = _worths(worth, among)
    here = there if points is among else _worths(worth, points)
    width = there.sum(0).std() or 1.0
    return np.asarray((here - there.mean(1, keepdims=True)) / width)


def _worths(worth: Worth, points: Sequence[Point]) -> Floats:
    return np.array([[values.get(p[name], 0.0) for p in points] for name, values in worth.items()])
