"""A column understood: numbers with their unit, names, truth values or dates; what does not fit is named by its row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from hypograph.models.core.errors import InputError
from hypograph.models.core.tabular.numbers import DATE, Decimal, decimal_of, mark_of, missing, number, split_unit
from hypograph.models.core.tabular.table import Cell, RowProblem, Table
from hypograph.models.core.tabular.units import convert, header_unit, parse_unit, same_unit

Kind = Literal["number", "text", "date", "boolean", "empty"]
Value = float | str | None
KINDS: Final = ("number", "text")
_ABOUT: Final = re.compile(
    r"\s*(?:[~≈<>≤≥∼]=?|ca\.?|circa|approx\.?|about|etwa)?\s*(\d.*?)"
    r"(?:\s*(?:±|\+/-|\+-|–|-|\bto\b|…|\.\.\.?)\s*(\d.*))?",
    re.IGNORECASE,
)
# What programs write for a number that is missing, and people for one that is to come.
_OPEN: Final = frozenset({"•", "●", ".", "*", "pending", "tbd", "in progress", "running"})
_OPENING: Final = frozenset("+-−–.,")  # what a number may begin with, beside digits


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table as it was understood.

    Attributes
    ----------
    values
        One a row of the table: a float, a text, or None for a missing value and for what could not be read.
    problems
        Cells of a column of numbers that are none, by row.
    absent
        Rows whose cell holds a missing value that somebody wrote: NaN or a spreadsheet's error.
    unit
        The unit of the numbers, from the header or behind them.
    """

    name: str
    kind: Kind
    values: list[Value]
    unit: str = ""
    decimal: Decimal | None = None
    problems: list[RowProblem] = field(default_factory=list)
    absent: list[RowProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_column(
    table: Table, name: str, *, kind: str | None = None, decimal: Decimal | None = None, unit: str = ""
) -> Column:
    """Understand a column of a table.

    Without `kind` a column is one of numbers when each of its cells is one; a single code (01, 1_0) or name makes it
    a column of names, as written. Numbers that all bear a unit are numbers in that unit.

    Parameters
    ----------
    kind
        ``number`` to read numbers in any case and name the cells that are none; ``text`` to keep what is written.
    decimal
        The decimal mark; None to tell it from the column, and where that does not tell, from the table.
    unit
        The unit that is wanted: values with another one of its kind are converted.

    Raises
    ------
    InputError
        If there is no such column, or `kind` is none of these.
    """
    if kind is not None and kind not in KINDS:
        raise InputError(f"no such type: {kind!r}", where=name, expected=", ".join(KINDS))
    cells = table.column(name)
    rows = [row.number for row in table.rows]
    absent = [
        RowProblem(n, f"{c!r} is no value")
        for n, c in zip(rows, cells, strict=True)
        if missing(c) and isinstance(c, str) and c.strip()
    ]
    present = [c for c in dict.fromkeys(cells) if not missing(c)]
    if not present:
        return Column(name, "empty", [None] * len(cells), header_unit(name)[1], absent=absent)
    if kind == "text":
        return Column(name, "text", _texts(cells), absent=absent)
    if all(isinstance(c, bool) for c in present) and kind is None:
        return Column(name, "boolean", _texts(cells), absent=absent)
    if kind is None and all(isinstance(c, str) and DATE.match(c) for c in present):
        return Column(name, "date", _texts(cells), absent=absent)
    found = _numbers(table, name, cells, rows, decimal, unit, forced=kind == "number")
    if found is None:
        return Column(name, "text", _texts(cells), absent=absent, notes=_mixed(name, cells, rows))
    found.absent.extend(absent)
    return found


def _mixed(name: str, cells: Sequence[Cell], rows: Sequence[int]) -> list[str]:
    """Say which cell makes a column names, where most cells are numbers or the header has a unit."""
    there = [(n, c) for n, c in zip(rows, cells, strict=True) if not missing(c)]
    names = {c for c in {c for _, c in there} if not _measure(c)}
    odd = [(n, c) for n, c in there if c in names]
    few, meant = 2 * len(odd) < len(there), bool(header_unit(name)[1]) or all(map(_about, names))
    if not odd or not (few or meant):
        return []
    return [f"{name}: read as names and not as numbers, because of {odd[0][1]!r} in row {odd[0][0]}"]


def _measure(cell: Cell) -> bool:
    """Whether a cell is a number, with a unit or without."""
    if not isinstance(cell, str):
        return not isinstance(cell, bool)
    digits, unit = split_unit(cell)
    return number(cell) is not None or (number(digits) is not None and parse_unit(unit) is not None)


def _about(cell: Cell) -> bool:
    """Whether a cell gives a number about, as ``~80``, ``ca. 60``, ``<5``, ``60-65`` or ``12 ± 3`` do."""
    found = _ABOUT.fullmatch(cell) if isinstance(cell, str) else None
    return found is not None and all(_measure(part.strip()) for part in found.groups() if part)


def _texts(cells: Sequence[Cell]) -> list[Value]:
    return [None if missing(c) else as_text(c) for c in cells]


def as_text(cell: Cell) -> str:
    """Return a cell as it is written: whole numbers without a point."""
    if isinstance(cell, float):
        return f"{int(cell)}" if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return "" if cell is None else str(cell)


def _numbers(
    table: Table,
    name: str,
    cells: Sequence[Cell],
    rows: Sequence[int],
    decimal: Decimal | None,
    unit: str,
    forced: bool,
) -> Column | None:
    """Read a column of numbers; None where a cell is none and numbers are not asked for."""
    texts = [c for c in cells if isinstance(c, str) and not missing(c)]
    notes = list[str]()
    typed = any(isinstance(c, int | float) and not isinstance(c, bool) for c in cells)
    if not forced and not typed and any(not (t[:1].isdigit() or t[:1] in _OPENING) for t in texts):
        return None
    if not table.separator and not forced and not typed and any(number(t) is not None for t in texts):
        return None  # a workbook's text cells stay text
    mark, unclear = (decimal, False) if decimal else decimal_of(set(texts))
    if unclear and not decimal and decimal_of(set(texts), ",")[0] == ",":  # the column leaves it to the others
        mark = _table_mark(table) or "."
    if unclear and mark is not None:
        example = next(t for t in dict.fromkeys(texts) if decimal_of([t])[1])
        notes.append(f"{name}: {example!r} is read as {number(split_unit(example)[0], mark)!r}")
    bare = header_unit(name)[1]
    own = bare if unit and bare and not same_unit(bare, unit) else ""  # the header's, where another one is wanted
    # Few cells differ: each spelling is read once. A float and a truth value that are equal are told apart.
    spelled = {key: _cell(key[1], mark, forced) for key in dict.fromkeys(zip(map(type, cells), cells, strict=True))}
    parsed = [spelled[type(c), c] for c in cells]
    units = Counter(p[1] for p in parsed if isinstance(p, tuple) and p[1])
    plain = sum(isinstance(p, tuple) and not p[1] for p in parsed)
    unknown = any(parse_unit(u) is None for u in units)
    # A few bare numbers among many with a unit are faults, not names.
    if not forced and (False in parsed or unknown or (plain > sum(units.values()) > 0 and not bare)):
        return None
    # Without a unit in the header, what most cells have is right; where as many have one as have none, both are named.
    bearing = sum(units.values())
    shown = unit or bare or (max(units, key=units.__getitem__) if bearing >= max(plain, 1) else "")
    needs = bearing >= max(plain, 1) and not bare and not unit
    alien = bearing <= plain and not bare and not unit
    found = Column(name, "number", [], shown, mark, notes=notes)
    converted = set[str]()
    for n, cell, p in zip(rows, cells, parsed, strict=True):
        p = (p[0], own) if own and isinstance(p, tuple) and not p[1] else p
        value, fault = _in_unit(p, shown, needs, alien, converted)
        if fault:
            found.problems.append(RowProblem(n, f"{name}: {cell!r} {fault}"))
        found.values.append(value)
    if converted:
        notes.append(f"{name}: {', '.join(sorted(converted))} converted to {shown}")
    return found


def _cell(cell: Cell, mark: Decimal | None, forced: bool) -> tuple[float, str] | bool | None:
    """Return a cell's number and unit; None where it is missing, False where it is no number."""
    if missing(cell):
        return None
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int | float):
        return float(cell), ""
    text = str(cell)
    if forced and text.casefold() in _OPEN:
        return None
    if (value := number(text, mark, codes=forced)) is not None:
        return value, ""
    digits, unit = split_unit(text)
    value = number(digits, mark, codes=forced) if digits and _like_unit(unit) else None
    return False if value is None else (value, unit)


