"""Points that keep the rules of a space: random walks inside what mixtures and constraints allow.

Throwing points and dropping those that break a rule fails where the rules are tight. Here a mixed-integer programme
says whether anything is allowed at all and gives a few points inside, and from these many walks run side by
side. A move goes along one number, or shifts between two parts of a mixture, to anywhere the rules allow on
that line (hit-and-run: Smith 1984), so every point visited is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.space.space import Parameter, Point, Space

Floats = NDArray[np.float64]
STARTS, SWEEPS = 12, 24
EDGE = 0.05  # a start keeps up to this share of each range from every border
SLACK = 1e-9
NEAR_STEP = 0.1  # share of a range that a change of a good point goes


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules on numbers scaled to [0, 1]: ``a x <= b`` and ``e x = t``.

    Attributes
    ----------
    numbers
        The numeric parameters, in order.
    levels
        Scaled levels of each; empty for a range.
    moves
        Directions that keep every mixture's total, shape ``(r, p)``.
    """

    numbers: tuple[Parameter, ...]
    low: Floats
    width: Floats
    levels: tuple[Floats, ...]
    a: Floats
    b: Floats
    e: Floats
    t: Floats
    moves: Floats


def sample(space: Space, rng: np.random.Generator, m: int, near: Sequence[Point] = ()) -> list[Point]:
    """Return m allowed points, which need not differ; none where the rules leave none.

    Parameters
    ----------
    near
        Good points; every second point then is a small change of one of these.
    """
    rules = _rules(space)
    x = _inside(rules, rng)
    if not len(x):
        return []
    x = x[rng.integers(len(x), size=m)]
    options = {p.name: rng.integers(len(p.options), size=m) for p in space.parameters if p.options}
    for _ in range(SWEEPS if len(rules.b) or len(rules.t) else 1):
        x = _swept(rules, x, rng)
    if near:
        odd = np.arange(1, m, 2)
        chosen = rng.integers(len(near), size=len(odd))
        x[odd] = _swept(rules, _numbers(rules, near)[chosen], rng, local=True)
        for p in (p for p in space.parameters if p.options):
            known = {o: i for i, o in enumerate(p.options)}  # what was done may be an option no longer
            index = np.array([known.get(q[p.name], -1) for q in near])[chosen]
            kept = (index >= 0) & (rng.random(len(odd)) >= max(0.3, 1.5 / len(space.parameters)))
            options[p.name][odd] = np.where(kept, index, options[p.name][odd])
    return _points(space, rules, _settable(rules, x), x, options)


def _rules(space: Space) -> _Rules:
    numbers = tuple(p for p in space.parameters if not p.options)
    place = {p.name: i for i, p in enumerate(numbers)}
    low = np.array([p.values[0] if p.values else p.low for p in numbers])
    high = np.array([p.values[-1] if p.values else p.high for p in numbers])
    width = np.where(high > low, high - low, 1.0)
    levels = tuple((np.array(p.values) - lo) / w for p, lo, w in zip(numbers, low, width, strict=True))

    def row(weights: Sequence[tuple[str, float]]) -> Floats:
        found = np.zeros(len(numbers))
        for name, weight in weights:
            found[place[name]] += weight
        return found

    caps = [(row(c.weights), c.at_most) for c in space.constraints]
    totals = [(row([(n, 1.0) for n in m.names]), m.total) for m in space.mixtures]
    a, b = _scaled(caps, low, width)
    e, t = _scaled(totals, low, width)
    return _Rules(numbers, low, width, levels, a, b, e, t, _moves(numbers, e))


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


def _inside(rules: _Rules, rng: np.random.Generator) -> Floats:
    """Find points that keep every rule, as far from the borders as `EDGE` asks; none if there are none.

    Each solves one mixed-integer programme with another random aim, so that they differ in their levels too.
    """
    p = len(rules.numbers)
    if not len(rules.b) and not len(rules.t):
        x = rng.random((STARTS, p))
        for j, levels in enumerate(rules.levels):
            if len(levels):
                x[:, j] = rng.choice(levels, STARTS)
        return x
    from scipy.optimize import Bounds, LinearConstraint, milp

    # Unknowns: the numbers, the distance s to the borders, and one truth value a level.
    sizes = [len(levels) for levels in rules.levels]
    n = p + 1 + sum(sizes)
    ties = np.zeros((sum(s > 0 for s in sizes), n))
    one = np.zeros_like(ties)
    for row, j in enumerate(j for j in range(p) if sizes[j]):
        begin = p + 1 + sum(sizes[:j])
        ties[row, begin : begin + sizes[j]] = rules.levels[j]
        ties[row, j] = -1.0
        one[row, begin : begin + sizes[j]] = 1.0
    free = np.array([s == 0 for s in sizes])
    borders = np.eye(p)[free]

    def wide(left: Floats, s: float) -> Floats:
        return np.hstack([left, np.full((len(left), 1), s), np.zeros((len(left), n - p - 1))])

    limits = [
        LinearConstraint(wide(rules.a, 1.0), -np.inf, rules.b + SLACK),
        LinearConstraint(wide(rules.e, 0.0), rules.t, rules.t),
        LinearConstraint(wide(borders, 1.0), -np.inf, 1.0),
        LinearConstraint(wide(borders, -1.0), 0.0, np.inf),
        LinearConstraint(ties, 0.0, 0.0),
        LinearConstraint(one, 1.0, 1.0),
    ]
    limits = [c for c in limits if len(c.A)]
    top = np.ones(n)
    top[p] = EDGE
    found = []
    for _ in range(STARTS):
        aim = np.concatenate([0.1 * rng.standard_normal(p), [-10.0], rng.standard_normal(n - p - 1)])
        integer = np.concatenate([np.zeros(p + 1), np.ones(n - p - 1)])
        solved = milp(aim, constraints=limits, bounds=Bounds(np.zeros(n), top), integrality=integer)
        if solved.x is None:
            break
        found.append(_snapped(rules, solved.x[:p]))
    return np.array(found).reshape(len(found), p)


