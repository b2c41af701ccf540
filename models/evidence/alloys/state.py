"""States of an alloy: how a text on processing and treatment places it, and at what temperature it was treated."""

from __future__ import annotations

import functools
import re
from typing import Final

from hypograph.models.core.quantities import quantities

# The first that fits: what was done last decides, and a route names itself before its steps.
_STATES: Final = (
    ("film", r"sputter|thin film|\bfilms?\b|coating|cladding|\bclad\b|deposited layer|\bpvd\b|\bcvd\b|beschicht"),
    ("additive", r"additive|\bslm\b|l-?pbf|\bebm\b|\bded\b|\blens\b|\blmd\b|laser[- ](?:powder|melt|deposit|engineer)"
     r"|3d[- ]print"),
    ("powder", r"powder(?!s? (?:x-?ray )?diffract|s? pattern)"
     r"|\bsps\b|spark plasma|mechanical(?:ly)? alloy|ball[- ]mill|sinter|hot[- ]press|\bhip(?:ped)?\b"
     r"|pulver"),
    ("wrought", r"wrought|(?<![a-z])(?:hot|cold|warm)?roll(?:ed|ing)"
     r"|forg(?:ed|ing)|swag|extru|drawn|\bhpt\b|\becap\b|(?<!post-)(?<!un)deformed|plastic deformation"
     r"|gewalzt|geschmiedet"),
    ("annealed", r"anneal|homogeni[sz]|heat[- ]treat|\bag(?:ed|eing|ing)\b|solution[- ]treat|quench|gegl(?:ü|u)ht"),
    ("as cast", r"cast|arc[- ]?melt|induction|melt(?:ed|ing)|solidif|suction|guss|directional"),
)  # fmt: skip
STATES: Final = tuple(name for name, _ in _STATES)
_PATTERNS: Final = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _STATES)


@functools.lru_cache(maxsize=8192)
def state_of(text: str) -> str:
    """Place a text on processing in one of `STATES`; "" where it says nothing of it.

    Examples
    --------
    >>> state_of("vacuum arc melting, annealed at 1200 °C for 24 h"), state_of("SPS"), state_of("")
    ('annealed', 'powder', '')
    """
    return next((name for name, pattern in _PATTERNS if pattern.search(text)), "")


def states_in(text: str) -> tuple[str, ...]:
    """Every state that a text speaks of, in the order of `STATES`."""
    return tuple(name for name, pattern in _PATTERNS if pattern.search(text))


# What is done at a temperature that decides the state; a melt and a tensile test have temperatures of their own.
_DONE: Final = re.compile(
    r"(?P<treated>anneal|homogeni[sz]|treat|\bag(?:ed|eing|ing)\b|sinter|temper(?:ed|ing)\b|\bheld\b|soak|gegl(?:ü|u)ht)"
    r"|melt|solidif|\btest|tensile|compress|strength|hardness|elongat|measured|deposit|stable",
    re.IGNORECASE,
)


@functools.lru_cache(maxsize=8192)
def treatment_celsius(text: str) -> float | None:
    """Temperature in °C at which a text says that an alloy was treated; None where it says none, or several.

    What is done at a temperature is the last such word before it in its clause, else the first one behind it.

    Examples
    --------
    >>> treatment_celsius("cold rolled, annealed at 1273 K for 24 h"), treatment_celsius("tested at 600 °C")
    (1000.0, None)
    """
    if not any(match["treated"] for match in _DONE.finditer(text)):
        return None
    found: set[float] = set()
    for clause in re.split(r"[;.](?!\d)", text):
        words = list(_DONE.finditer(clause))
        start = 0
        for q in quantities(clause):
            start = max(clause.find(q.text, start), start)
            before = [w for w in words if w.end() <= start]
            word = before[-1] if before else next(iter(words), None)
            if q.dimension == "temperature" and not q.assumed and word is not None and word["treated"]:
                found |= {float(round(v)) for v in q.to("°C") or ()}
    return found.pop() if len(found) == 1 else None
