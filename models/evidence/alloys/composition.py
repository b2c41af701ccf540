"""Compositions: a strict grammar that reads what is written in one way only, and says why it refuses the rest.

==========================  =============================================================================
``Al0.5CoCrFeNi``           atoms; symbols may be parted by blanks, hyphens, commas, bars
``(FeCo)3(NiCr)7``          brackets multiply as in chemistry …
``(CoCrFeNi)94Al6``         … unless the amounts of their level sum to 1 or 100: then each is a share of its bracket
``Ti-6Al-4V``               weight percent, the first element takes the rest; atomic where ``at.%`` is said
``Co-Cr-Ni (1:1:2)``        one amount for each element
``AlxCoCrFeNi, x = 0.5``    a variable amount needs its value
==========================  =============================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hypograph.models.core.errors import MalformedRowError, UnknownElementError
from hypograph.models.evidence.alloys import formula_tree as tree
from hypograph.models.evidence.alloys.notation import Basis, is_missing, plain, raised_end, take_marks

# Rounded percentages of a table seldom miss 100 by more.
PERCENT_SLACK: Final = 2.0
# Amounts that sum to no more than this are a ratio (Al0.5CoCrFeNi), to more they look like percent.
MOST_RATIO: Final = 20.0
# Symbols that also are units, and the number from which one such part is no alloying addition any more.
UNITS: Final = frozenset({"C", "K", "F", "H", "N", "S"})
LEAST_DEGREES: Final = 10.0
_FILLER: Final = re.compile(
    r"\b(?:(?:high|medium|low|refractory|multi)[- ]?(?:entropy|component|principal[- ]element)(?:\s+alloys?)?"
    r"|alloys?|R?HEAs?|R?MEAs?|CCAs?|MPEAs?|equi-?(?:atomic|molar)|nominal)\b",
    re.IGNORECASE,
)
# Nothing to clean: symbols and amounts.
_BARE: Final = re.compile(r"(?:[A-Z][a-z]?[0-9.]*)+")
# Marks of footnotes and references behind a formula, and amounts in brackets of their own.
_FOOTNOTE: Final = re.compile(r"(?<=[A-Za-z0-9)\]])\s*(?:[*†‡§¶#]+|\^[a-z]|\[\d+(?:\s*[,-]\s*\d+)*\])\s*\Z")
_BRACKETED: Final = re.compile(rf"(?<=[a-zA-Z])\(({tree.NUMBER})\)")
_WORD: Final = re.compile(r"[A-Za-z]*[a-z]{4,}[A-Za-z]*")
_UNCERTAIN: Final = re.compile(r"\s*(?:±|\+/-|\+-)\s*\d+(?:\.\d+)?")
_SET: Final = re.compile(r"[,;(\[]?\s*\b([a-zδ])\s*=\s*(\d+(?:\.\d+)?)\s*[)\]]?")
_BASE: Final = re.compile(
    rf"(?P<base>.*?[A-Za-z)\]])\s*(?:bal\.?|rest)?(?P<parts>(?:\s*-\s*{tree.NUMBER}\s*[A-Z][a-z]?)+)"
)
_PART: Final = re.compile(rf"-\s*({tree.NUMBER})\s*([A-Z][a-z]?)")
_LEADING: Final = re.compile(rf"{tree.NUMBER}\s*[A-Z][a-z]?(?:[\s\-,;/]+{tree.NUMBER}\s*[A-Z][a-z]?)+")
_PACKED: Final = re.compile(rf"([A-Z][a-z]?)((?:{tree.NUMBER}[A-Z][a-z]?)+)")
_PACKED_PART: Final = re.compile(rf"({tree.NUMBER})([A-Z][a-z]?)")
_RATIO: Final = re.compile(
    rf"(?P<names>[A-Za-z\s\-,;|/:]+?)\s*[(\[]?\s*(?P<ratio>{tree.NUMBER}(?:\s*:\s*{tree.NUMBER})+)\s*[)\]]?"
)
# "Pd-Ag 77/23": behind a blank, where 77/23 of silver to one of palladium is meant by nobody.
_SLASHED: Final = re.compile(
    r"(?P<names>[A-Za-z\s\-,;|/:]*[A-Za-z])(?:\s+|\s*[(\[]\s*)"
    r"(?P<ratio>\d+(?:\.\d+)?(?:\s*/\s*\d+(?:\.\d+)?)+)\s*[)\]]?"
)


@dataclass(frozen=True, slots=True)
class Composition:
    """An alloy as atomic fractions.

    Attributes
    ----------
    elements
        Symbols in alphabetical order, two or more.
    fractions
        Atomic fractions in that order, all above 0, sum 1.
    basis
        What the text gave: atoms, or weight percent that was converted.
    """

    elements: tuple[str, ...]
    fractions: tuple[float, ...]
    basis: Basis = "atomic"

    @property
    def atomic_percent(self) -> dict[str, float]:
        """Element → atomic percent, to a hundredth."""
        return {e: round(100 * f, 2) for e, f in zip(self.elements, self.fractions, strict=True)}

    @property
    def uneven(self) -> tuple[float, ...]:
        """The fractions, rounded to a millionth; empty where all are equal."""
        equal = max(self.fractions) - min(self.fractions) <= 1e-6
        return () if equal else tuple(round(f, 6) for f in self.fractions)


def read_composition(
    text: str, where: str = "", *, basis: Basis | None = None, variables: Mapping[str, float] | None = None
) -> Composition:
    """Read a composition.

    Parameters
    ----------
    text
        As the cell of a table has it.
    where
        Place of the text, for the error.
    basis
        What the header of the column says; a mark in the text itself goes before.
    variables
        Values of amounts such as x.

    Raises
    ------
    UnknownElementError, MalformedRowError
        `what` says why, `hint` what to write instead.

    Examples
    --------
    >>> read_composition("Ti-6Al-4V").atomic_percent
    {'Al': 10.2, 'Ti': 86.2, 'V': 3.6}
    """
    cleaned = plain(text)
    if is_missing(cleaned):
        raise MalformedRowError("no composition is given", where=where, expected="a formula such as CoCrFeNi")
    if raised := raised_end(text):
        raise MalformedRowError(
            f"{text!r} is no composition: {raised!r} at its end may be an amount or a footnote",
            where=where,
            hint="Write the formula alone, amounts not raised.",
        )
    if _BARE.fullmatch(cleaned):
        return _known(cleaned, where, text, basis, variables or {})
    marked = take_marks(cleaned)
    if len(marked.bases) > 1:
        raise MalformedRowError(
            f"{text!r} says atomic and weight percent", where=where, expected="one of the two for the whole alloy"
        )
    said: Basis | None = next(iter(marked.bases), basis)
    body, values = _values(_FOOTNOTE.sub("", marked.text), variables or {})
    if re.search(_BRACKETED.pattern + r"\s*[A-Z(\[]", body):  # one at the end alone may be a sample's number
        body = _BRACKETED.sub(r"\1", body)
    body = re.sub(r"\s+", " ", _UNCERTAIN.sub("", _FILLER.sub(" ", body))).strip(" ,;.:")
    body = re.sub(r"[(\[]\s*[)\]]", "", body).strip(" ,;.:")
    return _known(body, where, text, said, values)


def _known(body: str, where: str, text: str, said: Basis | None, values: Mapping[str, float]) -> Composition:
    """Read a cleaned text; errors name the place and the text as it was given."""
    try:
        return _read(body, said, values)
    except tree.UnknownSymbolError as error:
        raise UnknownElementError(
            f"{str(error)!r} is no chemical element", where=where, expected="symbols such as Fe or Cr"
        ) from None
    except tree.FormulaError as error:
        raise MalformedRowError(f"{text!r} is no composition: {error}", where=where, hint=error.hint) from None


def _values(text: str, given: Mapping[str, float]) -> tuple[str, dict[str, float]]:
    """Take assignments such as ``x = 0.5`` out of a text."""
    values = dict(given)
    for name, value in _SET.findall(text):
        values[name] = float(value)
    return _SET.sub(" ", text), values


def _read(body: str, said: Basis | None, values: Mapping[str, float]) -> Composition:
    if "%" in body:
        if said is None:
            raise tree.FormulaError("percent of atoms or of weight is not said", "Write at.% or wt.%.")
        body = body.replace("%", " ").strip()
    if word := _WORD.search(body):
        raise tree.FormulaError(f"{word.group()!r} cannot be read as elements and amounts", "Write the formula alone.")
    body = tree.substitute(body, values)
    if _LEADING.fullmatch(body):
        if said is None:
            raise tree.FormulaError("percent of atoms or of weight is not said", "Write at.% or wt.%.")
        body = _PACKED_PART.sub(r"\2\1", re.sub(rf"({tree.NUMBER})\s+(?=[A-Z])", r"\1", body)).replace("-", " ")
    based = _BASE.fullmatch(body)
    if based:
        return _with_base(based.group("base"), _PART.findall(based.group("parts")), said)
    packed = _PACKED.fullmatch(body)
    if packed:
        parts = _PACKED_PART.findall(packed.group(2))
        if said and sum(float(n) for n, _ in parts) < 100 - PERCENT_SLACK:
            return _with_base(packed.group(1), parts, said)
        _check_packed(body, parts)
    ratio = _RATIO.fullmatch(body)
    if ratio:
        body = _numbered(ratio.group("names"), ratio.group("ratio").split(":"))
    elif slashed := _SLASHED.fullmatch(body):
        body = _slashed(slashed.group("names"), slashed.group("ratio"))
    level = tree.parse(body)
    amounts = tree.level_amounts(level)
    total = sum(item.amount for item in level)
    everywhere = all(item.written for item in level)
    if said == "weight":
        if any(isinstance(item.what, tuple) for item in level):
            raise tree.FormulaError("brackets in weight percent have more than one reading", "Write out each element.")
        if not everywhere or min(abs(total - 100), 100 * abs(total - 1)) > PERCENT_SLACK:
            raise tree.FormulaError(f"the weight percentages sum to {total:g} and not to 100", "Check the amounts.")
        return _composition(amounts, "weight")
    if said and everywhere and total > MOST_RATIO and abs(total - 100) > PERCENT_SLACK:
        raise tree.FormulaError(f"the atomic percentages sum to {total:g} and not to 100", "Check the amounts.")
    return _composition(amounts, "atomic")


def _with_base(base: str, parts: list[tuple[str, str]], said: Basis | None) -> Composition:
    """A base that takes the rest, and numbered elements behind it: weight percent where nothing else is said."""
    level = tree.parse(base)
    alone = len(level) == 1 and isinstance(level[0].what, str)
    if not alone and said != "atomic":
        raise tree.FormulaError(
            f"what stands behind {base!r} may be an addition or the tag of a sample",
            "Write the amount of every element, or at.% behind an addition.",
        )
    if any(item.written for item in level) and alone:
        raise tree.FormulaError("the first element has an amount though it takes the rest", "Write it without one.")
    if said is None and len(parts) == 1 and parts[0][1] in UNITS and tree.number(parts[0][0]) >= LEAST_DEGREES:
        raise tree.FormulaError(
            f"{parts[0][0]}{parts[0][1]} may be a temperature or a time", "Write wt.% or at.% behind an alloy."
        )
    amounts: dict[str, float] = {}
    for number, symbol in parts:
        tree.check_symbol(symbol)
        if symbol in amounts:
            raise tree.FormulaError(f"{symbol} stands twice", "Write each element once.")
        amounts[symbol] = tree.number(number)
    rest = 100.0 - sum(amounts.values())
    if rest <= 0:
        raise tree.FormulaError(f"the amounts leave {rest:g} percent for {base}", "Check the amounts.")
    inner = tree.level_amounts(level)
    total = sum(inner.values())
    for symbol, amount in inner.items():
        if symbol in amounts:
            raise tree.FormulaError(f"{symbol} stands twice", "Write each element once.")
        amounts[symbol] = rest * amount / total
    return _composition(amounts, said or "weight")


def _check_packed(body: str, parts: list[tuple[str, str]]) -> None:
    """Refuse ``Ti6Al4V``: as a formula 6 : 4 : 1 atoms, as a name 6 and 4 weight percent in titanium."""
    numbers = [n for n, _ in parts]
    if all("." not in n and "/" not in n for n in numbers) and 10 <= sum(map(float, numbers)) < 100:
        dashed = re.sub(r"([a-zA-Z])(?=[0-9])", r"\1-", body)
        raise tree.FormulaError(
            "the numbers may belong to the symbol before or behind them",
            f"Write {dashed} for percent of a base, or the amount of every element.",
        )


def _slashed(names: str, ratio: str) -> str:
    """Give each element its amount of a list such as 77/23; two numbers that make no 100 may be a fraction."""
    amounts = ratio.split("/")
    if len(amounts) == 2 and abs(sum(map(float, amounts)) - 100) > PERCENT_SLACK:
        raise tree.FormulaError(
            f"{ratio} at the end may be a ratio or the share of the last element", f"Write {ratio.replace('/', ':')}."
        )
    return _numbered(names, amounts)


def _numbered(names: str, ratio: list[str]) -> str:
    """Give each element of a list its amount."""
    symbols = [item.what for item in tree.parse(names.replace(":", " "))]
    if len(symbols) != len(ratio):
        raise tree.FormulaError(f"{len(symbols)} elements, {len(ratio)} amounts", "Write one amount for each.")
    return " ".join(f"{s}{n.strip()}" for s, n in zip(symbols, ratio, strict=True))


def from_amounts(amounts: Mapping[str, float], basis: Basis, where: str = "") -> Composition:
    """Make a composition of amounts that are known by element, such as those of a table's columns.

    Raises
    ------
    MalformedRowError, UnknownElementError
        If an amount is below 0, or fewer than two are above 0.
    """
    try:
        for symbol in amounts:
            tree.check_symbol(symbol)
        return _composition(dict(amounts), basis)
    except tree.UnknownSymbolError as error:
        raise UnknownElementError(f"{str(error)!r} is no chemical element", where=where) from None
    except tree.FormulaError as error:
        raise MalformedRowError(str(error), where=where, hint=error.hint) from None


def _composition(amounts: dict[str, float], basis: Basis) -> Composition:
    if any(not 0 <= a < float("inf") for a in amounts.values()):
        raise tree.FormulaError("an amount is below 0", "Check the amounts.")
    kept = {s: a for s, a in sorted(amounts.items()) if a > 0}
    if not kept:
        raise tree.FormulaError("all amounts are 0", "Check the amounts.")
    if len(kept) < 2:
        raise tree.FormulaError(f"it names one element, {next(iter(kept))}", "Write an alloy of two or more elements.")
    if basis == "weight":
        kept = {s: a / atomic_weight(s) for s, a in kept.items()}
    total = sum(kept.values())
    return Composition(tuple(kept), tuple(a / total for a in kept.values()), basis)


def atomic_weight(symbol: str) -> float:
    """Standard atomic weight, g/mol."""
    from pymatgen.core.periodic_table import Element

    return float(Element(symbol).atomic_mass)
