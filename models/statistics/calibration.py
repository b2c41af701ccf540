"""Whether stated probabilities come true as often as they say."""

from __future__ import annotations

from typing import Literal

import numpy as np

from hypograph.models.core.documents.figures import Reliability
from hypograph.models.statistics.arrays import BoolArray, FloatArray


def calibration_error(
    stated: FloatArray, came_true: BoolArray | FloatArray, bins: int = 10, equal: Literal["count", "width"] = "count"
) -> float:
    """Expected calibration error, in [0, 1]; 0 where nothing is stated.

    Parameters
    ----------
    stated
        Probabilities, shape ``(n,)``.
    came_true
        Whether what was stated is so, shape ``(n,)``.
    bins
        Number of bins; a bin that would be empty is left out.
    equal
        What the bins have in common: the number of statements, or their width on [0, 1].

    Returns
    -------
    float
        Mean over bins, by size, of the gap between mean statement and frequency (Naeini et al. 2015).
    """
    if equal == "width":
        place = np.minimum((np.asarray(stated, float) * bins).astype(np.int64), bins - 1)
        gap = np.bincount(place, np.asarray(came_true, float) - stated, minlength=bins)
        return float(np.abs(gap).sum() / max(len(stated), 1))
    order = np.argsort(stated, kind="stable")
    parts = [p for p in np.array_split(order, bins) if len(p)]
    return float(sum(len(p) * abs(stated[p].mean() - came_true[p].mean()) for p in parts) / max(len(order), 1))


def reliability_points(stated: FloatArray, came_true: BoolArray | FloatArray, bins: int = 10) -> list[Reliability]:
    """Return the points of a reliability plot: of each used bin of equal width its mean, share true, and count.

    Returns
    -------
    list of dict
        ``probability``, ``share``, ``n``, in the order of the bins.
    """
    p, truth = np.asarray(stated, dtype=float), np.asarray(came_true, dtype=float)
    place = np.minimum((p * bins).astype(np.int64), bins - 1)
    return [
        {
            "probability": float(p[place == b].mean()),
            "share": float(truth[place == b].mean()),
            "n": int((place == b).sum()),
        }
        for b in np.unique(place)
    ]


def calibration_error_by_chance(stated: FloatArray, draws: int = 200, seed: int = 0) -> float:
    """Mean of `calibration_error` where every statement is right: few statements never lie evenly on the line."""
    rng = np.random.default_rng(seed)
    return float(np.mean([calibration_error(stated, rng.random(len(stated)) < stated) for _ in range(draws)]))
