"""From probabilities to decisions: the threshold that is best for the alloys in question.

How many of a new element's alloys are single-phase differs much from element to element, and Matthews' coefficient is
best at a threshold that depends on it. With calibrated probabilities the coefficient that each threshold will reach can
be computed before any label is known (the plug-in rule: O. Koyejo et al., Consistent binary classification with
generalized performance metrics, NeurIPS 2014).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hypograph.models.evidence.masses.mass import FloatArray

# With fewer alloys in question the expected counts say too little; the threshold of the training data is taken.
LEAST: Final = 20


def expected_matthews(probability: FloatArray) -> FloatArray:
    """Matthews' coefficient of the expected counts, for each number of alloys declared single-phase.

    Parameters
    ----------
    probability
        Probabilities in descending order, shape ``(alloys,)``.

    Returns
    -------
    ndarray
        Shape ``(alloys − 1,)``: with the first 1, 2, … alloys declared.
    """
    count = len(probability)
    declared = np.arange(1, count)
    hits = np.cumsum(probability)[:-1]
    positive = float(probability.sum())
    false, missed = declared - hits, positive - hits
    rejected = (count - declared) - missed
    below = declared * positive * (count - positive) * (count - declared)
    return np.asarray((hits * rejected - false * missed) / np.sqrt(np.maximum(below, 1e-12)), float)


def best_cut(probability: FloatArray, otherwise: float) -> float:
    """Threshold with the best expected Matthews coefficient for a set of alloys.

    Parameters
    ----------
    probability
        Calibrated probabilities of the alloys in question, shape ``(alloys,)``.
    otherwise
        What to return for fewer than `LEAST` alloys, or where all probabilities are alike.

    Returns
    -------
    float
        Half-way between two neighbouring probabilities.
    """
    order = np.sort(probability)[::-1]
    if len(order) < LEAST or order[0] - order[-1] < 1e-9:
        return otherwise
    # Alloys of one probability are not parted.
    value = np.where(order[:-1] > order[1:], expected_matthews(order), -np.inf)
    place = int(np.argmax(value))
    return float((order[place] + order[place + 1]) / 2)
