"""A table as it was read: header, rows with their numbers, and notes on how it was understood."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hypograph.models.core.errors import InputError
from hypograph.models.core.tabular.decoding import decoded, unpacked
from hypograph.models.core.tabular.delimited import NAMES, records
from hypograph.models.core.tabular.header import joined_header, kinds_of_columns, numberless, summary
from hypograph.models.core.tabular.workbook import is_workbook, sheet_records

Cell = str | float | int | bool | None
HEADS: Final = 3  # rows that a header may take: groups, names, units
LOOKED_AT: Final = 1000  # rows from which a title is told
_GUARDED: Final = ("=", "+", "-", "@", "\t", "\r")


class Row(NamedTuple):
    """A row of a table: `number` as an editor or spreadsheet counts (title lines included), and its cells."""

    number: int
    cells: list[Cell]


class RowProblem(NamedTuple):
    """A row that was left out, and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one header and rows of as many cells.

    Attributes
    ----------
    header
        Names of the columns; ``column 3`` for the third where it has content and no name.
    rows
        Rows with at least one cell that is not empty. Text files give text; workbooks give text, numbers and
        truth values, and dates as ISO text. An empty cell is None.
    notes
        What a reader should be told of how the file was understood.
    problems
        Rows that do not fit the header and were left out.
    nameless
        The columns that got a name here.
    separator
        ``;`` and the like; empty for a workbook, whose numbers are numbers.
    header_row
        Number of the header's row.
    """

    header: list[str]
    rows: list[Row]
    path: str
    notes: list[str] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    nameless: frozenset[str] = frozenset()
    separator: str = ""
    header_row: int = 1

    @classmethod
    def of_records(cls, records: Sequence[Mapping[str, object]], path: str) -> Table:
        """Make a table of records by column; its rows count from 1. What is missing, or no number, is an empty cell."""
        header = list(dict.fromkeys(str(name) for record in records for name in record))
        rows = [Row(n, [_plain(record.get(name)) for name in header]) for n, record in enumerate(records, 1)]
        return cls(header, rows, path)

    def column(self, name: str) -> list[Cell]:
        """Return the cells of a column.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        at = self.index(name)
        return [row.cells[at] for row in self.rows]

    def index(self, name: str) -> int:
        """Return a column's place by its name; raises as `column`."""
        if name not in self.header:
            raise InputError(f"no column {name!r}", where=self.path, expected=", ".join(self.header))
        return self.header.index(name)


