"""Our search on the simulated landscapes: the shared preference model decides what is judged next.

`ours` knows single details only: nothing of the simulator's levels, coupling or epistasis.
`ours-structured` adds
the pairs that the simulator couples. Both are anytime: the budget plays no part in what is done, so one
run gives
the results at every budget.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypograph.models.search.landscape import DETAILS, LEVELS, SIZE, VALUES, Int, Landscape
from hypograph.models.search.lockstep import SLOTS, Filter, edit_gains, maximise

Float = NDArray[np.float64]

SINGLE = (0.05, 0.2, 0.8, 3.2)
OWN = (0.2, 1.0, 3.0)
CHOSEN_AFTER = 96  # comparisons after which the evidence has chosen the scales
PAIRS_FROM = 64  # comparisons after which pair weights join (fewer say nothing about them)
# Prior variances that the evidence chooses from when pairs join: single against before, pair against single.
PAIR_GRID = ((1.0, 0.1), (0.5, 0.3), (0.25, 0.3))
TEMPER = 0.5
SCREENED = 30  # single edits looked at when one is to be chosen
QUIET = 0.3  # prior variance of a detail from which the judge counts as quiet
NEAR_UNTIL = 96  # with a quiet judge, comparisons that stay near the incumbent at first


@dataclass(frozen=True)
class Reading:
    """Where a search stands at a budget: score, calls and proposals, each ``(I,)``.

    `probability_best` is what it states for its answer among the hypotheses it remembers, `was_best` whether
    that was so.
    """

    x: Int
    calls: int
    proposals: Float
    probability_best: Float
    was_best: NDArray[np.bool_]


def structure_pairs(landscape: Landscape) -> Int:
    """Return the pairs that the simulator couples: within a level and with the parent, ``(I, 27, 2)``."""
    n = landscape.instances
    within = [(DETAILS * k + i, DETAILS * k + j) for k in range(LEVELS) for i in range(DETAILS) for j in range(i)]
    child = np.arange(DETAILS, SIZE)
    parent = landscape.parent[:, 1:].reshape(n, -1) + (child // DETAILS - 1) * DETAILS
    cross = np.stack([parent, np.broadcast_to(child, parent.shape)], axis=2)
    return np.concatenate([np.broadcast_to(np.array(within), (n, len(within), 2)), cross], axis=1)


def search(
    landscape: Landscape, budgets: tuple[int, ...], rng: np.random.Generator, structured: bool = False
) -> dict[int, Reading]:
    """Search all landscapes and read off where each budget of judge calls ends.

    Parameters
    ----------
    landscape
        The landscapes and their judge.
    budgets
        Judge calls, ascending.
    rng
        Source of proposals and verdicts.
    structured
        Give the model the pairs that the simulator couples.

    Returns
    -------
    dict
        One reading a budget.
    """
    course = _Course(landscape, rng, structured)
    readings = {}
    cost = landscape.scenario.votes
    for budget in sorted(budgets):
        while (course.steps + 1) * cost <= budget:
            course.step()
        readings[budget] = course.read(course.steps * cost)
    return readings


class _Course:
    """All searches of one scenario under way."""

    def __init__(self, landscape: Landscape, rng: np.random.Generator, structured: bool) -> None:
        self.landscape, self.rng, self.structured = landscape, rng, structured
        n = landscape.instances
        grid = np.array([(s, s * o) for s in SINGLE for o in OWN])
        self.bank = len(grid)
        tiled = np.tile(grid, (n, 1))
        none = np.zeros((len(tiled), 0, 2), dtype=np.int64)
        self.filter = Filter(none, tiled[:, 0], 0 * tiled[:, 0], tiled[:, 1])
        self.rich: Filter | None = None
        self.held = rng.integers(0, VALUES, (n, SLOTS, SIZE))
        self.filled = np.zeros((n, SLOTS), dtype=bool)
        self.filled[:, 0] = True
        self.incumbent = np.zeros(n, dtype=np.int64)
        self.proposals = np.ones(n)
        self.history: list[tuple[NDArray[Any], ...]] = []
        self.steps = 0
        self.acting = self.filter.take(self._chosen())
        self.refreshed = 0

    def step(self) -> None:
        """Propose, judge, learn, settle."""
        n = np.arange(self.landscape.instances)
        if self.steps < 16 or self.steps >= self.refreshed + max(1, self.steps // 16) * (4 if self.rich else 1):
            self._refresh()
        x = self.held[n, self.incumbent]
        y = self._challenger(x)
        slot = self._slot_for(y)
        won = self.landscape.judge(x, y, self.rng)
        if self.structured and self.steps <= PAIRS_FROM:
            self.history.append((self.held.copy(), self.filled.copy(), self.incumbent, y, slot, won))
        for filter_, times in self._filters():
            new, into, held = (np.repeat(v, times, axis=0) for v in (y, slot, self.held))
            filter_.admit(into, new, held, np.repeat(self.filled, times, axis=0))
            a, b, at, to = (np.repeat(v, times, axis=0) for v in (x, y, self.incumbent, slot))
            filter_.update(a, b, at, to, np.repeat(won, times))
        self.held[n, slot] = y
        self.filled[n, slot] = True
        self.steps += 1
        utility = self._actor().utility(self.held, np.broadcast_to(np.arange(SLOTS), self.filled.shape))
        self.incumbent = np.where(self.filled, utility, -np.inf).argmax(axis=1)

    def read(self, calls: int) -> Reading:
        """Report where every search stands."""
        n = np.arange(self.landscape.instances)
        actor = self._actor()
        chance = actor.probability_best(self.held, np.random.default_rng(1))
        chance = np.where(self.filled, chance, 0.0)
        chance /= np.maximum(chance.sum(axis=1, keepdims=True), 1e-12)
        truth = np.where(self.filled, self.landscape.reward(self.held), -np.inf)
        return Reading(
            self.held[n, self.incumbent].copy(),
            calls,
            self.proposals.copy(),
            chance[n, self.incumbent],
            truth[n, self.incumbent] >= truth.max(axis=1) - 1e-9,
        )

    def _filters(self) -> list[tuple[Filter, int]]:
        if self.rich is not None:
            return [(self.rich, 1)]
        return [(self.filter, self.bank)]

    def _actor(self) -> Filter:
        if self.rich is not None:
            return self.rich
        return self.filter if self.bank == 1 else self.filter.take(self._chosen())

    def _chosen(self) -> Int:
        best = self.filter.evidence.reshape(-1, self.bank).argmax(axis=1)
        return np.asarray(np.arange(self.landscape.instances) * self.bank + best)

    def _refresh(self) -> None:
        """Factor the beliefs anew; drop what the evidence has ruled out; let pair weights in."""
        self.refreshed = self.steps
        if self.steps >= CHOSEN_AFTER and self.bank > 1:
            self.filter, self.bank = self.filter.take(self._chosen()), 1
        if self.structured and self.rich is None and self.steps > PAIRS_FROM:
            self._enrich()
        self.acting = self._actor()
        self.acting.refresh()

    def _enrich(self) -> None:
        pairs = structure_pairs(self.landscape)
        chosen = self.filter.take(self._chosen())
        for single, pair in PAIR_GRID:
            # A quarter of the own effect stays unexplained once pairs are in the model.
            rich = Filter(pairs, single * chosen.single, single * pair * chosen.single, 0.25 * chosen.own)
            for held, filled, incumbent, y, slot, won in self.history:
                rich.admit(slot, y, held, filled)
                rich.update(held[np.arange(len(y)), incumbent], y, incumbent, slot, won)
            if self.rich is None:
                self.rich = rich
            else:
                self.rich.adopt(rich, rich.evidence > self.rich.evidence)

    def _challenger(self, x: Int) -> Int:
        """Build one freely from a tempered draw, or take the best of some screened single edits."""
        actor, n = self.acting, np.arange(len(x))
        drawn = actor.draw(self.rng, TEMPER)
        free = maximise(drawn, actor.pairs, x)
        gains = edit_gains(drawn, actor.pairs, x).reshape(len(x), -1)
        out = self.rng.random(gains.shape) > SCREENED / (SIZE * (VALUES - 1))
        same = (np.arange(VALUES) == x[:, :, None]).reshape(len(x), -1)
        edit = np.where(same, -np.inf, np.where(out, gains - 1e6, gains)).argmax(axis=1)
        near = x.copy()
        near[n, edit // VALUES] = edit % VALUES
        quiet = actor.single >= QUIET
        share = np.where(quiet, 1.0 if self.steps < NEAR_UNTIL else 0.3, 0.0)
        if self.steps < 12:
            share = np.full(len(x), 0.5)
        stay = (self.rng.random(len(x)) < share) | (free == x).all(axis=1)
        self.proposals += np.where(stay, SCREENED, 1)
        return np.where(stay[:, None], near, free)

    def _slot_for(self, y: Int) -> Int:
        """Choose the slot for the challenger: its own, an empty one, else that of the lowest utility."""
        utility = self._actor().utility(self.held, np.broadcast_to(np.arange(SLOTS), self.filled.shape))
        order = np.where(self.filled, utility, -np.inf)
        order[np.arange(len(order)), self.incumbent] = np.inf
        known = (self.held == y[:, None]).all(axis=-1) & self.filled
        return np.asarray(np.where(known.any(axis=1), known.argmax(axis=1), order.argmin(axis=1)))
