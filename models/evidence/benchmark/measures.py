"""How good predictions and their ignorance are."""

from __future__ import annotations

import numpy as np

from hypograph.models.evidence.masses.mass import FloatArray


def auc(labels: FloatArray, scores: FloatArray) -> float | None:
    """Area under the ROC curve (Mann–Whitney, ties count half); None if one class only."""
    from scipy.stats import rankdata

    y = np.asarray(labels) > 0.5
    positive, negative = int(y.sum()), int((~y).sum())
    if not positive or not negative:
        return None
    ranks = rankdata(scores)
    return float((ranks[y].sum() - positive * (positive + 1) / 2) / (positive * negative))


def mcc(labels: FloatArray, says: FloatArray) -> float | None:
    """Matthews' correlation of labels and decisions.

    0 if the decisions are all alike, None if the labels are.
    """
    y, s = np.asarray(labels) > 0.5, np.asarray(says) > 0.5
    tp, fp = float((y & s).sum()), float((~y & s).sum())
    fn, tn = float((y & ~s).sum()), float((~y & ~s).sum())
    if not (tp + fn) or not (tn + fp):
        return None
    below = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return float((tp * tn - fp * fn) / below) if below else 0.0


def accuracy(labels: FloatArray, says: FloatArray) -> float:
    """Share of decisions that are right."""
    return float(((np.asarray(labels) > 0.5) == (np.asarray(says) > 0.5)).mean())


def calibration_error(labels: FloatArray, probability: FloatArray, bins: int = 10) -> float:
    """Expected calibration error over equal-width bins of the probability of a single phase."""
    y, p = np.asarray(labels, float), np.asarray(probability, float)
    place = np.minimum((p * bins).astype(int), bins - 1)
    gap = np.bincount(place, y - p, minlength=bins)
    return float(np.abs(gap).sum() / len(y))


def certain_half(right: FloatArray, ignorance: FloatArray) -> float:
    """Share of right decisions among the half with the least ignorance (order of rows breaks ties)."""
    order = np.argsort(ignorance, kind="stable")
    return float(np.asarray(right, float)[order[: max(1, len(order) // 2)]].mean())


def risk_coverage(right: FloatArray, ignorance: FloatArray, points: int = 10) -> list[dict[str, float]]:
    """Error rate among the most certain share of predictions, for `points` shares up to 1."""
    order = np.argsort(ignorance, kind="stable")
    wrong = 1.0 - np.asarray(right, float)[order]
    ends = [max(1, round(len(wrong) * (i + 1) / points)) for i in range(points)]
    return [{"coverage": round(end / len(wrong), 6), "risk": round(float(wrong[:end].mean()), 6)} for end in ends]
