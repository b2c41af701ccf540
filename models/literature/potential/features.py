"""What is known of a keyword set at a time: only earlier years enter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from hypograph.models.literature.graph.affinity import embed
from hypograph.models.literature.graph.pair_counts import BoolArray, FloatArray, IntArray, PairCounts, pair_keys

RECENT: Final = 3
_PER_KEYWORD: Final = ("impact", "recent impact", "frequency", "growth", "age", "words")
_STATISTICS: Final = ("mean", "max", "min", "sd", "top three")
_PAIRS: Final = ("novelty", "association", "strongest association", "pair impact", "best pair impact")
_MORE: Final = ("worst pair impact", "published weight", "published weight sum", "pair frequency")
_DISTANCES: Final = ("distance", "largest distance", "spread of distance")
NAMES: Final = ("size", *(f"{k} ({s})" for k in _PER_KEYWORD for s in _STATISTICS), *_PAIRS, *_MORE, *_DISTANCES)
# Features that hold citations in any form.
CITED: Final = np.array(["impact" in n or "weight" in n for n in NAMES])


@dataclass(frozen=True)
class Snapshot:
    """State of the keyword graph before a year.

    Keyword arrays have shape ``(n_keywords,)``, pair arrays follow `keys` (ascending). `recent` counts the
    last three years. Impact is log2(FWCI + 1); `impact_df` counts the publications behind a sum of it
    (fewer where citations are unknown or lagged).
    """

    year: int
    publications: int
    mean_impact: float
    recent_mean: float
    df: FloatArray
    recent: FloatArray
    first: IntArray
    since: int
    impact_df: FloatArray
    impact_sum: FloatArray
    recent_df: FloatArray
    recent_sum: FloatArray
    words: FloatArray
    keys: IntArray
    pair_df: FloatArray
    pair_impact_df: FloatArray
    pair_impact_sum: FloatArray
    pair_weight: FloatArray

    @property
    def impact(self) -> FloatArray:
        """Shrunk mean impact of each keyword: (sum + 5 mean) / (df + 5)."""
        return (self.impact_sum + 5.0 * self.mean_impact) / (self.impact_df + 5.0)

    @cached_property
    def embedding(self) -> FloatArray:
        """Keywords embedded by the company they kept before the year, shape ``(n_keywords, rank)``."""
        pairs = PairCounts(self.keys, self.pair_df.astype(np.int64))
        return embed(pairs, self.df.astype(np.int64), self.publications)

    def features(self, sets: IntArray, embedding: FloatArray | None = None) -> FloatArray:
        """Describe keyword sets.

        Parameters
        ----------
        sets
            Keyword numbers, -1 where a set is shorter, shape ``(b, k)``.
        embedding
            That of a snapshot of the same year, where it was made already (it does not depend on citations).

        Returns
        -------
        numpy.ndarray
            Columns as `NAMES`, shape ``(b, len(NAMES))``.
        """
        held = sets >= 0
        at = np.where(held, sets, 0)
        size = held.sum(axis=1)
        columns = [size.astype(float)]
        span = max(self.year - RECENT - self.since, 1)
        earlier = (self.df - self.recent) / span * RECENT
        per_keyword = (
            self.impact,
            (self.recent_sum + 3.0 * self.recent_mean) / (self.recent_df + 3.0),
            np.log1p(self.df),
            np.log((self.recent + 1.0) / (earlier + 1.0)),
            np.where(self.first > 0, self.year - self.first, 0).astype(float),
            self.words,
        )
        for values in per_keyword:
            columns.extend(_statistics(values[at], held))
        vectors = np.where(held[:, :, None], (self.embedding if embedding is None else embedding)[at], 0.0)
        return np.column_stack([*columns, *self._pair_columns(sets, size), *_distances(vectors)])

    def _pair_columns(self, sets: IntArray, size: IntArray) -> list[FloatArray]:
        left, right = np.triu_indices(sets.shape[1], 1)
        first, second = sets[:, left], sets[:, right]
        there = (first >= 0) & (second >= 0)
        low, high = np.minimum(first, second), np.maximum(first, second)
        if self.keys.size:
            key = np.where(there, (low << 32) | high, -1)
            at = np.minimum(np.searchsorted(self.keys, key), self.keys.size - 1)
            seen = there & (self.keys[at] == key)
        else:
            at, seen = np.zeros(there.shape, np.int64), np.zeros(there.shape, bool)
        count, known, total, weight = (
            np.where(seen, values[at], 0.0) if values.size else np.zeros(there.shape)
            for values in (self.pair_df, self.pair_impact_df, self.pair_impact_sum, self.pair_weight)
        )
        pairs = np.maximum(there.sum(axis=1), 1)
        association = self._association(count, np.where(there, low, 0), np.where(there, high, 0), seen)
        impact = (total + 3.0 * self.mean_impact) / (known + 3.0)
        return [
            1.0 - seen.sum(axis=1) / pairs,
            association.sum(axis=1) / pairs,
            association.max(axis=1, initial=0.0),
            np.where(there, impact, 0.0).sum(axis=1) / pairs,
            np.where(seen, impact, 0.0).max(axis=1, initial=0.0),
            np.where(there, impact, self.mean_impact).min(axis=1, initial=self.mean_impact),
            weight.sum(axis=1) / pairs,
            weight.sum(axis=1),
            np.log1p(count).sum(axis=1) / pairs,
        ]

    def _association(self, count: FloatArray, low: IntArray, high: IntArray, seen: BoolArray) -> FloatArray:
        total = max(self.publications, 2)
        joint = np.maximum(count, 1.0)
        pmi = np.log(joint * total / np.maximum(self.df[low], 1.0) / np.maximum(self.df[high], 1.0))
        result: FloatArray = np.where(seen, pmi / np.maximum(-np.log(joint / total), 1e-6), 0.0)
        return result


def _statistics(values: FloatArray, held: BoolArray) -> list[FloatArray]:
    """Mean, largest, smallest, standard deviation and mean of the three largest; 0 for an empty set."""
    size = held.sum(axis=1)
    n = np.maximum(size, 1)
    plain = np.where(held, values, 0.0)
    mean = plain.sum(axis=1) / n
    spread = np.sqrt(np.maximum((plain**2).sum(axis=1) / n - mean**2, 0.0))
    ranked = -np.sort(np.where(held, -values, np.inf), axis=1)[:, :3]
    three = np.where(np.isfinite(ranked), ranked, 0.0).sum(axis=1) / np.minimum(n, 3)
    top = np.where(held, values, -np.inf).max(axis=1, initial=-np.inf)
    low = np.where(held, values, np.inf).min(axis=1, initial=np.inf)
    return [np.where(size > 0, column, 0.0) for column in (mean, top, low, spread, three)]


def _distances(vectors: FloatArray) -> list[FloatArray]:
    """Mean, largest and standard deviation of cosine distances within sets; keywords without a place do not count.

    `vectors` are unit or zero rows, shape ``(b, k, rank)``; 0 for sets with fewer than two placed keywords.
    """
    left, right = np.triu_indices(vectors.shape[1], 1)
    placed = (vectors**2).sum(axis=2) > 0.5
    there = placed[:, left] & placed[:, right]
    cosine = np.einsum("bkr,blr->bkl", vectors, vectors)[:, left, right]
    distance = np.where(there, 1.0 - cosine, 0.0)
    n = np.maximum(there.sum(axis=1), 1)
    mean = distance.sum(axis=1) / n
    spread = np.sqrt(np.maximum((distance**2).sum(axis=1) / n - mean**2, 0.0))
    return [mean, distance.max(axis=1, initial=0.0), spread]


def padded(indptr: IntArray, indices: IntArray, width: int | None = None) -> IntArray:
    """Lay keyword lists out as rows, -1 where a row is shorter, shape ``(n, width)``."""
    sizes = np.diff(indptr)
    width = int(sizes.max(initial=1)) if width is None else width
    rows = np.full((sizes.size, max(width, 1)), -1, np.int64)
    place = np.arange(indices.size) - np.repeat(indptr[:-1], sizes)
    rows[np.repeat(np.arange(sizes.size), sizes), place] = indices
    return rows


@dataclass(frozen=True)
class _Year:
    """Keyword counts of one year (all, of known impact, their impact), and the year's own sums."""

    df: FloatArray
    known: FloatArray
    total: FloatArray
    impact: float
    publications: int


