"""Keywords of materials text that need no statistics: elements, compounds, phases, processing steps."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from hypograph.models.core.elements import SYMBOL_SET
from hypograph.models.core.protocols import Mention
from hypograph.models.literature.chemistry.element_order import ALLOYING
from hypograph.models.literature.chemistry.reading import chemistry, is_capitals
from hypograph.models.literature.text.formulas import looks_like_formula
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
    return "material" if " " not in name and (looks_like_formula(name) or is_capitals(name)) else "phrase"


def material_mentions(passage: str, formulas: bool = True, abbreviations: Collection[str] = ()) -> list[Mention]:
    """Find elements, compounds, phases and processing steps in one passage.

    Parameters
    ----------
    passage
        One sentence or record; every mention carries it, or a verbatim piece where it is long.
    formulas
        Also name the compound itself, and the metals and half-metals within it; the oxygen of an oxide says little.
    abbreviations
        Words of the publication that stand for something else (see `chemistry.not_chemistry`).

    Returns
    -------
    list of Mention
        Each (kind, keyword) once, in order of appearance by kind; `name` of a compound is as the passage writes it.
    """
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for kind, names, pattern in _TABLES:
        for match in pattern.finditer(passage):
            name = names[int(str(match.lastgroup)[1:])]
            found.setdefault((kind, name), (snippet(passage, *match.span()), name))
    for one in chemistry(passage, abbreviations):
        text = snippet(passage, one.start, one.end)
        if one.formula is None:
            found.setdefault(("element", one.name), (text, one.name))
        elif formulas:
            found.setdefault(("material", one.formula.name()), (text, one.name))
            for symbol in sorted(one.formula.symbols & ALLOYING):
                found.setdefault(("element", symbol), (text, symbol))
    return [Mention(keyword, kind, text, name=name) for (kind, keyword), (text, name) in found.items()]
