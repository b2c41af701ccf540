"""Rows of a table of alloys: what each says, or why it is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hypograph.flows.readers.alloy_tables.columns import (
    Columns,
    amounts_of,
    basis_of,
    cell_text,
    find_columns,
    with_header,
)
from hypograph.flows.readers.alloy_tables.labels import LabelError, asks, read_labels
from hypograph.flows.readers.tabular import Cell, Row, Table, decimal_of, number, read_table
from hypograph.models.core.errors import InputError
from hypograph.models.evidence.alloys.composition import (
    MOST_RATIO,
    PERCENT_SLACK,
    Composition,
    from_amounts,
    read_composition,
)
from hypograph.models.evidence.alloys.notation import Basis, is_missing, plain, take_marks
from hypograph.models.evidence.alloys.phases import Label

# Two readings of one alloy agree where no element differs by more, in atomic percent.
SAME_ALLOY: Final = 1.0
SHOWN: Final = 8  # columns that are named before the others are counted
_BALANCE: Final = frozenset({"bal", "bal.", "balance", "rest", "rem", "rem.", "remainder", "base"})
# Fe-Co-Ni names a system; amounts beside it say which alloy of the system it is.
_SYSTEM: Final = re.compile(r"[A-Z][a-z]?(?:\s*[-–—/|,]\s*[A-Z][a-z]?)+")
_UNCERTAIN: Final = re.compile(r"\s*(?:±|\+/?-)\s*\d+(?:[.,]\d+)?\s*%?$")
_NOTHING: Final = frozenset({"-", "--", "0", "", "n.d.", "nd", "none", "nil"})


@dataclass(frozen=True, slots=True)
class AlloyRow:
    """What one row says.

    Attributes
    ----------
    row
        Line of the file or row of the sheet, titles and header counted.
    text
        The cell that names the composition, as it stands.
    phases
        One name a phase; empty where none is named.
    label
        `single`, `multi`, or None where the table does not say.
    state
        What the table says of processing and treatment.
    """

    row: int
    text: str
    composition: Composition
    phases: tuple[str, ...]
    label: Label | None
    state: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that was left out."""

    row: int
    text: str
    reason: str


@dataclass(frozen=True)
class AlloyReading:
    """A table of alloys as it was read.

    Attributes
    ----------
    notes
        How the table was understood.
    """

    path: str
    rows: list[AlloyRow]
    skipped: list[Skipped]
    notes: list[str]


def read_alloy_table(
    path: Path | str, *, columns: Mapping[str, str] | None = None, sheet: str | None = None
) -> AlloyReading:
    """Read a table of alloys; rows that have no single reading are left out with their reason.

    Parameters
    ----------
    columns
        Role → name of the column, where the names in the header do not tell.
    sheet
        Sheet of a workbook; None for the first.

    Raises
    ------
    MissingFileError, InputError
        If there is no such file, it is no table, or it has no column of compositions.
    """
    table = with_header(read_table(path, sheet=sheet, unique=False))
    found = find_columns(table, columns)
    if not table.rows and not table.problems:
        raise InputError("no rows stand below the header", where=table.path, expected="a row for each alloy")
    reader = _Reader(table, found)
    if not (found.phases or found.labels or found.flags):
        names = ", ".join(table.header[:12])
        reader.notes.append(f"no column of phases or labels among {names}: name it with --columns phase=NAME")
    rows: list[AlloyRow] = []
    skipped = [Skipped(p.row, "", p.reason) for p in table.problems]
    for row in table.rows:
        text = cell_text(row.cells[found.composition]) if found.composition is not None else ""
        try:
            composition = reader.composition(row, text)
            phases, label = read_labels(found, table.header, row)
        except (InputError, LabelError) as error:
            skipped.append(Skipped(row.number, text, _reason(error)))
            continue
        state = "; ".join(t for i in found.state if not is_missing(t := cell_text(row.cells[i])))
        rows.append(AlloyRow(row.number, text, composition, phases, label, state))
    skipped.sort(key=lambda s: s.row)
    said = [
        note
        for tier in (*found.labels, *found.phases)
        for i in tier
        if (note := asks(table.header[i], [cell_text(r.cells[i]) for r in table.rows])) and not found.single
    ]
    notes = [*table.notes, *found.notes, *reader.notes, *said, *_by_weight(found, rows), *_unused(table, found)]
    return AlloyReading(table.path, rows, skipped, notes)


