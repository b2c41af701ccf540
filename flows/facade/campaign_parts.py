"""Parts of a campaign in Python: results told in rows, and the figure of its outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory import progress
from hypograph.models.campaigns.laboratory.definition import Definition
from hypograph.models.campaigns.laboratory.results import outcome_events
from hypograph.models.core.errors import InputError
from hypograph.models.core.tabular import Table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


def recorded(
    definition: Definition,
    events: Sequence[live.Event],
    results: pd.DataFrame | Sequence[Mapping[str, object]],
    *,
    again: bool = False,
) -> list[dict[str, object]]:
    """Return the events that record rows of results, as ``campaign record --csv`` takes those of a file.

    Raises
    ------
    InputError
        Naming the row that cannot be recorded.
    """
    if isinstance(results, str | bytes | Path):
        expected = "a data frame or records; `hypograph campaign record --csv` reads files"
        raise InputError("the name of a file", where="tell", expected=expected)
    rows: Sequence[Mapping[str, object]]
    rows = results if isinstance(results, Sequence) else results.reset_index().to_dict("records")
    return outcomes_of(definition, events, Table.of_records(rows, "tell"), again=again)


def outcomes_of(
    definition: Definition, events: Sequence[live.Event], table: Table, *, again: bool = False
) -> list[dict[str, object]]:
    """Return the events that record a table's rows; a row without an outcome is left out.

    Raises
    ------
    InputError
        Naming the first row that cannot be recorded.
    """
    found = outcome_events(definition, events, table, again=again)
    if found.problems:
        row, reason = min(found.problems)
        raise InputError(reason, where=f"row {row}", expected="rows that can all be recorded")
    return found.events


def outcomes_figure(definition: Definition, events: Sequence[live.Event]) -> Figure:
    """Draw outcomes in order with the best so far, for the first objective."""
    from matplotlib.figure import Figure as NewFigure

    first = definition.objectives[0]
    rows = [r for r in progress.progress(definition, events) if r.experiment.status == "done"]
    figure = NewFigure(figsize=(6, 3.5), layout="constrained")
    axes = figure.subplots()
    count = range(1, len(rows) + 1)
    axes.plot(count, [r.experiment.values[first.name] for r in rows], "o", color="#888888", label="outcome")
    best = [float(r.best_so_far or 0.0) for r in rows]
    axes.step(count, best, where="post", color="#2a7f62", label="best so far")
    axes.set_xlabel("experiment")
    axes.set_ylabel(f"{first.name} ({first.unit})" if first.unit else first.name)
    axes.set_title(definition.name)
    axes.legend()
    return figure
