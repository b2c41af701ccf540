"""States of an alloy: how a text on processing and treatment places it, and at what temperature it was treated."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hypograph.models.core.errors import InputError
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
# Temperatures of a treatment this near are one condition, in K.
NEAR_CELSIUS: Final = 50.0
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


@dataclass(frozen=True, slots=True)
class AskedState:
    """A state as the condition of a question.

    Attributes
    ----------
    name
        One of `STATES`.
    celsius
        Temperature of the treatment, where the question names one.
    """

    name: str
    celsius: float | None = None

    @property
    def text(self) -> str:
        """The condition in words."""
        return self.name if self.celsius is None else f"{self.name}, {self.celsius:g} °C"

    def holds(self, text: str) -> bool:
        """Whether a text on processing and treatment is of this state, and of a temperature within 50 K."""
        if state_of(text) != self.name:
            return False
        if self.celsius is None:
            return True
        found = treatment_celsius(text)
        return found is not None and abs(found - self.celsius) <= NEAR_CELSIUS

    def wishes(self) -> Iterator[AskedState]:
        """The condition itself, then that of the state alone."""
        yield self
        if self.celsius is not None:
            yield AskedState(self.name)


def asked_state(text: str, where: str = "--state") -> AskedState | None:
    """Read the state of a question: ``as-cast``, ``annealed``, ``annealed at 1000 °C``; None where none is named.

    Raises
    ------
    InputError
        If the text is of no state, or of several.
    """
    if not text.strip():
        return None
    spaced = text.replace("-", " ")
    found = states_in(spaced)
    if len(found) != 1:
        what = "names several states" if found else "is no state of an alloy"
        raise InputError(
            f"{text!r} {what}", where=where, expected=f"one of {', '.join(STATES)}, such as 'annealed at 1000 °C'"
        )
    stated = {float(round(v)) for q in quantities(text) if q.dimension == "temperature" for v in q.to("°C") or ()}
    if len(stated) > 1 or (re.search(r"\d", text) and not stated):
        raise InputError(
            f"{text!r} names no one temperature", where=where, expected="one with its unit: 'annealed at 1000 °C'"
        )
    return AskedState(found[0], stated.pop() if stated else None)
