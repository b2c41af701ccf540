"""A table that begins a campaign: which columns are parameters, which are outcomes, and which only records."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hypograph.models.campaigns.laboratory.column_roles import (
    RECORDS,
    VERDICT,
    excluded,
    is_better_low,
    is_outcome,
    is_pattern,
    is_place,
    labels_rows,
    names_rows,
    numbers_rows,
    repeats,
    spread_of,
    turned,
)
from hypograph.models.campaigns.laboratory.results import FAILED, column_of
from hypograph.models.campaigns.laboratory.structure_columns import structure_column, structures
from hypograph.models.campaigns.space.spelling import nearly_same
from hypograph.models.core.documents.campaigns import ObjectiveRecord, SpaceDocument, UnderstoodParameter
from hypograph.models.core.errors import InputError
from hypograph.models.core.tabular import Column, Decimal, RowProblem, Table, number, read_column
from hypograph.models.core.tabular.columns import KINDS

RANGE: Final = "range"
OWN: Final = 0.8  # share of rows with a number of their own above which a column looks measured or computed
SPARSE: Final = 0.5  # share of rows without a value above which a column is a label of groups, or a remark
FEWEST: Final = 3  # levels of a number from which on it may have been meant as a range
_TARGET: Final = re.compile(r"target=([^:]+):(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table is to be read, where its reader's own guess is not right.

    Attributes
    ----------
    objectives
        ``NAME``, ``max:NAME``, ``min:NAME`` or ``target=7.5:NAME``; none for the last column that can be one, of those
        whose name says that it is measured (yield, ee) where there are such.
    parameters
        Columns that are parameters; none for all that are no records.
    types
        ``number``, ``text`` or ``range`` by column: a range takes any number from the lowest to the highest.
    columns
        The table's headers by the names that the campaign is to use.
    decimal
        ``,`` or ``.``; None to tell it from each column.
    """

    objectives: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    decimal: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """What a table was understood to say.

    Attributes
    ----------
    parameters, objectives
        Rows of a campaign's definition.
    left_out
        Columns that are neither, with the reason.
    rows
        How many rows the table has.
    skipped
        Rows that lack a parameter or cannot be read.
    notes
        How cells and numbers were understood.
    """

    parameters: list[dict[str, Any]]
    objectives: list[ObjectiveRecord]
    left_out: dict[str, str]
    rows: int
    skipped: list[RowProblem]
    notes: list[str]

    @property
    def at_levels(self) -> list[str]:
        """Numeric parameters that are tried at the table's values only, never between: those with three or more."""
        return [p["name"] for p in self.parameters if len(p.get("values", ())) >= FEWEST]

    def definition(self) -> dict[str, Any]:
        """Return the mapping that `definition_from` reads."""
        return {"parameters": self.parameters, "objectives": self.objectives}

    def document(self) -> SpaceDocument:
        """Return what ``hypograph campaign new --dry-run --json`` prints."""
        return {
            "parameters": described(self.parameters),
            "at_levels": self.at_levels,
            "objectives": self.objectives,
            "left_out": [{"column": c, "reason": r} for c, r in self.left_out.items()],
            "rows": {"read": self.rows, "skipped": [{"row": p.row, "reason": p.reason} for p in self.skipped]},
            "notes": list(self.notes),
        }