def _snapped(rules: _Rules, x: Floats) -> Floats:
    for j, levels in enumerate(rules.levels):
        if len(levels):
            x[j] = levels[np.abs(levels - x[j]).argmin()]
    return x


def _swept(rules: _Rules, x: Floats, rng: np.random.Generator, *, local: bool = False) -> Floats:
    """Move every walk once along every direction, and once over the levels of every number that has some."""
    x = x.copy()
    rest = rules.b - x @ rules.a.T
    for direction in rng.permutation(rules.moves):
        lo, hi = _reach(rules, x, rest, direction)
        drawn = NEAR_STEP * rng.standard_normal(len(x)) if local else lo + rng.random(len(x)) * (hi - lo)
        step = np.clip(drawn, lo, hi)[:, None] * direction
        x += step
        rest -= step @ rules.a.T
    for j in rng.permutation([j for j, levels in enumerate(rules.levels) if len(levels)]):
        levels = rules.levels[j]
        change = levels[None] - x[:, j, None]
        allowed = (rest[:, :, None] - rules.a[None, :, j, None] * change[:, None] >= -SLACK).all(1)
        if local:
            here = np.abs(change).argmin(1)
            allowed &= np.abs(np.arange(len(levels)) - here[:, None]) <= 1
        picked = np.where(allowed, rng.random(allowed.shape), -1.0).argmax(1)
        picked = np.where(allowed.any(1), picked, np.abs(change).argmin(1))
        step = change[np.arange(len(x)), picked]
        x[:, j] += step
        rest -= step[:, None] * rules.a[:, j]
    return x


def _reach(rules: _Rules, x: Floats, rest: Floats, direction: Floats) -> tuple[Floats, Floats]:
    """How far each walk can go along a direction, backwards and forwards, shapes ``(m,)``."""
    slope = np.concatenate([rules.a @ direction, direction, -direction])
    room = np.maximum(np.hstack([rest, 1.0 - x, x]), 0.0)
    steep = np.abs(slope) > 1e-12
    far = room[:, steep] / slope[steep]
    hi = np.where(slope[steep] > 0, far, np.inf).min(1, initial=np.inf)
    lo = np.where(slope[steep] < 0, far, -np.inf).max(1, initial=-np.inf)
    return lo, hi


def _numbers(rules: _Rules, points: Sequence[Point]) -> Floats:
    found = np.array([[float(q[p.name]) for p in rules.numbers] for q in points])
    shares = (found.reshape(len(points), len(rules.numbers)) - rules.low) / rules.width
    return np.asarray(np.clip(shares, 0.0, 1.0))  # what was done may lie outside


def _settable(rules: _Rules, x: Floats) -> Floats:
    """Round to what a person can set, a thousandth of the range, and give what is left over to a part with room.

    Returns the user's numbers; those that break a rule for it are found by the caller.
    """
    values = rules.low + x * rules.width
    digits = np.array([3 - int(np.floor(np.log10(w))) for w in rules.width])
    unit = np.array([10.0**-d for d in digits])
    ranged = np.array([not p.values for p in rules.numbers], dtype=bool)
    high = rules.low + rules.width
    rounded = np.where(ranged, np.clip(np.round(values / unit) * unit, rules.low, high), values)
    for row, total in zip(rules.e, rules.t, strict=True):
        parts = np.flatnonzero(row)
        weight = row[parts[0]] / rules.width[parts[0]]
        whole = total / weight + rules.low[parts].sum()
        gap = whole - rounded[:, parts].sum(1)
        after = rounded[:, parts] + gap[:, None]
        room = np.minimum(after - rules.low[parts], high[parts] - after)
        taker = parts[room.argmax(1)]
        rounded[np.arange(len(x)), taker] += gap
    return np.asarray(rounded)


def _points(
    space: Space, rules: _Rules, rounded: Floats, x: Floats, options: dict[str, NDArray[np.int64]]
) -> list[Point]:
    exact = np.clip(rules.low + x * rules.width, rules.low, rules.low + rules.width)
    place = {p.name: j for j, p in enumerate(rules.numbers)}

    def level(p: Parameter, value: float) -> float:
        return min(p.values, key=lambda v: abs(v - value)) if p.values else min(max(float(value), p.low), p.high)

    found = []
    for i in range(len(x)):
        for values in (rounded[i], exact[i]):
            point: Point = {
                p.name: p.options[options[p.name][i]] if p.options else level(p, _short(values[place[p.name]]))
                for p in space.parameters
            }
            if not space.forbids(point):
                found.append(point)
                break
    return found


def _short(value: float) -> float:
    """Drop the digits that only arithmetic made."""
    return float(f"{value:.12g}")