@dataclass
class _Tally:
    """Counts and sums so far of keywords or pairs; pairs are renumbered beforehand."""

    df: FloatArray
    impact_df: FloatArray
    impact_sum: FloatArray
    weight: FloatArray

    @classmethod
    def zeros(cls, size: int) -> _Tally:
        return cls(*(np.zeros(size) for _ in range(4)))


def snapshots(
    indptr: IntArray, indices: IntArray, years: IntArray, impact: FloatArray, words: FloatArray, lag: int = 0
) -> Iterator[tuple[int, Snapshot]]:
    """Walk through the years and give the state before each.

    Parameters
    ----------
    indptr, indices
        Keywords of each publication.
    years
        Year of each publication.
    impact
        log2(FWCI + 1), NaN where unknown, shape ``(n,)``.
    words
        Words of each keyword, shape ``(n_keywords,)``.
    lag
        Years that citations take to be known: only publications older than `lag` years give impact.

    Yields
    ------
    year, snapshot
        Ascending; one for each year of the corpus and a last one for the year after.
    """
    keys, owner = pair_keys(indptr, indices)
    unique, pair = np.unique(keys, return_inverse=True)
    holder = np.repeat(np.arange(years.size), np.diff(indptr))
    share = 1.0 / np.maximum(np.diff(indptr) - 1, 1)
    tally, pairs = _Tally.zeros(words.size), _Tally.zeros(unique.size)
    first = np.zeros(words.size, np.int64)
    since, total = int(years.min()), 0
    history: dict[int, _Year] = {}
    by_year = [*np.unique(years).tolist()]
    pending = list(by_year)
    for year in [*by_year, by_year[-1] + 1]:
        while pending and pending[0] < year - lag:
            old = pending.pop(0)
            tally.impact_df += history[old].known
            tally.impact_sum += history[old].total
            mine = years[owner] == old
            _add_pair_impact(pairs, pair[mine], owner[mine], impact, share)
        recent = [history[y] for y in range(year - RECENT, year) if y in history]
        rated = [history[y] for y in range(year - RECENT - lag, year - lag) if y in history]
        mean = _mean([history[y] for y in by_year if y < year - lag])
        # Pairs that nobody has met yet must not be found.
        met = np.flatnonzero(pairs.df)
        yield (
            year,
            Snapshot(
                year=year,
                publications=total,
                mean_impact=mean,
                recent_mean=_mean(rated) if rated else mean,
                df=tally.df.copy(),
                recent=_sum([y.df for y in recent], words.size),
                first=first.copy(),
                since=since,
                impact_df=tally.impact_df.copy(),
                impact_sum=tally.impact_sum.copy(),
                recent_df=_sum([y.known for y in rated], words.size),
                recent_sum=_sum([y.total for y in rated], words.size),
                words=words,
                keys=unique[met],
                pair_df=pairs.df[met],
                pair_impact_df=pairs.impact_df[met],
                pair_impact_sum=pairs.impact_sum[met],
                pair_weight=pairs.weight[met],
            ),
        )
        history[year] = one = _year(indices, holder, years == year, impact, words.size)
        df = one.df
        first = np.where((first == 0) & (df > 0), year, first)
        tally.df += df
        pairs.df += np.bincount(pair[years[owner] == year], minlength=unique.size)
        total += int(np.count_nonzero(years == year))


