"""Tables of publications: separated text and workbooks, through the one reader of tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from hypograph.flows.readers.publications.fields import Found, records_from
from hypograph.flows.readers.publications.files import head_text, open_bytes, open_text
from hypograph.flows.readers.publications.registry import Reader, register
from hypograph.flows.readers.publications.spellings import NAMES
from hypograph.flows.readers.publications.values import flat_name
from hypograph.models.core.errors import InputError, MalformedRowError
from hypograph.models.core.tabular import parse_table

_KNOWN: Final = frozenset(n for field, names in NAMES.items() if field not in {"key", "type"} for n in names)
_TITLES: Final = frozenset(NAMES["title"]) - {"name"}
_LOOKED_AT: Final = 20  # lines above and with the header
_NO_TEXT: Final = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f]")
_WORKBOOK: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_delimited(path: Path) -> Found:
    """Read a table with a header; each row is read, a row that does not fit is a problem."""
    data, shift = _bytes(path)
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
    return 0.8 if any(map(_separator, head_text(head).splitlines()[:_LOOKED_AT])) else 0.0


register(Reader("table", "a table", (".csv", ".tsv", ".tab", ".xlsx", ".xls", ".ods"), _sniff, read_delimited))
