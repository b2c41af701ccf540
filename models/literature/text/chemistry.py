"""Elements and compounds in running text: what is a formula, and what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from hypograph.models.core.elements import NAME_TO_SYMBOL, SYMBOL_SET
from hypograph.models.literature.text.composition import Formula, formula_at, plain_digits
from hypograph.models.literature.text.element_order import NOBLE, NONMETALS, balanced, in_order
from hypograph.models.literature.text.split_formulas import join_split

_EL: Final = "|".join(sorted(SYMBOL_SET, key=len, reverse=True))
_START: Final = re.compile(r"(?<![^\W_])(?:\d+(?:\.\d+)?|[xyz](?=[A-Z(]))?(?=[A-Z(\[])")
# What may follow a formula: no letter or digit; a word that lost its space after a digit may.
_END: Final = re.compile(r"(?![^\W_])|(?<=[\d)\]])(?=[a-z]{4})|(?=[²³⁺⁻¹⁰⁴-⁹])")
_CHARGE: Final = re.compile(r"\^?\{?(?:[+⁺](?![A-Za-z0-9(])|[²³⁴⁵⁶⁷]?[⁺⁻]|[−⁻](?![A-Za-z0-9(])|[–-](?=[\s,.;)]*(?:ions?|anions?)\b)|\s\d?[+−⁻](?=[\s,;).]))")
_PROTOTYPES: Final = (
    "NaCl CsCl ZnS CaF2 CaTiO3 NiAs MgCu2 MgZn2 MgNi2 CaCu5 Cu3Au AuCu AuCu3 K2NiF4 ThCr2Si2 CdI2 CdCl2 AlB2 CrB "
    "FeB MoSi2 PbO PbClF Cr3Si MnP TiAl3 Al3Ti Ni3Sn Ni3Ti FeSi FeS2 Fe3C Cu2Mg Th3P4 Th2Zn17 Th2Ni17 Cu2Sb BiF3"
).split()
_TYPE: Final = re.compile(r"[\s\-–‐‑]?(?:structure[\s\-–‐‑])?(?:types?\b|prototypes?\b)|[\-–‐‑](?:like|structured?)\b")
_STRUCTURE: Final = re.compile(r"[\s\-–‐‑]+(?:crystal\s+)?(?:structured?|lattices?|order(?:ed|ing)?|phase)\b")
_ISO: Final = re.compile(r"(?:isostructural|isotypic|isomorphous|isoelectronic)\s+(?:with|to)\s+(?:the\s+)?$|structure[\s-]type\s+(?:of\s+)?$")
_HARD: Final = frozenset({"B", "V", "W", "Y", "U"})
# "h-BN", "c-BN": a crystal form before the formula.
_PREFIXED: Final = re.compile(r"(?<![^\W_])[a-hp-wαβγ][-–‐‑]$")
_COMPOSITE: Final = re.compile(r"\(1\s?[-–−]\s?[xyz]\)\s?\[?$")
_SECOND: Final = re.compile(r"\]?\s?[-–−+]\s?\(?[xyz]\)?\s?[\[(]?[A-Z]")
_POLYHEDRA: Final = re.compile(
    r"\s*[\-–‐‑]?\s*(?:\w+[\s\-–‐‑])?(?:octahedr|tetrahedr|polyhedr|hexahedr|dodecahedr|pyramid|prism|units?\b|groups?\b|moiet|"
    r"radicals?\b|ions?\b|anions?\b|cations?\b|coordination)"
)
_LASER: Final = re.compile(r"[\s\-–]*(?:excimer|lasers?\b)")
_ROMAN: Final = re.compile(rf"(?:{_EL})(?:II|III|IV|VI|VII|VIII)")
_ACRONYM: Final = re.compile(r"[A-Z]{5,}\d+")
_PLURAL: Final = re.compile(r"[A-Z]{2,}[a-z]?s")
# Elements that no letters-only formula is likely to name: "NoC", "PoS", "AmI", "RaF" are abbreviations.
_RARE: Final = frozenset("Po At Fr Ra Ac Pa Np Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts".split())
# "Nd(La)" replaces some Nd by La; "CLa" is a concentration: no chemist writes the metal last.
_PARTLY: Final = re.compile(r"[A-Z][a-z]?\([A-Z][a-z]?\)")
_METAL: Final = "|".join(sorted(SYMBOL_SET - NONMETALS, key=len, reverse=True))
_REVERSED: Final = re.compile(rf"(?:C|N|O|F|S|P|Cl|Br|I)(?:{_METAL})")
_SHORTHAND: Final = frozenset({"NaN", "CoV", "HoF", "SiP", "CoI", "PbP", "InC", "OsC", "BiP", "HeLa"})
# Binary compounds in capitals, the only ones that are read so; and only beside other chemistry.
_CAPITALS: Final = frozenset("BN WC VC VN WN UN UC YN BP BAs KF KI KH HF HI CO NO CN WB KCN KOH HCN".split())
_CHEMICAL: Final = re.compile(
    rf"{'|'.join(n[:5] for n in NAME_TO_SYMBOL)}|oxid|carbid|nitrid|sul[fp]h?id|fluorid|chlorid|bromid|iodid|borid|phosphid|"
    r"selenid|tellurid|hydrid|hydrox|arsenid|antimonid|silicid|[a-z]{3,}ate\b|ferr|cupr|plumb|gold|lead|tin\b|merc",
    re.IGNORECASE,
)
_ONE: Final = rf"(?:\d+(?:\.\d+)?\s?(?:%|mol%|at%)?\s?)?(?:{_EL})(?:\d?[+⁺]|[²³][⁺]|\([IV]+\)|[xyz]\b|\d?\.\d+)?"
_DOPANTS: Final = re.compile(rf"\s?[:：]\s?({_ONE}(?:\s?[,/&+]\s?{_ONE})*)(?![A-Za-z0-9(])|\s?[〈⟨<]\s?({_ONE}(?:,\s?{_ONE})*)\s?[〉⟩>]")
_SYMBOLS: Final = re.compile(rf"(?:{_EL})(?![a-z])")
_LIST: Final = rf"{_ONE}(?:\s?(?:,|/|&|\band\b|[-–])\s?{_ONE})*"
_WITH: Final = re.compile(
    rf"(?<![^\W_])({_LIST})\s?[-–‐‑\s]\s?(?:(?:co|un|non)[-–‐‑]?)?"
    r"(?:doped|dop(?:ing|ants?)|substitut\w+|modified|decorated|loaded|alloyed|rich|free|containing|based|bearing|implanted|ions?\b|atoms?\b)"
    rf"|(?:doped|doping|substituted|alloyed|implanted|codoped)\s+(?:with|by|of)\s+({_LIST})(?![A-Za-z0-9(])"
    rf"|(?<![^\W_])((?:{_EL}):)(?=[A-Z])"
)
_ION: Final = re.compile(rf"(?<![^\W_])(?P<el>{_EL})\s?(?:\d?[+⁺](?![A-Za-z0-9])|[²³⁴⁵⁶][⁺⁻]|\^?\d?\+|\((?:0|[IV]+)\)|(?:II|III|IV|VI)\b)")
_SYSTEM: Final = re.compile(rf"(?<![^\W_])(?<![-–])(?:{_EL})(?:[-–‐‑](?:{_EL})(?![A-Za-z0-9])){{1,9}}(?![-–‐‑]?[A-Za-z0-9(])")
_NAME: Final = re.compile(
    rf"(?<![\w-])(?:{'|'.join(sorted(NAME_TO_SYMBOL, key=len, reverse=True))})(?![\w])", re.IGNORECASE
)
_GASES: Final = "helium neon argon krypton xenon nitrogen oxygen hydrogen".split()
_ATMOSPHERE: Final = re.compile(
    r"(?:\b(?:in|under|with|of|by|into|using|flowing|dry|pure|purity|inert|gaseous)\s+(?:(?:an?|the|of|flowing|pure|dry|high[- ]purity|"
    r"ultra[- ]?high[- ]purity|gaseous|inert|static|purified|atmospheric)\s+)*$)"
)
_GAS_AFTER: Final = re.compile(r"[\s-]+(?:gas(?:es)?|atmospheres?|flow|flush\w*|purg\w*|glove|plasma|ambient|environment|filled|mixtures?|protection|shield\w*|atomi[sz]\w*|adsorption|physisorption|sorption)\b|\s*[,.;/]|\s+(?:at|for|and|or|was|before|to)\b|\s*$")


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


def not_chemistry(introduced: dict[str, str]) -> frozenset[str]:
    """Return those of a text's abbreviations whose expansion names no chemistry: "PSC", not "ZnO" for zinc oxide."""
    short = {s for s, long in introduced.items() if not _CHEMICAL.search(long)}
    return frozenset(short | {s + "s" for s in short})


