"""Tables from files: the one reader of all rooms (`hypograph.models.core.tabular`) with a path in place of bytes."""

from __future__ import annotations

from pathlib import Path

from hypograph.models.core.errors import InputError, MissingFileError
from hypograph.models.core.tabular import (
    Cell,
    Column,
    Decimal,
    Row,
    RowProblem,
    Table,
    as_text,
    convert,
    decimal_of,
    header_unit,
    missing,
    number,
    parse_table,
    parse_unit,
    read_column,
    same_unit,
)

__all__ = [
    "Cell",
    "Column",
    "Decimal",
    "Row",
    "RowProblem",
    "Table",
    "as_text",
    "convert",
    "decimal_of",
    "header_unit",
    "missing",
    "number",
    "parse_table",
    "parse_unit",
    "read_column",
    "read_table",
    "same_unit",
]


def read_table(path: Path | str, *, sheet: str | None = None, unique: bool = True) -> Table:
    r"""Read a table from a file: .csv, .tsv, .txt, .xlsx, .ods or .xls in any case, packed with gzip or not.

    Parameters
    ----------
    sheet
        Name of a workbook's sheet; None for the first.
    unique
        Refuse two columns of one name.

    Raises
    ------
    MissingFileError
        If there is no such file.
    InputError
        If it is no table.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "runs.csv"
    >>> _ = path.write_text("base;T\nK2CO3;40,5\n")
    >>> table = read_table(path)
    >>> table.header, table.rows[0].number, table.rows[0].cells
    (['base', 'T'], 2, ['K2CO3', '40,5'])
    """
    path = Path(path)
    if not path.is_file():
        raise MissingFileError("no such file", where=str(path), expected="a table: .csv, .tsv, .txt, .xlsx, .ods, .xls")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path)) from error
    return parse_table(data, str(path), sheet=sheet, unique=unique)
