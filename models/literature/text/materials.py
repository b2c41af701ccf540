"""Keywords of materials text that need no statistics: elements, compounds, phases, processing steps."""

from __future__ import annotations

import re
from typing import Final

from hypograph.models.core.protocols import Mention
from hypograph.models.literature.text.formulas import (
    FORMULA,
    NAME_TO_SYMBOL,
    SYMBOL_SET,
    formula_name,
    looks_like_formula,
    parse_formula,
)
from hypograph.models.literature.text.lexicon import PHASES, PROCESSES


def _compile(table: dict[str, str]) -> re.Pattern[str]:
    # Longest alternatives first, so that "spark plasma sintering" is not read as "sintering".
    parts = sorted(enumerate(table.values()), key=lambda p: -len(p[1]))
    groups = "|".join(f"(?P<g{i}>{pattern})" for i, pattern in parts)
    return re.compile(rf"(?<![A-Za-z0-9])(?:{groups})(?![A-Za-z0-9])", re.IGNORECASE)


_TABLES: Final = (
    ("phase", tuple(PHASES), _compile(PHASES)),
    ("process", tuple(PROCESSES), _compile(PROCESSES)),
)
_ELEMENT_WORD: Final = re.compile(
    rf"(?<![\w-])(?:{'|'.join(sorted(NAME_TO_SYMBOL, key=len, reverse=True))})(?![\w])", re.IGNORECASE
)


_WINDOW: Final = 80


def snippet(passage: str, start: int, end: int) -> str:
    """Cut the words around a match out of a long passage; a verbatim piece of it."""
    if len(passage) <= 3 * _WINDOW:
        return passage
    left, right = max(start - _WINDOW, 0), min(end + _WINDOW, len(passage))
    left = passage.find(" ", left, start) + 1 if left else 0
    cut = passage.rfind(" ", end, right) if right < len(passage) else right
    return passage[left : cut if cut > end else right].strip()


def lexicon_name(phrase: str) -> tuple[str, str] | None:
    """Return (kind, name) where the whole phrase is a phase or a processing step, else None."""
    for kind, names, pattern in _TABLES:
        match = pattern.fullmatch(phrase)
        if match:
            return kind, names[int(str(match.lastgroup)[1:])]
    return None


def keyword_kind(name: str) -> str:
    """Return the kind of a normalised keyword by its name: element, material, phase, process or phrase."""
    if name in SYMBOL_SET:
        return "element"
    for kind, names, _ in _TABLES:
        if name in names:
            return kind
    return "material" if " " not in name and looks_like_formula(name) else "phrase"


def material_mentions(passage: str, formulas: bool = True) -> list[Mention]:
    """Find elements, compounds, phases and processing steps in one passage.

    Parameters
    ----------
    passage
        One sentence or record; every mention carries it, or a verbatim piece where it is long.
    formulas
        Also name the compound itself, and the elements within it.

    Returns
    -------
    list of Mention
        Each (kind, keyword) once, in order of appearance by kind.
    """
    found: dict[tuple[str, str], str] = {}
    for kind, names, pattern in _TABLES:
        for match in pattern.finditer(passage):
            name = names[int(str(match.lastgroup)[1:])]
            found.setdefault((kind, name), snippet(passage, *match.span()))
    for match in _ELEMENT_WORD.finditer(passage):
        if match.group()[1:].islower():  # "TiN" is no tin
            found.setdefault(("element", NAME_TO_SYMBOL[match.group().lower()]), snippet(passage, *match.span()))
    if formulas:
        for match in FORMULA.finditer(passage):
            token = match.group()
            parts = parse_formula(token) if looks_like_formula(token) else None
            if parts is None:
                continue
            text = snippet(passage, *match.span())
            for symbol, _ in parts:
                found.setdefault(("element", symbol), text)
            found.setdefault(("material", formula_name(parts)), text)
    return [Mention(keyword, kind, text) for (kind, keyword), text in found.items()]
