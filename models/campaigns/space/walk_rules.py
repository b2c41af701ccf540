"""The rules on numbers of a space in the coordinates of a walk: shares of the ranges, logarithmic where these are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.space.space import Parameter, Space

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WalkRules:
    """The rules on numbers scaled to [0, 1]: ``a x <= b`` and ``e x = t``.

    Attributes
    ----------
    numbers
        The numeric parameters, in order.
    log
        Which of them are walked along by their logarithm: those on a log scale that are in no sum, shape ``(p,)``.
    low, width
        Beginning and width of each range, of its logarithm where `log` says so, shape ``(p,)``.
    levels
        Scaled levels of each; empty for a range.
    moves
        Directions that keep every mixture's total, shape ``(r, p)``.
    """

    numbers: tuple[Parameter, ...]
    log: NDArray[np.bool_]
    low: Floats
    width: Floats
    levels: tuple[Floats, ...]
    a: Floats
    b: Floats
    e: Floats
    t: Floats
    moves: Floats

    def shares(self, numbers: Floats) -> Floats:
        """Return the user's numbers ``(..., p)`` as places of the walk; they may lie outside."""
        least = np.where(self.log, np.finfo(float).tiny, -np.inf)
        x = np.maximum(numbers, least)
        x = np.where(self.log, np.log(np.where(self.log, x, 1.0)), x)
        return np.asarray((x - self.low) / self.width)

    def values(self, shares: Floats) -> Floats:
        """Return places of the walk as the user's numbers."""
        x = self.low + shares * self.width
        return np.asarray(np.where(self.log, np.exp(np.where(self.log, x, 0.0)), x))


def walk_rules(space: Space) -> WalkRules:
    """Return the rules of a space on its numbers."""
    numbers = tuple(p for p in space.parameters if not p.options)
    place = {p.name: i for i, p in enumerate(numbers)}
    summed = {n for m in space.mixtures for n in m.names} | {n for c in space.constraints for n, _ in c.weights}
    log = np.array([p.log and p.name not in summed for p in numbers], dtype=bool)
    ends = np.array([p.ends for p in numbers], dtype=float).reshape(len(numbers), 2)
    low, high = np.where(log[:, None], np.log(np.where(log[:, None], ends, 1.0)), ends).T
    width = np.where(high > low, high - low, 1.0)
    levels = tuple(
        ((np.log(p.values) if along else np.array(p.values)) - lo) / w
        for p, along, lo, w in zip(numbers, log, low, width, strict=True)
    )

    def row(weights: Sequence[tuple[str, float]]) -> Floats:
        found = np.zeros(len(numbers))
        for name, weight in weights:
            found[place[name]] += weight
        return found

    caps = [(row(c.weights), c.at_most) for c in space.constraints]
    totals = [(row([(n, 1.0) for n in m.names]), m.total) for m in space.mixtures]
    a, b = _scaled(caps, low, width)
    e, t = _scaled(totals, low, width)
    return WalkRules(numbers, log, low, width, levels, a, b, e, t, _moves(numbers, e))


def _scaled(rows: Sequence[tuple[Floats, float]], low: Floats, width: Floats) -> tuple[Floats, Floats]:
    """Turn rules on the user's numbers into rules on shares of the ranges, with rows of length 1."""
    weights = np.array([w for w, _ in rows]).reshape(len(rows), len(low))
    limits = np.array([limit for _, limit in rows]) - weights @ low
    weights = weights * width
    length = np.sqrt((weights**2).sum(1))
    length = np.where(length > 0, length, 1.0)
    return weights / length[:, None], limits / length


def _moves(numbers: Sequence[Parameter], e: Floats) -> Floats:
    """Directions of the walk: one range alone, or two parts of one mixture against each other.

    Where mixtures share a part such moves may not be enough: then a basis of all directions is added.
    """
    bound = np.abs(e).sum(0) > 0
    found = [np.eye(len(numbers))[i] for i, p in enumerate(numbers) if not p.values and not bound[i]]
    for row in e:
        for i, j in combinations(np.flatnonzero(row), 2):
            move = np.zeros(len(numbers))
            move[i], move[j] = row[j], -row[i]
            found.append(move)
    if len(e):
        _, values, vectors = np.linalg.svd(e)
        found += list(vectors[int((values > 1e-12).sum()) :])
        fixed = np.array([bool(p.values) for p in numbers])
        found = [f for f in found if np.abs(e @ f).max() < 1e-9 and not np.abs(f[fixed]).any()]
    return np.array(found).reshape(len(found), len(numbers))
