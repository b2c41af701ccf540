"""Accuracy, AUC, calibration and skill, each with an interval that holds at small sizes."""

from __future__ import annotations

import numpy as np

GOOD = 0.6  # skill of a source that is right in 80% of its answers
DOUBT = 30  # answers of a coin that a small sample is joined with


def auc(p: np.ndarray, truth: np.ndarray) -> float:
    """Return the area under the ROC curve, ties counted half; NaN where one class is missing.

    Parameters
    ----------
    p
        Scores, shape ``(n,)``.
    truth
        Booleans, shape ``(n,)``.
    """
    from scipy.stats import rankdata

    truth = np.asarray(truth, dtype=bool)
    yes, no = int(truth.sum()), int((~truth).sum())
    if not yes or not no:
        return float("nan")
    ranks = rankdata(np.asarray(p, dtype=float))
    return float((ranks[truth].sum() - yes * (yes + 1) / 2) / (yes * no))


def reliability(p: np.ndarray, truth: np.ndarray, bins: int = 10) -> list[dict[str, float]]:
    """Return the reliability plot's points: for each used bin mean probability, share true, and count."""
    p, truth = np.asarray(p, dtype=float), np.asarray(truth, dtype=float)
    place = np.minimum((p * bins).astype(int), bins - 1)
    return [
        {
            "probability": float(p[place == b].mean()),
            "share": float(truth[place == b].mean()),
            "n": int((place == b).sum()),
        }
        for b in np.unique(place)
    ]


def ece(p: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error ``Σ n_b/N |p̄_b − share_b|`` over equal bins (Guo et al. 2017)."""
    points = reliability(p, truth, bins)
    return float(sum(q["n"] * abs(q["probability"] - q["share"]) for q in points) / max(1, len(p)))


def skill(value: float, low: float, high: float, n: int) -> dict[str, float]:
    """Return skill from an accuracy or AUC with its interval: ``max(0, 2x − 1)``, 0 a coin, 1 always right.

    ``weight`` is what an answer counts for. It is the lower end, so that one that answers by chance, or always alike,
    or against the truth, has no influence however its luck falls (up to the interval's 2.5%). Where the sample is too
    small to tell a coin from a source of skill `GOOD`, the estimate shrunk by `DOUBT` answers of a coin counts
    instead: a source that is right in 80% of ten answers is not silenced for want of more.
    """
    found = {
        "mean": max(0.0, 2 * value - 1),
        "low": max(0.0, 2 * low - 1),
        "high": max(0.0, 2 * high - 1),
    }
    shrunk = max(0.0, 2 * value - 1) * n / (n + DOUBT)
    undecided = found["low"] == 0.0 and found["high"] >= GOOD
    return {**found, "weight": shrunk if undecided else found["low"]}
