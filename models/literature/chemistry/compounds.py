"""Which runs of symbols and numbers in a text are compounds, and which only look like one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from hypograph.models.core.elements import SYMBOL_SET, SYMBOLS
from hypograph.models.literature.chemistry.composition import Formula, formula_at, plain_digits
from hypograph.models.literature.chemistry.element_mentions import dopants_at
from hypograph.models.literature.chemistry.element_order import NOBLE, NONMETALS, balanced, in_order

_EL: Final = "|".join(sorted(SYMBOL_SET, key=len, reverse=True))
_START: Final = re.compile(r"(?<![^\W_])(?:(?<![)\].])\d+(?:\.\d+)?|[xyz](?=[A-Z(]))?(?=[A-Z(\[])")
# MXenes end in groups of an unknown kind and number: Ti3C2Tx.
_TERMINATED: Final = re.compile(r"T[xz](?![A-Za-z0-9])")
# What stands in the bracket of a larger formula is none by itself: "BA2Pb(I1-xBrx)3".
_INSIDE: Final = re.compile(r"(?:[A-Z][a-z]?|\d)[(\[]$")
# What may follow a formula: no letter or digit; a word that lost its space after a digit may.
_END: Final = re.compile(r"(?![^\W_])|(?<=[\d)\]])(?=[a-z]{4})|(?=[²³⁺⁻¹⁰⁴-⁹])")
_CHARGE: Final = re.compile(
    r"\^?\{?\)?(?:[+⁺](?![A-Za-z0-9(])|[²³⁴⁵⁶⁷]?[⁺⁻]|[−⁻](?![A-Za-z0-9(])"
    r"|[–-](?=[\s,.;)]*(?:ions?|anions?)\b)|\s\d?[+−⁻](?=[\s,;).]))"
)
_PROTOTYPE_NAMES: Final = (
    "NaCl CsCl ZnS CaF2 CaTiO3 NiAs MgCu2 MgZn2 MgNi2 CaCu5 Cu3Au AuCu AuCu3 K2NiF4 ThCr2Si2 CdI2 CdCl2 AlB2 CrB "
    "FeB MoSi2 PbO PbClF Cr3Si MnP TiAl3 Al3Ti Ni3Sn Ni3Ti FeSi FeS2 Fe3C Cu2Mg Th3P4 Th2Zn17 Th2Ni17 Cu2Sb BiF3"
)
_PROTOTYPES: Final = frozenset(_PROTOTYPE_NAMES.split())
_TYPE: Final = re.compile(r"[\s\-–‐‑]?(?:structure[\s\-–‐‑])?(?:types?\b|prototypes?\b)|[\-–‐‑](?:like|structured?)\b")
_STRUCTURE: Final = re.compile(r"[\s\-–‐‑]+(?:crystal\s+)?(?:structured?|lattices?|order(?:ed|ing)?|phase)\b")
_ISO: Final = re.compile(
    r"(?:isostructural|isotypic|isomorphous|isoelectronic)\s+(?:with|to)\s+(?:the\s+)?$"
    r"|structure[\s-]type\s+(?:of\s+)?$"
)
_HARD: Final = frozenset({"B", "V", "W", "Y", "U"})
# "h-BN", "c-BN": a crystal form before the formula.
_PREFIXED: Final = re.compile(r"(?<![^\W_])[a-hp-wαβγ][-–‐‑]$")
_COMPOSITE: Final = re.compile(r"\(1\s?[-–−]\s?[xyz]\)\s?\[?$")
_SECOND: Final = re.compile(r"\]?\s?[-–−+]\s?\(?[xyz]\)?\s?[\[(]?[A-Z]")
_POLYHEDRA: Final = re.compile(
    r"\s*[\-–‐‑]?\s*(?:\w+[\s\-–‐‑])?(?:octahedr|tetrahedr|polyhedr|hexahedr|dodecahedr|pyramid|prism|units?\b|groups?\b|moiet|"
    r"radicals?\b|ions?\b|anions?\b|cations?\b|coordination)"
)
# UiO-66-NH2, NH2-MIL-125: a group that hangs on something.
_HANGS: Final = re.compile(r"[\w)\]][-–‐‑]$")
_HANGED: Final = re.compile(r"[-–‐‑][\w(\[]")
_LASER: Final = re.compile(r"[\s\-–]*(?:excimer|lasers?\b)")
_ROMAN: Final = re.compile(rf"(?:{_EL})(?:II|III|IV|VI|VII|VIII)")
_ACRONYM: Final = re.compile(r"[A-Z]{5,}\d+")
_PLURAL: Final = re.compile(r"[A-Z]{2,}[a-z]?s")
# Elements that no letters-only formula is likely to name: "NoC", "PoS", "AmI", "RaF" are abbreviations.
_RARE_SYMBOLS: Final = "Po At Fr Ra Ac Pa Np Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts"
_RARE: Final = frozenset(_RARE_SYMBOLS.split())
# "Nd(La)" replaces some Nd by La; "CLa" is a concentration: no chemist writes the metal last.
_PARTLY: Final = re.compile(r"[A-Z][a-z]?\([A-Z][a-z]?\)")
_METAL: Final = "|".join(sorted(SYMBOL_SET - NONMETALS, key=len, reverse=True))
_REVERSED: Final = re.compile(rf"(?:C|N|O|F|S|P|Cl|Br|I)(?:{_METAL})")
# "LiFSI", "NaBOB": a cation and the letters of an anion's name, where they cannot be neutral as elements.
_SALT_NAME: Final = re.compile(r"[A-Z][a-z][A-Z]{3,}")
_SHORTHAND: Final = frozenset({"NaN", "CoV", "HoF", "SiP", "CoI", "PbP", "InC", "OsC", "BiP", "HeLa"})
# Binary compounds in capitals, the only ones that are read so; and only beside other chemistry.
_IN_CAPITALS: Final = "BN WC VC VN WN UN UC YN BP BAs KF KI KH HF HI CO NO CN WB KCN KOH HCN"
_CAPITALS: Final = frozenset(_IN_CAPITALS.split())


@dataclass(frozen=True, slots=True)
class Found:
    """An element or a compound in a text.

    Attributes
    ----------
    name
        Symbol of the element, or the formula as it stands, white space and markup aside.
    formula
        The composition; None for an element.
    start, end
        Where it stands.
    """

    name: str
    formula: Formula | None
    start: int
    end: int


def compound(token: str) -> Formula | None:
    """Return the composition of a word that is a compound as a whole; None for other words."""
    text = plain_digits(token.strip())
    read = formula_at(text, 0) if text[:1].isupper() or text[:1] in tuple("([1234567890") else None
    if read is None or read[1] != len(text):
        return None
    return read[0] if _judged(text, 0, len(text), read[0], ()) else None


def is_capitals(token: str) -> bool:
    """Whether a word is one of the compounds in capitals ("BN") that count beside other chemistry only."""
    return token in _CAPITALS


def compounds(text: str, abbreviations: Collection[str]) -> Iterator[tuple[Found, bool]]:
    """Find compounds, and the dopants that hang on them; whether each is sure.

    Parameters
    ----------
    text
        With plain digits (see `composition.plain_digits`).
    abbreviations
        Words that stand for something else.
    """
    at = 0
    for match in _START.finditer(text):
        start = match.end()
        if match.start() < at:
            continue
        whole = text
        if _COMPOSITE.search(text, max(0, start - 9), start) and (second := _SECOND.search(text, start, start + 60)):
            whole = text[: second.start()]  # (1-x)BaTiO3-xBiFeO3: two compounds
        read = formula_at(whole, match.start()) if start > match.start() else None
        start = match.start() if read is not None else start
        read = read or formula_at(whole, start)
        if read is None:
            continue
        formula, end = read
        if formula.symbols & {"C", "N"} and (groups := _TERMINATED.match(text, end)) is not None:
            end = groups.end()
        token = text[start:end]
        if _INSIDE.search(text, max(0, start - 3), start) and re.match(r"[)\]]\d", text[end : end + 2]):
            continue
        if token[0] in "([" and token[-1] in ")]" and _encloses(token):
            continue  # the bracket belongs to the sentence; what it holds has starts of its own
        if _END.match(text, end) is None:
            continue
        dopants, at = dopants_at(text, end)
        for symbol, first, last in dopants:
            yield Found(symbol, None, first, last), True
        sure = _judged(text, start, end, formula, abbreviations)
        if sure is not None:
            yield Found(token, formula, start, end), sure


def _encloses(token: str) -> bool:
    depth = 0
    for i, sign in enumerate(token):
        depth += (sign in "([") - (sign in ")]")
        if depth == 0:
            return i == len(token) - 1
    return True


def _judged(text: str, start: int, end: int, formula: Formula, abbreviations: Collection[str]) -> bool | None:
    """Whether a token is surely a compound (True), perhaps (False), or not (None)."""
    token, symbols = text[start:end], formula.symbols
    following = text[end : end + 40]
    if len(symbols) < 2 or token in abbreviations or _ROMAN.fullmatch(token) or _PLURAL.fullmatch(token):
        return None
    if token[0] == "[" and re.search(r"\]\d$", token) and text[end : end + 1] in tuple("+-−–⁺⁻"):
        return None  # a complex ion: the number is its charge
    if _CHARGE.match(text, end) or _named_structure(text, start, end) or _POLYHEDRA.match(following):
        return None
    if symbols & NOBLE and (symbols & NOBLE not in ({"Kr"}, {"Xe"}, {"Rn"}) or not symbols <= NOBLE | {"F", "O", "Cl"}):
        return None
    if symbols & NOBLE and _LASER.match(following):
        return None
    if _PARTLY.fullmatch(token) or _REVERSED.fullmatch(token):
        return None
    if len(symbols & _RARE) > 1 or (token.isalpha() and (symbols & _RARE or token in _SHORTHAND)):
        return None
    if _SALT_NAME.fullmatch(token) and not balanced({s: a.constant for s, a in formula.parts}):
        return None
    if _is_group(formula) and (_HANGS.search(text, max(0, start - 2), start) or _HANGED.match(text, end)):
        return None
    return _written_like_one(token, formula, _PREFIXED.search(text, max(0, start - 3), start) is not None)


def _is_group(formula: Formula) -> bool:
    """Whether nonmetals with hydrogen or carbon have an odd number of electrons: NH2, SO3H, C6H5 are no molecules."""
    if not formula.known or not formula.symbols <= NONMETALS or formula.symbols.isdisjoint({"H", "C"}):
        return False
    electrons = sum(a.constant * (SYMBOLS.index(s) + 1) for s, a in formula.parts)
    return electrons == round(electrons) and round(electrons) % 2 == 1


def _named_structure(text: str, start: int, end: int) -> bool:
    if _TYPE.match(text, end) or _ISO.search(text[max(0, start - 60) : start]):
        return True
    return text[start:end] in _PROTOTYPES and _STRUCTURE.match(text, end) is not None


def _written_like_one(token: str, formula: Formula, prefixed: bool) -> bool | None:
    letters = "".join(c for c in token if c.isalpha())
    capitals = letters.isupper()
    if token.isalpha() and capitals:
        return prefixed if token in _CAPITALS else None
    if capitals and all(len(s) == 1 for s in formula.symbols):
        if _ACRONYM.fullmatch(token):
            return None
        # "H2O" and "V2O5", not "IC50", "W2V", "CYP2C9": only what can be neutral.
        if not formula.known:
            return True if formula.symbols & {"O", "N", "S", "C"} and formula.symbols - NONMETALS else None
        return True if _neutral(formula) else None
    return True if any(c.islower() or c.isdigit() for c in token) else None


def _neutral(formula: Formula) -> bool:
    amounts = {s: a.constant for s, a in formula.parts}
    if len(amounts) == 2 and "H" not in amounts and list(amounts) != in_order(amounts):
        return False  # "I2C", "W2V"
    first, second, *_ = amounts
    if len(amounts) == 2 and first in _HARD and second in {"B", "C", "N", "P"}:
        return max(amounts.values()) <= 12  # carbides, nitrides and borides need not balance
    if len(amounts) > 2 and not formula.symbols & {"O", "H", "F"}:
        return False
    return balanced(amounts)
