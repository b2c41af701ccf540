"""How well scores tell positives from the rest, with uncertainty."""

from __future__ import annotations

import numpy as np

from hypograph.models.literature.graph.pair_counts import BoolArray, FloatArray


def auroc(score: FloatArray, positive: BoolArray) -> float | None:
    """Area under the ROC curve, ties counted half; None where there are not both kinds."""
    interval = auroc_interval(score, positive, draws=0)
    return None if interval is None else interval["value"]


def auroc_interval(score: FloatArray, positive: BoolArray, draws: int = 1000, seed: int = 0) -> dict[str, float] | None:
    """Area under the ROC curve with a 95% bootstrap interval over publications.

    Parameters
    ----------
    score
        Any scale, higher is more positive, shape ``(n,)``.
    positive
        Shape ``(n,)``.
    draws
        Bootstrap resamples; positives and others are drawn apart, so that none is left without either.
    seed
        Seed of the resamples.

    Returns
    -------
    dict or None
        ``value``, ``low``, ``high``; None where there are not both kinds.
    """
    if positive.all() or not positive.any():
        return None
    order = np.argsort(score, kind="stable")
    ranked, sign = score[order], positive[order]
    # Ties share one group: half of the negatives of the own group count.
    group = np.cumsum(np.concatenate(([0], ranked[1:] != ranked[:-1])))
    groups = int(group[-1]) + 1
    positives = np.bincount(group[sign], minlength=groups).astype(float)
    negatives = np.bincount(group[~sign], minlength=groups).astype(float)
    value = _area(positives[None], negatives[None])[0]
    if draws == 0:
        return {"value": float(value), "low": float(value), "high": float(value)}
    rng = np.random.default_rng(seed)
    areas = []
    for start in range(0, draws, 100):
        size = min(100, draws - start)
        drawn = [rng.multinomial(int(c.sum()), c / c.sum(), size=size).astype(float) for c in (positives, negatives)]
        areas.append(_area(*drawn))
    low, high = np.quantile(np.concatenate(areas), [0.025, 0.975])
    return {"value": float(value), "low": float(low), "high": float(high)}


def _area(positives: FloatArray, negatives: FloatArray) -> FloatArray:
    below = np.cumsum(negatives, axis=1) - 0.5 * negatives
    area: FloatArray = (positives * below).sum(axis=1) / positives.sum(axis=1) / negatives.sum(axis=1)
    return area
