"""Tables of publications: separated text and workbooks, through the one reader of tables."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from hypograph.flows.readers.publications.fields import Found, records_from
from hypograph.flows.readers.publications.files import head_text, open_bytes, open_text
from hypograph.flows.readers.publications.registry import Reader, register
from hypograph.flows.readers.publications.spellings import NAMES
from hypograph.flows.readers.publications.values import flat_name
from hypograph.models.core.errors import InputError, MalformedRowError
from hypograph.models.core.tabular import Cell, missing, parse_table
from hypograph.models.core.tabular.workbook import sheet_records

_KNOWN: Final = frozenset(n for field, names in NAMES.items() if field not in {"key", "type"} for n in names)
_TITLES: Final = frozenset(NAMES["title"]) - {"name"}
_ENOUGH: Final = 4  # names of fields in the first column
_LOOKED_AT: Final = 20  # lines above and with the header
_NO_TEXT: Final = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f]")
_WORKBOOK: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_delimited(path: Path) -> Found:
    """Read a table with a header; each row is read, a row that does not fit is a problem."""
    data, shift = _bytes(path)
    if (turned := _turned(data, path)) is not None:
        for where, record in turned:
            yield from records_from(record, where=f"{path}, {where}", source=path.name)
        return
    try:
        table = parse_table(data, str(path), unique=False)
    except InputError as error:
        yield MalformedRowError(error.what, where=error.where or str(path), expected=error.expected, hint=error.hint)
        return
    for problem in table.problems:
        yield MalformedRowError(problem.reason, where=f"{path}, row {problem.row - shift}")
    springer = {"itemtitle", "itemdoi"} <= {flat_name(h) for h in table.header}
    for row in table.rows:
        if [c for c in row.cells if c is not None] == table.header[: len(row.cells)]:
            continue  # exports that were joined repeat their header
        fields: dict[str, object] = {}
        for name, cell in zip(table.header, row.cells, strict=True):
            if fields.get(name) is None:  # of two columns of one name, the first that is filled
                fields[name] = cell
        if springer and isinstance(fields.get("Authors"), str):
            fields["Authors"] = _run_together(str(fields["Authors"]))
        yield from records_from(fields, where=f"{path}, row {row.number - shift}", source=path.name)


def _turned(data: bytes, path: Path) -> Iterator[tuple[str, dict[str, object]]] | None:
    """Yield the records of a table whose fields are rows, with where each stands; None where the fields are columns.

    The records are columns then, or stand below each other, with the values of a field beside its name (Embase).
    """
    if data.startswith(_WORKBOOK):
        try:
            grid = [(number, list(cells)) for number, cells in sheet_records(data, str(path), None)[0]]
        except InputError:
            return None
    else:
        text = data.decode("utf-8", "replace")
        if not _is_turned(text):
            return None
        separator = max(",;\t", key=text[:4096].count)
        lines = csv.reader(io.StringIO(text), delimiter=separator)
        grid = [(lines.line_num, list[Cell](cells)) for cells in lines]
    named = [(n, flat_name(str(cells[0]).strip("\ufeff")), cells[1:]) for n, cells in grid if cells and cells[0]]
    names = [name for _, name, _ in named]
    if not _names_records(names):
        return None
    start = next(i for i, name in enumerate(names) if name in _KNOWN)
    return _blocks(named[start:]) if names.count(names[start]) > 1 else _columns(named)


def _names_records(names: Sequence[str]) -> bool:
    return len(_KNOWN & set(names)) >= _ENOUGH and bool(_TITLES & set(names))


def _is_turned(text: str) -> bool:
    return _names_records(
        [flat_name(re.split(r"[,;\t]", line)[0].strip('"\ufeff ')) for line in text.splitlines()[:80]]
    )


def _blocks(named: Sequence[tuple[int, str, list[Cell]]]) -> Iterator[tuple[str, dict[str, object]]]:
    first, record, at = named[0][1], dict[str, object](), named[0][0]
    for number, name, cells in named:
        if name == first and record:
            yield f"row {at}", record
            record, at = {}, number
        values = [cell for cell in cells if not missing(cell)]
        if values:
            record.setdefault(name, values[0] if len(values) == 1 else values)
    yield f"row {at}", record


def _columns(named: Sequence[tuple[int, str, list[Cell]]]) -> Iterator[tuple[str, dict[str, object]]]:
    for i in range(max(len(cells) for _, _, cells in named)):
        record: dict[str, object] = {
            name: cells[i] for _, name, cells in reversed(named) if i < len(cells) and not missing(cells[i])
        }
        if record:
            yield f"column {i + 2}", record


def _bytes(path: Path) -> tuple[bytes, int]:
    """Return the bytes of a table, and how many lines were put before it.

    Text is given in UTF-8, control characters gone and bytes that are no letter replaced; a line names the separator
    that the header shows: abstracts and authors are full of commas, which the rows would be split at.
    """
    with open_bytes(path) as packed:
        data = packed.read()
    if data.startswith(_WORKBOOK):
        return data, 0
    with open_text(path) as file:
        text = _NO_TEXT.sub(lambda m: "\ufffd" if m.group() > " " else "", file.read())
    separator = next(filter(None, map(_separator, text.splitlines()[:_LOOKED_AT])), "")
    return (f"sep={separator}\n{text}".encode(), 1) if separator else (text.encode(), 0)


def _run_together(text: str) -> str:
    """Part names that stand without anything between them (``Jane DoeAlex Roe``, as Springer writes them)."""
    return re.sub(r"(?<=[a-zß-ÿ.])(?<!Mc)(?<!Mac)(?<!De)(?<!La)(?<!Di)(?<!Le)(?=[A-ZÀ-Þ][\w.'-]*\s)", "; ", text)


def _separator(line: str) -> str:
    """Return what parts the names in a line that is a header of publications; '' where it is none."""
    for separator in "\t;|,":
        names = {flat_name(cell.strip().strip('"\ufeff')) for cell in line.split(separator)}
        if len(names & _KNOWN) >= 2 and names & _TITLES:
            return separator
    return ""


def _sniff(head: bytes) -> float:
    if head.startswith(_WORKBOOK):
        return 0.3
    text = head_text(head)
    if any(map(_separator, text.splitlines()[:_LOOKED_AT])):
        return 0.8
    return 0.6 if _is_turned(text) else 0.0


register(Reader("table", "a table", (".csv", ".tsv", ".tab", ".xlsx", ".xls", ".ods"), _sniff, read_delimited))
