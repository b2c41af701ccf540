"""Our search on the simulated landscapes: the shared preference model decides what is judged next.

`ours` knows of single details and that near hypotheses are alike: nothing of the simulator's levels, coupling or
epistasis. `ours-structured` has tables for what the simulator couples: each level's details and each detail with its
parent. Both are anytime: the budget plays no part in what is done, so one run gives the results at every budget.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypograph.models.hypotheses.simulation.batched_preference import Beliefs
from hypograph.models.hypotheses.simulation.landscape import DETAILS, LEVELS, SIZE, VALUES, Int, Landscape
from hypograph.models.hypotheses.simulation.utility_tables import NONE, Single, Tables

Float = NDArray[np.float64]

# Prior variances, up to the scale that the evidence chooses: of a detail, of a hypothesis's own effect, and of
# a table where structure is known (pair within a level, with the parent, whole level).
DETAIL, OWN = 1.0, 2.0
WITHIN, PARENT, LEVEL = 0.3, 1.0, 0.3
LIKENESS = 0.8  # share of an own effect that survives a change of one detail
TEMPER = 0.3  # share of a posterior deviation that counts
BOLD, BOLD_FROM = 0.5, 160  # the same later: who has much to go by and stays timid gets stuck
SCREENED = 30  # single edits looked at when one is to be chosen
UNSURE_UNTIL = 12  # comparisons before which half of the challengers stay near the incumbent, half are free
QUIET = 6.0  # variance of a utility in squared logits from which the judge counts as quiet
NEAR_UNTIL, LATER = 96, 0.5  # under a quiet judge all stay near until then, then this share
SCALED_UNTIL = 256  # comparisons after which the scale is known well enough
PATIENT = 16  # the model is fitted anew when the comparisons have grown by one part in so many
FINALISTS = 6  # judged hypotheses among which the probability of best is stated
SIDE_BY_SIDE = 20  # landscapes searched at once: bounds the memory


@dataclass(frozen=True)
class Reading:
    """Where a search stands at a budget: score, calls and proposals, each ``(I,)``.

    `probability_best` is what it states for its answer among the `FINALISTS` judged hypotheses it thinks
    most of, `was_best` whether that was so.
    """

    x: Int
    calls: int
    proposals: Float
    probability_best: Float
    was_best: NDArray[np.bool_]


def structure(landscape: Landscape) -> Int:
    """Return the members of single tables and of those that the simulator couples, ``(I, 47, 3)``.

    In this order: 15 details, 15 pairs within a level, 12 pairs of a detail with its parent, 5 whole levels.
    """
    n = landscape.instances
    members = np.full((n, SIZE + LEVELS * DETAILS + SIZE - DETAILS + LEVELS, 3), NONE)
    members[:, :SIZE, 2] = np.arange(SIZE)
    within = [(DETAILS * k + i, DETAILS * k + j) for k in range(LEVELS) for i in range(DETAILS) for j in range(i)]
    members[:, SIZE : 2 * SIZE, 1:] = within
    child = np.arange(DETAILS, SIZE)
    members[:, 2 * SIZE : -LEVELS, 1] = landscape.parent[:, 1:].reshape(n, -1) + (child // DETAILS - 1) * DETAILS
    members[:, 2 * SIZE : -LEVELS, 2] = child
    members[:, -LEVELS:] = np.arange(SIZE).reshape(LEVELS, DETAILS)
    return members


def beliefs_of(landscape: Landscape, structured: bool, most: int) -> Beliefs:
    """Return what is believed before the first of `most` comparisons."""
    members = structure(landscape)
    if not structured:
        return Beliefs(Tables(members[:, :SIZE]), np.full(SIZE, DETAIL), OWN, LIKENESS, most)
    prior = np.repeat([DETAIL, WITHIN, PARENT, LEVEL], [SIZE, SIZE, SIZE - DETAILS, LEVELS])
    return Beliefs(Tables(members), prior, 0.0, LIKENESS, most)


def search(
    landscape: Landscape, budgets: tuple[int, ...], rng: np.random.Generator, structured: bool = False
) -> dict[int, Reading]:
    """Search all landscapes and read off where each budget of judge calls ends.

    Parameters
    ----------
    landscape
        The landscapes and their judge.
    budgets
        Judge calls.
    rng
        Source of proposals and verdicts.
    structured
        Give the model the tables that the simulator couples.

    Returns
    -------
    dict
        One reading a budget.
    """
    parts = [
        _search(landscape.part(slice(start, start + SIDE_BY_SIDE)), sorted(budgets), rng, structured)
        for start in range(0, landscape.instances, SIDE_BY_SIDE)
    ]
    return {
        budget: Reading(
            np.concatenate([p[budget].x for p in parts]),
            parts[0][budget].calls,
            np.concatenate([p[budget].proposals for p in parts]),
            np.concatenate([p[budget].probability_best for p in parts]),
            np.concatenate([p[budget].was_best for p in parts]),
        )
        for budget in sorted(budgets)
    }


def _search(landscape: Landscape, budgets: list[int], rng: np.random.Generator, structured: bool) -> dict[int, Reading]:
    cost = landscape.scenario.votes
    course = _Course(landscape, rng, structured, budgets[-1] // cost)
    readings = {}
    for budget in budgets:
        while (course.beliefs.comparisons + 1) * cost <= budget:
            course.step()
        readings[budget] = course.read()
    return readings


class _Course:
    """Some searches of one scenario under way."""

    def __init__(self, landscape: Landscape, rng: np.random.Generator, structured: bool, most: int) -> None:
        self.landscape, self.rng = landscape, rng
        self.beliefs = beliefs_of(landscape, structured, most)
        self.incumbent = self.beliefs.admit(rng.integers(0, VALUES, (landscape.instances, SIZE)))
        self.proposals = np.ones(landscape.instances)
        self.draws: list[Single] = []
        self.scaled = 0

    def step(self) -> None:
        """Propose, judge, learn."""
        if not self.draws:
            self._refit()
        b = self.beliefs
        x = b.x[np.arange(len(self.incumbent)), self.incumbent]
        y = self._challenger(x, self.draws.pop())
        place = b.admit(y)
        b.observe(self.incumbent, place, self.landscape.judge(x, y, self.rng))

    def read(self) -> Reading:
        """Report where every search stands."""
        b, rows = self.beliefs, np.arange(self.landscape.instances)
        if b.comparisons:
            b.fit(6, 1, self.rng)
        self.draws = []
        order = b.best()
        answer = order[:, 0]
        finals = order[:, :FINALISTS]
        standing = np.take_along_axis(b.repeated, finals, axis=1)
        mean, covariance = b.joint(finals)
        values, vectors = np.linalg.eigh(covariance.astype(np.float64))
        root = vectors * np.sqrt(np.maximum(values, 0))[:, None, :]
        drawn = root @ np.random.default_rng(1).standard_normal((*mean.shape, 1000)) + mean[:, :, None]
        best = np.where(standing[:, :, None], -np.inf, drawn).argmax(axis=1)
        hypotheses = b.x[rows[:, None], finals]
        truth = np.where(standing, -np.inf, self.landscape.reward(hypotheses))
        return Reading(
            b.x[rows, answer].copy(),
            b.comparisons * self.landscape.scenario.votes,
            self.proposals.copy(),
            (best == 0).mean(axis=1),
            truth[:, 0] >= truth.max(axis=1) - 1e-9,
        )

    def _refit(self) -> None:
        """Fit the model and draw as many utilities as will be asked for until the next time."""
        b = self.beliefs
        c = b.comparisons
        number = max(1, c // PATIENT)
        if max(UNSURE_UNTIL, 3 * self.scaled // 2) <= c <= SCALED_UNTIL:
            b.choose_scale()
            self.scaled = c
        drawn = b.fit(2, number, self.rng) if c else b.prior_draw(self.rng)
        tempered = b.mean[:, :, None] + np.float32(TEMPER if c < BOLD_FROM else BOLD) * (drawn - b.mean[:, :, None])
        self.draws = list(tempered.transpose(2, 0, 1))
        self.incumbent = b.best()[:, 0]

    def _challenger(self, x: Int, drawn: Single) -> Int:
        """Take the best of some screened single edits, or, under a noisy judge, build one freely."""
        b, n = self.beliefs, np.arange(len(x))
        free = b.tables.climb(drawn, x)
        gains = b.tables.gains(drawn, x).reshape(len(x), -1)
        out = self.rng.random(gains.shape) > SCREENED / (SIZE * (VALUES - 1))
        same = (np.arange(VALUES) == x[:, :, None]).reshape(len(x), -1)
        edit = np.where(same, -np.inf, np.where(out, gains - 1e6, gains)).argmax(axis=1)
        near = x.copy()
        near[n, edit // VALUES] = edit % VALUES
        if b.comparisons < UNSURE_UNTIL:
            share = np.full(len(x), 0.5)
        else:
            share = np.where(b.variance >= QUIET, 1.0 if b.comparisons < NEAR_UNTIL else LATER, 0.0)
        stay = self.rng.random(len(x)) < share
        stay = stay | (free == x).all(axis=1)
        self.proposals += np.where(stay, SCREENED, 1)
        return np.where(stay[:, None], near, free)
