"""Counting pairs of keywords with sorted 64-bit keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
# Papers handled at once: one sort is faster than merging, and the keys of a block stay within 400 MB at ten
# keywords.
BLOCK = 1_000_000


@dataclass(frozen=True, slots=True)
class PairCounts:
    """Counts of unordered keyword pairs, keys ascending.

    Attributes
    ----------
    keys
        ``first << 32 | second`` with first < second, shape ``(n_pairs,)``.
    counts
        Publications holding both, shape ``(n_pairs,)``.
    """

    keys: IntArray
    counts: IntArray

    @property
    def first(self) -> IntArray:
        """Smaller keyword number of each pair."""
        return self.keys >> 32

    @property
    def second(self) -> IntArray:
        """Larger keyword number of each pair."""
        return self.keys & 0xFFFFFFFF

    def __len__(self) -> int:
        return int(self.keys.size)

    def between(self, first: IntArray, second: IntArray) -> IntArray:
        """Return how many publications hold both of some keywords, 0 where none does; `first` is the smaller number."""
        if not len(self):
            return np.zeros(first.shape, np.int64)
        keys = (first << 32) | second
        at = np.minimum(np.searchsorted(self.keys, keys), len(self) - 1)
        return np.where(self.keys[at] == keys, self.counts[at], 0)


EMPTY = PairCounts(np.zeros(0, np.int64), np.zeros(0, np.int64))


def pair_keys(indptr: IntArray, indices: IntArray) -> tuple[IntArray, IntArray]:
    """Make the key of every keyword pair of every publication.

    Parameters
    ----------
    indptr
        Publication i holds ``indices[indptr[i]:indptr[i + 1]]``, shape ``(n + 1,)``.
    indices
        Keyword numbers in [0, 2**31), each once a publication.

    Returns
    -------
    keys, owners
        Key of each pair and the publication it came from, unsorted, equal shapes.
    """
    sizes = np.diff(indptr)
    keys: list[IntArray] = []
    owners: list[IntArray] = []
    for size in np.unique(sizes):
        if size < 2:
            continue
        rows = np.flatnonzero(sizes == size)
        members = np.sort(indices[indptr[rows][:, None] + np.arange(size)], axis=1)
        left, right = np.triu_indices(size, 1)
        keys.append(((members[:, left] << 32) | members[:, right]).ravel())
        owners.append(np.repeat(rows, left.size))
    if not keys:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(keys), np.concatenate(owners)


def count_pairs(indptr: IntArray, indices: IntArray, block: int = BLOCK) -> PairCounts:
    """Count the publications that hold each pair.

    Parameters
    ----------
    indptr, indices
        As for `pair_keys`.
    block
        Publications handled at once; bounds the memory, not the result.

    Returns
    -------
    PairCounts
    """
    if indptr.size - 1 <= block:
        return _count_block(indptr - indptr[0], indices[indptr[0] : indptr[-1]]) if indptr.size > 1 else EMPTY
    return _count_ranges(indptr, indices, block)


def _count_ranges(indptr: IntArray, indices: IntArray, block: int) -> PairCounts:
    """Count a range of first keywords at a time: sorted keys of all pairs at once would not fit into memory.

    The ranges follow one another, so that what is counted needs no merging.
    """
    ordered, load = _ordered(indptr, indices, block)
    if not load.any():
        return EMPTY
    share = max(int(load.sum() * block // max(indptr.size - 1, 1)), 1)
    bounds = np.searchsorted(np.cumsum(load), np.arange(share, int(load.sum()) + share, share))
    found: list[PairCounts] = []
    low = 0
    for high in np.unique(np.minimum(bounds + 1, load.size)):
        keys = [
            k
            for start in range(0, indptr.size - 1, block)
            for k in _keys_within(indptr, ordered, start, block, low, high)
        ]
        joined = np.concatenate(keys) if keys else np.zeros(0, np.int64)
        del keys
        joined.sort()
        part = _run_lengths(joined)
        found.append(PairCounts(part.keys, part.counts.astype(np.int32)))
        low = int(high)
    counts = np.concatenate([p.counts for p in found]).astype(np.int64)
    return PairCounts(np.concatenate([p.keys for p in found]), counts)


def _ordered(indptr: IntArray, indices: IntArray, block: int) -> tuple[npt.NDArray[np.int32], IntArray]:
    """Keywords of each publication in ascending order, and of how many pairs each keyword is the first."""
    ordered = indices.astype(np.int32)
    load = np.zeros(int(indices.max(initial=-1)) + 1, np.int64)
    for start in range(0, indptr.size - 1, block):
        for size, rows in _by_size(indptr, start, block):
            place = indptr[rows][:, None] + np.arange(size)
            members = np.sort(ordered[place], axis=1)
            ordered[place] = members
            for i in range(size - 1):
                load += np.bincount(members[:, i], minlength=load.size) * (size - 1 - i)
    return ordered, load


def _by_size(indptr: IntArray, start: int, block: int) -> list[tuple[int, IntArray]]:
    """Numbers of the publications of a block by their size; those below two keywords have no pairs."""
    sizes = np.diff(indptr[start : start + block + 1])
    return [(int(size), start + np.flatnonzero(sizes == size)) for size in np.unique(sizes) if size >= 2]


def _keys_within(
    indptr: IntArray, ordered: npt.NDArray[np.int32], start: int, block: int, low: int, high: int
) -> list[IntArray]:
    """Make the keys of a block's pairs whose first keyword lies in [low, high)."""
    keys = []
    for size, rows in _by_size(indptr, start, block):
        members = ordered[indptr[rows][:, None] + np.arange(size)]
        for i in range(size - 1):
            inside = (members[:, i] >= low) & (members[:, i] < high)
            chosen = members[inside, i:].astype(np.int64)
            keys.append(((chosen[:, :1] << 32) | chosen[:, 1:]).ravel())
    return keys