def _year(indices: IntArray, holder: IntArray, mine: BoolArray, impact: FloatArray, size: int) -> _Year:
    here = mine[holder]
    value = impact[holder[here]]
    known = ~np.isnan(value)
    own = impact[mine & ~np.isnan(impact)]
    return _Year(
        np.bincount(indices[here], minlength=size).astype(float),
        np.bincount(indices[here][known], minlength=size).astype(float),
        np.bincount(indices[here][known], value[known], size).astype(float),
        float(own.sum()),
        int(own.size),
    )


def _add_pair_impact(pairs: _Tally, pair: IntArray, owner: IntArray, impact: FloatArray, share: FloatArray) -> None:
    value = impact[owner]
    known = ~np.isnan(value)
    size = pairs.df.size
    pairs.impact_df += np.bincount(pair[known], minlength=size)
    pairs.impact_sum += np.bincount(pair[known], value[known], size)
    pairs.weight += np.bincount(pair[known], (value * share[owner])[known], size)


def _mean(years: list[_Year]) -> float:
    """Mean impact over some years; 1, that of an average publication, where none is known."""
    count = sum(y.publications for y in years)
    return sum(y.impact for y in years) / count if count else 1.0


def _sum(parts: list[FloatArray], size: int) -> FloatArray:
    total = np.zeros(size)
    for part in parts:
        total += part
    return total
