"""Sheets of a workbook (.xlsx, .ods, .xls) as records, read with python-calamine."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from hypograph.models.core.errors import InputError

Value = str | float | int | bool | None
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHOWN_AS_PERCENT: Final = re.compile(rb'formatCode="[^"]*%|numFmtId="(?:9|10)"')
_PARTS: Final = (b"xl/", b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")


def is_workbook(data: bytes) -> bool:
    """Tell a workbook by its content, whatever the file is called."""
    if data.startswith(_OLE):
        return True
    return data.startswith(b"PK\x03\x04") and any(part in data for part in _PARTS)


def sheet_records(data: bytes, where: str, sheet: str | None) -> tuple[list[tuple[int, list[Value]]], list[str]]:
    """Return the rows of a sheet with something in them, by their number in the sheet, and notes.

    Parameters
    ----------
    sheet
        Name of the sheet; None for the first that holds a table.

    Raises
    ------
    InputError
        If the workbook cannot be read, or has no such sheet.
    """
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        if not names:
            raise InputError("the workbook has no sheet", where=where)
        if sheet is not None and sheet not in names:
            raise InputError(f"no sheet {sheet!r}", where=where, expected=", ".join(names))
        # A workbook may open with a sheet of remarks.
        for chosen in [sheet] if sheet else [*names, names[0]]:
            found = book.get_sheet_by_name(chosen)
            grid = [[_plain(v) for v in row] for row in found.to_python(skip_empty_area=False)]
            if sum(sum(v is not None for v in row) > 1 for row in grid) > 1:
                break
    except (CalamineError, ValueError, OSError) as error:
        raise InputError(f"the workbook cannot be read ({error})", where=where, hint="Save it again.") from error
    notes = [] if len(names) == 1 or sheet else [f"sheet {chosen!r} of {', '.join(map(repr, names))} was read"]
    if merged := _fill_merged(found, grid):
        notes.append(f"{merged} merged cells: each row has the value")
    notes += _percents(data, chosen, grid)
    return [(n, row) for n, row in enumerate(grid, 1) if any(v is not None for v in row)], notes


def _percents(data: bytes, sheet: str, grid: list[list[Value]]) -> list[str]:
    """Say which columns hold numbers that the sheet shows as percent: what is shown as 85% is 0.85 in the file.

    Only .xlsx tells how its cells are formatted; calamine leaves that out.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if not _SHOWN_AS_PERCENT.search(archive.read("xl/styles.xml")):
                return []
        import openpyxl

        rows = openpyxl.load_workbook(io.BytesIO(data), read_only=True)[sheet].iter_rows()
        cells = [c for row in rows for c in row if isinstance(c.value, int | float) and not isinstance(c.value, bool)]
    except (KeyError, ValueError, TypeError, OSError, zipfile.BadZipFile):
        return []  # it was read already: only how its cells look is not known
    shown: dict[int, list[float]] = {}
    other = set[int]()
    for cell in cells:
        if "%" in str(cell.number_format):
            shown.setdefault(cell.column - 1, []).append(float(cell.value))
        else:
            other.add(cell.column - 1)
    notes = []
    for column, values in shown.items():
        header = next((v for row in grid if isinstance(v := row[column], str)), f"column {column + 1}")
        mixed = "; some of its numbers are not formatted so" if column in other else ""
        first = values[0]
        notes.append(f"{header}: formatted as percent, {100 * first:.4g}% is read as {first:.4g}{mixed}")
    return notes


def _fill_merged(sheet: CalamineSheet, grid: list[list[Value]]) -> int:
    """Give each row of cells that are merged downwards the value that is shown for all of them."""
    filled = 0
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if left != right or bottom >= len(grid) or left >= len(grid[top]):
            continue
        for row in range(top + 1, bottom + 1):
            grid[row][left] = grid[top][left]
            filled += grid[top][left] is not None
    return filled


def _plain(value: object) -> Value:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return None
