"""Distribution-free comparison of two samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def cliffs_delta(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """P(a > b) - P(a < b) over all pairs, in [-1, 1] (Cliff 1993)."""
    ordered = np.sort(b)
    below = np.searchsorted(ordered, a, side="left")
    above = len(b) - np.searchsorted(ordered, a, side="right")
    return float((below - above).mean() / len(b))


def superiority(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """P(a > b) + P(a = b) / 2: the probability that a run of a beats one of b (McGraw & Wong 1992), in closed form."""
    return (1.0 + cliffs_delta(a, b)) / 2.0


def mann_whitney(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Two-sided p value of the Mann-Whitney U test; 1 where all values are equal."""
    from scipy.stats import mannwhitneyu

    if np.ptp(np.concatenate([a, b])) == 0:
        return 1.0
    return float(mannwhitneyu(a, b, alternative="two-sided").pvalue)
