"""Ranking documents for a query by their words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from hypograph.models.literature.chemistry.composition import plain_digits
from hypograph.models.literature.graph.pair_counts import FloatArray, IntArray
from hypograph.models.literature.text import english as en
from hypograph.models.literature.text.chunks import split
from hypograph.models.literature.text.spelling import singular

K1, B = 1.2, 0.75
_BY_WEIGHT: Final = re.compile(r"(?<![^\W_])[A-Z][a-z]?(?:[-–‐‑]\d+(?:\.\d+)?[A-Z][a-z]?)+(?![^\W_])")


def terms(text: str) -> list[str]:
    """Content words of a text in the form that is compared: lower case, singular, hyphens apart.

    A formula has one form: ``TiO₂`` is ``TiO2``, ``Ti-6Al-4V`` is ``Ti6Al4V``.
    """
    joined = _BY_WEIGHT.sub(lambda m: re.sub(r"[-–‐‑]", "", m.group()), plain_digits(text))
    words = (w.lower() for w in split(joined.replace("-", " ")))
    return [singular(w) for w in words if w[0].isalnum() and w not in en.CLOSED]


@dataclass
class Bm25:
    """Ranks documents for a query.

    Parameters
    ----------
    texts
        The documents.
    split
        Cuts a text into the words that are compared.

    References
    ----------
    Robertson & Zaragoza, Foundations and Trends in IR 3 (2009): k1 = 1.2, b = 0.75.
    """

    texts: Sequence[str]
    split: Callable[[str], Sequence[str]] = terms
    _words: dict[str, int] = field(default_factory=dict, init=False)
    _matrix: Any = field(default=None, init=False)
    _idf: FloatArray = field(default_factory=lambda: np.zeros(0), init=False)

    def __post_init__(self) -> None:
        from scipy import sparse

        rows: list[int] = []
        columns: list[int] = []
        for number, text in enumerate(self.texts):
            for term in self.split(text):
                rows.append(number)
                columns.append(self._words.setdefault(term, len(self._words)))
        shape = (len(self.texts), max(len(self._words), 1))
        counts = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
        counts.sum_duplicates()
        length = np.asarray(counts.sum(axis=1)).ravel()
        df = np.bincount(counts.indices, minlength=shape[1])
        self._idf = idf = np.log(1.0 + (shape[0] - df + 0.5) / (df + 0.5))
        norm = K1 * (1.0 - B + B * length / max(float(length.mean()) if length.size else 1.0, 1e-9))
        owner = np.repeat(np.arange(shape[0]), np.diff(counts.indptr))
        counts.data = idf[counts.indices] * counts.data * (K1 + 1.0) / (counts.data + norm[owner])
        self._matrix = counts.tocsc()

    def scores(self, query: str) -> FloatArray:
        """Score of every document, shape ``(n,)``; 0 where no word is shared."""
        known = sorted({self._words[t] for t in self.split(query) if t in self._words})
        if not known:
            return np.zeros(len(self.texts))
        return np.asarray(self._matrix[:, known].sum(axis=1), dtype=float).ravel()

    def best(self, query: str, most: int = 5) -> IntArray:
        """Numbers of the best documents that share a word with the query, best first."""
        scores = self.scores(query)
        order = np.lexsort((np.arange(scores.size), -scores))[:most]
        return order[scores[order] > 0].astype(np.int64)

    def information(self, term: str) -> float:
        """Inverse document frequency of a word as `split` gives it; the largest for a word that no document holds."""
        if term in self._words:
            return float(self._idf[self._words[term]])
        return float(np.log(1.0 + (len(self.texts) + 0.5) / 0.5))

    def coverage(self, query: str) -> FloatArray:
        """Share of the information of a query (summed idf of its words) that each document holds, shape ``(n,)``."""
        asked = sorted(set(self.split(query)))
        known = [self._words[t] for t in asked if t in self._words]
        whole = sum(map(self.information, asked))
        if not known or whole <= 0.0:
            return np.zeros(len(self.texts))
        held = (self._matrix[:, known] > 0).astype(float) @ self._idf[known]
        found: FloatArray = np.asarray(held, dtype=float).ravel() / whole
        return found
