"""Numbers as people write them: decimal comma, thousands, exponents, units; and what is a missing value."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Final, Literal

Decimal = Literal[".", ","]
ERRORS: Final = frozenset(
    {"#n/a", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!", "#spill!", "#calc!", "#getting_data"}
)
_SPACES: Final = "\u00a0\u202f\u2009\u2007 "
_TRANSLATED: Final = str.maketrans(dict.fromkeys("−–‒﹣－", "-") | dict.fromkeys(_SPACES, " ") | {"’": "'", "＋": "+"})
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
# 1×10^-3, 1 x 10⁻³, 2·10-4: a caret or its height tells the exponent; behind × and · its sign does, while 2 x 10-15
# may be two times ten to fifteen.
_POWER: Final = re.compile(
    r"(?<=[\d.,])\s?(?:[x×·*]\s?10(?:\^\(?([-+]?\d{1,3})\)?|([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))|[×·]\s?10([-+]\d{1,3})(?!\d))"
)
_SHAPE: Final = re.compile(r"([-+]?)(\d[\d.,' ]*|[.,]\d+)(?:[eE]([-+]?\d{1,3}))?\Z")
_LEADING: Final = re.compile(r"[-+]?(?:\d+(?:[.,' ]\d+)*[.,]?|[.,]\d+)(?:[eE][-+]?\d{1,3})?")
_GROUPED: Final = {mark: re.compile(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+\Z") for mark in ".,' "}
_CODE: Final = re.compile(r"[-+]?0\d")
DATE: Final = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
    r"|\d{1,2}[ -]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[ -]?\d{2,4})"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[-+]\d{2}:?\d{2})?)?\Z",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Return a text with plain signs, blanks and exponents: ``1×10⁻³`` becomes ``1e-3``."""
    text = text.strip().translate(_TRANSLATED)
    return _POWER.sub(lambda m: "e" + (m[1] or m[2] or m[3]).translate(_RAISED), text) if "10" in text else text


def missing(cell: object) -> bool:
    """Tell a missing value: empty, NaN, or a spreadsheet's error. ``None``, ``NA`` and ``-`` are names."""
    if cell is None:
        return True
    if isinstance(cell, float):
        return math.isnan(cell)
    if not isinstance(cell, str):
        return False
    text = cell.strip().lower()
    return not text or text == "nan" or text in ERRORS


def number(text: str, decimal: Decimal | None = None, *, codes: bool = False) -> float | None:
    """Read a number; None where the text is none.

    Parameters
    ----------
    decimal
        The decimal mark of the column (see `decimal_of`). None for what the text alone says: ``0,5`` and ``1.250,5``
        have a comma; ``1,250`` and ``1.250`` could be either, and are read with a point.
    codes
        Also read what looks like a code (``01``), as an outcome is.

    Examples
    --------
    >>> number("1.250,5"), number("0,5"), number("1e-3"), number("01"), number("1_0")
    (1250.5, 0.5, 0.001, None, None)
    >>> number("1.250", ","), number("1.250", ".")
    (1250.0, 1.25)
    >>> number("1×10^-3"), number("2,5·10⁴"), number("2x103"), number("2 x 10-15")
    (0.001, 25000.0, None, None)
    """
    text = plain(text)
    found = _SHAPE.match(text)
    if found is None or (not codes and _CODE.match(text)):
        return None
    sign, digits, exponent = found.groups()
    mark = decimal or mark_of(digits) or "."
    whole, sep, part = digits.partition(mark)
    if sep and not (part.isdigit() or not part):
        # The mark stands more than once, or thousands behind it.
        if decimal is None or not _grouped(digits):
            return None
        whole, part = digits, ""
    for other in ".,' ":
        if other in whole:
            if not _GROUPED[other].match(whole):
                return None
            whole = whole.replace(other, "")
            break
    if whole and not whole.isdigit():
        return None
    value = float(f"{sign}{whole or 0}.{part or 0}e{exponent or 0}")
    return value if math.isfinite(value) else None


def mark_of(text: str) -> Decimal | None:
    """Return the decimal mark that a number's digits show by themselves; None where they do not tell.

    Of two different marks the last is the decimal one; one that stands twice separates thousands; a single one
    before other than three digits, or behind a leading 0 or more than three digits, is decimal.
    """
    text = plain(text).lstrip("+-")
    text = re.split("[eE]", text, maxsplit=1)[0]
    dots, commas = text.count("."), text.count(",")
    if dots and commas:
        return "." if text.rfind(".") > text.rfind(",") else ","
    if dots + commas == 0:
        return None
    mark: Decimal = "." if dots else ","
    if dots + commas > 1:
        return "," if mark == "." else "."
    whole, _, part = text.partition(mark)
    if len(part) != 3 or len(whole) > 3 or whole in {"", "0"} or not part.isdigit():
        return mark
    return None


def decimal_of(texts: Iterable[str], fallback: Decimal | None = None) -> tuple[Decimal | None, bool]:
    """Return the decimal mark of a column, and whether some cell could be read in two ways without it.

    None where the cells show both marks: then each is read by itself.

    Parameters
    ----------
    fallback
        The mark of the table's other columns, for a column that does not tell.
    """
    marks, open_ = set[Decimal](), False
    for text in texts:
        found = _LEADING.match(plain(text))
        if found is None or not (set(found[0]) & set(".,")):
            continue
        mark = mark_of(found[0])
        if mark is None:
            open_ = True
        else:
            marks.add(mark)
    if len(marks) == 1:
        return marks.pop(), open_
    return (None if marks else fallback or "."), open_


def split_unit(text: str) -> tuple[str, str]:
    """Split ``40 °C`` into its number and its unit, as texts; two empty texts where there is no number in front."""
    text = plain(text)
    found = _LEADING.match(text)
    if found is None:
        return "", ""
    return found[0].strip(), text[found.end() :].strip()


def _grouped(digits: str) -> bool:
    return any(p.match(digits) for p in _GROUPED.values())