def chemistry(text: str, abbreviations: Collection[str] = ()) -> list[Found]:
    """Find elements and compounds.

    Parameters
    ----------
    text
        Plain text (see `markup.plain_text`).
    abbreviations
        Words of this text that stand for something else (see `not_chemistry`).

    Returns
    -------
    list of Found
        In order; compounds of two elements or more, elements where they are meant by name, charge, oxidation state,
        as dopants, or as parts of a system such as Fe-C. Ions, structure types, abbreviations, groups within
        structures and names of gases around a sample are none.
    """
    joined, places = join_split(text)
    plain = plain_digits(joined)
    found: list[Found] = []
    weak: list[Found] = []
    for one, sure in _compounds(plain, abbreviations):
        (found if sure else weak).append(one)
    taken = [(f.start, f.end) for f in found]
    found.extend(e for e in _elements(plain) if not any(a < e.end and e.start < b for a, b in taken))
    # "NO" and "CO" stand for much else: they count where the text is about chemistry.
    if found:
        found.extend(weak)
    found = [Found(f.name, f.formula, places[f.start], places[f.end - 1] + 1) for f in found]
    return sorted(found, key=lambda f: (f.start, f.end))


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


def system(token: str) -> tuple[str, ...]:
    """Return the elements of a word such as "Co-Cr-Mo", which names a system and no composition; () for others."""
    if _SYSTEM.fullmatch(token) is None:
        return ()
    found = tuple(m.group() for m in _SYMBOLS.finditer(token))
    return found if any(len(s) == 2 for s in found) else ()


