"""What ties two keywords in a corpus: the publications that hold both, and the passages where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from hypograph.models.core.records import Publication
from hypograph.models.literature.keywords.extraction import material_keywords, mention_pattern, passage_of, pieces
from hypograph.models.literature.text.materials import keyword_kind, material_mentions, snippet

# Publications of a pair that are looked through for one sentence that holds both.
DEPTH: Final = 25


@dataclass(frozen=True, slots=True)
class Tie:
    """Two keywords that publications hold together.

    Attributes
    ----------
    pair
        The keywords.
    publications
        How many publications hold both.
    document
        Number of the publication that is quoted.
    passages
        One sentence that holds both, else one for each; verbatim.
    """

    pair: tuple[str, str]
    publications: int
    document: int
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a keyword set says: a sentence, the pairs that are tied, and those that are not."""

    text: str
    ties: tuple[Tie, ...]
    open_pairs: tuple[tuple[str, str], ...]

    @property
    def novelty(self) -> float:
        """Share of the pairs that no publication holds together, in [0, 1]."""
        pairs = len(self.ties) + len(self.open_pairs)
        return len(self.open_pairs) / pairs if pairs else 1.0


class Ties:
    """Looks up which publications hold two keywords.

    A publication holds a keyword that was chosen for it, or whose words stand in its text; so what is said of a pair,
    its novelty and its evidence rest on the same publications.

    Parameters
    ----------
    publications
        The corpus.
    keywords
        Keywords chosen for each publication.
    """

    def __init__(self, publications: Sequence[Publication], keywords: Sequence[Iterable[str]]) -> None:
        self._publications = publications
        self._texts = [" ".join([p.title, p.abstract, *p.passages]).lower() for p in publications]
        self._chosen: dict[str, set[int]] = {}
        for number, names in enumerate(keywords):
            for name in names:
                self._chosen.setdefault(name, set()).add(number)
        self._held: dict[str, frozenset[int]] = {}

    def holders(self, name: str) -> frozenset[int]:
        """Numbers of the publications that hold a keyword."""
        if name not in self._held:
            found = set(self._chosen.get(name, ()))
            if keyword_kind(name) == "phrase":
                stems = [w[:-1] if len(w) > 4 else w for w in name.lower().split()]
                pattern = mention_pattern(name)
                found |= {
                    i for i, text in enumerate(self._texts) if all(s in text for s in stems) and pattern.search(text)
                }
            self._held[name] = frozenset(found)
        return self._held[name]

    def tie(self, first: str, second: str) -> Tie | None:
        """Return what ties two keywords, None where no publication holds both."""
        both = sorted(self.holders(first) & self.holders(second))
        if not both:
            return None
        best: tuple[int, tuple[str, ...]] | None = None
        for number in both[:DEPTH]:
            passages = self._passages(number, first, second)
            if len(passages) == 1:
                return Tie((first, second), len(both), number, passages)
            if best is None and passages:
                best = number, passages
        number, passages = best if best is not None else (both[0], (self._publications[both[0]].title,))
        return Tie((first, second), len(both), number, passages)

    def _passages(self, number: int, first: str, second: str) -> tuple[str, ...]:
        publication = self._publications[number]
        for piece in pieces(publication):
            where = [_place(piece, name) for name in (first, second)]
            if where[0] is not None and where[1] is not None:
                span = min(where[0][0], where[1][0]), max(where[0][1], where[1][1])
                return (snippet(piece, *span),)
        alone = [_quoted(publication, name) for name in (first, second)]
        return tuple(dict.fromkeys(p for p in alone if p)) if all(alone) and alone[0] != alone[1] else ()

    def state(self, keywords: Sequence[str]) -> Statement:
        """State a keyword set without a language model: what is tied, and what is new about it."""
        ties = {pair: self.tie(*pair) for pair in combinations(keywords, 2)}
        tied = [tie for tie in ties.values() if tie is not None]
        fresh = [pair for pair, tie in ties.items() if tie is None]
        text = f"Study {_listed(keywords)} together." if len(keywords) > 1 else f"Study {keywords[0]}."
        if tied:
            said = "; ".join(f"{t.pair[0]} with {t.pair[1]} ({_counted(t.publications)})" for t in tied)
            text += f" The corpus holds together {said}."
        if fresh:
            text += f" No publication holds {'; '.join(f'{a} with {b}' for a, b in fresh)}."
        return Statement(text, tuple(tied), tuple(fresh))


def _place(piece: str, name: str) -> tuple[int, int] | None:
    """Where a keyword stands in a sentence, None where it does not."""
    if keyword_kind(name) == "phrase":
        match = mention_pattern(name).search(piece)
        return match.span() if match is not None else None
    if any(m.keyword == name for m in material_mentions(piece)):
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", piece)
        return found.span() if found is not None else (0, len(piece))
    return None


def _quoted(publication: Publication, name: str) -> str:
    if keyword_kind(name) == "phrase":
        return passage_of(publication, name)
    return next((m.passage for m in material_keywords(publication) if m.keyword == name), "")


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _counted(publications: int) -> str:
    return "1 publication" if publications == 1 else f"{publications:,} publications"
