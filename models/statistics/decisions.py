"""How well scores and decisions tell two classes apart, with uncertainty."""

from __future__ import annotations

import numpy as np

from hypograph.models.core.documents.figures import Value
from hypograph.models.statistics.arrays import BoolArray, FloatArray
from hypograph.models.statistics.intervals import Z95


def auc(truth: FloatArray | BoolArray, score: FloatArray) -> float | None:
    """Area under the ROC curve (Mann–Whitney, ties count half).

    Parameters
    ----------
    truth
        The class of each, above .5 for the positive one, shape ``(n,)``.
    score
        Any scale, higher is more positive, shape ``(n,)``.

    Returns
    -------
    float or None
        In [0, 1]; None where there is one class only.
    """
    from scipy.stats import rankdata

    y = np.asarray(truth, float) > 0.5
    positive, negative = int(y.sum()), int((~y).sum())
    if not positive or not negative:
        return None
    ranks = rankdata(np.asarray(score, dtype=float))
    return float((ranks[y].sum() - positive * (positive + 1) / 2) / (positive * negative))


def auc_interval(area: float, positive: int, negative: int, z: float = Z95) -> tuple[float, float]:
    """Return the score interval of an AUC, found by bisection.

    The bounds are the areas θ with ``|θ − area| = z √V(θ)``, where ``V(θ) = θ(1−θ) [1 + N*((1−θ)/(2−θ) +
    θ/(1+θ))] / (positive·negative)`` and ``N* = (positive + negative)/2 − 1``: unlike a bootstrap it keeps its
    width at an area of 1.

    References
    ----------
    Newcombe (2006), Statistics in Medicine 25, 559–573, method 5; V is Hanley and McNeil's (1982).
    """

    def off(theta: float) -> float:
        more = ((positive + negative) / 2 - 1) * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        return float(z * np.sqrt(theta * (1 - theta) * (1 + more) / (positive * negative)))

    def bound(sign: float) -> float:
        near, far = area, 0.0 if sign < 0 else 1.0
        for _ in range(60):
            middle = (near + far) / 2
            if abs(middle - area) < off(middle):
                near = middle
            else:
                far = middle
        return near

    return bound(-1.0), bound(1.0)


def auc_bootstrap(truth: FloatArray | BoolArray, score: FloatArray, draws: int = 1000, seed: int = 0) -> Value | None:
    """Area under the ROC curve with a 95% bootstrap interval.

    Parameters
    ----------
    truth, score
        As for `auc`.
    draws
        Bootstrap resamples; the two classes are drawn apart, so that none is left without either.
    seed
        Seed of the resamples.

    Returns
    -------
    dict or None
        ``value``, ``low``, ``high``; None where there is one class only.
    """
    value = auc(truth, score)
    if value is None:
        return None
    order = np.argsort(score, kind="stable")
    ranked, sign = np.asarray(score)[order], (np.asarray(truth, float) > 0.5)[order]
    # Ties share one group: half of the negatives of the own group count.
    group = np.cumsum(np.concatenate(([0], ranked[1:] != ranked[:-1])))
    groups = int(group[-1]) + 1
    positives = np.bincount(group[sign], minlength=groups).astype(float)
    negatives = np.bincount(group[~sign], minlength=groups).astype(float)
    rng = np.random.default_rng(seed)
    areas = []
    for start in range(0, draws, 100):
        size = min(100, draws - start)
        drawn = [rng.multinomial(int(c.sum()), c / c.sum(), size=size).astype(float) for c in (positives, negatives)]
        areas.append(_area(*drawn))
    low, high = np.quantile(np.concatenate(areas), [0.025, 0.975])
    return {"value": value, "low": float(low), "high": float(high)}


def _area(positives: FloatArray, negatives: FloatArray) -> FloatArray:
    below = np.cumsum(negatives, axis=1) - 0.5 * negatives
    area: FloatArray = (positives * below).sum(axis=1) / positives.sum(axis=1) / negatives.sum(axis=1)
    return area


def mcc(truth: FloatArray | BoolArray, decision: FloatArray | BoolArray) -> float | None:
    """Matthews' correlation of classes and decisions.

    0 if the decisions are all alike, None if the classes are.
    """
    y, s = np.asarray(truth, float) > 0.5, np.asarray(decision, float) > 0.5
    tp, fp = float((y & s).sum()), float((~y & s).sum())
    fn, tn = float((y & ~s).sum()), float((~y & ~s).sum())
    if not (tp + fn) or not (tn + fp):
        return None
    below = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return float((tp * tn - fp * fn) / below) if below else 0.0


def accuracy(truth: FloatArray | BoolArray, decision: FloatArray | BoolArray) -> float:
    """Share of decisions that are right."""
    return float(((np.asarray(truth, float) > 0.5) == (np.asarray(decision, float) > 0.5)).mean())
