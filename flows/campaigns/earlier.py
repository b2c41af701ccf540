"""Earlier campaigns as knowledge for a new one: folders of campaigns, and tables of results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hypograph.flows.readers.tabular import read_table
from hypograph.graph.campaigns import folder as folders
from hypograph.models.campaigns.core.trials import Objective
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory.definition import Definition
from hypograph.models.campaigns.laboratory.results import column_of
from hypograph.models.campaigns.laboratory.table_definition import Reading, understand
from hypograph.models.campaigns.optimizers.earlier_results import EarlierResults, Task
from hypograph.models.core.errors import InputError
from hypograph.models.core.tabular import read_column


def earlier_results(paths: Sequence[Path], definition: Definition) -> EarlierResults:
    """Return what earlier campaigns and tables say of the options of a campaign.

    Parameters
    ----------
    paths
        Campaigns' folders, or tables with the campaign's first objective as a column.

    Raises
    ------
    InputError
        If one has no such outcome, or nothing that the campaign's options have in common with it.
    """
    goal = definition.objectives[0]
    if goal.target is not None:
        raise InputError("what is good says nothing of how high the outcome is", where=goal.name, expected="max or min")
    tasks = [_of_folder(p, goal) if p.is_dir() else _of_table(p, goal) for p in paths]
    found = EarlierResults.of(tasks)
    mine = {(p.name, o) for p in definition.space.parameters for o in p.options}
    if not mine & set(found.worths):
        names = ", ".join(p.name for p in definition.space.parameters if p.options) or "parameters with options"
        raise InputError(
            "no option in common", where=", ".join(t.name for t in tasks), expected=f"results over {names}"
        )
    return found


def _of_folder(path: Path, goal: Objective) -> Task:
    campaign = folders.load(path)
    own = next((o for o in campaign.definition.objectives if o.name.casefold() == goal.name.casefold()), None)
    if own is None:
        raise InputError(f"no outcome {goal.name!r}", where=str(path), expected="a campaign with the same objective")
    done = [e for e in live.fold(campaign.definition, campaign.events) if e.status == "done"]
    return Task(path.name, tuple(e.parameters for e in done), tuple(goal.utility(e.values[own.name]) for e in done))


def _of_table(path: Path, goal: Objective) -> Task:
    table = read_table(path)
    header = column_of(table, goal.name)
    if header is None:
        raise InputError(f"no column {goal.name!r}", where=str(path), expected="the campaign's first objective")
    found = understand(table, Reading((goal.name,)))
    values = read_column(table, header, kind="number").values
    columns = {p["name"]: read_column(table, column_of(table, p["name"]) or p["name"]).values for p in found.parameters}
    rows = [i for i, v in enumerate(values) if v is not None and all(c[i] is not None for c in columns.values())]
    points = tuple({name: column[i] for name, column in columns.items()} for i in rows)
    return Task(path.name, points, tuple(goal.utility(float(values[i] or 0.0)) for i in rows))