def understand(table: Table, reading: Reading | None = None) -> Understood:
    """Tell parameters, outcomes and records of a table apart.

    Numbers become levels (a range where `types` says so), everything else options in the order in which they appear.
    Records (see `RECORDS`), columns of dates and columns without a name are no parameters unless they are named.

    Raises
    ------
    InputError
        If a named column is not there, or nothing is left for a parameter or an outcome.
    """
    reading = reading or Reading()
    for named in (*reading.parameters, *reading.types, *reading.columns.values()):
        _place(table, reading, named)
    if not reading.objectives and not reading.parameters and (name := turned(table)):
        raise InputError(
            f"{name!r} stands in the first column: the table seems to be turned",
            where=table.path,
            expected="a row for each experiment, a column for each parameter and outcome",
            hint="Turn it (in a spreadsheet: paste special, transpose), or name --objective and --parameters.",
        )
    if len(table.header) > 1 and all(number(h) is not None for h in table.header):
        raise InputError(
            "the first row holds numbers and no names",
            where=f"{table.path}, row {table.header_row}",
            expected="a header that names the columns",
            hint="Put a line of names above the numbers.",
        )
    notes = [*table.notes, *excluded(table)]
    goals = _goals(table, reading, notes)
    targets = {_place(table, reading, g["name"]) for g in goals}
    spelled = {header: name for name, header in reading.columns.items()}
    columns, left_out = dict[str, Column](), dict[str, str]()
    chosen = {_place(table, reading, n) for n in reading.parameters}
    for header in (h for h in table.header if h not in targets):
        if chosen and header not in chosen:
            left_out[header] = "not among the parameters that were named"
            continue
        found = _column(table, header, reading)
        if not chosen and (owner := structure_column(table, header)):
            left_out[header] = f"the structures of {owner}"
        elif reason := "" if chosen else _record(table, header, found, bool(reading.objectives)):
            left_out[header] = reason
        elif found.kind == "empty":
            left_out[header] = "it has no value"
        elif not chosen and (empty := sum(v is None for v in found.values)) > SPARSE * len(table.rows):
            left_out[header] = f"{empty} of {len(table.rows)} rows have no value: name it with --parameters"
        else:
            columns[header] = found
            if not chosen and is_outcome(header):
                notes.append(f"{header}: taken for a parameter though it looks measured; choose with --parameters")
    if not columns:
        raise InputError("no column is a parameter", where=table.path, expected="--parameters with their names")
    outcomes = dict[str, Column]()
    for g in goals:
        outcome = read_column(table, _place(table, reading, g["name"]), kind="number", decimal=reading.decimal)
        if outcome.unit:
            g["unit"] = outcome.unit
        outcomes[g["name"]] = outcome
    skipped = _skipped(table, columns, outcomes)
    notes += _doubts(table, columns, named=bool(chosen))
    kinds = _kinds(table, reading)
    parameters = [_parameter(spelled.get(h, h), c, kinds.get(h, "")) for h, c in columns.items()]
    for row, header in zip(parameters, columns, strict=True):
        row |= structures(table, header, row) if row.get("options") else {}
    return Understood(parameters, goals, left_out, len(table.rows) + len(table.problems), skipped, notes)


def _doubts(table: Table, columns: Mapping[str, Column], *, named: bool) -> list[str]:
    """Say what may be another thing than it was taken for; of columns that were named only how they were read."""
    notes = [
        n for h, c in columns.items() for n in (*c.notes, *nearly_same(h, (v for v in c.values if isinstance(v, str))))
    ]
    if named:
        return notes
    described = {structure_column(table, header) for header in table.header}
    notes += [
        f"{h}: every row has a name of its own; if it only labels the rows, choose the parameters with --parameters"
        for h, c in columns.items()
        if labels_rows(c) and h not in described
    ]
    if own := [h for h, c in columns.items() if _own_numbers(c)]:
        have = "has" if len(own) == 1 else "have"
        notes.append(
            f"{', '.join(own)} {have} another number in nearly every row: "
            "if measured or computed, not set, leave out by naming the parameters with --parameters"
        )
    return notes


def objective_from(text: str) -> ObjectiveRecord:
    """Read ``NAME``, ``max:NAME``, ``min:NAME`` or ``target=7.5:NAME``; any other colon belongs to the name.

    Raises
    ------
    InputError
        If the target is no number, or there is no name.
    """
    found: ObjectiveRecord
    way, sep, name = text.partition(":")
    if sep and way.strip() in {"max", "min"}:
        found = {"name": name.strip(), "direction": way.strip()}
    elif text.startswith("target=") and (target := _TARGET.match(text)):
        value = number(target[1])
        if value is None:
            raise InputError("the target is no number", where=text, expected="target=7.5:NAME")
        found = {"name": target[2].strip(), "direction": "target", "target": value}
    else:
        found = {"name": text.strip(), "direction": "max"}
    if not found["name"]:
        raise InputError("the objective has no name", where=text, expected="max:NAME, min:NAME or target=7.5:NAME")
    return found


def described(parameters: Sequence[Mapping[str, Any]]) -> list[UnderstoodParameter]:
    """Return parameters of a definition with their type, unit, and options or range."""
    found: list[UnderstoodParameter] = []
    for p in parameters:
        levels = p.get("options") or p.get("values")
        row: UnderstoodParameter = {
            "name": p["name"],
            "type": "text" if p.get("options") else "number",
            "unit": p.get("unit") or None,
        }
        if levels:
            row["options"] = list(levels)
        if not p.get("options"):
            ends = sorted(levels) if levels else [p.get("low"), p.get("high")]
            row["low"], row["high"] = ends[0], ends[-1]
        if p.get("scale"):
            row["scale"] = p["scale"]
        if p.get("costs"):
            row["costs"] = p["costs"]
        if p.get("cost"):
            row["cost"] = p["cost"]
        found.append(row)
    return found


