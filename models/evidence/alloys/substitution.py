"""Evidence for element substitutability from pairs of alloys that differ in one element each way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hypograph.models.evidence.alloys.keys import element_keys, set_keys
from hypograph.models.evidence.masses.many_equal import binary_conflict, binary_mass, effective, weight_of
from hypograph.models.evidence.masses.mass import FloatArray
from hypograph.models.statistics.arrays import BoolArray


@dataclass(frozen=True)
class PairCounts:
    """How often exchanging two elements left the outcome as it was, and how often not.

    Attributes
    ----------
    same, other
        Symmetric counts, shape ``(elements, elements)``.
    """

    same: FloatArray
    other: FloatArray

    def masses(self, alpha: float = 0.1, worth: float = 20.0) -> tuple[FloatArray, FloatArray]:
        """Mass functions on {similar, dissimilar} and the conflict, shapes ``(e, e, 4)`` and ``(e, e)``."""
        total = self.same + self.other
        similar = weight_of(effective(self.same, total, worth), alpha)
        differ = weight_of(effective(self.other, total, worth), alpha)
        return binary_mass(similar, differ), binary_conflict(similar, differ)


def count_exchanges(present: BoolArray, labels: FloatArray) -> PairCounts:
    """Count pairs of alloys of one size that differ in one element each way.

    Parameters
    ----------
    present
        Which elements an alloy holds, shape ``(alloys, elements)``; each element set once.
    labels
        0 or 1, shape ``(alloys,)``.

    Returns
    -------
    PairCounts

    Notes
    -----
    Alloys are joined by what is left when one element is taken away, so the cost is that of a sort.
    """
    elements = present.shape[1]
    same, other = np.zeros((elements, elements)), np.zeros((elements, elements))
    rows, taken = np.nonzero(present)
    keys = set_keys(present)[rows] - element_keys(elements)[taken]
    order = np.argsort(keys, kind="stable")
    keys, taken, outcome = keys[order], taken[order], labels[rows[order]] > 0.5
    ends = np.flatnonzero(np.diff(keys)) + 1
    starts = np.concatenate([[0], ends]).astype(np.int64)
    sizes = np.diff(np.append(starts, len(keys)))
    for size in np.unique(sizes[sizes > 1]):
        block = starts[sizes == size][:, None] + np.arange(size)
        first, second = np.triu_indices(int(size), 1)
        a, b = taken[block][:, first].ravel(), taken[block][:, second].ravel()
        equal = (outcome[block][:, first] == outcome[block][:, second]).ravel()
        np.add.at(same, (a[equal], b[equal]), 1.0)
        np.add.at(other, (a[~equal], b[~equal]), 1.0)
    return PairCounts(same + same.T, other + other.T)
