"""Which components are there, where only some of several may be: one space for each selection of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations, product

import numpy as np

from hypograph.models.campaigns.space.rules import Choice, absent_level
from hypograph.models.campaigns.space.space import Point, Space

COUNTED = 24  # selections up to which each is looked at
DRAWN = 200  # draws of a selection where there are more
Left = frozenset[str]


def selections(
    space: Space, rng: np.random.Generator, near: Sequence[Point] = ()
) -> Iterator[tuple[Space, list[Point]]]:
    """Return the space with the components that are left out held there, and the points of `near` that fit.

    All selections where there are few; else those of `near` and then random ones.
    """
    levels = {n: absent_level(c, space[n]) for c in space.choices for n in c.names}
    seen = set[Left]()
    for left in _left(space, rng, near):
        if left in seen:
            continue
        seen.add(left)
        fitting = [p for p in near if _absent(space.choices, p) == left]
        yield space.held({n: levels[n] for n in left}), fitting


def _left(space: Space, rng: np.random.Generator, near: Sequence[Point]) -> Iterator[Left]:
    choices = space.choices
    if math.prod(sum(_ways(c, k) for k in _sizes(c)) for c in choices) <= COUNTED:
        each = [
            [frozenset(c.names) - frozenset(s) for k in _sizes(c) for s in combinations(c.names, k)] for c in choices
        ]
        every = [frozenset[str]().union(*parts) for parts in product(*each)]
        yield from (every[i] for i in rng.permutation(len(every)))
        return
    yield from (_absent(choices, p) for p in near)
    for _ in range(DRAWN):
        found = set[str]()
        for c in choices:
            sizes = _sizes(c)
            ways = np.array([_ways(c, k) for k in sizes], dtype=float)
            k = sizes[int(rng.choice(len(sizes), p=ways / ways.sum()))]
            found |= set(c.names) - {c.names[i] for i in rng.permutation(len(c.names))[:k]}
        yield frozenset(found)


def _sizes(choice: Choice) -> list[int]:
    return list(range(choice.at_least, choice.at_most + 1))


def _ways(choice: Choice, k: int) -> int:
    return math.comb(len(choice.names), k)


def _absent(choices: Sequence[Choice], point: Point) -> Left:
    return frozenset(n for c in choices for n in c.names if c.missing(point[n]))