def _by_weight(columns: Columns, rows: Sequence[AlloyRow]) -> list[str]:
    """Say that numbers before elements were read as weight percent, where nothing says of what they are."""
    if columns.composition is None or columns.basis is not None or columns.element_basis is not None:
        return []
    taken = [r for r in rows if r.composition.basis == "weight" and not take_marks(plain(r.text)).bases]
    if not taken:
        return []
    return [f"read as weight percent, as in Ti-6Al-4V: {taken[0].text} in row {taken[0].row}{_more(len(taken) - 1)}"]


def _unused(table: Table, columns: Columns) -> list[str]:
    """Say which columns were not read."""
    left = [table.header[i] for i in range(len(table.header)) if i not in columns.used()]
    return [f"not used: {', '.join(left[:SHOWN])}{_more(len(left) - SHOWN)}"] if left else []


def _more(n: int) -> str:
    return f", and {n} more" if n > 0 else ""


def _reason(error: InputError | LabelError) -> str:
    if isinstance(error, LabelError):
        return str(error)
    return f"{error.what}. {error.hint}" if error.hint else error.what


class _Reader:
    """Reads compositions from a column of formulas, from columns of elements, or from both where they agree."""

    def __init__(self, table: Table, columns: Columns) -> None:
        self.table, self.columns = table, columns
        self.marks = {
            i: decimal_of([c for r in table.rows if isinstance(c := r.cells[i], str)])[0] for i in columns.elements
        }
        self.notes: list[str] = []
        self.usual: float | None = None
        self.use_elements = bool(columns.elements)
        self.one_hot = self._one_hot()
        if self.use_elements and columns.composition is not None:
            self.use_elements = self._agree()
        self.usual = self._usual() if self.use_elements and not self.one_hot else None
        basis = columns.element_basis
        if self.use_elements and columns.composition is None and basis is None:
            self.notes.append("the columns of elements say neither at.% nor wt.%: read as atoms")

    def composition(self, row: Row, text: str) -> Composition:
        """Composition of a row."""
        where = f"{self.table.path}: row {row.number}"
        if not self.use_elements:
            return self._formula(row, text, where)
        try:
            formula = self._formula(row, text, where) if self.columns.composition is not None else None
        except InputError:
            formula = None
        if formula is not None and self.one_hot:
            named = {s for i, s in self.columns.elements.items() if cell_text(row.cells[i]) not in _NOTHING}
            if named != set(formula.elements):
                raise InputError("the formula and the columns of elements name different elements", where=where)
            return formula
        amounts = self._amounts(row, where)
        if formula is not None and _is_system(text, amounts):
            return amounts
        if formula is not None and not _same(formula, amounts):
            raise InputError("the formula and the columns of elements contradict each other", where=where)
        return formula or amounts

    def _formula(self, row: Row, text: str, where: str) -> Composition:
        values = {n: v for i, n in self.columns.variables.items() if (v := _number(row.cells[i])) is not None}
        ratio = self.columns.ratio
        told = cell_text(row.cells[ratio]) if ratio is not None else ""
        if is_missing(told):
            return read_composition(text, where, basis=self.columns.basis, variables=values)
        amounts = self._with_ratio(text, told, where)
        if any(c.isdigit() for c in plain(text)):
            formula = read_composition(text, where, basis=self.columns.basis, variables=values)
            if not _same(formula, amounts):
                raise InputError(f"the formula and the ratio {told!r} contradict each other", where=where)
        return amounts

    def _with_ratio(self, text: str, ratio: str, where: str) -> Composition:
        """Composition of elements that are named in one column, with their amounts in another."""
        symbols = re.findall(r"[A-Z][a-z]?", plain(text))
        read_composition("".join(symbols), where)  # refuses what is no element, or only one
        amounts = amounts_of(ratio)
        if len(amounts) != len(symbols) or len(set(symbols)) < len(symbols):
            raise InputError(
                f"{text!r} names {len(symbols)} elements and {ratio!r} {len(amounts)} amounts", where=where
            )
        basis = basis_of(self.table.header[self.columns.ratio or 0]) or self.columns.basis or "atomic"
        return from_amounts(dict(zip(symbols, amounts, strict=True)), basis, where)

    def _amounts(self, row: Row, where: str) -> Composition:
        amounts: dict[str, float] = {}
        rest = ""
        for i, symbol in self.columns.elements.items():
            cell = row.cells[i]
            cell = _UNCERTAIN.sub("", cell.strip()) if isinstance(cell, str) else cell
            text = plain(cell_text(cell)).rstrip("% ")
            if text.lower() in _BALANCE:
                if rest:
                    raise InputError(f"{rest} and {symbol} both take the rest", where=where)
                rest = symbol
            elif not (text.lower() in _NOTHING or is_missing(text)):
                value = _number(cell, self.marks[i])
                if value is None or value < 0:
                    raise InputError(f"the amount of {symbol}, {text!r}, is no number above 0", where=where)
                amounts[symbol] = value
        basis = self.columns.element_basis
        total = sum(amounts.values())
        if rest:
            if not 0 < total < 100 or basis is None:
                raise InputError(
                    f"{rest} takes the rest, but of what is not said", where=where, hint="Say at.% or wt.%."
                )
            amounts[rest] = 100 - total
        elif not total:
            raise InputError("no composition is given", where=where)
        elif (basis and total > MOST_RATIO and abs(total - 100) > PERCENT_SLACK) or _misses(total, self.usual):
            raise InputError(f"the amounts sum to {total:g} and not to {self.usual or 100:g}", where=where)
        kind: Basis = basis or "atomic"
        return from_amounts(amounts, kind, where)

    def _usual(self) -> float | None:
        """1 or 100 where the amounts of most rows sum to it."""
        totals = [
            sum(_number(r.cells[i], self.marks[i]) or 0.0 for i in self.columns.elements) for r in self.table.rows[:500]
        ]
        for whole in (1.0, 100.0):
            if 2 * sum(not _misses(t, whole) and abs(t - whole) <= 0.2 * whole for t in totals) >= len(totals):
                return whole
        return None

    def _one_hot(self) -> bool:
        """Whether columns of elements only mark which are there."""
        cells = [cell_text(r.cells[i]) for r in self.table.rows[:200] for i in self.columns.elements]
        return bool(cells) and all(c in ("0", "1", "") for c in cells) and self.columns.element_basis is None

    def _agree(self) -> bool:
        """Whether columns that look like elements are: most rows that have a formula agree with them."""
        same = other = 0
        use, self.use_elements = self.use_elements, True
        for row in self.table.rows[:200]:
            text = cell_text(row.cells[self.columns.composition or 0])
            where = f"row {row.number}"
            try:
                formula = self._formula(row, text, where)
            except InputError:
                continue
            try:
                if self.one_hot:
                    named = {s for i, s in self.columns.elements.items() if cell_text(row.cells[i]) not in _NOTHING}
                    agrees = named == set(formula.elements)
                else:
                    amounts = self._amounts(row, where)
                    agrees = _is_system(text, amounts) or _same(formula, amounts)
            except InputError:
                agrees = False
            same, other = same + agrees, other + (not agrees)
        self.use_elements = use
        if other > same:
            names = ", ".join(self.columns.elements.values())
            self.notes.append(f"the columns {names} do not agree with the formulas: taken for no amounts of elements")
        return same >= other


