"""Separated text as records: the separator is found, stray quotes stay where they stand."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

Record = tuple[int, list[str]]
SEPARATORS: Final = ("\t", ";", "|", ",")
NAMES: Final = {"\t": "tab", ";": "semicolon", "|": "bar", ",": "comma", " ": "blanks"}
LOOKED_AT: Final = 200  # lines from which the separator is told
LONGEST: Final = 50  # lines that a quoted cell may span
_HINT: Final = re.compile(r"sep=(.)\s*\Z")
_NUMBER: Final = re.compile(r"[-+−]?[\d.,]+(?:[eE][-+]?\d+)?\s*%?\Z")

csv.field_size_limit(16_000_000)


def records(text: str) -> tuple[list[Record], str]:
    """Return the records of separated text, each with its number as a spreadsheet counts rows, and the separator.

    Blank lines count and are left out. A line of the form ``sep=;``, as Excel writes it, names the separator.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    start = 1
    if hint := _HINT.match(first.strip("\ufeff")):
        text, start, separator = rest, 2, hint.group(1)
    else:
        separator = find_separator(text)
    found = [(n, cells) for n, cells in enumerate(_split(text, separator), start) if any(c.strip() for c in cells)]
    if len(found) > 1 and all(len(cells) == 1 for _, cells in found):
        inner = "\n".join(cells[0].replace("\n", " ") for _, cells in found)
        if (within := find_separator(inner)) and all(within in cells[0] for _, cells in found):  # quotes around rows
            return [(n, next(_split(cells[0], within))) for n, cells in found], within
    if all(len(cells) == 1 for _, cells in found) and (aligned := _aligned(found)):
        return aligned, " "
    return found, separator


def _aligned(lines: list[Record]) -> list[Record] | None:
    """Cut lines at blanks where no other mark separates; None where lines would differ in their number of cells."""
    for pattern in (r"\s{2,}", r"\s+"):
        cut = [(n, re.split(pattern, cells[0].strip())) for n, cells in lines]
        if len(cut) > 2 and len({len(cells) for _, cells in cut}) == 1 and len(cut[0][1]) > 1:
            return cut
    return None


def find_separator(text: str) -> str:
    """Return the separator with which most lines have one number of cells.

    The line that would be the header has to be one of names: commas in numbers are in the rows alone. Ties go to
    tab, semicolon and bar, since commas also stand in numbers and in names. Where none separates there is one column.
    """
    lines = [line for line in islice(io.StringIO(text), LOOKED_AT) if line.strip()]
    best, chosen = (False, 0.0, 0), "," if lines and "," in lines[0] else "\t"
    for separator in SEPARATORS:
        score = _fit("".join(lines), separator)
        if score[1] and score > best:
            best, chosen = score, separator
    return chosen


def _fit(text: str, separator: str) -> tuple[bool, float, int]:
    """Return whether all quotes fit a separator, the share of rows with the usual number of cells, and that number."""
    try:
        rows, quoted = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True)), True
    except csv.Error:
        rows, quoted = list(_forgiving(text, separator)), False
    widths = [len(r) for r in rows if any(c.strip() for c in r)]
    if not widths:
        return quoted, 0.0, 0
    ((usual, _),) = Counter(widths[1:] or widths).most_common(1)
    share = widths.count(usual) / len(widths)
    header = next((r for r in rows if len(r) == usual), [])
    if usual < 2 or share < 0.5 or sum(bool(_NUMBER.match(c.strip())) for c in header) * 2 > usual:
        return quoted, 0.0, 0
    return quoted, round(share, 2), usual if separator != "," else 0


def _split(text: str, separator: str) -> Iterator[list[str]]:
    """Split into records; where quotes do not balance, quotes that open nothing are letters."""
    try:
        found = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True, skipinitialspace=False))
    except csv.Error:
        return _forgiving(text, separator)
    usual = Counter(len(r) for r in found if r).most_common(1)
    torn = usual and any("\n" in c for r in found if len(r) != usual[0][0] for c in r)
    return _forgiving(text, separator) if torn else iter(found)


def _forgiving(text: str, separator: str) -> Iterator[list[str]]:
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    width = max(Counter(len(_one(line, separator) or ()) for line in lines[:LOOKED_AT]).items(), key=lambda x: x[1])[0]
    i = 0
    while i < len(lines):
        cells = _one(lines[i], separator)
        taken = 1
        if cells is None:  # a quoted cell that goes on in the next lines, or a stray quote
            for more in range(2, min(LONGEST, len(lines) - i) + 1):
                joined = _one("\n".join(lines[i : i + more]), separator)
                if joined is not None and len(joined) == width:
                    cells, taken = joined, more
                    break
        yield lines[i].split(separator) if cells is None else cells
        i += taken


def _one(line: str, separator: str) -> list[str] | None:
    """Return one record, or None where its quotes do not balance."""
    try:
        found = list(csv.reader(io.StringIO(line), delimiter=separator, strict=True))
    except csv.Error:
        return None
    return found[0] if len(found) == 1 else [] if not found else None
