"""Finding passages for a keyword set, and stating it without a language model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final

import numpy as np

from hypograph.models.literature.graph.pair_counts import FloatArray, IntArray
from hypograph.models.literature.text import english as en
from hypograph.models.literature.text.chunks import split
from hypograph.models.literature.text.spelling import singular

K1, B = 1.2, 0.75
_SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+")


def terms(text: str) -> list[str]:
    """Content words of a text in the form that is compared: lower case, singular, hyphens apart."""
    words = (w.lower() for w in split(text.replace("-", " ")))
    return [singular(w) for w in words if w[0].isalnum() and w not in en.CLOSED]


@dataclass
class Bm25:
    """Ranks documents for a query.

    Parameters
    ----------
    texts
        The documents.

    References
    ----------
    Robertson & Zaragoza, Foundations and Trends in IR 3 (2009): k1 = 1.2, b = 0.75.
    """

    texts: Sequence[str]
    _words: dict[str, int] = field(default_factory=dict, init=False)
    _matrix: Any = field(default=None, init=False)

    def __post_init__(self) -> None:
        from scipy import sparse

        rows: list[int] = []
        columns: list[int] = []
        for number, text in enumerate(self.texts):
            for term in terms(text):
                rows.append(number)
                columns.append(self._words.setdefault(term, len(self._words)))
        shape = (len(self.texts), max(len(self._words), 1))
        counts = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
        counts.sum_duplicates()
        length = np.asarray(counts.sum(axis=1)).ravel()
        df = np.bincount(counts.indices, minlength=shape[1])
        idf = np.log(1.0 + (shape[0] - df + 0.5) / (df + 0.5))
        norm = K1 * (1.0 - B + B * length / max(float(length.mean()) if length.size else 1.0, 1e-9))
        owner = np.repeat(np.arange(shape[0]), np.diff(counts.indptr))
        counts.data = idf[counts.indices] * counts.data * (K1 + 1.0) / (counts.data + norm[owner])
        self._matrix = counts.tocsc()

    def scores(self, query: str) -> FloatArray:
        """Score of every document, shape ``(n,)``; 0 where no word is shared."""
        known = sorted({self._words[t] for t in terms(query) if t in self._words})
        if not known:
            return np.zeros(len(self.texts))
        return np.asarray(self._matrix[:, known].sum(axis=1), dtype=float).ravel()

    def best(self, query: str, most: int = 5) -> IntArray:
        """Numbers of the best documents that share a word with the query, best first."""
        scores = self.scores(query)
        order = np.lexsort((np.arange(scores.size), -scores))[:most]
        return order[scores[order] > 0].astype(np.int64)


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """A passage that holds both keywords of a pair, word for word, and the number of its document."""

    pair: tuple[str, str]
    document: int
    passage: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement made from a template: what is linked by passages, and what is not linked yet."""

    text: str
    evidence: tuple[PairEvidence, ...]
    open_pairs: tuple[tuple[str, str], ...]


def statement(keywords: Sequence[str], index: Bm25, depth: int = 20) -> Statement:
    """State a keyword set without a language model.

    Each pair of keywords is looked up: a passage of the corpus that holds both ties them; pairs without one
    are what is new about the set.

    Parameters
    ----------
    keywords
        The set.
    index
        The corpus.
    depth
        Documents looked at for each pair.

    Returns
    -------
    Statement
        Every passage stands verbatim in its document.
    """
    found: list[PairEvidence] = []
    missing: list[tuple[str, str]] = []
    for first, second in combinations(keywords, 2):
        evidence = _passage(first, second, index, depth)
        if evidence is None:
            missing.append((first, second))
        else:
            found.append(evidence)
    tied = "; ".join(f"{e.pair[0]} with {e.pair[1]}" for e in found)
    new = "; ".join(f"{a} with {b}" for a, b in missing)
    text = (
        f"Study {', '.join(keywords[:-1])} and {keywords[-1]} together."
        if len(keywords) > 1
        else f"Study {keywords[0]}."
    )
    if tied:
        text += f" The corpus ties {tied}."
    if new:
        text += f" No passage found ties {new}."
    return Statement(text, tuple(found), tuple(missing))


def _passage(first: str, second: str, index: Bm25, depth: int) -> PairEvidence | None:
    wanted = [set(terms(first)), set(terms(second))]
    for document in index.best(f"{first} {second}", depth):
        for sentence in _SENTENCE.split(index.texts[int(document)]):
            held = set(terms(sentence))
            if all(w and w <= held for w in wanted):
                return PairEvidence((first, second), int(document), sentence.strip()[:500])
    return None