def _count_block(indptr: IntArray, indices: IntArray) -> PairCounts:
    sizes = np.diff(indptr)
    total = int((sizes * (sizes - 1) // 2).sum())
    keys = np.empty(total, np.int64)
    at = 0
    for size in np.unique(sizes):
        if size < 2:
            continue
        rows = np.flatnonzero(sizes == size)
        members = np.sort(indices[indptr[rows][:, None] + np.arange(size)], axis=1)
        for i in range(size - 1):
            width = rows.size * (size - 1 - i)
            np.bitwise_or(
                members[:, i, None] << 32,
                members[:, i + 1 :],
                out=keys[at : at + width].reshape(rows.size, -1),
            )
            at += width
    keys.sort()
    return _run_lengths(keys)


def _run_lengths(keys: IntArray) -> PairCounts:
    if not keys.size:
        return EMPTY
    new = np.empty(keys.size, bool)
    new[0] = True
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    starts = np.flatnonzero(new)
    distinct = keys[new]
    total = keys.size
    del keys, new
    return PairCounts(distinct, np.diff(starts, append=total))


def merge_counts(parts: Sequence[PairCounts], signs: Sequence[int] | None = None) -> PairCounts:
    """Add counts up (or take some away); pairs whose count falls to zero are dropped.

    Parameters
    ----------
    parts
        Counts of disjoint groups of publications, in any order.
    signs
        +1 or -1 a part; all +1 by default.

    Returns
    -------
    PairCounts
        The same whatever the grouping: addition of whole numbers.
    """
    signs = signs if signs is not None else [1] * len(parts)
    filled = [(p, s) for p, s in zip(parts, signs, strict=True) if len(p)]
    if not filled:
        return EMPTY
    if len(filled) == 1 and filled[0][1] == 1:
        return filled[0][0]
    keys = np.concatenate([p.keys for p, _ in filled])
    counts = np.concatenate([p.counts * s for p, s in filled])
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    totals = np.add.reduceat(counts, starts)
    kept = totals != 0
    return PairCounts(keys[starts][kept], totals[kept])


def weigh_pairs(
    indptr: IntArray, indices: IntArray, impact: FloatArray | None = None, rule: str = "published"
) -> tuple[IntArray, FloatArray]:
    """Weigh each pair by the publications that hold it.

    Parameters
    ----------
    indptr, indices
        As for `pair_keys`.
    impact
        log2(FWCI + 1) of each publication, shape ``(n,)``; None counts each as 1, the impact of an average
        one.
    rule
        ``published``: impact / (size - 1) (Spacer, arXiv 2508.17661); ``clique``: impact; ``newman``: 1 /
        (size - 1) (Newman 2001); ``count``: 1.

    Returns
    -------
    keys, weights
        Keys ascending as in `PairCounts`, weights of equal shape.
    """
    keys, owners = pair_keys(indptr, indices)
    share = 1.0 / np.maximum(np.diff(indptr) - 1, 1)
    value = np.ones(indptr.size - 1) if impact is None or rule in {"newman", "count"} else impact
    per_paper = value * share if rule in {"published", "newman"} else value
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    if not keys.size:
        return keys, np.zeros(0)
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    return keys[starts], np.add.reduceat(per_paper[owners[order]], starts)
