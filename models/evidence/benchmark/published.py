"""The published ways, by name, so that their own figures can be made again.

`ers-2021`: substitutability of element groups counted in the alloy table, combined by Dempster's rule in
closed form (Ha et al., Nat. Comput. Sci. 1, 470, 2021). `experts-2025`: language-model opinions on pairs
of elements (arXiv 2502.14631), one-sided. `uniform`: every exchange counts the same. All rank by weights
of evidence, in log space, because the masses saturate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from hypograph.models.evidence.alloys.keys import element_keys
from hypograph.models.evidence.alloys.substitution import PairCounts, count_exchanges
from hypograph.models.evidence.masses.many_equal import binary_conflict, binary_mass, weight_of
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.statistics.arrays import BoolArray

MOST_PAIRS: Final = 9_000_000
STEP: Final = 512


@dataclass(frozen=True)
class Weights:
    """Weights of evidence for and against a single phase, each of shape ``(targets,)``."""

    positive: FloatArray
    negative: FloatArray

    @property
    def score(self) -> FloatArray:
        """What ranks the targets: the difference of the weights."""
        return self.positive - self.negative

    @property
    def mass(self) -> FloatArray:
        """Dempster's combination, shape ``(targets, 4)``."""
        return binary_mass(self.positive, self.negative)

    @property
    def conflict(self) -> FloatArray:
        """K between all evidence for and all evidence against."""
        return binary_conflict(self.positive, self.negative)


def ers_2021(
    present: BoolArray,
    labels: FloatArray,
    train: IntArray,
    targets: IntArray,
    *,
    alpha: float = 0.01,
    reach: int = 2,
) -> Weights:
    """Predict from substitutability counted in the training table.

    Parameters
    ----------
    present
        Which elements an alloy holds, shape ``(alloys, elements)``.
    labels
        0 or 1, shape ``(alloys,)``.
    train, targets
        Rows.
    alpha
        Mass that one pair of alloys gives.
    reach
        Largest element group that is exchanged. Tables of more than three thousand alloys are limited to
        exchanges of one element for one.

    Returns
    -------
    Weights
    """
    if len(train) ** 2 > MOST_PAIRS:
        counts = count_exchanges(*_by_set(present[train], labels[train]))
        masses, _ = counts.masses(alpha, worth=np.inf)
        return from_similarity(present, labels, train, targets, masses[..., 1])
    keys, outcome = [], []
    for start in range(0, len(train), STEP):
        pairs, valid = _exchange_keys(present, train[start : start + STEP], train, reach)
        alike = labels[train[start : start + STEP], None] == labels[train][None, :]
        keys.append(pairs[valid])
        outcome.append(alike[valid])
    names, place = np.unique(np.concatenate(keys), return_inverse=True)
    alike = np.concatenate(outcome)
    # Each pair of alloys was met twice, in either order.
    same = np.bincount(place, alike, minlength=len(names)) / 2
    other = np.bincount(place, ~alike, minlength=len(names)) / 2
    similar = binary_mass(weight_of(same, alpha), weight_of(other, alpha))[:, 1]
    weight = -np.log1p(-np.minimum(similar, 1 - 1e-12))
    sides = np.zeros((2, len(targets)))
    for start in range(0, len(targets), STEP):
        rows = targets[start : start + STEP]
        pairs, valid = _exchange_keys(present, rows, train, reach)
        found = np.minimum(np.searchsorted(names, pairs), max(len(names) - 1, 0))
        known = valid & (names[found] == pairs) if len(names) else np.zeros_like(valid)
        said = np.where(known, weight[found] if len(names) else 0.0, 0.0)
        sides[0, start : start + STEP] = said @ labels[train]
        sides[1, start : start + STEP] = said @ (1 - labels[train])
    return Weights(sides[0], sides[1])


def from_similarity(
    present: BoolArray, labels: FloatArray, train: IntArray, targets: IntArray, similar: FloatArray
) -> Weights:
    """Predict from masses on `similar` of pairs of elements: hosts exchange one element for one.

    Parameters
    ----------
    similar
        Shape ``(elements, elements)``, in [0, 1]. Other parameters as for `ers_2021`.

    Returns
    -------
    Weights
    """
    weight = -np.log1p(-np.minimum(similar, 1 - 1e-9))
    holds = present.astype(np.float32)
    sides = np.zeros((2, len(targets)))
    sizes = present[train].sum(1)
    for start in range(0, len(targets), STEP):
        own = holds[targets[start : start + STEP]]
        common = own @ holds[train].T
        single = (sizes[None] - common == 1) & (own.sum(1)[:, None] - common == 1) & (common >= 1)
        row, host = np.nonzero(single)
        a, b = present[targets[start + row]], present[train[host]]
        enter, leave = (a & ~b).argmax(1), (b & ~a).argmax(1)
        said = weight[leave, enter]
        y = labels[train[host]]
        sides[0, start : start + len(own)] = np.bincount(row, said * y, minlength=len(own))
        sides[1, start : start + len(own)] = np.bincount(row, said * (1 - y), minlength=len(own))
    return Weights(sides[0], sides[1])


def uniform(present: BoolArray, labels: FloatArray, train: IntArray, targets: IntArray, alpha: float = 0.1) -> Weights:
    """Predict with every pair of elements equally similar: the vote that knows nothing of elements."""
    elements = present.shape[1]
    return from_similarity(present, labels, train, targets, np.full((elements, elements), alpha))


def pair_counts(present: BoolArray, labels: FloatArray, train: IntArray) -> PairCounts:
    """Exchanges of one element for one among training alloys, each element set once."""
    return count_exchanges(*_by_set(present[train], labels[train]))


def _by_set(present: BoolArray, labels: FloatArray) -> tuple[BoolArray, FloatArray]:
    sets, member = np.unique(present, axis=0, return_inverse=True)
    member = member.reshape(-1)
    mean = np.bincount(member, labels) / np.bincount(member)
    return sets, (mean >= 0.5).astype(float)


def _exchange_keys(present: BoolArray, rows: IntArray, others: IntArray, reach: int) -> tuple[IntArray, BoolArray]:
    """Key of the unordered pair {C_t, C_v} of each pair of alloys, and whether it is an exchange at all."""
    first, second = present[rows].astype(np.int64), present[others].astype(np.int64)
    numbers = element_keys(present.shape[1])
    with np.errstate(over="ignore"):
        shared = (first * numbers) @ second.T
        leave = (second @ numbers)[None, :] - shared
        enter = (first @ numbers)[:, None] - shared
        keys = _mix(leave) + _mix(enter)
    common = first @ second.T
    out, into = second.sum(1)[None, :] - common, first.sum(1)[:, None] - common
    valid = (common > 0) & (out <= reach) & (into <= reach) & (out + into > 0)
    return keys, valid


def _mix(keys: IntArray) -> IntArray:
    """Scramble keys, so that the sum of two does not forget which elements stood on which side."""
    state = keys.view(np.uint64)
    with np.errstate(over="ignore"):
        state = (state ^ (state >> np.uint64(31))) * np.uint64(0xD6E8FEB86659FD93)
    return (state ^ (state >> np.uint64(32))).view(np.int64)
