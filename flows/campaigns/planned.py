"""Campaigns on a table with knowledge: experiments that a planner names one by one, options that a scorer rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypograph.flows.readers.reaction_tables import ReactionTable
from hypograph.models.campaigns.core.trials import Objective, Trial
from hypograph.models.campaigns.optimizers.registry import make_optimizer
from hypograph.models.campaigns.space.space import space_from
from hypograph.models.core.protocols import OptionScorer, Planner, PlanningContext

MISSES = 3  # combinations the table does not hold that a planner may name before a row is drawn at random


def elicited(table: ReactionTable, scorer: OptionScorer, *, blind: bool = False) -> NDArray[np.float64]:
    """Rate every row of a table by its options, a question an option.

    Parameters
    ----------
    table
        The table; its outcomes are not looked at.
    scorer
        Rates the options of one parameter.
    blind
        Show codes instead of names.

    Returns
    -------
    ndarray
        Sum of the options' utilities, shape ``(m,)``.
    """
    total = np.zeros(len(table.pool))
    for j, (name, options) in enumerate(zip(table.parameters, table.options, strict=True)):
        shown = [f"option {i + 1}" for i in range(len(options))] if blind else list(options)
        label = f"parameter {j + 1}" if blind else name
        total += scorer.utilities(f"{table.goal} {table.objective}", label, shown)[table.pool[:, j]]
    return total


def alike(
    table: ReactionTable, scorer: OptionScorer, *, blind: bool = False
) -> list[NDArray[np.float64] | None] | None:
    """Ask a source how alike the options of each parameter are; None where it says nothing of any."""
    found: list[NDArray[np.float64] | None] = []
    for j, (name, options) in enumerate(zip(table.parameters, table.options, strict=True)):
        shown = [f"option {i + 1}" for i in range(len(options))] if blind else list(options)
        label = f"parameter {j + 1}" if blind else name
        matrix = np.asarray(scorer.similarities(f"{table.goal} {table.objective}", label, shown), dtype=float)
        found.append(matrix if np.abs(matrix - np.eye(len(matrix))).max() > 1e-9 else None)
    return found if any(m is not None for m in found) else None


def planned(
    table: ReactionTable,
    values: NDArray[np.float64],
    start: NDArray[np.int64],
    budget: int,
    planner: Planner,
    *,
    seed: int = 0,
    blind: bool = False,
    entropy_target: float | None = None,
    tell: Callable[[int], None] = lambda done: None,
) -> tuple[NDArray[np.int64], list[str]]:
    """Run one campaign whose experiments a planner names, with all results before it in view.

    Parameters
    ----------
    table
        Parameters, options and rows.
    values
        Outcome of each row, larger is better, shape ``(m,)``.
    start
        Rows tried first, shape ``(initial,)``.
    budget
        Experiments in all.
    planner
        Names the next experiments.
    seed
        Fixes the planner's samples.
    blind, entropy_target
        As for `LanguageOptimizer`.
    tell
        Called with the number of experiments after each.

    Returns
    -------
    picks
        Rows in the order tried, shape ``(budget,)``.
    reasons
        Why each was tried; of a combination that the table does not hold nothing is learnt and nothing is charged.
    """
    space = space_from({"parameters": [
        {"name": n, "options": list(o)} for n, o in zip(table.parameters, table.options, strict=True)
    ]})  # fmt: skip
    context = PlanningContext("" if blind else told_of(table))
    index = {tuple(int(i) for i in combination): row for row, combination in enumerate(table.pool)}
    place = [{o: i for i, o in enumerate(options)} for options in table.options]
    rng = np.random.default_rng([seed, 7])
    picks = [int(r) for r in start]
    reasons = ["drawn at random without repetition"] * len(picks)
    trials = [_trial(table, values, row, i) for i, row in enumerate(picks)]
    while len(picks) < budget:
        row, why = None, ""
        for _ in range(MISSES):
            optimizer = make_optimizer(
                "llm", space, (Objective(table.objective),), seed=seed, planner=planner, blind=blind,
                entropy_target=entropy_target, context=replace(context, left=budget - len(picks)),
            )  # fmt: skip
            wanted = optimizer.ask(trials, 1)[0]
            key = tuple(place[j][str(wanted.parameters[n])] for j, n in enumerate(table.parameters))
            row, why = index.get(key), wanted.reason
            if row is not None:
                break
            trials.append(Trial(f"x{len(trials)}", dict(wanted.parameters), "failed"))
        if row is None:
            free = np.setdiff1d(np.arange(len(table.pool)), picks)
            row, why = (
                int(rng.choice(free)),
                "the plans named combinations that the table does not hold: drawn at random",
            )
        picks.append(row)
        reasons.append(why)
        trials.append(_trial(table, values, row, len(trials)))
        tell(len(picks))
    return np.array(picks, dtype=np.int64), reasons


def told_of(table: ReactionTable) -> str:
    """Say what is done in an experiment, as far as the table tells: its name and where it comes from."""
    source = "" if table.origin.startswith(table.name) else table.origin
    return ": ".join(filter(None, (table.name.replace("_", " "), source)))


def _trial(table: ReactionTable, values: NDArray[np.float64], row: int, i: int) -> Trial:
    return Trial(f"e{i}", table.point(row), "done", {table.objective: float(values[row])})


def planned_all(
    table: ReactionTable,
    values: NDArray[np.float64],
    starts: NDArray[np.int64],
    budget: int,
    planner: Planner,
    *,
    seeds: Sequence[int],
    tell: Callable[[int, int], None] = lambda campaign, done: None,
    **options: Any,
) -> tuple[NDArray[np.int64], list[list[str]]]:
    """Run `planned` for each row of starts ``(s, initial)``; picks ``(s, budget)`` and the reasons of each.

    `tell` hears the campaign's number and how many experiments it has, after each.
    """
    found: Sequence[tuple[NDArray[np.int64], list[str]]] = [
        planned(table, values, start, budget, planner, seed=seed, tell=partial(tell, i), **options)
        for i, (start, seed) in enumerate(zip(starts, seeds, strict=True))
    ]
    return np.stack([picks for picks, _ in found]), [reasons for _, reasons in found]
