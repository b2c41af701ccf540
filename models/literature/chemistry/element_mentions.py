"""Elements in running text: by name, by charge or oxidation state, as dopants, as parts of a system."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from hypograph.models.core.elements import NAME_TO_SYMBOL, SYMBOL_SET
from hypograph.models.literature.chemistry.element_order import NOBLE, NONMETALS

_EL: Final = "|".join(sorted(SYMBOL_SET, key=len, reverse=True))
_ONE: Final = rf"(?:\d+(?:\.\d+)?\s?(?:%|mol%|at%)?\s?)?(?:{_EL})(?:\d?[+⁺]|[²³][⁺]|\([IV]+\)|[xyz]\b|\d?\.\d+)?"
_DOPANTS: Final = re.compile(
    rf"\s?[:：]\s?({_ONE}(?:\s?[,/&+]\s?{_ONE})*)(?![A-Za-z0-9(])|\s?[〈⟨<]\s?({_ONE}(?:,\s?{_ONE})*)\s?[〉⟩>]"
)
_SYMBOLS: Final = re.compile(rf"({_EL})(?:\([IV0]+\))?(?![a-z])")
_LIST: Final = rf"{_ONE}(?:\s?(?:,|/|&|\band\b|[-–])\s?{_ONE})*"
_WITH: Final = re.compile(
    rf"(?<![^\W_])({_LIST})\s?[-–‐‑\s]\s?(?:(?:co|un|non)[-–‐‑]?)?"
    r"(?:doped|dop(?:ing|ants?)|substitut\w+|modified|decorated|loaded|alloyed"
    r"|rich|free|containing|based|bearing|implanted|ions?\b|atoms?\b)"
    rf"|(?:doped|doping|substituted|alloyed|implanted|codoped)\s+(?:with|by|of)\s+({_LIST})(?![A-Za-z0-9(])"
    rf"|(?<![^\W_])((?:{_EL}):)(?=[A-Z])"
)
_ION: Final = re.compile(
    rf"(?<![^\W_])(?P<el>{_EL})\s?"
    r"(?:\d?[+⁺](?![A-Za-z0-9])|[²³⁴⁵⁶][⁺⁻]|\^?\d?\+|\((?:0|[IV]+)\)|(?:II|III|IV|VI)\b)"
)
_SYSTEM: Final = re.compile(
    rf"(?<![^\W_])(?<![-–])(?:{_EL})(?:[-–‐‑](?:{_EL})(?![A-Za-z0-9])){{1,9}}(?![-–‐‑]?[A-Za-z0-9(])"
)
_NAME: Final = re.compile(
    rf"(?<![\w-])(?:{'|'.join(sorted(NAME_TO_SYMBOL, key=len, reverse=True))})(?![\w])", re.IGNORECASE
)
_GASES: Final = frozenset({"helium", "neon", "argon", "krypton", "xenon", "nitrogen"})
_ATMOSPHERE: Final = re.compile(
    r"\b(?:in|under|flowing|with)\s+(?:(?:an?|the|of|flowing|pure|dry|high[- ]purity|ultra[- ]?high[- ]purity|gaseous"
    r"|inert|static|purified|atmospheric)\s+)*$"
)
_GAS_AFTER: Final = re.compile(
    r"[\s-]+(?:gas(?:es)?|atmospheres?|flow|flush\w*|purg\w*|glove|plasma|ambient|environment|filled|mixtures?|protection"
    r"|shield\w*|atomi[sz]\w*|adsorption|physisorption|sorption)\b|\s*[,.;/]|\s+(?:at|for|and|or|was|before|to)\b|\s*$"
)
_THING: Final = re.compile(
    r"[\s-]+(?:\w+ides?|nano\w+|fib(?:er|re)s?|blacks?|dots?|electrodes?|steels?|source|bond\w*|papers?|cloth|footprint)\b"
)
_GAS_ITSELF: Final = re.compile(
    r"[\s-]+(?:gas(?:es)?|atmospheres?|flow|flush\w*|purg\w*|glove|ambient|environment|filled|physisorption)\b"
)


def system(token: str) -> tuple[str, ...]:
    """Return the elements of a word such as "Co-Cr-Mo", which names a system and no composition; () for others."""
    if _SYSTEM.fullmatch(token) is None:
        return ()
    found = tuple(m.group(1) for m in _SYMBOLS.finditer(token))
    return found if any(len(s) == 2 for s in found) else ()


def dopants_at(text: str, start: int) -> tuple[list[tuple[str, int, int]], int]:
    """Read the dopants that hang on a host, "TiO2:Eu3+,Tb" or "InSb〈Mn〉".

    Returns
    -------
    dopants, end
        (symbol, start, end) of each, and where their list ends; no dopant and `start` where there is none.
    """
    match = _DOPANTS.match(text, start)
    if match is None:
        return [], start
    found = [(m.group(1), *m.span(1)) for m in _SYMBOLS.finditer(text, start, match.end())]
    return found, match.end() if found else start


def element_mentions(text: str) -> Iterator[tuple[str, int, int]]:
    """Find elements that are meant as such: (symbol, start, end) of each.

    Parameters
    ----------
    text
        With plain digits (see `composition.plain_digits`).
    """
    for match in _NAME.finditer(text):
        word = match.group()
        if not word[1:].islower() or _gas_around(text, match) or _part_of_a_name(text, match):  # "TiN" is no tin
            continue
        yield NAME_TO_SYMBOL[word.lower()], match.start(), match.end()
    for match in _ION.finditer(text):
        if len(match.group("el")) == 1 and match.group().endswith(("I", "V")):
            continue  # "group III", "PIII"
        if match.group("el") in NOBLE:
            continue  # what a beam or a plasma is made of
        yield match.group("el"), match.start(), match.end()
    for pattern in (_WITH, _SYSTEM):
        for match in pattern.finditer(text):
            group = next((i for i, g in enumerate(match.groups(), 1) if g), 0)
            span = match.span(group)
            symbols = list(_SYMBOLS.finditer(text, *span))
            if pattern is _SYSTEM and not any(len(s.group(1)) == 2 for s in symbols):
                continue  # "I-V", "C-H"
            if any(s.group(1) in NOBLE for s in symbols):
                continue  # a He-Ne laser
            for symbol in symbols:
                yield symbol.group(1), *symbol.span(1)


def _part_of_a_name(text: str, match: re.Match[str]) -> bool:
    """Whether a nonmetal's name is part of another thing's: carbon monoxide, carbon nanotube, liquid nitrogen."""
    if NAME_TO_SYMBOL[match.group().lower()] not in NONMETALS:
        return False
    return _THING.match(text, match.end()) is not None or text[: match.start()].endswith(("liquid ", "Liquid "))


def _gas_around(text: str, match: re.Match[str]) -> bool:
    """Whether a gas is named as what surrounds a sample: "annealed in argon", "nitrogen atmosphere"."""
    if match.group().lower() not in _GASES:
        return False
    if _GAS_ITSELF.match(text, match.end()):
        return True
    around = _ATMOSPHERE.search(text[max(0, match.start() - 60) : match.start()])
    return around is not None and _GAS_AFTER.match(text, match.end()) is not None
