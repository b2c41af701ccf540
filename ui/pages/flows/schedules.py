"""Schedules as people say them: daily or weekly at a time of their own zone, else every so often or by cron."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hypograph.models.core.errors import InputError
from hypograph.models.core.typed_number import typed_number
from hypograph.ui.problems import FieldError

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def cron_line(kind: str, cron: str, at: str, days: Sequence[int]) -> str | None:
    """Return the cron line of a form; None where the schedule is no cron.

    Raises
    ------
    FieldError
        If the time is none, no day is chosen, or the line is empty.
    """
    if kind == "cron":
        if not cron.strip():
            raise FieldError("a cron line is empty", where="cron", expected="five fields, such as 0 6 * * *")
        return cron.strip()
    if kind not in {"daily", "weekly"}:
        return None
    found = _TIME.fullmatch(at.strip())
    if found is None:
        raise FieldError(f"{at[:20]!r} is no time of day", where="at", expected="06:00")
    chosen = sorted({day for day in days if 0 <= day <= 6})
    if kind == "weekly" and not chosen:
        raise FieldError("no day is chosen", where="day", expected="at least one")
    when = ",".join(map(str, chosen)) if kind == "weekly" else "*"
    return f"{int(found[2])} {int(found[1])} * * {when}"


def known_zone(name: str) -> str:
    """Return a zone's name.

    Raises
    ------
    FieldError
        If there is none of this name.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FieldError(f"{name[:60]!r} is no zone", where="zone", expected="Europe/Berlin or UTC") from None
    return name


def seconds(every: str) -> float:
    """Return how many units lie between two runs.

    Raises
    ------
    FieldError
        If it is no number above 0.
    """
    try:
        value = typed_number(every)
    except InputError as error:
        raise FieldError(error.what, where="every", expected=error.expected) from None
    if not 0 < value <= 10_000:
        raise FieldError(f"{value:g} is out of bounds", where="every", expected="above 0, at most 10000")
    return value
