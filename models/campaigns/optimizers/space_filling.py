"""Optimizers that fill a space, whatever the outcomes: at random, and evenly by a Sobol' sequence.

They keep no state: the history says everything, so results may come late, in any order, or never. A seed and
the number of trials fix every random choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hypograph.models.campaigns.bayes.coding import canonical
from hypograph.models.campaigns.core.trials import Trial, suggestion, untried
from hypograph.models.campaigns.space.candidates import candidates, identity, spread
from hypograph.models.campaigns.space.space import Point, Space
from hypograph.models.core.errors import SpaceError
from hypograph.models.core.protocols import Suggestion


@dataclass(frozen=True, slots=True)
class Random:
    """Draws allowed points without repetition."""

    space: Space
    seed: int = 0
    name: str = "random"

    def ask(self, history: Sequence[Trial], n: int = 1) -> list[Suggestion]:
        """Return up to n points not tried before."""
        rng = np.random.default_rng([self.seed, len(history)])
        free = canonical(untried(candidates(self.space, rng), history), self.space)
        chosen = random_pick(len(free), n, self.seed, len(history))
        return [suggestion(free[i], self.name, "drawn at random without repetition") for i in chosen]


def random_pick(free: int, n: int, seed: int, tried: int) -> list[int]:
    """Draw n of the candidates that are free, by the seed and how many were tried."""
    return [int(i) for i in np.random.default_rng([seed, tried, 1]).permutation(free)[:n]]


@dataclass(frozen=True, slots=True)
class Sobol:
    """Fills the space evenly, whatever the outcomes."""

    space: Space
    seed: int = 0
    name: str = "sobol"

    def ask(self, history: Sequence[Trial], n: int = 1) -> list[Suggestion]:
        """Return the next n points of the sequence that were not tried before."""
        tried = {identity(t.parameters) for t in history}
        points = [p for p in spread(self.space, len(tried) + n, self.seed) if identity(p) not in tried][:n]
        if len(points) < n:
            more = (
                Random(self.space, self.seed).ask([*history, *(Trial("", p) for p in points)], n - len(points))
                if _left(self.space, history, points)
                else []
            )
            points += [dict(s.parameters) for s in more]
        if not points:
            raise SpaceError("every allowed combination was tried", where="the space")
        return [suggestion(p, self.name, "fills the space evenly (Sobol' sequence)") for p in points]


def _left(space: Space, history: Sequence[Trial], points: Sequence[Point]) -> bool:
    tried = {identity(t.parameters) for t in history} | {identity(p) for p in points}
    return any(identity(p) not in tried for p in candidates(space, np.random.default_rng(len(history))))
