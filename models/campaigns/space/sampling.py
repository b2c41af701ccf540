"""Points that keep the rules of a space: random walks inside what mixtures and constraints allow.

Throwing points and dropping those that break a rule fails where the rules are tight. Here a mixed-integer programme
says whether anything is allowed at all and gives a few points inside, and from these many walks run side by
side. A move goes along one number, or shifts between two parts of a mixture, to anywhere the rules allow on
that line (hit-and-run: Smith 1984), so every point visited is allowed. Where only some of the components may be there
the walks are inside one choice of them after another (see `selections`); conditional limits move a number into them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.space.selections import COUNTED, selections
from hypograph.models.campaigns.space.space import Parameter, Point, Space
from hypograph.models.campaigns.space.walk_rules import WalkRules, walk_rules

Floats = NDArray[np.float64]
STARTS, SWEEPS = 12, 24
FEW_STARTS = 3  # for each selection of components
EDGE = 0.05  # a start keeps up to this share of each range from every border
SLACK = 1e-9
NEAR_STEP = 0.1  # share of a range that a change of a good point goes


def sample(space: Space, rng: np.random.Generator, m: int, near: Sequence[Point] = ()) -> list[Point]:
    """Return m allowed points, which need not differ; none where the rules leave none.

    Parameters
    ----------
    near
        Good points; every second point then is a small change of one of these.
    """
    if not space.choices:
        return _walked(space, rng, m, near, _inside(walk_rules(space), rng, STARTS))
    begun = list[tuple[Space, list[Point], Floats]]()
    for part, fitting in selections(space, rng, near):
        inside = _inside(walk_rules(part), rng, FEW_STARTS)
        begun += [(part, fitting, inside)] if len(inside) else []
        if len(begun) == COUNTED:
            break
    each = -(-m // max(len(begun), 1))
    found = [p for part, fitting, inside in begun for p in _walked(part, rng, each, fitting, inside)]
    return [p for p in found if not space.forbids(p)]


def _walked(space: Space, rng: np.random.Generator, m: int, near: Sequence[Point], x: Floats) -> list[Point]:
    """Return m allowed points by walks from some points inside; none where there are none."""
    if not len(x):
        return []
    rules = walk_rules(space)
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
    x = _within_limits(space, rules, x, options, rng)
    return _points(space, rules, _settable(rules, x), x, options)


def _within_limits(
    space: Space, rules: WalkRules, x: Floats, options: dict[str, NDArray[np.int64]], rng: np.random.Generator
) -> Floats:
    """Draw numbers anew that are outside what a conditional limit leaves; those in sums stay, and are refused later."""
    place = {p.name: j for j, p in enumerate(rules.numbers)}
    low, high = np.zeros_like(x), np.ones_like(x)
    for rule in space.limits:
        concerned = np.ones(len(x), dtype=bool)
        for name, given in rule.when:
            p = space[name]
            if p.options:
                concerned &= np.isin(options[name], [i for i, o in enumerate(p.options) if o in given])
            else:
                here = rules.levels[place[name]]
                wanted = [s for s, v in zip(here, p.values, strict=True) if v in given]
                concerned &= np.abs(x[:, place[name], None] - np.array(wanted)).min(1, initial=np.inf) < SLACK
        j, ends = place[rule.name], np.full(len(rules.numbers), 1.0)
        if rule.high is not None:
            ends[j] = rule.high
            high[concerned, j] = np.minimum(high[concerned, j], rules.shares(ends)[j])
        if rule.low is not None:
            ends[j] = rule.low
            low[concerned, j] = np.maximum(low[concerned, j], rules.shares(ends)[j])
    summed = (np.abs(rules.a).sum(0) + np.abs(rules.e).sum(0)) > 0
    for j, levels in enumerate(rules.levels):
        out = (x[:, j] < low[:, j] - SLACK) | (x[:, j] > high[:, j] + SLACK)
        if summed[j] or not out.any():
            continue
        if not len(levels):
            x[out, j] = low[out, j] + rng.random(out.sum()) * (high[out, j] - low[out, j])
            continue
        allowed = (levels >= low[out, j, None] - SLACK) & (levels <= high[out, j, None] + SLACK)
        picked = np.where(allowed, rng.random(allowed.shape), -1.0).argmax(1)
        x[out, j] = np.where(allowed.any(1), levels[picked], x[out, j])
    return x


def _inside(rules: WalkRules, rng: np.random.Generator, starts: int) -> Floats:
    """Find points that keep every rule, as far from the borders as `EDGE` asks; none if there are none.

    Each solves one mixed-integer programme with another random aim, so that they differ in their levels too.
    """
    p = len(rules.numbers)
    if not len(rules.b) and not len(rules.t):
        x = rng.random((starts, p))
        for j, levels in enumerate(rules.levels):
            if len(levels):
                x[:, j] = rng.choice(levels, starts)
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
    for _ in range(starts):
        aim = np.concatenate([0.1 * rng.standard_normal(p), [-10.0], rng.standard_normal(n - p - 1)])
        integer = np.concatenate([np.zeros(p + 1), np.ones(n - p - 1)])
        solved = milp(aim, constraints=limits, bounds=Bounds(np.zeros(n), top), integrality=integer)
        if solved.x is None:
            break
        found.append(_snapped(rules, solved.x[:p]))
    return np.array(found).reshape(len(found), p)


def _snapped(rules: WalkRules, x: Floats) -> Floats:
    for j, levels in enumerate(rules.levels):
        if len(levels):
            x[j] = levels[np.abs(levels - x[j]).argmin()]
    return x


def _swept(rules: WalkRules, x: Floats, rng: np.random.Generator, *, local: bool = False) -> Floats:
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


def _reach(rules: WalkRules, x: Floats, rest: Floats, direction: Floats) -> tuple[Floats, Floats]:
    """How far each walk can go along a direction, backwards and forwards, shapes ``(m,)``."""
    slope = np.concatenate([rules.a @ direction, direction, -direction])
    room = np.maximum(np.hstack([rest, 1.0 - x, x]), 0.0)
    steep = np.abs(slope) > 1e-12
    far = room[:, steep] / slope[steep]
    hi = np.where(slope[steep] > 0, far, np.inf).min(1, initial=np.inf)
    lo = np.where(slope[steep] < 0, far, -np.inf).max(1, initial=-np.inf)
    return lo, hi


def _numbers(rules: WalkRules, points: Sequence[Point]) -> Floats:
    found = np.array([[float(q[p.name]) for p in rules.numbers] for q in points])
    shares = rules.shares(found.reshape(len(points), len(rules.numbers)))
    return np.asarray(np.clip(shares, 0.0, 1.0))  # what was done may lie outside


def _settable(rules: WalkRules, x: Floats) -> Floats:
    """Round to what a person can set, a thousandth of the range, and give what is left over to a part with room.

    Returns the user's numbers; those that break a rule for it are found by the caller.
    """
    values, ends = rules.values(x), np.array([p.ends for p in rules.numbers]).reshape(len(rules.numbers), 2)
    low, high = ends.T
    width = np.where(high > low, high - low, 1.0)
    # Along a logarithm three digits of each value count, else a thousandth of the range.
    digits = np.where(
        rules.log, 2 - np.floor(np.log10(np.where(rules.log, values, 1.0))), 3 - np.floor(np.log10(width))
    )
    unit = 10.0**-digits
    ranged = np.array([not p.values for p in rules.numbers], dtype=bool)
    rounded = np.where(ranged, np.clip(np.round(values / unit) * unit, low, low + width), values)
    for row, total in zip(rules.e, rules.t, strict=True):
        parts = np.flatnonzero(row)
        weight = row[parts[0]] / width[parts[0]]
        whole = total / weight + low[parts].sum()
        gap = whole - rounded[:, parts].sum(1)
        after = rounded[:, parts] + gap[:, None]
        room = np.minimum(after - low[parts], low[parts] + width[parts] - after)
        taker = parts[room.argmax(1)]
        rounded[np.arange(len(x)), taker] += gap
    return np.asarray(rounded)


def _points(
    space: Space, rules: WalkRules, rounded: Floats, x: Floats, options: dict[str, NDArray[np.int64]]
) -> list[Point]:
    exact = rules.values(np.clip(x, 0.0, 1.0))
    place = {p.name: j for j, p in enumerate(rules.numbers)}

    def level(p: Parameter, value: float) -> float:
        return p.nearest(value) if p.values else min(max(float(value), p.low), p.high)

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
