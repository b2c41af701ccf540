"""Passages of a corpus ranked by BM25, for support, contradiction and novelty of a hypothesis."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")
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

    Okapi BM25 (Robertson and Zaragoza 2009, eq. 3.15) with the usual k1 = 1.2, b = 0.75.
    """

    publications: tuple[str, ...]
    texts: tuple[str, ...]
    k1: float = 1.2
    b: float = 0.75

    @cached_property
    def _index(self) -> tuple[dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]], float]:
        lists: dict[str, list[tuple[int, int]]] = {}
        lengths = np.zeros(len(self.texts))
        for i, text in enumerate(self.texts):
            counts = Counter(words(text))
            lengths[i] = sum(counts.values())
            for word, count in counts.items():
                lists.setdefault(word, []).append((i, count))
        norm = self.k1 * (1 - self.b + self.b * lengths / max(float(lengths.mean()), 1e-9)) if len(lengths) else lengths
        index = {}
        for word, found in lists.items():
            rows = np.array([i for i, _ in found])
            tf = np.array([c for _, c in found], dtype=float)
            idf = np.log(1 + (len(self.texts) - len(rows) + 0.5) / (len(rows) + 0.5))
            index[word] = (rows, idf * tf * (self.k1 + 1) / (tf + norm[rows]))
        top = float(np.log(1 + (len(self.texts) + 0.5) / 0.5)) * (self.k1 + 1)
        return index, top

    def scores(self, query: str) -> NDArray[np.float64]:
        """Return the BM25 score of every passage for a query, shape ``(passages,)``."""
        total = np.zeros(len(self.texts))
        index, _ = self._index
        for word in sorted(set(words(query))):
            if word in index:
                rows, weight = index[word]
                total[rows] += weight
        return total

    def nearest(self, query: str, n: int) -> list[tuple[int, float]]:
        """Return up to `n` passages with a score above zero, best first, as (place, score)."""
        scores = self.scores(query)
        order = np.lexsort((np.arange(len(scores)), -scores))[:n]
        return [(int(i), float(scores[i])) for i in order if scores[i] > 0]

    def nearest_publications(self, query: str, n: int) -> list[tuple[str, float]]:
        """Return up to `n` publications by similarity to the query, in [0, 1].

        Similarity is the share of the query's information (summed inverse document frequency of its words)
        that the publication's best passage holds.
        """
        index, _ = self._index
        total = np.zeros(len(self.texts))
        whole = 0.0
        for word in sorted(set(words(query))):
            known = index.get(word)
            count = len(known[0]) if known else 0
            idf = float(np.log(1 + (len(self.texts) - count + 0.5) / (count + 0.5)))
            whole += idf
            if known:
                total[known[0]] += idf
        best: dict[str, float] = {}
        for i in np.lexsort((np.arange(len(total)), -total))[: 20 * n]:
            if total[i] > 0:
                best.setdefault(self.publications[i], float(total[i] / whole))
        return list(best.items())[:n]


def passages_of(publications: Sequence[tuple[str, Sequence[str]]]) -> Passages:
    """Lay out (key, texts) of publications as passages, empty texts left out."""
    pairs = [(key, text) for key, texts in publications for text in texts if text.strip()]
    return Passages(tuple(k for k, _ in pairs), tuple(t for _, t in pairs))


def sentences(text: str) -> list[str]:
    """Split a text at the ends of sentences."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]
