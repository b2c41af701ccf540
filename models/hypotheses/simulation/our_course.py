"""Our search on the simulated landscapes: the engine behind the simulator's judge and proposer.

`ours` knows of single details and that near hypotheses are alike: nothing of the simulator's levels, coupling or
epistasis. `ours-structured` has tables for what the simulator couples. One run gives the results at every budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypograph.models.hypotheses.search.beliefs import Beliefs, Prior
from hypograph.models.hypotheses.search.engine import Engine
from hypograph.models.hypotheses.search.features import Float, Int
from hypograph.models.hypotheses.simulation.edits import Edits
from hypograph.models.hypotheses.simulation.landscape import DETAILS, LEVELS, SIZE, Landscape
from hypograph.models.hypotheses.simulation.utility_tables import NONE, Tables

# Prior variances, up to the scale that the evidence chooses: of a detail, of a hypothesis's own effect, and of
# a table where structure is known (pair within a level, with the parent, whole level).
DETAIL, OWN = 1.0, 2.0
WITHIN, PARENT, LEVEL = 0.3, 1.0, 0.3
LIKENESS = 0.8  # share of an own effect that survives a change of one detail
# Log-normal prior of a hypothesis's variance in squared log-odds: a simulated judge may be quiet or noisy.
USUAL, SPREAD = 6.0, 1.5
SIDE_BY_SIDE = 20  # landscapes searched at once: bounds the memory


@dataclass(frozen=True)
class Found:
    """Where searches end at a budget: answer, calls and proposals, each ``(I,)``.

    `probability_best` is what is stated for the answer among the finalists, `was_best` whether that was so.
    """

    x: Int
    calls: int
    proposals: Float
    probability_best: Float
    was_best: NDArray[np.bool_]


class LandscapeJudge:
    """The simulated judge of some landscapes; one comparison costs as many calls as it has votes."""

    def __init__(self, landscape: Landscape) -> None:
        self.landscape, self.cost = landscape, landscape.scenario.votes

    def judge(self, first: Int, second: Int, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Return whether the second is preferred."""
        return self.landscape.judge(first, second, rng)


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


def tables_of(landscape: Landscape, structured: bool) -> Tables:
    """Return the tables that the preference model is given."""
    members = structure(landscape)
    if not structured:
        return Tables(members[:, :SIZE], np.full(SIZE, DETAIL))
    return Tables(members, np.repeat([DETAIL, WITHIN, PARENT, LEVEL], [SIZE, SIZE, SIZE - DETAILS, LEVELS]))


def prior_of(structured: bool) -> Prior:
    """Return what is believed before the first comparison; a simulated judge has no order and no settled errors."""
    return Prior(0.0 if structured else OWN, LIKENESS, USUAL, SPREAD)


def search(
    landscape: Landscape, budgets: Sequence[int], rng: np.random.Generator, structured: bool = False
) -> dict[int, Found]:
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
        What was found at each budget.
    """
    budgets = sorted(budgets)
    parts = [
        _search(landscape.part(slice(start, start + SIDE_BY_SIDE)), budgets, rng, structured)
        for start in range(0, landscape.instances, SIDE_BY_SIDE)
    ]
    return {
        budget: Found(
            np.concatenate([p[budget].x for p in parts]),
            parts[0][budget].calls,
            np.concatenate([p[budget].proposals for p in parts]),
            np.concatenate([p[budget].probability_best for p in parts]),
            np.concatenate([p[budget].was_best for p in parts]),
        )
        for budget in budgets
    }


def _search(
    landscape: Landscape, budgets: Sequence[int], rng: np.random.Generator, structured: bool
) -> dict[int, Found]:
    judge, tables = LandscapeJudge(landscape), tables_of(landscape, structured)
    beliefs, edits = Beliefs(tables, prior_of(structured), budgets[-1] // judge.cost), Edits(tables)
    engine = Engine(beliefs, judge, edits, rng)
    found = {}
    for budget in budgets:
        while (beliefs.verdicts + 1) * judge.cost <= budget:
            engine.step()
        found[budget] = _found(engine, edits, landscape, judge.cost)
    return found


def _found(engine: Engine, edits: Edits, landscape: Landscape, cost: int) -> Found:
    reading, b = engine.read(), engine.beliefs
    hypotheses = b.x[engine.rows[:, None], reading.finalists]
    repeated = np.take_along_axis(b.repeated, reading.finalists, axis=1)
    truth = np.where(repeated, -np.inf, landscape.reward(hypotheses))
    best = truth[:, 0] >= truth.max(axis=1) - 1e-9
    return Found(reading.x, b.verdicts * cost, edits.proposals.copy(), reading.chance[:, 0], best)
