"""Which keywords of a corpus a topic names: other spellings, synonyms, elements and phases included."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypograph.models.core.elements import NAME_TO_SYMBOL, SYMBOL_SET
from hypograph.models.literature.chemistry.composition import read_formula
from hypograph.models.literature.text.materials import keyword_kind, lexicon_name
from hypograph.models.literature.text.spelling import american, normalise, singular

# Least likeness of letters for "did you mean"; such names are told, never taken.
LIKE = 0.75


@dataclass(frozen=True, slots=True)
class Topic:
    """A part of a topic: what was asked, the keywords that it names, and the nearest where it names none."""

    asked: str
    keywords: tuple[str, ...]
    nearest: tuple[str, ...] = ()


def read_topic(names: Sequence[str], topic: str, synonyms: Mapping[str, str]) -> list[Topic]:
    """Find what each part of a topic names.

    Parameters
    ----------
    names
        Keywords of the corpus.
    topic
        Parts parted by commas or semicolons.
    synonyms
        Name to the keyword that stands for it: abbreviations, merged names, the user's thesaurus; both directions are
        tried.

    Returns
    -------
    list of Topic
        One for each part that is not empty: the keyword itself in any case, number or spelling, an element by name or
        symbol with the compounds that hold it where it is no keyword, a phase or process by any of its names, what it
        abbreviates, else keywords that hold all its words.
    """
    found = []
    held = set(names)
    lower = {name.lower(): name for name in names}
    back: dict[str, list[str]] = {}
    for short, long in synonyms.items():
        back.setdefault(long, []).append(short)
    for part in (p.strip() for p in topic.replace(";", ",").split(",")):
        if part:
            wanted = _candidates(part, synonyms, back)
            exact = [lower.get(name.lower(), "") if name not in held else name for name in wanted]
            keywords = list(dict.fromkeys(name for name in exact if name)) or _wider(part, names)
            near = () if keywords else _nearest(part, lower)
            found.append(Topic(part, tuple(keywords), tuple(near)))
    return found


def _candidates(part: str, synonyms: Mapping[str, str], back: Mapping[str, Sequence[str]]) -> list[str]:
    name = normalise(part)
    words = " ".join(singular(american(w)) for w in part.lower().replace("-", " ").replace("–", " ").split())
    lexical = lexicon_name(part) or lexicon_name(words)
    symbol = NAME_TO_SYMBOL.get(part.lower()) or (part if part in SYMBOL_SET else "")
    symbol = symbol or (part.capitalize() if part.capitalize() in SYMBOL_SET and len(part) <= 2 else "")
    stands_for = [synonyms.get(n, "") for n in (name, words)]
    also = [short for n in (name, words) for short in back.get(n, ())]
    return [n for n in (name, words, lexical[1] if lexical else "", symbol, *stands_for, *also) if n]


def _wider(part: str, names: Sequence[str]) -> list[str]:
    """Keywords that hold all words of a part, or a compound that holds an element."""
    symbol = NAME_TO_SYMBOL.get(part.lower(), part)
    if symbol in SYMBOL_SET:
        formulas = ((n, read_formula(n)) for n in names if keyword_kind(n) == "material")
        return [n for n, formula in formulas if formula is not None and symbol in formula.symbols]
    words = {singular(american(w)) for w in part.lower().replace("-", " ").split()}
    return [n for n in names if words <= {singular(w) for w in n.lower().split()}]


def _nearest(part: str, lower: Mapping[str, str]) -> list[str]:
    return [lower[n] for n in difflib.get_close_matches(normalise(part).lower(), list(lower), 3, LIKE)]
