"""Relations between materials, elements and processes without a language model: a few patterns of plain sentences."""

from __future__ import annotations

import re
from typing import Final

from hypograph.models.core.protocols import RELATION_KINDS, Mention, Related
from hypograph.models.core.records import Publication
from hypograph.models.literature.keywords.extraction import is_verbatim, pieces
from hypograph.models.literature.text.chunks import noun_phrases
from hypograph.models.literature.text.formulas import FORMULA, NAME_TO_SYMBOL, SYMBOL_SET, looks_like_formula
from hypograph.models.literature.text.lexicon import PROCESSES
from hypograph.models.literature.text.materials import snippet
from hypograph.models.literature.text.spelling import normalise

_NAMES: Final = "|".join(sorted(NAME_TO_SYMBOL, key=len, reverse=True))
_SYMBOLS: Final = "|".join(sorted(SYMBOL_SET, key=len, reverse=True))
# An element as a dopant: a symbol with an oxidation state, or a name.
_ELEMENT: Final = rf"(?:(?:{_SYMBOLS})(?:\d?[+−–-]|\(?[IV]+\)?)?(?![a-z])|(?i:{_NAMES})(?![a-z]))"
_LIST: Final = rf"{_ELEMENT}(?:\s*(?:,|/|and|&|–|-)\s*{_ELEMENT}){{0,3}}"
_HOST: Final = rf"(?:(?!(?:{_NAMES})\b){FORMULA.pattern}|[A-Za-z][\w()-]+)"
_BEFORE: Final = re.compile(rf"(?P<dopant>{_LIST})[\s-]*(?:co-?)?(?:doped|doping)\s+(?:of\s+)?(?P<host>{_HOST})")
_AFTER: Final = re.compile(rf"\b(?:co-?)?doped\s+(?:with|by)\s+(?:[a-z]+\s+)?(?P<dopant>{_LIST})")
_COLON: Final = re.compile(rf"(?P<host>{FORMULA.pattern})\s?:\s?(?P<dopant>(?:{_SYMBOLS})(?:\d?[+−-])?)(?![a-z])")
_ONE: Final = re.compile(_ELEMENT)
_STEPS: Final = "|".join(f"(?:{p})" for p in sorted(PROCESSES.values(), key=len, reverse=True))
_MADE: Final = re.compile(
    r"\b(?:prepared|synthesi[sz]ed|fabricated|produced|made|grown|processed|obtained|deposited)"
    rf"\s+(?:by|via|through|using)\s+(?:an?\s+|the\s+)?(?:\w+\s+)?(?P<process>{_STEPS})",
    re.IGNORECASE,
)
_ION: Final = re.compile(rf"({_SYMBOLS})(?:\d?[+−–-]|\(?[IV]+\)?)")
_NEAR: Final = 60
# "Sr doping concentration": what is doped is not said there.
_IDLE: Final = re.compile(
    r"\b(?:approach|concentrations?|contents?|effects?|levels?|limit|method|process|ratio|samples?|sites?|strategy|system)\b",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"([A-Za-z][\w()-]+)\W*$")


def keyword_name(text: str) -> str:
    """Return the name that a keyword goes by in the graph: an ion by its element, the rest as `normalise` has it."""
    ion = _ION.fullmatch(text.strip())
    return ion.group(1) if ion else normalise(text)


def stands_there(found: Related, publication: Publication) -> bool:
    """Whether a relation is one of the known kinds, its passage stands in the publication and holds both keywords."""
    text = " ".join(found.passage.split()).lower()
    held = all(word.strip() and " ".join(word.split()).lower() in text for word in (found.first, found.second))
    known = found.relation in RELATION_KINDS and found.first.lower() != found.second.lower()
    return held and known and is_verbatim(Mention(found.first, "", found.passage), publication)


def sentence_relations(sentence: str) -> list[Related]:
    """Find hosts with their dopants, and what was made by which process, in one sentence.

    Keywords are as they stand in the sentence.
    """
    found: dict[tuple[str, str, str], Related] = {}

    def add(first: str, relation: str, second: str, start: int, end: int) -> None:
        found.setdefault((first, relation, second), Related(first, relation, second, snippet(sentence, start, end)))

    for match in _BEFORE.finditer(sentence):
        host = _host(sentence[match.start("host") :], match.group("host"))
        for dopant in _ONE.finditer(match.group("dopant")) if host else ():
            add(host, "doped with", dopant.group(), match.start(), match.start("host") + len(host))
    for match in _COLON.finditer(sentence):
        if looks_like_formula(match.group("host")):
            add(match.group("host"), "doped with", match.group("dopant"), *match.span())
    for match in _AFTER.finditer(sentence):
        host, start = _before(sentence, match.start())
        for dopant in _ONE.finditer(match.group("dopant")) if host else ():
            add(host, "doped with", dopant.group(), start, match.end())
    for match in _MADE.finditer(sentence):
        host, start = _before(sentence, match.start(), len(sentence), words=False)
        if host:
            add(host, "made by", match.group("process"), start, match.end())
    return list(found.values())


def _host(rest: str, first: str) -> str:
    """Return what is doped: a formula, else the noun phrase there; '' where that names no material."""
    if looks_like_formula(first):
        return first
    phrase = next((c.text for c in noun_phrases(rest[:_NEAR]) if rest.startswith(c.text)), first)
    return "" if _IDLE.search(phrase) else " ".join(phrase.split()[:3])


def _before(sentence: str, end: int, near: int = _NEAR, words: bool = True) -> tuple[str, int]:
    """Return the last formula shortly before a place, else the word there, and where it begins; '' for none."""
    begin = max(0, end - near)
    matches = [m for m in FORMULA.finditer(sentence, begin, end) if looks_like_formula(m.group())]
    if matches:
        return matches[-1].group(), matches[-1].start()
    word = _WORD.search(sentence, begin, end) if words else None
    return (word.group(1), word.start(1)) if word else ("", 0)


def relations(publication: Publication, most: int = 20) -> list[Related]:
    """Find relations in title, abstract and passages of a publication, verified to stand there."""
    rows = [row for piece in pieces(publication) for row in sentence_relations(piece)]
    unique = {(r.first, r.relation, r.second): r for r in reversed(rows)}
    return [r for r in reversed(unique.values()) if stands_there(r, publication)][:most]