def _goals(table: Table, reading: Reading, notes: list[str]) -> list[ObjectiveRecord]:
    if reading.objectives:
        goals = [objective_from(text) for text in reading.objectives]
        for g in goals:
            _place(table, reading, g["name"])
        return goals
    named = {_place(table, reading, n) for n in reading.parameters}
    free = [h for h in table.header if h not in named and h not in table.nameless and h.casefold() not in RECORDS]
    free = [h for h in free if read_column(table, h).kind != "date" and not spread_of(h, table.header)]
    free = [h for h in free if not VERDICT.fullmatch(h.strip())]
    if not free:
        raise InputError("no column is an outcome", where=table.path, expected="--objective max:COLUMN")
    spelled = {header: name for name, header in reading.columns.items()}
    measured = [h for h in free if is_outcome(h)]
    numeric = [h for h in free if any(v is not None for v in read_column(table, h, kind="number").values)]
    goal = ([h for h in measured if not is_better_low(h)] or measured or numeric or free)[-1]
    less = f", though its name says that less is wanted: --objective 'min:{goal}'" if is_better_low(goal) else ""
    if goal != free[-1] or len(measured) > 1 or less:
        notes.append(f"no objective was named: {goal} is taken and maximised{less}; name others with --objective")
    notes += [
        f"{', '.join(same)} look like repeats of one outcome, and only {goal} is used: give each a row"
        for same in repeats(measured)
    ]
    return [{"name": spelled.get(goal, goal), "direction": "max"}]


def _place(table: Table, reading: Reading, name: str) -> str:
    """Return the header that a name stands for.

    Raises
    ------
    InputError
        If there is none.
    """
    found = column_of(table, reading.columns.get(name, name))
    if found is None:
        raise InputError(f"no column {name!r}", where=table.path, expected=", ".join(table.header))
    return found


def _column(table: Table, header: str, reading: Reading) -> Column:
    kind = _kinds(table, reading).get(header)
    if kind is not None and kind not in (*KINDS, RANGE):
        raise InputError(f"no such type: {kind!r}", where=header, expected=", ".join((*KINDS, RANGE)))
    return read_column(table, header, kind="number" if kind == RANGE else kind, decimal=reading.decimal)


def _own_numbers(column: Column) -> bool:
    """Whether a column of numbers differs in nearly every row, as what is measured or computed does."""
    present = [v for v in column.values if v is not None]
    return column.kind == "number" and len(present) >= 20 and len(set(present)) > OWN * len(present)


def _kinds(table: Table, reading: Reading) -> dict[str, str]:
    return {_place(table, reading, n): kind for n, kind in reading.types.items()}


def _record(table: Table, header: str, found: Column, named: bool) -> str:
    """Say why a column is a record and no parameter; empty if it is one."""
    if header in table.nameless:
        return "it has no name"
    if header.casefold() in RECORDS:
        return "a record by its name"
    if found.kind == "date":
        return "dates"
    if numbers_rows(table, header, found):
        return "it counts the rows"
    if names_rows(header, found):
        return "it names the rows"
    if is_pattern(header, found):
        return "the levels of the factors as signs"
    if is_place(header, found):
        return "a place on a plate"
    if VERDICT.fullmatch(header.strip()):
        return "it says how an experiment went: write failed under status"
    if owner := spread_of(header, table.header):
        return f"the spread of {owner}"
    return "measured by its name, not set: name it with --objective" if is_outcome(header) and not named else ""


def _skipped(table: Table, columns: Mapping[str, Column], outcomes: Mapping[str, Column]) -> list[RowProblem]:
    faults: dict[int, list[str]] = {p.row: [p.reason] for p in table.problems}
    failures = {r.number for r in table.rows if any(isinstance(c, str) and c.casefold() == FAILED for c in r.cells)}
    for column in outcomes.values():
        for place, reason in column.problems:
            if place not in failures:
                faults.setdefault(place, []).append(reason)
    for header, column in columns.items():
        named = {p.row: p.reason for p in (*column.absent, *column.problems)}
        for i, row in enumerate(table.rows):
            if column.values[i] is None:
                faults.setdefault(row.number, []).append(named.get(row.number, f"no value for {header}"))
    return [RowProblem(row, "; ".join(reasons)) for row, reasons in sorted(faults.items())]


def _parameter(name: str, column: Column, kind: str) -> dict[str, Any]:
    present = [v for v in column.values if v is not None]
    if column.kind != "number":
        return {"name": name, "options": list(dict.fromkeys(str(v) for v in present))}
    levels = sorted({float(v) for v in present})
    if kind == RANGE and len(levels) < 2:
        raise InputError("one value makes no range", where=name, expected="a lowest and a highest value")
    row: dict[str, Any] = {"name": name}
    row |= {"low": levels[0], "high": levels[-1]} if kind == RANGE else {"values": levels}
    return row | ({"unit": column.unit} if column.unit else {})
