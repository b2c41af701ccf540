"""A number as a person types it: comma or point, grouped or not; read as meant, or refused, never changed.

``71,5`` and ``71.5`` are one number. ``1.250,5`` and ``1,250.5`` say themselves which sign is which. ``1,250`` does
not: it is 1.25 to one half of the world and 1250 to the other, so it is refused with both spellings.
"""

from __future__ import annotations

import math
import re

from hypograph.models.core.errors import InputError

LONGEST = 60
# Signs that group digits by three: spaces of every width, apostrophes.
_GROUPING = "\u0020\u00a0\u2009\u202f\u2007'\u2019_"
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\uff0d": "-", "\uff0b": "+", "\uff0c": ",", "\uff0e": "."})
_NUMBER = re.compile(r"([+-]?)(\d[\d.,]*|[.,]\d+)(?:[eE]([+-]?\d{1,3}))?\Z")


def typed_number(text: str, where: str = "") -> float:
    """Read a number that somebody typed.

    Parameters
    ----------
    text
        As typed.
    where
        Name of the field, for the refusal.

    Raises
    ------
    InputError
        If it is no number, not finite, or two numbers at once (``1,250``).

    Examples
    --------
    >>> typed_number("71,5"), typed_number("1.250,5"), typed_number("3e-4")
    (71.5, 1250.5, 0.0003)
    """
    plain = text.strip().translate(_MINUS)
    found = _NUMBER.match(_ungrouped(plain)) if len(plain) <= LONGEST else None
    if found is None:
        shown = text.strip()[:40]
        raise InputError(f"{shown!r} is no number" if shown else "a number is missing", where=where, expected="71.5")
    sign, digits, power = found.groups()
    value = float(f"{sign}{_pointed(digits, where)}e{power or 0}")
    if not math.isfinite(value):
        raise InputError(f"{text.strip()[:40]!r} is too large", where=where, expected="a finite number")
    return value


def typed_whole(text: str, where: str = "", low: int | None = None, high: int | None = None) -> int:
    """Read a whole number that somebody typed, within bounds.

    Raises
    ------
    InputError
        If it is no whole number or out of bounds.
    """
    value = typed_number(text, where)
    bounds = f"{'…' if low is None else low} to {'…' if high is None else high}"
    if value != int(value):
        raise InputError(f"{text.strip()[:40]!r} is no whole number", where=where, expected=bounds)
    if (low is not None and value < low) or (high is not None and value > high):
        raise InputError(f"{int(value)} is out of bounds", where=where, expected=bounds)
    return int(value)


def _ungrouped(text: str) -> str:
    """Take out signs that part digits by three; anything else that they part is no number."""
    grouped = re.match(rf"([+-]?\d{{1,3}}(?:[{_GROUPING}]\d{{3}})+)(?=\D|\Z)(?![{_GROUPING}])", text)
    if grouped is None:
        return text
    return re.sub(f"[{_GROUPING}]", "", grouped.group()) + text[grouped.end() :]


def _pointed(digits: str, where: str) -> str:
    """Write digits with a point as the decimal sign and nothing else."""
    commas, points = digits.count(","), digits.count(".")
    if commas and points:
        decimal = max(",.", key=digits.rfind)
        whole, _, rest = digits.rpartition(decimal)
        if digits.count(decimal) > 1 or not _threes(whole, ",.".replace(decimal, "")):
            raise InputError(f"{digits[:40]!r} is no number", where=where, expected="1250.5, 1,250.5 or 1.250,5")
        return re.sub("[.,]", "", whole) + "." + rest
    if commas + points > 1:
        if not _threes(digits, "," if commas else "."):
            raise InputError(f"{digits[:40]!r} is no number", where=where, expected="1250000 or 1250.5")
        return re.sub("[.,]", "", digits)
    if commas and re.fullmatch(r"[1-9]\d{0,2},\d{3}", digits):
        value = digits.replace(",", ".")
        raise InputError(
            f"{digits!r} can be read in two ways", where=where, expected=f"{value} or {digits.replace(',', '')}"
        )
    return digits.replace(",", ".")


def _threes(digits: str, sign: str) -> bool:
    first, *rest = digits.split(sign)
    return 1 <= len(first) <= 3 and first.isdigit() and all(len(part) == 3 and part.isdigit() for part in rest)
