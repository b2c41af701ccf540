"""Rows that are no data: headers of two rows (groups of columns, units below names), and sums and means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from hypograph.models.core.tabular.numbers import missing, number
from hypograph.models.core.tabular.units import header_unit, parse_unit

Cell = str | float | int | bool | None
_BRACKET: Final = re.compile(r".*?(\([^()]*\)|\[[^\[\]]*\])\s*\Z")

_SUMMARY: Final = frozenset(
    {"total", "sum", "mean", "average", "avg", "median", "std", "stdev", "std dev", "min", "max", "count"}
    | {"summe", "gesamt", "mittelwert", "durchschnitt"}
)


def summary(cells: Sequence[Cell]) -> bool:
    """Whether a row sums up others: it begins with such a word, and other cells are empty.

    Examples
    --------
    >>> summary(["Mean", None, 15]), summary(["mean", 40, 15])
    (True, False)
    """
    first = next((c for c in cells if c is not None), None)
    return isinstance(first, str) and first.lower().strip(" .:") in _SUMMARY and any(c is None for c in cells)


def joined_header(names: Sequence[Cell], body: Sequence[Sequence[Cell]]) -> list[Cell] | None:
    """Join a header with the row below where that one belongs to it; None where it does not.

    It holds units and nothing else above columns of numbers, or it names the columns that the first row leaves
    nameless as those of a group do, again above numbers.

    Examples
    --------
    >>> joined_header(["T", "base"], [["°C", None], ["40", "K2CO3"]])
    ['T (°C)', 'base']
    >>> joined_header(["x (at.%)", None, "phase"], [["Al", "Ni", None], [50, 50, "B2"]])
    ['Al (at.%)', 'Ni (at.%)', 'phase']
    """
    if len(body) < 2 or not numberless(body[0]) or all(c is None for c in body[0]):
        return None
    width = max(len(names), len(body[0]))
    above, below = _padded(names, width), _padded(body[0], width)
    told = [i for i in range(width) if below[i] is not None]
    if all(above[i] is not None for i in told):
        return _with_units(above, below, told, body[1:])
    return _grouped(above, below, told, body[1:]) or _named_below(above, below, body[1:])


def kinds_of_columns(names: Sequence[Cell], body: Sequence[Sequence[Cell]]) -> bool:
    """Whether the row below a header says the same word of every column of numbers, as exports of programs do.

    Examples
    --------
    >>> kinds_of_columns(["", "T", "yield"], [["TYPE", "DATA", "DATA"], ["0", "80", "41"], ["1", "90", "45"]])
    True
    """
    if len(body) < 3 or not numberless(body[0]):
        return False
    first, columns = _padded(body[0], len(names)), range(len(names))
    numbers = [i for i in columns if _numeric(body[1:], i)]
    words = {first[i] for i in columns if i in numbers and i > 0}
    return len(numbers) > 1 and all(c is not None for c in first) and len(words) == 1 and first[0] not in words


def numberless(row: Sequence[Cell]) -> bool:
    """Whether no cell of a row is a number."""
    return not any(isinstance(c, int | float) or (isinstance(c, str) and number(c) is not None) for c in row)


def _with_units(
    above: list[Cell], below: list[Cell], told: Sequence[int], body: Sequence[Sequence[Cell]]
) -> list[Cell] | None:
    """Names with the units that stand below them."""
    units = {i: str(below[i]).strip().strip("()[]").strip() for i in told}
    real = [i for i, unit in units.items() if unit not in ("-", "")]
    if not real or any(not _numeric(body, i) or parse_unit(units[i]) is None for i in real):
        return None
    if any(header_unit(str(above[i]))[1] for i in real):
        return None
    return [f"{name} ({units[i]})" if i in real else name for i, name in enumerate(above)]


def _grouped(
    above: list[Cell], below: list[Cell], told: Sequence[int], body: Sequence[Sequence[Cell]]
) -> list[Cell] | None:
    """Names of the columns of a group, with what the group says in brackets; names that stand alone stay."""
    gaps = [i for i, name in enumerate(above) if name is None]
    heads = [i for i in told if above[i] is not None]
    if not gaps or not set(gaps) <= set(told) or not heads or not all(_numeric(body, i) for i in told):
        return None
    if any(i - 1 not in told for i in gaps):  # a gap belongs to the group on its left
        return None
    found, group = list[Cell](), ""
    for i in range(len(above)):
        if i not in told:
            found.append(above[i])
            continue
        if above[i] is not None:
            bracket = _BRACKET.match(str(above[i]))
            group = bracket.group(1) if bracket else ""
        own = str(below[i]).strip()
        found.append(f"{own} {group}" if group and not _BRACKET.match(own) else own)
    return found


def _named_below(above: list[Cell], below: list[Cell], body: Sequence[Sequence[Cell]]) -> list[Cell] | None:
    """Names of all columns, below a line that names a few groups of them; names that stand twice with their group's."""
    if not any(name is None for name in above) or any(name is None for name in below):
        return None
    numeric = sum(_numeric(body, i) for i in range(len(below)))
    if numeric < 2 or 2 * numeric < len(below):
        return None
    own, group, found = [str(name).strip() for name in below], "", list[Cell]()
    for name, over in zip(own, above, strict=True):
        group = group if over is None else str(over).strip()
        found.append(f"{name} ({group})" if own.count(name) > 1 and group else name)
    return found


def _padded(row: Sequence[Cell], width: int) -> list[Cell]:
    return [None if missing(c) else c for c in row] + [None] * (width - len(row))


def _numeric(body: Sequence[Sequence[Cell]], column: int) -> bool:
    """Whether most cells of a column are numbers."""
    cells = [row[column] for row in body if len(row) > column and not missing(row[column])]
    hits = sum(isinstance(c, int | float) or (isinstance(c, str) and number(c) is not None) for c in cells)
    return bool(cells) and 2 * hits > len(cells)
