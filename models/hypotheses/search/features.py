"""What hypotheses share with each other: the part of a search that the preference model sees of its subject.

A hypothesis is a row of whole numbers. What they stand for is known here alone: values of details in a simulated
landscape, the number of a document whose facts are kept here, or nothing but the item itself.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]
Single = NDArray[np.float32]
Float = NDArray[np.float64]


class Features(Protocol):
    """Entries of utility that hypotheses hold, and how near two hypotheses are; many searches side by side.

    Attributes
    ----------
    rows, size, weights
        Searches, numbers of a hypothesis, and entries.
    variance
        Prior variance of each entry up to a common factor, shape ``(weights,)``.
    total
        Prior variance of what a usual hypothesis holds, in the same unit.
    """

    rows: int
    size: int
    weights: int
    variance: Float
    total: float

    def held(self, x: Int) -> Single:
        """Return how much of each entry hypotheses hold, ``(rows, size)`` to ``(rows, weights)``."""
        ...

    def differences(self, new: Int, old: Int) -> Int:
        """Count in what hypotheses differ, ``(rows, m, size)`` and ``(rows, n, size)`` to ``(rows, m, n)``."""
        ...


class Items:
    """Hypotheses of which nothing is known but which they are; `size` is 1."""

    def __init__(self, rows: int) -> None:
        self.rows, self.size, self.weights = rows, 1, 0
        self.variance, self.total = np.zeros(0), 0.0

    def held(self, x: Int) -> Single:
        """Return no entries."""
        return np.zeros((len(x), 0), dtype=np.float32)

    def differences(self, new: Int, old: Int) -> Int:
        """Count 1 for different items."""
        return np.asarray((new[:, :, None, 0] != old[:, None, :, 0]).astype(np.int64))


class Facts:
    """The facts of documents in one search: a hypothesis is the number that `add` gave its document.

    Parameters
    ----------
    capacity
        Different facts that are kept; further ones count for the distance between documents only.
    """

    def __init__(self, capacity: int = 512) -> None:
        self.rows, self.size, self.weights = 1, 1, capacity
        self.variance, self.total = np.full(capacity, 1.0), 1.0
        self._columns: dict[str, int] = {}
        self._documents: list[frozenset[str]] = []

    def add(self, facts: frozenset[str]) -> int:
        """Take in a document by its facts and return its number."""
        for fact in sorted(facts):
            if len(self._columns) < self.weights:
                self._columns.setdefault(fact, len(self._columns))
        self._documents.append(facts)
        return len(self._documents) - 1

    def held(self, x: Int) -> Single:
        """Share one unit of variance out among the facts of a document, so that long ones are not more certain."""
        out = np.zeros((1, self.weights), dtype=np.float32)
        facts = self._documents[int(x[0, 0])]
        columns = [self._columns[f] for f in facts if f in self._columns]
        out[0, columns] = 1.0 / np.sqrt(max(len(facts), 1))
        return out

    def differences(self, new: Int, old: Int) -> Int:
        """Count the facts that only one of two documents has."""
        left = [self._documents[int(i)] for i in new[0, :, 0]]
        right = [self._documents[int(i)] for i in old[0, :, 0]]
        return np.array([[[len(a ^ b) for b in right] for a in left]], dtype=np.int64)
