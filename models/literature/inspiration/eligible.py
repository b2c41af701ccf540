"""Which keywords may stand in an inspiring set, and which two may not stand together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from hypograph.models.literature.graph.keyword_graph import Corpus
from hypograph.models.literature.graph.pair_counts import BoolArray, FloatArray, IntArray
from hypograph.models.literature.inspiration.retrieval import terms
from hypograph.models.literature.inspiration.sampling import Score
from hypograph.models.literature.text.materials import keyword_kind
from hypograph.models.literature.text.title_share import title_share

# A keyword of more publications than this says what the corpus is about, not what is new in it.
COMMON: Final = 0.08
# Words of topics stand in titles; those of prose and of methods that everyone uses do not. The first is a share of all
# titles with the word, the second of the corpus's own publications that hold the keyword.
TITLED: Final = 0.06
IN_TITLES: Final = 0.04
WORDS: Final = 6


def eligible(corpus: Corpus, titles: Sequence[str], expansions: Mapping[str, str]) -> IntArray:
    """Numbers of the keywords that a set may hold.

    Parameters
    ----------
    corpus
        The keyword graph's publications.
    titles
        Title of each.
    expansions
        Abbreviations with what they stand for; the abbreviations themselves are left out.

    Returns
    -------
    numpy.ndarray
        Keywords of several publications but not of very many, which name topics rather than prose or common methods;
        ascending.
    """
    df = corpus.df
    # A keyword of a handful of publications has no reliable company.
    often = df >= max(2, round(np.sqrt(corpus.publications) / 6))
    seldom = df <= max(20, COMMON * corpus.publications)
    named = np.array([name not in expansions and _names_a_topic(name) for name in corpus.names], bool)
    return np.flatnonzero(often & seldom & named & _in_titles(corpus, titles))


def _names_a_topic(name: str) -> bool:
    return keyword_kind(name) != "phrase" or min(title_share(word) for word in name.split()) >= TITLED


def _in_titles(corpus: Corpus, titles: Sequence[str]) -> BoolArray:
    """Whether enough titles of a phrase's publications hold it; all, where titles here hold no phrases."""
    words = [frozenset(terms(title)) for title in titles]
    parts = [frozenset(terms(name)) for name in corpus.names]
    hits = np.zeros(len(corpus.names))
    for i in range(corpus.publications):
        for k in corpus.indices[corpus.indptr[i] : corpus.indptr[i + 1]]:
            hits[k] += parts[k] <= words[i]
    phrase = np.array([keyword_kind(name) == "phrase" for name in corpus.names], bool)
    rate = hits / np.maximum(corpus.df, 1)
    usual = float(hits[phrase].sum()) / max(float(corpus.df[phrase].sum()), 1.0)
    if usual < IN_TITLES:
        return np.ones(len(corpus.names), bool)
    return ~phrase | (rate >= IN_TITLES)


@dataclass(frozen=True)
class Apart:
    """A score that refuses sets with parts or variants of one another.

    Attributes
    ----------
    score
        What is climbed.
    words
        Numbers of the words of each keyword, -1 where fewer, shape ``(n, WORDS)``.
    """

    score: Score
    words: IntArray

    @classmethod
    def of(cls, score: Score, names: Sequence[str], expansions: Mapping[str, str]) -> Apart:
        """Build for keywords; an abbreviation has the words of what it stands for."""
        number: dict[str, int] = {}
        words = np.full((len(names), WORDS), -1, np.int64)
        for i, name in enumerate(names):
            parts = dict.fromkeys(terms(expansions.get(name, name)))
            for j, word in enumerate(list(parts)[:WORDS]):
                words[i, j] = number.setdefault(word, len(number))
        return cls(score, words)

    def clashes(self, sets: IntArray) -> BoolArray:
        """Whether two keywords of a set share half the words of the shorter, shape ``(b,)``."""
        found = np.zeros(len(sets), bool)
        for a, b in combinations(range(sets.shape[1]), 2):
            left, right = self.words[sets[:, a]], self.words[sets[:, b]]
            shared = ((left[:, :, None] == right[:, None, :]) & (left >= 0)[:, :, None]).sum(axis=(1, 2))
            shorter = np.minimum((left >= 0).sum(axis=1), (right >= 0).sum(axis=1))
            found |= 2 * shared >= np.maximum(shorter, 1)
        return found

    def __call__(self, sets: IntArray) -> FloatArray:
        """Score of each set, 0 where two keywords clash, shape ``(b,)``."""
        value = np.zeros(len(sets))
        kept = np.flatnonzero(~self.clashes(sets))
        if kept.size:
            value[kept] = self.score(sets[kept])
        return value
