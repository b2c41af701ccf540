"""The simulated reward landscapes on which search strategies are compared at equal judge calls.

A hypothesis has 5 levels of 3 details, each one of 5 values or unset (5). Reward of a complete one: ``sum_l w_l
(sqrt(1 - kappa_l - eps) sum_d a + sqrt(eps D) e + sqrt(kappa_l) sum_d c)`` with main effects `a`, epistasis `e` of a
level's whole state and coupling `c` to one detail of the level above, all standard normal; kappa is 0 at the top
level. The judge prefers b to a with probability ``logistic((R_b - R_a) / t)``, ``t = tau sd(R) (1 + gamma share of
unset details in b)``. A score is 0 for the mean of all complete hypotheses and 1 for the best.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVELS, DETAILS, VALUES = 5, 3, 5
SIZE = LEVELS * DETAILS
UNSET = VALUES
STATES = VALUES**DETAILS

Float = NDArray[np.float64]
Int = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Constants of a scenario: level weights, coupling, epistasis, and the judge."""

    name: str
    weights: tuple[float, ...]
    coupling: float
    epistasis: float
    myopic: bool
    noise: float
    unset_noise: float
    votes: int


_COARSE = (1.0, 0.8, 0.6, 0.45, 0.35)
_UNIFORM = (1.0,) * LEVELS
_FINE = _COARSE[::-1]

SCENARIOS: dict[str, Scenario] = {
    s.name: s
    for s in (
        Scenario("A", _COARSE, 0.3, 0.2, False, 0.2, 0.0, 1),
        Scenario("B", _COARSE, 0.3, 0.2, False, 1.0, 0.0, 1),
        Scenario("C", _COARSE, 0.3, 0.2, False, 1.0, 3.0, 1),
        Scenario("D", _UNIFORM, 0.7, 0.2, False, 0.2, 0.0, 1),
        Scenario("E", _FINE, 0.7, 0.2, False, 0.2, 0.0, 1),
        Scenario("F", _FINE, 0.7, 0.2, True, 0.2, 0.0, 1),
        Scenario("G", _UNIFORM, 0.0, 0.0, False, 0.2, 0.0, 1),
        Scenario("H", _COARSE, 0.3, 0.2, False, 1.0, 0.0, 3),
        # Not of the published comparison: what an option is worth depends on its context alone below the top level,
        # and a judge that is never wrong.
        Scenario("I", _UNIFORM, 0.8, 0.2, False, 0.2, 0.0, 1),
        Scenario("J", _COARSE, 0.3, 0.2, False, 1e-6, 0.0, 1),
    )
}

PUBLISHED_SCENARIOS = tuple("ABCDEFGH")