def parse_table(data: bytes, name: str, *, sheet: str | None = None, unique: bool = True) -> Table:
    """Read a table from the bytes of a file: separated text or a workbook, packed with gzip or not.

    Parameters
    ----------
    name
        How messages call the file.
    sheet
        Name of a workbook's sheet; None for the first.
    unique
        Refuse two columns of one name.

    Raises
    ------
    InputError
        If it is no table.
    """
    data = unpacked(data, name)
    separator = ""
    if is_workbook(data):
        grid, notes = sheet_records(data, name, sheet)
    else:
        text, told = decoded(data, name)
        if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml", "{\\rtf")):
            raise InputError("not a table: this is a web page or a document", where=name, hint="Save it as CSV.")
        if text.lstrip()[:1] in ("[", "{") and _is_json(text):
            raise InputError("not a table: this is JSON", where=name, expected="a table with a header, such as CSV")
        lines, separator = records(text)
        grid = [(n, [c.strip() or None for c in cells]) for n, cells in lines]
        notes = list(told)
        if separator != "," and any(len(c) > 1 for _, c in lines):
            notes.append(f"cells are separated by {NAMES.get(separator, repr(separator))}")
    return _table(grid, name, notes, separator, unique)


def _plain(value: object) -> Cell:
    """Return a value as a table has it: numbers of NumPy are numbers, NaN and the empty text are none."""
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value == "" or value != value:  # NaN is not equal to itself
        return None
    return value if isinstance(value, str | float | int) else str(value)


def _is_json(text: str) -> bool:
    """Whether a text is JSON, or begins with a line of it."""
    for part in (text, text.lstrip().partition("\n")[0]):
        try:
            json.loads(part)
        except (ValueError, RecursionError):
            continue
        return True
    return False


def _table(grid: list[tuple[int, list[Cell]]], name: str, notes: list[str], separator: str, unique: bool) -> Table:
    if not grid:
        raise InputError("the file is empty", where=name, expected="a header and rows")
    titles = _titles([cells for _, cells in grid[:LOOKED_AT]])
    if titles:
        shown = " ".join(str(c) for c in grid[0][1] if c is not None)
        notes.append(f"row {grid[0][0]} is taken for a title: {shown[:60]!r}")
    number, names = grid[titles]
    body = grid[titles + 1 :]
    heads = [number]
    while len(heads) < HEADS and (joined := joined_header(names, [cells for _, cells in body[:LOOKED_AT]])) is not None:
        number, names, body = body[0][0], joined, body[1:]
        heads.append(number)
    if len(heads) > 1:
        notes.append(f"rows {', '.join(map(str, heads[:-1]))} and {number} are the header together")
    if kinds_of_columns(names, [cells for _, cells in body[:LOOKED_AT]]):
        shown = ", ".join(str(c) for c in body[0][1] if c is not None)
        notes.append(f"row {body[0][0]} ({shown[:60]}) says of what kind columns are and is left out")
        body = body[1:]
    used = [i for i, n in enumerate(names) if n is not None or any(len(r) > i and r[i] is not None for _, r in body)]
    header, nameless = _header(names, used)
    if unique and (twice := [h for i, h in enumerate(header) if h in header[:i]]):
        raise InputError(
            f"two columns are called {twice[0]!r}", where=f"{name}, row {number}", hint="Give each a name of its own."
        )
    if nameless:
        notes.append(f"without a name: {', '.join(sorted(nameless))}")
    rows, problems = list[Row](), list[RowProblem]()
    for n, cells in body:
        if (length := _length(cells)) > len(names):
            problems.append(RowProblem(n, f"{length} columns; expected {len(header)} as in the header"))
            continue
        taken = [_unguarded(cells[i]) if i < len(cells) else None for i in used]
        if summary(taken):
            notes.append(f"row {n} ({next(c for c in taken if c is not None)}) sums up others and is left out")
        elif any(c is not None for c in taken):
            rows.append(Row(n, taken))
    return Table(header, rows, name, notes, problems, frozenset(nameless), separator, number)


def _titles(rows: Sequence[Sequence[Cell]]) -> int:
    """Count the lines above the header.

    They have a single cell where most rows have more, or fewer cells than a line of names that follows, below which
    the numbers begin.
    """
    filled = [sum(c is not None for c in r) for r in rows]
    usual = sorted(filled)[len(filled) // 2]
    for i in range(min(len(rows), 20)):
        if usual > 1 and filled[i] == 1:
            continue
        # Lines of titles may follow each other; the names are the first line that is as wide as the rows.
        wide = next((k for k in range(i, min(len(rows), 20)) if filled[k] >= usual), i)
        below = rows[wide + 1] if wide + 1 < len(rows) else ()
        if wide > i and numberless(rows[wide]) and not numberless(below):
            continue
        return i
    return 0


def _length(cells: Sequence[Cell]) -> int:
    """Number of cells up to the last that is not empty."""
    return next((i for i in range(len(cells), 0, -1) if cells[i - 1] is not None), 0)


def _header(names: Sequence[Cell], used: Sequence[int]) -> tuple[list[str], set[str]]:
    header, nameless = list[str](), set[str]()
    for i in used:
        given = names[i] if i < len(names) else None
        text = "" if given is None else " ".join(_text(_unguarded(given)).split())
        if not text:
            text = f"column {i + 1}"
            nameless.add(text)
        header.append(text)
    return header, nameless


def _text(cell: Cell) -> str:
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def guarded(cell: object) -> object:
    """Put an apostrophe before text that a spreadsheet would take for a formula; readers take it off again."""
    # A dash alone is an option of many tables, and no formula.
    return f"'{cell}" if isinstance(cell, str) and cell != "-" and cell[:1] in _GUARDED else cell


def _unguarded(cell: Cell) -> Cell:
    """Take off the apostrophe that exports put before text a spreadsheet would take for a formula."""
    if isinstance(cell, str) and cell[:1] == "'" and cell[1:2] in _GUARDED:
        return cell[1:]
    return cell