def _like_unit(text: str) -> bool:
    """Whether what stands behind a number can be a unit: 45-50, 10±2 and 41^a are no numbers with one."""
    return text[:1] not in "-–+±~<>=:^*[(†‡§#" and any(c.isalpha() or c in "%°‰℃Ω" for c in text)


def _in_unit(
    parsed: tuple[float, str] | bool | None, shown: str, needs: bool, alien: bool, converted: set[str]
) -> tuple[float | None, str]:
    """Return a value in the unit of the column, or what is wrong with it."""
    if parsed is None:
        return None, ""
    if isinstance(parsed, bool):
        return None, "is no number"
    value, unit = parsed
    if not unit:
        return (None, f"has no unit; the others have {shown}") if needs else (value, "")
    if alien:
        return None, "has a unit; the others have none" if parse_unit(unit) is not None else "is no number"
    if same_unit(unit, shown):
        return value, ""
    changed = convert(value, unit, shown)
    if changed is None:
        return None, f"has another unit than {shown}"
    converted.add(unit)
    return changed, ""


def _table_mark(table: Table) -> Decimal | None:
    """Return the decimal mark that the whole table shows, None where it shows none or both."""
    marks = set[Decimal]()
    for text in {c for row in table.rows[:2000] for c in row.cells if isinstance(c, str) and c[:1].isdigit()}:
        digits, _ = split_unit(text)
        mark = mark_of(digits)
        if mark is not None and number(digits, mark) is not None:
            marks.add(mark)
    return marks.pop() if len(marks) == 1 and table.separator else None