def _is_system(text: str, amounts: Composition) -> bool:
    """Whether a text names elements alone, ``Fe-Co-Ni``, and the amounts are of these or some of these."""
    named = plain(text).strip()
    return bool(_SYSTEM.fullmatch(named)) and set(amounts.elements) <= set(re.findall(r"[A-Z][a-z]?", named))


def _number(cell: Cell, mark: object = None) -> float | None:
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return float(cell)
    return number(cell.strip().rstrip("% "), "," if mark == "," else None)


def _misses(total: float, usual: float | None) -> bool:
    """Whether a sum is a slip: near to what the others are, or percent that miss 100; a small one is a ratio."""
    if usual is None or abs(total - usual) <= 0.01 * PERCENT_SLACK * usual:
        return False
    return abs(total - usual) <= 0.2 * usual or (total > MOST_RATIO and usual == 100)


def _same(a: Composition, b: Composition) -> bool:
    one, two = a.atomic_percent, b.atomic_percent
    return all(abs(one.get(e, 0.0) - two.get(e, 0.0)) <= SAME_ALLOY for e in {*one, *two})


def document(reading: AlloyReading) -> dict[str, object]:
    """The reading as the command `evidence read` prints it."""
    rows: Sequence[dict[str, object]] = [
        {
            "row": r.row,
            "text": r.text,
            "atomic_percent": r.composition.atomic_percent,
            "phases": list(r.phases),
            "label": r.label,
            "state": r.state or None,
            "basis": r.composition.basis,
        }
        for r in reading.rows
    ]
    skipped = [{"row": s.row, "text": s.text, "reason": s.reason} for s in reading.skipped]
    return {"file": reading.path, "rows": rows, "skipped": skipped, "notes": reading.notes}
