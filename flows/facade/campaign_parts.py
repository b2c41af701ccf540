"""Parts of a campaign in Python: results told in rows, and the figure of its outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory import progress
from hypograph.models.campaigns.laboratory.definition import Definition
from hypograph.models.core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


def recorded(
    definition: Definition, events: Sequence[live.Event], results: pd.DataFrame | Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the events that record rows of results; a row without an outcome is left out.

    Raises
    ------
    InputError
        Naming the row that cannot be recorded.
    """
    if isinstance(results, str | bytes | Path):
        expected = "a data frame or records; `hypograph campaign record --csv` reads files"
        raise InputError("the name of a file", where="tell", expected=expected)
    rows: Sequence[Mapping[str, Any]]
    rows = results if isinstance(results, Sequence) else results.reset_index().to_dict("records")
    goals = [o.name for o in definition.objectives]
    made: list[dict[str, Any]] = []
    for number, row in enumerate(rows, 1):
        values = {g: row[g] for g in goals if g in row and row[g] is not None and row[g] == row[g]}
        if not values:
            continue
        try:
            made.append(_recorded(definition, [*events, *made], row, values))
        except InputError as error:
            raise InputError(error.what, where=f"row {number}: {error.where}", expected=error.expected) from error
    return made


def _recorded(
    definition: Definition, history: Sequence[live.Event], row: Mapping[str, Any], values: Mapping[str, float]
) -> dict[str, Any]:
    if row.get("id"):
        return live.record(definition, history, str(row["id"]), values)
    names = [p.name for p in definition.space.parameters]
    return live.record_point(definition, history, {n: row[n] for n in names if n in row}, values)


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
