"""The keyword graph of a corpus: which keywords, how often together, what stands out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hypograph.models.literature.graph.backbone import association, communities, disparity
from hypograph.models.literature.graph.pair_counts import FloatArray, IntArray, PairCounts, count_pairs, weigh_pairs

LEVEL: Final = 0.05  # significance of an edge: as often together as one time in twenty by chance


@dataclass(frozen=True)
class Corpus:
    """Publications as sets of keyword numbers.

    Attributes
    ----------
    names
        Name of each keyword, in alphabetical order.
    indptr, indices
        Publication i holds keywords ``indices[indptr[i]:indptr[i + 1]]``, ascending.
    years
        Year of each publication, 0 where unknown.
    impact
        log2(FWCI + 1) of each publication, NaN where unknown.
    """

    names: tuple[str, ...]
    indptr: IntArray
    indices: IntArray
    years: IntArray
    impact: FloatArray

    @property
    def df(self) -> IntArray:
        """Publications holding each keyword."""
        return np.bincount(self.indices, minlength=len(self.names)).astype(np.int64)

    @property
    def first_year(self) -> IntArray:
        """First year of each keyword, 0 where none is known."""
        owner = np.repeat(self.years, np.diff(self.indptr))
        dated = owner > 0
        first = np.full(len(self.names), np.iinfo(np.int64).max)
        np.minimum.at(first, self.indices[dated], owner[dated])
        return np.where(first == np.iinfo(np.int64).max, 0, first)

    @property
    def publications(self) -> int:
        """Number of publications."""
        return int(self.indptr.size - 1)


def build_corpus(
    keywords: Sequence[Sequence[str]], years: Sequence[int | None], impact: FloatArray, least: int = 2
) -> Corpus:
    """Number the keywords that enough publications hold.

    Parameters
    ----------
    keywords
        Names of each publication's keywords; repeats are ignored.
    years
        Year of each publication.
    impact
        log2(FWCI + 1) of each publication, NaN where unknown.
    least
        Publications that a keyword must stand in to be kept.

    Returns
    -------
    Corpus
        Independent of the order of keywords within a publication.
    """
    df: dict[str, int] = {}
    sets = [sorted(set(k)) for k in keywords]
    for names in sets:
        for name in names:
            df[name] = df.get(name, 0) + 1
    kept = tuple(sorted(name for name, count in df.items() if count >= least))
    number = {name: i for i, name in enumerate(kept)}
    rows = [[number[name] for name in names if name in number] for names in sets]
    indptr = np.concatenate(([0], np.cumsum([len(r) for r in rows]))).astype(np.int64)
    indices = np.array([i for r in rows for i in r], np.int64)
    return Corpus(kept, indptr, indices, np.array([y or 0 for y in years], np.int64), impact)


@dataclass(frozen=True)
class Backbone:
    """The edges that stand out, and the community of each keyword (-1: none).

    All arrays but `community` have one entry an edge, ordered by ends.
    """

    first: IntArray
    second: IntArray
    count: IntArray
    weight: FloatArray
    significance: FloatArray
    association: FloatArray
    first_year: IntArray
    last_year: IntArray
    community: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))

    def __len__(self) -> int:
        return int(self.first.size)


def backbone(corpus: Corpus, pairs: PairCounts, level: float = LEVEL, most: int = 20_000, seed: int = 0) -> Backbone:
    """Keep the edges whose weight is more than chance gives at one of their ends, part-whole pairs aside.

    Parameters
    ----------
    corpus
        The publications.
    pairs
        Their pair counts, as `count_pairs` gives them.
    level
        Largest significance of the disparity filter, in (0, 1]; 1 keeps every pair.
    most
        Edges kept at most, the most significant first, so that the graph stays browsable.
    seed
        Seed of the community search.

    Returns
    -------
    Backbone
    """
    nodes = len(corpus.names)
    known = np.where(np.isnan(corpus.impact), 1.0, corpus.impact)
    _, weight = weigh_pairs(corpus.indptr, corpus.indices, known)
    first, second = pairs.first, pairs.second
    # A paper of impact 0 gives its pairs no weight; they met all the same.
    significance = disparity(first, second, np.maximum(weight, 1e-12), nodes)
    order = np.lexsort((pairs.keys, -weight, significance))
    order = order[(significance[order] < level) | (level >= 1.0)][: 2 * most]
    words = [frozenset(name.split()) for name in corpus.names]
    # That "neural network" goes with "deep neural network" says nothing.
    ties = [i for i in order if not (words[first[i]] <= words[second[i]] or words[second[i]] <= words[first[i]])]
    kept = np.sort(np.array(ties[:most], np.int64))
    df = corpus.df
    first, second, count = first[kept], second[kept], pairs.counts[kept]
    from_year, to_year = edge_years(corpus, pairs.keys[kept])
    return Backbone(
        first,
        second,
        count,
        weight[kept],
        significance[kept],
        association(count, df[first], df[second], corpus.publications) if count.size else np.zeros(0),
        from_year,
        to_year,
        communities(first, second, weight[kept], nodes, seed),
    )


def edge_years(corpus: Corpus, keys: IntArray) -> tuple[IntArray, IntArray]:
    """First and last year that each pair met, 0 where no year is known; `keys` ascending."""
    first = np.full(keys.size, np.iinfo(np.int64).max)
    last = np.zeros(keys.size, np.int64)
    for year in np.unique(corpus.years[corpus.years > 0]):
        rows = np.flatnonzero(corpus.years == year)
        here = count_rows(corpus, rows).keys
        at = np.searchsorted(keys, here[np.isin(here, keys)])
        first[at] = np.minimum(first[at], year)
        last[at] = np.maximum(last[at], year)
    return np.where(first == np.iinfo(np.int64).max, 0, first), last


def count_rows(corpus: Corpus, rows: IntArray) -> PairCounts:
    """Pair counts of some publications only."""
    sizes = np.diff(corpus.indptr)[rows]
    indptr = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    starts = np.repeat(corpus.indptr[rows] - indptr[:-1], sizes)
    return count_pairs(indptr, corpus.indices[starts + np.arange(indptr[-1])])
