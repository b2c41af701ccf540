"""Passages of a corpus ranked by BM25, for support, contradiction and novelty of a hypothesis."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hypograph.models.literature.inspiration.retrieval import Bm25

_WORD = re.compile(r"[a-z0-9][a-z0-9.+-]*[a-z0-9]|[a-z0-9]")
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "has",
        "in",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "that",
        "the",
        "this",
        "to",
        "was",
        "with",
    ]
)


def words(text: str) -> list[str]:
    """Split a text into lower-case words, without the commonest."""
    return [w for w in _WORD.findall(text.lower()) if w not in _STOP]


@dataclass(frozen=True)
class Passages:
    """Passages with the publication each stands in.

    Ranked by the BM25 of `literature.inspiration.retrieval`, with the words of `words`.
    """

    publications: tuple[str, ...]
    texts: tuple[str, ...]

    @cached_property
    def _index(self) -> Bm25:
        return Bm25(self.texts, words)

    def scores(self, query: str) -> NDArray[np.float64]:
        """Return the BM25 score of every passage for a query, shape ``(passages,)``."""
        return self._index.scores(query)

    def nearest(self, query: str, n: int) -> list[tuple[int, float]]:
        """Return up to `n` passages with a score above zero, best first, as (place, score)."""
        scores = self._index.scores(query)
        return [(int(i), float(scores[i])) for i in self._index.best(query, n)]

    def nearest_publications(self, query: str, n: int) -> list[tuple[str, float]]:
        """Return up to `n` publications by similarity to the query, in [0, 1].

        Similarity is the share of the query's information (summed inverse document frequency of its words)
        that the publication's best passage holds.
        """
        covered = self._index.coverage(query)
        best: dict[str, float] = {}
        for i in np.lexsort((np.arange(covered.size), -covered))[: 20 * n]:
            if covered[i] > 0:
                best.setdefault(self.publications[i], float(covered[i]))
        return list(best.items())[:n]


def passages_of(publications: Sequence[tuple[str, Sequence[str]]]) -> Passages:
    """Lay out (key, texts) of publications as passages, empty texts left out."""
    pairs = [(key, text) for key, texts in publications for text in texts if text.strip()]
    return Passages(tuple(k for k, _ in pairs), tuple(t for _, t in pairs))
