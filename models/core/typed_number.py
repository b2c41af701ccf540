"""A number as a person types it: comma or point, grouped or not; read as meant, or refused, never changed.

``71,5`` and ``71.5`` are one number. ``1.250,5`` and ``1,250.5`` say themselves which sign is which. ``1,250`` does
not: it is 1.25 to one half of the world and 1250 to the other, so it is refused with both spellings.
"""

from __future__ import annotations

from hypograph.models.core.errors import InputError
from hypograph.models.core.tabular.numbers import mark_of, number

LONGEST = 60


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
    said = text.strip()
    value = number(said, mark_of(said), codes=True) if len(said) <= LONGEST else None
    if value is None:
        raise InputError(f"{said[:40]!r} is no number" if said else "a number is missing", where=where, expected="71.5")
    if "," in said and mark_of(said) is None:
        either = f"{said.replace(',', '.')} or {said.replace(',', '')}"
        raise InputError(f"{said!r} can be read in two ways", where=where, expected=either)
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
