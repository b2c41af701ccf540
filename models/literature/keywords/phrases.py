"""Which phrases are terms: what stands by itself, belongs together, and is no fragment of a longer one."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hypograph.models.literature.graph.pair_counts import BoolArray, FloatArray, IntArray
from hypograph.models.literature.keywords.choice import Table, best, weight
from hypograph.models.literature.text.spelling import UNITS
from hypograph.models.literature.text.title_share import title_share

# Thresholds chosen on Inspec and on doping abstracts (benchmarks/literature_terms.py), never on one of them alone.
ALONE: Final = 0.3
EXTENDED: Final = 0.6
TOGETHER: Final = -0.15
TITLED: Final = 0.045
BOUND: Final = 0.5


def _is_word(word: str) -> bool:
    """Whether a part of a phrase is a word, or a letter as in "x ray", rather than a number or a unit."""
    return not word[0].isdigit() and word not in UNITS and (len(word) > 1 or word.isalpha())


def _part(parts: Sequence[Sequence[str]], number: Mapping[str, int], start: int, size: int) -> IntArray:
    """Number of the piece of `size` words that begins at a place of each name."""
    found = (number.get(" ".join(p[start : start + size]), -1) if start + size <= len(p) else -2 for p in parts)
    return np.fromiter(found, np.int64, len(parts))


@dataclass
class TermCounts:
    """Counts of candidates over documents, and which candidates are terms by them.

    Parameters
    ----------
    table
        Candidates of the documents.
    exempt
        Names that a text introduced with an abbreviation: they are terms.
    """

    table: Table
    exempt: Collection[str] = ()
    df: IntArray = field(init=False)
    whole: IntArray = field(init=False)
    titles: IntArray = field(init=False)
    words: IntArray = field(init=False)
    documents: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        names = self.table.names
        number = {name: i for i, name in enumerate(names)}
        self.df, self.whole, self.titles = (np.zeros(len(names), np.int64) for _ in range(3))
        parts = [name.split() for name in names]
        self.words = np.array([len(p) for p in parts], np.int64)
        self._left = np.array([number.get(" ".join(p[:-1]), -1) for p in parts], np.int64)
        self._right = np.array([number.get(" ".join(p[1:]), -1) for p in parts], np.int64)
        # Numbers of the words, and of the pairs of neighbouring words, of each; -1 not counted, -2 not there.
        self._single = [_part(parts, number, i, 1) for i in range(4)]
        self._neighbours = [_part(parts, number, i, 2) for i in range(3)]
        self._clean = np.array([all(map(_is_word, p)) for p in parts], bool)
        # Sets, as `isin` of numpy compares objects with one another.
        exempt = frozenset(self.exempt)
        self._exempt = np.array([name in exempt for name in names], bool)

    def add(self, entries: IntArray, documents: int) -> None:
        """Count the entries (numbers into the table) of further documents."""
        np.add.at(self.df, self.table.name[entries], 1)
        np.add.at(self.whole, self.table.name[entries[self.table.whole[entries]]], 1)
        np.add.at(self.titles, self.table.name[entries[self.table.in_title[entries]]], 1)
        self.documents += documents

    def extension(self) -> IntArray:
        """Documents that hold the most frequent candidate with one word more, of each."""
        found = np.zeros(len(self.df), np.int64)
        for part in (self._left, self._right):
            long = np.flatnonzero((part >= 0) & (self.words > 1))
            np.maximum.at(found, part[long], self.df[long])
        return found

    def bound(self) -> FloatArray:
        """Weakest normalised pointwise mutual information of two neighbouring words of each; 1 for single words."""
        joint = np.maximum(self.df, 0.5) / max(self.documents, 1)
        weakest = np.ones(len(self.df))
        for i, pair in enumerate(self._neighbours):
            rows = np.flatnonzero(pair >= 0)
            rows = rows[(self._single[i][rows] >= 0) & (self._single[i + 1][rows] >= 0)]
            both, one, two = joint[pair[rows]], joint[self._single[i][rows]], joint[self._single[i + 1][rows]]
            scale = np.maximum(-np.log(np.minimum(both, 1.0)), 1e-9)
            weakest[rows] = np.minimum(weakest[rows], np.log(both / (one * two)) / scale)
        return weakest

    def least_share(self) -> FloatArray:
        """Title share of the word of each candidate that stands least in titles."""
        names = self.table.names
        single = np.flatnonzero(self.words == 1)
        share = np.ones(len(names))
        share[single] = [title_share(names[i], int(self.titles[i]), int(self.df[i])) for i in single]
        least = np.where(self.words == 1, share, 1.0)
        for column in self._single:
            rows = np.flatnonzero((column >= 0) & (self.words > 1))
            least[rows] = np.minimum(least[rows], share[column[rows]])
        missing = np.zeros(len(names), bool)
        for column in self._single:
            missing |= (column == -1) & (self.words > 1)
        rows = np.flatnonzero(missing)
        least[rows] = [min(title_share(w) for w in names[i].split()) for i in rows]
        return least

    def terms(self) -> BoolArray:
        """Whether each candidate is a term by what has been counted.

        A term stands as a whole noun phrase often enough, is seldom a part of one longer phrase, its words belong
        together, and none of them is a word of prose. After Frantzi, Ananiadou & Mima, Int. J. Digit. Libr. 3 (2000)
        115 (C-value), in spirit: what occurs within longer candidates only is no term.
        """
        seen = np.maximum(self.df, 1)
        alone, extended = self.whole / seen, self.extension() / seen
        bound = self.bound()
        by_itself = (self.whole >= 1) & ((alone >= ALONE) | ((self.whole >= 2) & (alone >= 0.08) & (extended <= 0.5)))
        good = self._clean & by_itself & (extended <= EXTENDED) & (bound >= TOGETHER)
        good &= (self.least_share() >= TITLED) | (bound >= BOUND)
        terms: BoolArray = good | (self._exempt & self._clean)
        return terms


def select_terms(table: Table, *, exempt: Collection[str] = (), most: int = 10) -> tuple[IntArray, IntArray]:
    """Choose the terms of each document for people to read, by the counts of the whole corpus.

    Which phrases are terms is a question of language, so later documents may answer it; keywords that are to predict
    come from `choice.select`, which knows earlier documents only.

    Parameters
    ----------
    table
        Candidates.
    exempt
        Names introduced with an abbreviation.
    most
        Terms a document at most.

    Returns
    -------
    indptr, indices
        As `choice.select` returns them.

    Notes
    -----
    Terms of two words or more (`TermCounts.terms`) that two documents hold, where there are 400; a term that stands
    within a longer one only is left out. They are ranked as `choice.select` ranks, times min(title share, 0.2)^0.35.
    """
    counts = TermCounts(table, exempt)
    entries = np.arange(table.name.size)
    counts.add(entries, table.documents)
    name, known = table.name, counts.df[table.name]
    fit = counts.terms() & (counts.words >= 2) & (counts.df >= min(2, table.documents // 200))
    value = weight(table, entries, known, table.documents) * np.minimum(counts.least_share()[name], 0.2) ** 0.35
    score = np.where(fit[name] & table.heads, value, -1.0)
    _drop_parts(table, score)
    return best(table, score, most)


def _drop_parts(table: Table, score: FloatArray) -> None:
    """Take out of each document what stands within one of its longer terms only."""
    fit = np.flatnonzero(score > 0)
    starts = np.searchsorted(table.document[fit], np.arange(table.documents + 1))
    for first, last in itertools.pairwise(starts):
        rows = fit[first:last]
        if rows.size > 1:
            names = [table.names[i] for i in table.name[rows]]
            kept = without_parts(names, table.times[rows].tolist())
            score[np.delete(rows, kept)] = -1.0


def without_parts(names: Sequence[str], times: Sequence[int]) -> list[int]:
    """Numbers of those names that are no mere part of a longer one: a part counts where it also stands elsewhere.

    Parameters
    ----------
    names
        Terms of one document.
    times
        How often each stands there.
    """
    padded = [f" {name} " for name in names]
    kept = []
    for i, name in enumerate(padded):
        within = sum(times[j] for j, other in enumerate(padded) if j != i and name in other and len(other) > len(name))
        if times[i] > within:
            kept.append(i)
    return kept
