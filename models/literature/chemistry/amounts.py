"""Amounts in formulas: numbers, and numbers with unknowns such as 1-x, 0.5+y or 7-δ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

VARIABLES: Final = "xyzδnmwuv"
_NUMBER: Final = r"\d+(?:[.,]\d+)?|\.\d+"
_VARIABLE: Final = r"[xyznmwuvδ∂ẟ𝛿xyz]"
_TERM: Final = rf"(?:(?P<number>{_NUMBER})?(?P<variable>{_VARIABLE})(?:/(?P<by>\d+))?|(?P<constant>{_NUMBER}))"
_FIRST: Final = re.compile(_TERM)
# "Pb(Mg1/3Nb2/3)O3": a fraction stands before the next one, at the end of a bracket, or before oxygen.
_FRACTION: Final = re.compile(r"(\d)/(\d{1,2})(?=[)\]]|[A-Z][a-z]?\d/\d|O\d)")
# A further term needs an unknown, so that "Ti-6Al" and "TiO2-3" stay what they are.
_NEXT: Final = re.compile(
    rf"(?P<sign>[+\-–−‐‑±∓])"
    rf"(?:(?P<number>{_NUMBER})?(?P<variable>{_VARIABLE}|d(?![A-Za-z]))(?:/(?P<by>\d+))?)"
)
_NEXT_CONSTANT: Final = re.compile(rf"(?P<sign>[+\-–−])(?P<constant>{_NUMBER})(?![A-Za-z(\[])")
_BRACKET: Final = re.compile(r"[(\[{]([^()\[\]{}]{1,24})[)\]}]")
_SAME: Final = str.maketrans("∂ẟd", "δδδ")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number plus multiples of unknowns.

    Attributes
    ----------
    constant
        What is known.
    terms
        (unknown, factor), by name of the unknown; empty for a known amount.
    """

    constant: float
    terms: tuple[tuple[str, float], ...] = ()

    @property
    def known(self) -> bool:
        """Whether no unknown is in it."""
        return not self.terms

    def __add__(self, other: Amount) -> Amount:
        return _amount(self.constant + other.constant, _summed(self.terms, other.terms))

    def scaled(self, factor: float) -> Amount:
        """Return the amount times a number."""
        return _amount(self.constant * factor, {name: value * factor for name, value in self.terms})

    def text(self) -> str:
        """Write the amount as a formula has it: nothing for 1, else such as ``2.1`` or ``1-x``."""
        if self.known:
            return "" if abs(self.constant - 1.0) < 5e-4 else _short(self.constant)
        found = _short(self.constant) if abs(self.constant) >= 5e-4 else ""
        for name, value in self.terms:
            sign = "-" if value < 0 else "+" if found else ""
            found += sign + ("" if abs(abs(value) - 1.0) < 5e-4 else _short(abs(value))) + name
        return found


ONE: Final = Amount(1.0)


def _amount(constant: float, terms: Mapping[str, float]) -> Amount:
    kept = tuple(sorted((name, round(value, 9)) for name, value in terms.items() if abs(value) > 1e-9))
    # What is taken away first would read as a charge: "y-x" rather than "-x+y".
    return Amount(round(constant, 9), tuple(sorted(kept, key=lambda t: (t[1] < 0 and not constant, t[0]))))


def _summed(first: tuple[tuple[str, float], ...], second: tuple[tuple[str, float], ...]) -> dict[str, float]:
    total = dict(first)
    for name, value in second:
        total[name] = total.get(name, 0.0) + value
    return total


def _short(number: float) -> str:
    return f"{round(number, 3):g}"


def read_amount(text: str, start: int) -> tuple[Amount, int]:
    """Read the amount that begins at a place.

    Parameters
    ----------
    text
        A formula, or the text around it.
    start
        Where an amount may begin.

    Returns
    -------
    amount, end
        One, and `start`, where none begins there.
    """
    bracket = _BRACKET.match(text, start)
    if bracket is not None:
        inner = bracket.group(1).replace(" ", "")
        amount, end = _expression(inner, 0)
        # "GaAs(111)" names a face, "TiO2(5)" a reference: only an unknown makes an amount in brackets.
        if end == len(inner) and not amount.known:
            return amount, bracket.end()
        return ONE, start
    return _expression(text, start)


def _expression(text: str, start: int) -> tuple[Amount, int]:
    fraction = _FRACTION.match(text, start)
    if fraction is not None and int(fraction.group(2)):
        return Amount(int(fraction.group(1)) / int(fraction.group(2))), fraction.end()
    match = _FIRST.match(text, start)
    if match is None:
        return ONE, start
    total, end = _value(match, 1.0), match.end()
    while (following := _NEXT.match(text, end)) or (not total.known and (following := _NEXT_CONSTANT.match(text, end))):
        sign = -1.0 if following.group("sign") in "-–−‐‑" else 1.0
        total, end = total + _value(following, sign), following.end()
    return total, end


def _value(match: re.Match[str], sign: float) -> Amount:
    found = match.groupdict()
    if found.get("constant"):
        return Amount(sign * _number(found["constant"]))
    factor = _number(found["number"]) if found["number"] else 1.0
    factor /= float(found["by"]) if found["by"] else 1.0
    return _amount(0.0, {found["variable"].translate(_SAME): sign * factor})


def _number(text: str) -> float:
    return float(text.replace(",", "."))
