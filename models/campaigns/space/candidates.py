"""Candidates of a space: all of them where they can be counted, else a fresh sample of allowed points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.space.sampling import sample
from hypograph.models.campaigns.space.space import Parameter, Point, Space
from hypograph.models.core.errors import SpaceError

Floats = NDArray[np.float64]
ENUMERABLE = 20_000
SAMPLED = 2_048


def candidates(space: Space, rng: np.random.Generator, near: Sequence[Point] = ()) -> list[Point]:
    """Return allowed points, each once, in a fixed order for a given generator.

    Parameters
    ----------
    near
        Good points; where the space cannot be enumerated, half of the sample are changes of these.

    Raises
    ------
    SpaceError
        If the rules leave no point.
    """
    if space.finite and math.prod(len(p.levels) for p in space.parameters) <= ENUMERABLE:
        names = [p.name for p in space.parameters]
        points = [dict(zip(names, c, strict=True)) for c in product(*(p.levels for p in space.parameters))]
        found = [p for p in points if not space.forbids(p)]
    else:
        found = _sampled(space, rng, near)
    if not found:
        raise SpaceError("the rules leave no point to try", where="the rules of the space")
    return found


def spread(space: Space, n: int, seed: int) -> list[Point]:
    """Return n allowed points that fill the space; fewer if there are fewer.

    A scrambled Sobol' sequence (Owen 1998); under mixtures, constraints and choices, of many allowed points
    each time the one farthest from those before it. The points for a smaller n are the first of those for a larger one.
    """
    if space.mixtures or space.constraints or space.choices:
        return _farthest(space, candidates(space, np.random.default_rng(seed)), n)
    from scipy.stats import qmc

    sampler = qmc.Sobol(len(space.parameters), seed=seed)
    seen: dict[tuple[str, ...], Point] = {}
    for _ in range(12):
        for row in sampler.random(1 << max(n - 1, 1).bit_length()):
            point = {p.name: _at(p, x) for p, x in zip(space.parameters, row, strict=True)}
            if not space.forbids(point):
                seen.setdefault(identity(point), point)
            if len(seen) == n:
                return list(seen.values())
    return list(seen.values())


def _farthest(space: Space, pool: Sequence[Point], n: int) -> list[Point]:
    chosen, gap = list[int](), np.full(len(pool), np.inf)
    for _ in range(min(n, len(pool))):
        chosen.append(int(gap.argmax()))
        gap = np.minimum(gap, (distances(space, pool, [pool[chosen[-1]]])[:, :, 0] ** 2).sum(0))
        gap[chosen[-1]] = -1.0
    return [pool[i] for i in chosen]


def identity(point: Point) -> tuple[str, ...]:
    """Return what makes two points the same experiment (numbers to nine digits)."""
    return tuple(f"{k}={v:.9g}" if isinstance(v, float) else f"{k}={v}" for k, v in sorted(point.items()))


def _sampled(space: Space, rng: np.random.Generator, near: Sequence[Point]) -> list[Point]:
    return list({identity(p): p for p in sample(space, rng, SAMPLED, near)}.values())


def _at(parameter: Parameter, x: float) -> object:
    if parameter.levels:
        levels = sorted(parameter.levels)  # in whatever order the space names them
        return levels[min(int(x * len(levels)), len(levels) - 1)]
    return parameter.settable(parameter.at([x])[0])


def distances(space: Space, a: Sequence[Point], b: Sequence[Point]) -> Floats:
    """Distance of points in each parameter, in [0, 1], shape ``(d, len(a), len(b))``.

    Options are at distance 1 unless they are the same; numbers by their share of the range; options with
    descriptors by these, scaled so that the farthest two are at distance 1.
    """
    return np.stack([_apart(p, [x[p.name] for x in a], [x[p.name] for x in b]) for p in space.parameters])


def _apart(parameter: Parameter, a: Sequence[object], b: Sequence[object]) -> Floats:
    if not parameter.options:
        x = parameter.shares(np.array([*a, *b], dtype=float))
        return np.asarray(np.abs(x[: len(a), None] - x[None, len(a) :]))
    index = {o: i for i, o in enumerate(parameter.options)}
    left, right = np.array([index[str(v)] for v in a]), np.array([index[str(v)] for v in b])
    return np.asarray(option_distances(parameter)[left[:, None], right[None]])


def option_distances(parameter: Parameter) -> Floats:
    """Distances between options, shape ``(n, n)``: 0 or 1, or by descriptors where there are some.

    Different options keep a distance of at least 0.1, because equal descriptors do not make them equal.
    """
    n = len(parameter.options)
    if not parameter.descriptors:
        return 1.0 - np.eye(n)
    x = np.array(parameter.descriptors)
    x = (x - x.mean(0)) / np.where(x.std(0) > 0, x.std(0), 1.0)
    apart = np.sqrt(((x[:, None] - x[None]) ** 2).sum(-1))
    apart = apart / (apart.max() or 1.0)
    return np.where(np.eye(n, dtype=bool), 0.0, np.maximum(apart, 0.1))
