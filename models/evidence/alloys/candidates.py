"""Many candidate alloys: enumerated and scored in chunks by tables of elements and pairs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hypograph.models.evidence.masses.mass import FloatArray, IntArray


def combinations(elements: int, size: int, chunk: int = 200_000) -> Iterator[IntArray]:
    """Yield all element sets of one size, in lexicographic order, as arrays ``(at most chunk, size)``."""
    flat = itertools.chain.from_iterable(itertools.combinations(range(elements), size))
    left = math.comb(elements, size)
    while left > 0:
        rows = min(chunk, left)
        yield np.fromiter(itertools.islice(flat, rows * size), np.int64, rows * size).reshape(rows, size)
        left -= rows


def members_to_weights(members: IntArray, elements: int) -> FloatArray:
    """Equimolar fractions of element sets, shape ``(alloys, elements)``."""
    weights = np.zeros((len(members), elements))
    np.put_along_axis(weights, members, 1.0 / members.shape[1], 1)
    return weights


@dataclass(frozen=True)
class PairScore:
    """A quick stand-in for the full prediction: a constant, a term an element and a term a pair.

    Attributes
    ----------
    constant
        Log-odds without any element.
    table
        Symmetric, shape ``(elements, elements)``: terms of elements on the diagonal, half of each pair's
        beside it.
    fidelity
        Correlation with the full prediction on alloys that were not fitted.
    """

    constant: float
    table: FloatArray
    fidelity: float

    def score(self, members: IntArray) -> FloatArray:
        """Log-odds of element sets, shape ``(alloys,)``."""
        total = np.full(len(members), self.constant)
        size = members.shape[1]
        for i in range(size):
            total += self.table[members[:, i], members[:, i]]
            for j in range(i + 1, size):
                total += 2.0 * self.table[members[:, i], members[:, j]]
        return total


def fit_pair_score(members: IntArray, log_odds: FloatArray, elements: int, penalty: float = 1.0) -> PairScore:
    """Fit the stand-in to full predictions of a sample of alloys.

    Parameters
    ----------
    members
        Element sets of one size, shape ``(alloys, size)``; every fifth checks and does not fit.
    log_odds
        Full predictions, shape ``(alloys,)``.
    elements
        Number of elements.
    penalty
        Ridge penalty on each term.

    Returns
    -------
    PairScore
    """
    first, second = np.triu_indices(elements)
    place = np.zeros((elements, elements), np.int64)
    place[first, second] = place[second, first] = np.arange(len(first))
    size = members.shape[1]
    a, b = np.triu_indices(size)
    # A pair that no alloy holds has the term 0: the fit is of those that are there.
    held, columns = np.unique(place[members[:, a], members[:, b]], return_inverse=True)
    design = np.zeros((len(members), len(held)))
    np.put_along_axis(design, columns.reshape(len(members), -1), 1.0, 1)
    check = np.arange(len(members)) % 5 == 4
    constant = float(log_odds[~check].mean())
    fitted = design[~check]
    gram = fitted.T @ fitted + penalty * np.eye(len(held))
    terms = np.zeros(len(first))
    terms[held] = np.linalg.solve(gram, fitted.T @ (log_odds[~check] - constant))
    predicted = design[check] @ terms[held] + constant
    true = log_odds[check]
    fidelity = 1.0
    if check.sum() > 2 and predicted.std() > 0 and true.std() > 0:
        fidelity = float(np.corrcoef(predicted, true)[0, 1])
    table = np.zeros((elements, elements))
    table[first, second] = np.where(first == second, terms, terms / 2)
    table[second, first] = table[first, second]
    return PairScore(constant, table, fidelity)