class Landscape:
    """Landscapes of one scenario, all instances at once.

    Parameters
    ----------
    scenario
        Its constants.
    instances
        Landscapes to draw.
    seed
        Seed of the landscapes; the same seed gives the same landscapes to every strategy.
    """

    def __init__(self, scenario: Scenario, instances: int, seed: int) -> None:
        self.scenario, self.instances = scenario, instances
        rng = np.random.default_rng([seed, ord(scenario.name[0]), 7])
        shape = (instances, LEVELS, DETAILS)
        a = rng.standard_normal((*shape, VALUES))
        e = rng.standard_normal((instances, LEVELS, VALUES, VALUES, VALUES))
        c = rng.standard_normal((*shape, VALUES, VALUES))
        self.parent = np.argsort(rng.random(shape), axis=2)
        w = np.array(scenario.weights)
        kappa = np.array([0.0, *[scenario.coupling] * (LEVELS - 1)])
        a *= (w * np.sqrt(np.maximum(1 - kappa - scenario.epistasis, 0)))[:, None, None]
        e *= (w * np.sqrt(scenario.epistasis * DETAILS))[:, None, None, None]
        c *= (w * np.sqrt(kappa))[:, None, None, None]
        self._transitions = self._states(a, e, c)
        self.mean, self.sd, self.top = self._moments()
        self._true = self._lay_out(a, e, c, False)
        self._seen = self._lay_out(a, e, c, True) if scenario.myopic else self._true

    def part(self, rows: slice) -> Landscape:
        """Return some of the landscapes."""
        found = copy(self)
        for name in ("parent", "mean", "sd", "top", "_true", "_seen"):
            setattr(found, name, getattr(self, name)[rows])
        found._transitions = [t[rows] for t in self._transitions]
        found.instances = len(found.mean)
        return found

    def reward(self, x: Int) -> Float:
        """Return the expected reward of hypotheses over completions, ``(I, m, 15)`` to ``(I, m)``."""
        return self._gather(self._true, x)

    def score(self, x: Int) -> Float:
        """Return scores, 0 for the mean and 1 for the optimum; ``(I, m, 15)`` to ``(I, m)``."""
        return (self.reward(x) - self.mean[:, None]) / (self.top - self.mean)[:, None]

    def judge(self, a: Int, b: Int, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Say whether b is preferred to a, ``(I, 15)`` each; one call is `votes` calls.

        The majority of the scenario's votes decides.
        """
        seen = self._gather(self._seen, np.stack([a, b], axis=1))
        unset = np.mean(b == UNSET, axis=1)
        t = self.scenario.noise * self.sd * (1 + self.scenario.unset_noise * unset)
        p = 0.5 * (1 + np.tanh(0.5 * (seen[:, 1] - seen[:, 0]) / t))
        votes = rng.random((self.scenario.votes, len(p))) < p
        return np.asarray(votes.sum(axis=0) * 2 > self.scenario.votes)

    def _states(self, a: Float, e: Float, c: Float) -> list[Float]:
        """Reward of each level by the state of the level above and its own, ``(I, 125, 125)`` a level."""
        digits = np.stack(np.unravel_index(np.arange(STATES), (VALUES,) * DETAILS), axis=1)
        tables = []
        for level in range(LEVELS):
            own = e[:, level].reshape(self.instances, STATES).copy()
            for d in range(DETAILS):
                own += a[:, level, d][:, digits[:, d]]
            table = np.repeat(own[:, None, :], STATES if level else 1, axis=1)
            if level:
                for d in range(DETAILS):
                    above = digits.T[self.parent[:, level, d]]
                    rows = np.arange(self.instances)[:, None, None]
                    table += c[:, level, d][rows, above[:, :, None], digits[None, None, :, d]]
            tables.append(table)
        return tables

    def _moments(self) -> tuple[Float, Float, Float]:
        """Exact mean and sd over random complete hypotheses, and the maximum by dynamic programming."""
        mean = sum((t.mean(axis=(1, 2)) for t in self._transitions), np.zeros(self.instances))
        variance = np.zeros(self.instances)
        best = np.zeros((self.instances, 1))
        for level, table in enumerate(self._transitions):
            centred = table - table.mean(axis=(1, 2), keepdims=True)
            variance += (centred**2).mean(axis=(1, 2))
            if level + 1 < LEVELS:
                below = self._transitions[level + 1].mean(axis=2)
                below = below - below.mean(axis=1, keepdims=True)
                variance += 2 * (centred.mean(axis=1) * below).mean(axis=1)
            best = (best[:, :, None] + table).max(axis=1)
        return mean, np.sqrt(variance), best.max(axis=1)

    def _lay_out(self, a: Float, e: Float, c: Float, myopic: bool) -> Float:
        """Flatten all terms with an entry for unset: the mean over values, or nothing for a myopic judge."""

        def extend(table: Float, axes: int) -> Float:
            for axis in range(table.ndim - axes, table.ndim):
                last = 0 * table.mean(axis, keepdims=True) if myopic else table.mean(axis, keepdims=True)
                table = np.concatenate([table, last], axis)
            return table

        flat = [extend(t, n).reshape(self.instances, -1) for t, n in ((a, 1), (e, 3), (c, 2))]
        return np.concatenate(flat, axis=1)

    def _gather(self, table: Float, x: Int) -> Float:
        side = VALUES + 1
        rows = np.arange(self.instances)[:, None, None]
        main = np.arange(SIZE) * side + x
        levels = x.reshape(*x.shape[:-1], LEVELS, DETAILS)
        start = SIZE * side
        whole = (levels * np.array([side * side, side, 1])).sum(axis=-1) + start + np.arange(LEVELS) * side**3
        start += LEVELS * side**3
        above = levels[:, :, :-1]
        held = np.take_along_axis(above, np.broadcast_to(self.parent[:, None, 1:], above.shape), axis=-1)
        pair = held * side + levels[:, :, 1:] + start
        pair = pair + (np.arange(DETAILS, SIZE) * side * side).reshape(LEVELS - 1, DETAILS)
        index = np.concatenate([main, whole, pair.reshape(*x.shape[:-1], -1)], axis=-1)
        return np.asarray(table[rows, index].sum(axis=-1))