def _compounds(text: str, abbreviations: Collection[str]) -> Iterator[tuple[Found, bool]]:
    at = 0
    for match in _START.finditer(text):
        start = match.end()
        if match.start() < at:
            continue
        whole = text
        if _COMPOSITE.search(text, max(0, start - 9), start) and (second := _SECOND.search(text, start, start + 60)):
            whole = text[: second.start()]  # (1-x)BaTiO3-xBiFeO3: two compounds
        read = formula_at(whole, match.start()) if match.end() > match.start() else None
        read = read or formula_at(whole, start)
        if read is None:
            continue
        formula, end = read
        token = text[start:end]
        if token[0] in "([" and token[-1] in ")]" and _encloses(token):
            continue  # the bracket belongs to the sentence; what it holds has starts of its own
        if _END.match(text, end) is None:
            continue
        at = end
        dopants = _DOPANTS.match(text, end)
        if dopants is not None and _SYMBOLS.search(dopants.group()):
            for symbol in _SYMBOLS.finditer(text, end, dopants.end()):
                yield Found(symbol.group(), None, symbol.start(), symbol.end()), True
            at = dopants.end()
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
    if _CHARGE.match(text, end) or _named_structure(text, start, end) or _POLYHEDRA.match(following):
        return None
    if symbols & NOBLE and (symbols & NOBLE not in ({"Kr"}, {"Xe"}, {"Rn"}) or not symbols <= NOBLE | {"F", "O", "Cl"}):
        return None
    if symbols & NOBLE and _LASER.match(following):
        return None
    if _PARTLY.fullmatch(token) or _REVERSED.fullmatch(token):
        return None
    if token.isalpha() and (symbols & _RARE or token in _SHORTHAND) or len({s for s in symbols if s in _RARE}) > 1:
        return None
    return _written_like_one(token, formula, _PREFIXED.search(text, max(0, start - 3), start) is not None)


def _named_structure(text: str, start: int, end: int) -> bool:
    if _TYPE.match(text, end) or _ISO.search(text[max(0, start - 60) : start]):
        return True
    return text[start:end] in _PROTOTYPES and _STRUCTURE.match(text, end) is not None


def _written_like_one(token: str, formula: Formula, prefixed: bool) -> bool | None:
    letters = "".join(c for c in token if c.isalpha())
    capitals = letters.isupper()
    if token.isalpha() and capitals:
        return (True if prefixed else False) if token in _CAPITALS else None
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
    if len(amounts) == 2 and list(amounts)[0] in _HARD and list(amounts)[1] in {"B", "C", "N", "P"}:
        return max(amounts.values()) <= 12  # carbides, nitrides and borides need not balance
    if len(amounts) > 2 and not formula.symbols & {"O", "H", "F"}:
        return False
    return balanced(amounts)


def _elements(text: str) -> Iterator[Found]:
    for match in _NAME.finditer(text):
        word = match.group()
        if not word[1:].islower() or _gas_around(text, match):  # "TiN" is no tin
            continue
        yield Found(NAME_TO_SYMBOL[word.lower()], None, *match.span())
    for match in _ION.finditer(text):
        yield Found(match.group("el"), None, *match.span())
    for pattern in (_WITH, _SYSTEM):
        for match in pattern.finditer(text):
            group = next((i for i, g in enumerate(match.groups(), 1) if g), 0)
            span = match.span(group)
            symbols = list(_SYMBOLS.finditer(text, *span))
            if pattern is _SYSTEM and not any(len(s.group()) == 2 for s in symbols):
                continue  # "I-V", "C-H"
            if any(s.group() in NOBLE for s in symbols):
                continue  # a He-Ne laser
            for symbol in symbols:
                yield Found(symbol.group(), None, *symbol.span())


def _gas_around(text: str, match: re.Match[str]) -> bool:
    """Whether a gas is named as what surrounds a sample: "annealed in argon", "nitrogen atmosphere"."""
    if match.group().lower() not in _GASES:
        return False
    if re.match(r"[\s-]+(?:gas(?:es)?|atmospheres?|flow|flush\w*|purg\w*|glove|ambient|environment|filled|physisorption)\b", text[match.end() :]):
        return True
    before = _ATMOSPHERE.search(text[max(0, match.start() - 60) : match.start()])
    return before is not None and _GAS_AFTER.match(text, match.end()) is not None and re.search(
        r"\b(?:in|under|flowing|with)\b", before.group()
    ) is not None and match.group().lower() not in {"oxygen", "hydrogen"}
