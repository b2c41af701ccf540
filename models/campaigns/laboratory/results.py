"""Outcomes of a laboratory's campaign as a table: good rows become events, of a bad one is said what is wrong.

A row is found by its id, or by its parameters: then it is the awaited experiment of that point, or somebody's own. A
sheet that has grown may be recorded again: rows that are recorded already, as often as they were, are no news.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.space.candidates import identity
from hypograph.models.campaigns.space.space import Point
from hypograph.models.core.errors import InputError
from hypograph.models.core.tabular import Column, Decimal, RowProblem, Table, as_text, header_unit, missing, read_column

FAILED = "failed"


@dataclass(slots=True)
class Recorded:
    """What became of a table's rows.

    Attributes
    ----------
    events
        To be appended to the campaign.
    problems
        Rows that could not be taken, with what is wrong.
    already
        How many rows say what the campaign knows.
    plans
        How many rows have no outcome yet.
    notes
        How the table was understood.
    """

    events: list[dict[str, Any]] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    already: int = 0
    plans: int = 0
    notes: list[str] = field(default_factory=list)

    def sentences(self, where: str) -> list[str]:
        """Return the problems as one line each, in the order of the rows."""
        return [f"{where}, row {row}: {reason}" for row, reason in sorted(self.problems)]


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    id: str
    parameters: dict[str, Any]
    values: dict[str, float]
    failed: bool
    note: str


def outcome_events(
    definition: live.Definition,
    events: Sequence[live.Event],
    table: Table,
    *,
    names: Mapping[str, str] | None = None,
    decimal: Decimal | None = None,
    again: bool = False,
) -> Recorded:
    """Read outcomes from a table.

    Parameters
    ----------
    events
        What happened in the campaign before.
    names
        Columns of the table by the campaign's names, where they differ.
    decimal
        Decimal mark of all columns; None to tell it from each.
    again
        Take rows that are recorded already as new experiments.

    Raises
    ------
    InputError
        If the table has no column of an outcome, or neither ids nor all parameters.
    """
    found = Recorded(problems=list(table.problems), notes=list(table.notes))
    rows = _rows(definition, table, names or {}, decimal, found)
    book = _Book(definition, live.fold(definition, events), again)
    for row in rows:
        try:
            event, news = book.event(row)
        except InputError as error:
            found.problems.append(RowProblem(row.number, str(error)))
            continue
        found.already += not news
        if event is not None:
            found.events.append(event)
            if "parameters" in event and (why := definition.space.outside(event["parameters"])):
                found.notes.append(f"row {row.number}: {why}; recorded as what was done")
    return found


class _Book:
    """The campaign as it stands while rows are entered."""

    def __init__(self, definition: live.Definition, found: Sequence[live.Experiment], again: bool) -> None:
        self._definition, self._again = definition, again
        self._standing = {e.id: e for e in found}
        self._before: dict[tuple[str, ...], list[Mapping[str, float]]] = {}
        for e in found:
            if e.status in {"done", "failed"}:
                self._before.setdefault(identity(e.parameters), []).append(e.values)

    def event(self, row: _Row) -> tuple[dict[str, Any] | None, bool]:
        """Return the event of a row, None where there is none; and whether the row says anything new.

        Raises
        ------
        InputError
            With what is wrong.
        """
        if row.id in self._standing:
            return self._named(row)
        if row.id and len(row.parameters) < len(self._definition.space.parameters):
            if not row.values and not row.failed:
                return None, True
            known = ", ".join(list(self._standing)[-8:]) or "none yet"
            raise InputError("no such experiment", where=row.id, expected=known)
        if not row.values and not row.failed:
            return None, True
        point = self._definition.space.done(row.parameters)
        if not row.id and not self._again and self._seen(point, row):
            return None, False
        if not row.id:
            for e in self._awaited(point):
                if all(e.values.get(n, v) == v for n, v in row.values.items()):
                    return self._enter(e, row)
        id = row.id or f"e{live.fresh(self._standing)}"
        if row.failed:
            event = live.own_failure(id, point, row.note)
        else:
            event = live.own_outcome(self._definition, id, point, row.values, row.note)
        self._stand(live.Experiment(id, point, "pending", {}, "person", suggested=False), row)
        return event, True

    def _named(self, row: _Row) -> tuple[dict[str, Any] | None, bool]:
        """Enter a row by its id: the same outcome again is no news, another one is refused."""
        e = self._standing[row.id]
        for name, value in row.parameters.items():
            if not _same(self._definition.space[name].done(value), e.parameters.get(name)):
                raise InputError(f"{name} is {e.parameters.get(name)!r} there, not {value!r}", where=row.id)
        if not row.values and not row.failed:
            return None, True
        if e.status == "failed" and row.failed:
            return None, False
        if e.status == "done" and not row.failed:
            differs = [n for n, v in row.values.items() if e.values.get(n) != v]
            if not differs:
                return None, False
            was = e.values[differs[0]]
            raise InputError(
                f"{differs[0]} is {was:g} already, not {row.values[differs[0]]:g}", where=row.id, hint="Undo it first."
            )
        if e.status == "withdrawn":
            raise InputError("it was withdrawn", where=row.id)
        return self._enter(e, row)

    def _enter(self, e: live.Experiment, row: _Row) -> tuple[dict[str, Any] | None, bool]:
        if row.failed:
            if e.status != "pending":
                raise InputError(f"it is {e.status} already", where=e.id, hint="Undo it first.")
            self._stand(e, row)
            return {"event": "fail", "id": e.id, "note": row.note}, True
        if e.status == "pending" and all(e.values.get(n) == v for n, v in row.values.items()):
            return None, False
        event = live.outcome_of(self._definition, e, row.values, row.note)
        self._stand(e, row)
        return event, True

    def _stand(self, e: live.Experiment, row: _Row) -> None:
        values = {**e.values, **row.values}
        full = len(values) == len(self._definition.objectives)
        status = "failed" if row.failed else "done" if full else "pending"
        self._standing[e.id] = replace(e, status=status, values=values)

    def _awaited(self, point: Point) -> list[live.Experiment]:
        return [
            e for e in self._standing.values() if e.status == "pending" and identity(e.parameters) == identity(point)
        ]

    def _seen(self, point: Point, row: _Row) -> bool:
        """Tell a row that was recorded before this table, all or part of its outcomes, and count it off."""
        there = self._before.get(identity(point), [])
        given = {n: f"{v:.9g}" for n, v in row.values.items()}
        for k, values in enumerate(there):
            known = {n: f"{v:.9g}" for n, v in values.items()}
            if (not values) == row.failed and given.items() <= known.items():
                del there[k]
                return True
        return False


def _same(a: object, b: object) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return f"{a:.9g}" == f"{b:.9g}"
    return a == b


def _rows(
    definition: live.Definition, table: Table, names: Mapping[str, str], decimal: Decimal | None, found: Recorded
) -> list[_Row]:
    """Read the rows that can be entered; the others become problems, or plans."""
    goals = [o.name for o in definition.objectives]
    parameters = [p.name for p in definition.space.parameters]
    at = {n: c for n in (*goals, *parameters) if (c := column_of(table, names.get(n, n))) is not None}
    ids = column_of(table, "id")
    if not any(g in at for g in goals) or (ids is None and any(n not in at for n in parameters)):
        absent = [n for n in (*goals, *parameters) if n not in at]
        raise InputError(f"no column {absent[0]!r}", where=table.path, expected=", ".join(["id", *parameters, *goals]))
    columns: dict[str, Column] = {}
    found.notes += table.notes
    for o in (o for o in definition.objectives if o.name in at):
        columns[o.name] = read_column(table, at[o.name], kind="number", decimal=decimal, unit=o.unit)
    for p in (p for p in definition.space.parameters if p.name in at):
        kind = "text" if p.options else "number"
        columns[p.name] = read_column(table, at[p.name], kind=kind, decimal=decimal, unit=p.unit)
    faults: dict[int, list[str]] = {}
    for name, column in columns.items():
        found.notes += column.notes
        # A parameter that is missing is said below, once it is known whether it is needed.
        for row, reason in [*column.problems, *(column.absent if name in goals else ())]:
            reason = reason.removeprefix(f"{at[name]}: ")
            faults.setdefault(row, []).append(f"{name}: {reason}")
    failures = _failures(table, [at[n] for n in goals if n in at])
    status, note = (column_of(table, n) for n in ("status", "note"))
    told = {c: table.column(c) for c in (ids, status, note) if c is not None}
    rows = []
    for i, (number, _) in enumerate(table.rows):
        text = {c: as_text(cells[i]).strip() for c, cells in told.items() if not missing(cells[i])}
        given = {n: v for n in parameters if n in columns and (v := columns[n].values[i]) is not None}
        values = {n: float(v) for n in goals if n in columns and isinstance(v := columns[n].values[i], float)}
        failed = (text.get(status or "", "").casefold() == FAILED or number in failures) and not values
        id = text.get(ids or "", "")
        if number in faults and not (number in failures and failed and _only(faults[number], goals)):
            found.problems.append(RowProblem(number, "; ".join(faults[number])))
        elif not id and (absent := [n for n in parameters if n not in given]):
            found.problems.append(RowProblem(number, f"no value for {', '.join(absent)}"))
        else:
            found.plans += not values and not failed
            rows.append(_Row(number, id, given, values, failed, text.get(note or "", "")))
    return rows


def _failures(table: Table, outcomes: Sequence[str]) -> set[int]:
    """Rows of which an outcome's cell says that the experiment failed."""
    cells = [table.column(name) for name in outcomes]
    return {
        row.number
        for i, row in enumerate(table.rows)
        if any(isinstance(c[i], str) and str(c[i]).strip().casefold() == FAILED for c in cells)
    }


def _only(faults: Sequence[str], goals: Sequence[str]) -> bool:
    """Whether all faults of a row are of its outcomes."""
    return all(any(f.startswith(f"{g}:") for g in goals) for f in faults)


def column_of(table: Table, name: str) -> str | None:
    """Return the column of a name: as written, or but for capitals or a unit; None where there is none or several."""
    if name in table.header:
        return name
    for same in (str.casefold, lambda h: header_unit(h)[0].casefold()):
        alike = [h for h in table.header if same(h) == same(name)]
        if len(alike) == 1:
            return alike[0]
    return None
