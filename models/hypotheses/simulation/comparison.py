"""Strategies compared on simulated landscapes at equal judge calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypograph.models.core.errors import InputError
from hypograph.models.hypotheses.simulation.landscape import SCENARIOS, Landscape
from hypograph.models.hypotheses.simulation.our_course import search
from hypograph.models.hypotheses.simulation.strategies import AS_PRINTED, PUBLISHED, Course

Float = NDArray[np.float64]

OURS = ("ours", "ours-structured")
STRATEGIES = (*OURS, *PUBLISHED)
KNOWN = (*STRATEGIES, *AS_PRINTED)


@dataclass(frozen=True)
class Cell:
    """One strategy in one scenario at one budget; arrays are over instances.

    `probability_best` and `was_best` are what the strategy stated of its answer and whether it was so; None for
    strategies that state nothing.
    """

    scenario: str
    budget: int
    strategy: str
    score: Float
    calls: float
    proposals: float
    probability_best: Float | None = None
    was_best: NDArray[np.bool_] | None = None


def check_names(
    names: Sequence[str], known: Sequence[str], what: str, among_all: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Return the names in the order given, `all` spelled out as `among_all`, or as every known name.

    Raises
    ------
    InputError
        If a name is not known.
    """
    if list(names) == ["all"]:
        return tuple(known if among_all is None else among_all)
    for name in names:
        if name not in known:
            raise InputError(f"no such {what}: {name!r}", where=what, expected=", ".join(known) + ", or all")
    return tuple(dict.fromkeys(names))


def simulate(
    scenarios: Sequence[str],
    budgets: Sequence[int],
    strategies: Sequence[str],
    instances: int,
    seed: int,
    tell: Callable[[str], None] = lambda text: None,
) -> list[Cell]:
    """Run strategies on landscapes; every strategy gets the same landscapes.

    Parameters
    ----------
    scenarios, strategies
        Names; the cells come in this order.
    budgets
        Judge calls. One comparison costs as many calls as the scenario's judge has votes.
    instances
        Landscapes a scenario.
    seed
        Seed of landscapes, proposals and verdicts.
    tell
        Called with a line of progress.

    Returns
    -------
    list of Cell
    """
    cells = []
    for scenario in scenarios:
        landscape = Landscape(SCENARIOS[scenario], instances, seed)
        found: dict[tuple[str, int], Cell] = {}
        for strategy in strategies:
            tell(f"scenario {scenario}: {strategy}")
            for cell in _run(landscape, strategy, tuple(sorted(set(budgets))), seed):
                found[strategy, cell.budget] = cell
        cells += [found[s, b] for b in dict.fromkeys(budgets) for s in strategies]
    return cells


def _run(landscape: Landscape, strategy: str, budgets: tuple[int, ...], seed: int) -> list[Cell]:
    name = landscape.scenario.name
    place = KNOWN.index(strategy)
    if strategy in OURS:
        rng = np.random.default_rng([seed, ord(name), place])
        readings = search(landscape, budgets, rng, structured=strategy == "ours-structured")
        return [
            Cell(
                name,
                budget,
                strategy,
                landscape.score(r.x[:, None])[:, 0],
                float(r.calls),
                float(r.proposals.mean()),
                r.probability_best,
                r.was_best,
            )
            for budget, r in readings.items()
        ]
    cells = []
    for budget in budgets:
        course = Course(landscape, budget, np.random.default_rng([seed, ord(name), place, budget]))
        x = (PUBLISHED | AS_PRINTED)[strategy](course)
        score = landscape.score(x[:, None])[:, 0]
        cells.append(Cell(name, budget, strategy, score, float(course.calls.mean()), float(course.proposals.mean())))
    return cells
