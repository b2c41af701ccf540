"""Campaigns on a table, through the optimizers of a laboratory: the same starts and seed give the same experiments.

The shipped methods run many campaigns at once; any other method is asked for one experiment at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hypograph.flows.readers.reaction_tables import ReactionTable
from hypograph.models.campaigns.bayes.lockstep import lockstep
from hypograph.models.campaigns.core.trials import Objective, Trial
from hypograph.models.campaigns.optimizers.registry import Method, make_optimizer
from hypograph.models.campaigns.optimizers.space_filling import random_pick
from hypograph.models.campaigns.space.candidates import spread
from hypograph.models.campaigns.space.space import Point, Space, space_from
from hypograph.models.core.tabular import number

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SPARE = 4  # points of a sequence looked at for each experiment: some were tried, some are in no row


def table_space(table: ReactionTable) -> Space:
    """Return the space of a table as a laboratory would write it: columns of numbers are values."""
    rows: list[dict[str, object]] = []
    for name, options in zip(table.parameters, table.options, strict=True):
        values = [number(o) for o in options]
        if all(v is not None for v in values):
            rows.append({"name": name, "values": [float(v) for v in values if v is not None]})
        else:
            rows.append({"name": name, "options": list(options)})
    return space_from({"parameters": rows})


def canonical_rows(table: ReactionTable) -> Ints:
    """Return the table's rows in the order of a laboratory's candidates: names by letters, numbers by size."""
    keys = []
    for j, options in enumerate(table.options):
        values = [number(o) for o in options]
        numeric = all(v is not None for v in values)
        order = sorted(range(len(options)), key=lambda i: values[i] if numeric else options[i])  # type: ignore[arg-type,return-value]
        rank = np.empty(len(options), dtype=np.int64)
        rank[order] = np.arange(len(options))
        keys.append(rank[table.pool[:, j]])
    return np.lexsort(keys[::-1])


def run_table(
    method: Method,
    table: ReactionTable,
    values: Floats,
    starts: Ints,
    budget: int,
    seeds: Sequence[int],
    *,
    utility: Floats | None = None,
    similarity: Sequence[Floats | None] | None = None,
    descriptors: Sequence[Floats | None] = (),
) -> Ints:
    """Run a method on a table; rows tried, shape ``(s, budget)``."""
    if method.name == "random":
        return run_random(table, starts, budget, seeds)
    if method.name == "sobol":
        return run_sobol(table, starts, budget, seeds)
    if method.name in {"bo", "hybrid"}:
        return run_bayesian(
            table, values, starts, budget, seeds, utility=utility, similarity=similarity, descriptors=descriptors
        )
    return run_asked(method, table, values, starts, budget, seeds)


def run_asked(
    method: Method, table: ReactionTable, values: Floats, starts: Ints, budget: int, seeds: Sequence[int]
) -> Ints:
    """Ask a method for one experiment after the other; a suggestion that is no row stands for the nearest one left."""
    space, codes = table_space(table), _codes(table)
    # Rows hold the outcome as a utility: more is better.
    goal = Objective(table.objective)
    found = []
    for start, seed in zip(starts, seeds, strict=True):
        optimizer = make_optimizer(method, space, [goal], initial=starts.shape[1], seed=seed)
        rows = [int(r) for r in start]
        while len(rows) < budget:
            done = [
                Trial(f"e{i}", _point(space, table, r), "done", {goal.name: float(values[r])})
                for i, r in enumerate(rows)
            ]
            asked = optimizer.ask(done, 1)[0].parameters
            wanted = np.array([c[asked[p.name]] for c, p in zip(codes, space.parameters, strict=True)])
            apart = (table.pool != wanted).sum(1)
            apart[rows] = table.pool.shape[1] + 1
            rows.append(int(apart.argmin()))
        found.append(rows)
    return np.array(found)


def run_bayesian(
    table: ReactionTable,
    values: Floats,
    starts: Ints,
    budget: int,
    seeds: Sequence[int],
    *,
    utility: Floats | None = None,
    similarity: Sequence[Floats | None] | None = None,
    descriptors: Sequence[Floats | None] = (),
) -> Ints:
    """Run `bo`, or `hybrid` with a source's utility or similarity; rows tried, shape ``(s, budget)``."""
    order = canonical_rows(table)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    picks = lockstep(
        table.pool[order],
        values[order],
        place[starts],
        budget,
        seed=seeds,
        utility=None if utility is None else utility[..., order],
        similarity=similarity,
        levels=table.levels,
        descriptors=descriptors,
    )
    return order[picks]


def run_random(table: ReactionTable, starts: Ints, budget: int, seeds: Sequence[int]) -> Ints:
    """Draw rows at random after the starts."""
    order, found = canonical_rows(table), []
    for start, seed in zip(starts, seeds, strict=True):
        rows = [int(r) for r in start]
        free = ~np.isin(order, rows)
        while len(rows) < budget:
            left = order[free]
            rows.append(int(left[random_pick(len(left), 1, seed, len(rows))[0]]))
            free[order == rows[-1]] = False
        found.append(rows)
    return np.array(found)


def run_sobol(table: ReactionTable, starts: Ints, budget: int, seeds: Sequence[int]) -> Ints:
    """Follow a Sobol' sequence after the starts; a point that is no row stands for the nearest one not yet tried."""
    space = table_space(table)
    index = {tuple(int(i) for i in row): r for r, row in enumerate(table.pool)}
    codes = _codes(table)

    def code(point: Point) -> tuple[int, ...]:
        return tuple(c[point[p.name]] for c, p in zip(codes, space.parameters, strict=True))

    found = []
    for start, seed in zip(starts, seeds, strict=True):
        rows = [int(r) for r in start]
        tried = {tuple(int(i) for i in table.pool[r]) for r in rows}
        for wanted in map(code, spread(space, SPARE * budget + len(rows), seed)):
            if len(rows) >= budget:
                break
            if wanted in tried:
                continue
            tried.add(wanted)
            row = index.get(wanted)
            if row is None:
                apart = (table.pool != np.array(wanted)).sum(1)
                apart[rows] = len(wanted) + 1
                row = int(apart.argmin())
                tried.add(tuple(int(i) for i in table.pool[row]))
            rows.append(row)
        left = np.setdiff1d(canonical_rows(table), rows)
        found.append([*rows, *left[: budget - len(rows)].tolist()])
    return np.array(found)


def _codes(table: ReactionTable) -> list[dict[object, int]]:
    """Return for each parameter the number of each of its levels."""
    space = table_space(table)
    return [
        {_level(space, name, o): i for i, o in enumerate(options)}
        for name, options in zip(table.parameters, table.options, strict=True)
    ]


def _point(space: Space, table: ReactionTable, row: int) -> Point:
    return {
        name: _level(space, name, options[i])
        for name, options, i in zip(table.parameters, table.options, table.pool[row], strict=True)
    }


def _level(space: Space, name: str, option: str) -> object:
    value = number(option)
    return option if space[name].options or value is None else value
