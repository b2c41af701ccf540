"""Potential of a keyword set: the probability that a publication with it does well, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from hypograph.models.literature.graph.pair_counts import BoolArray, FloatArray, IntArray
from hypograph.models.statistics.functions import sigmoid

LABELS: Final = ("ge15_lt1", "ge5_lt1", "top10")
# Set on one publication in ten of years before those that figures are given for.
EVEN: Final = 2000.0


@dataclass(frozen=True)
class Outcomes:
    """What became of publications.

    Attributes
    ----------
    fwci
        Citations divided by the mean of the same venue and year, NaN where citations are unknown.
    top
        1 for the top tenth of its venue and year (ties in, uncited out), else 0; NaN where unknown.
    """

    fwci: FloatArray
    top: FloatArray

    @property
    def impact(self) -> FloatArray:
        """log2(FWCI + 1)."""
        return np.log2(self.fwci + 1.0)

    def label(self, name: str) -> tuple[BoolArray, BoolArray]:
        """Return (publications that the label is about, those of them that are positive).

        Raises
        ------
        KeyError
            For a name that is not in `LABELS`.
        """
        if name == "top10":
            return ~np.isnan(self.top), self.top == 1.0
        least = {"ge15_lt1": 15.0, "ge5_lt1": 5.0}[name]
        about = (self.fwci >= least) | (self.fwci < 1.0)
        return about, self.fwci >= least


def outcomes(citations: FloatArray, years: IntArray, venues: IntArray) -> Outcomes:
    """Compare citations within venue and year.

    Parameters
    ----------
    citations
        Counts, NaN where unknown.
    years, venues
        Year and number of the venue of each publication.

    Returns
    -------
    Outcomes
        A venue-year without any citation has FWCI 0 throughout.
    """
    _, group = np.unique(np.column_stack([venues, years]), axis=0, return_inverse=True)
    group = group.ravel()
    fwci = np.full(citations.size, np.nan)
    top = np.full(citations.size, np.nan)
    order = np.lexsort((np.arange(group.size), group))
    for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        rows = rows[~np.isnan(citations[rows])]
        if rows.size:
            mine = citations[rows]
            mean = mine.mean()
            fwci[rows] = mine / mean if mean > 0 else 0.0
            top[rows] = (mine >= np.quantile(mine, 0.9)) & (mine > 0)
    return Outcomes(fwci, top)


@dataclass(frozen=True)
class Head:
    """A logistic model over features; its contributions add up to its logit.

    Fitted by maximum likelihood, so that its probabilities are calibrated as long as the rate of positives
    holds; `literature evaluate` reports the calibration error.

    Attributes
    ----------
    mean, scale
        Of each feature in training.
    weights
        Of the standardised features.
    base
        Logit of an average set.
    """

    mean: FloatArray
    scale: FloatArray
    weights: FloatArray
    base: float

    def contributions(self, features: FloatArray) -> FloatArray:
        """What each feature adds to the logit, shape ``(b, n_features)``."""
        result: FloatArray = (features - self.mean) / self.scale * self.weights
        return result

    def logit(self, features: FloatArray) -> FloatArray:
        """Log odds, shape ``(b,)``."""
        result: FloatArray = self.contributions(features).sum(axis=1) + self.base
        return result

    def probability(self, features: FloatArray) -> FloatArray:
        """Probability in (0, 1), shape ``(b,)``."""
        return sigmoid(self.logit(features))


def fit_head(features: FloatArray, positive: BoolArray, penalty: float = 200.0, steps: int = 25) -> Head:
    """Fit a logistic model with a ridge penalty by Newton's method.

    Parameters
    ----------
    features
        Shape ``(n, n_features)``.
    positive
        Shape ``(n,)``.
    penalty
        Of the squared weights of standardised features; the base is free.
    steps
        Newton steps at most.

    Returns
    -------
    Head
        Where there are not both kinds, weights are 0 and the base is the smoothed rate.
    """
    mean = features.mean(axis=0) if len(features) else np.zeros(features.shape[1])
    scale = features.std(axis=0) if len(features) else np.ones(features.shape[1])
    scale = np.where(scale > 1e-9, scale, 1.0)
    count, n = float(positive.sum()), float(positive.size)
    base = float(np.log((count + 0.5) / (n - count + 0.5)))
    if count in {0.0, n}:
        return Head(mean, scale, np.zeros(features.shape[1]), base)
    matrix = np.column_stack([np.ones(len(features)), (features - mean) / scale])
    ridge = np.full(matrix.shape[1], penalty)
    ridge[0] = 1e-6
    solution = np.zeros(matrix.shape[1])
    solution[0] = base
    for _ in range(steps):
        rate = sigmoid(matrix @ solution)
        gradient = matrix.T @ (rate - positive) + ridge * solution
        curvature = (matrix * (rate * (1.0 - rate))[:, None]).T @ matrix
        step = np.linalg.solve(curvature + np.diag(ridge), gradient)
        # A long first step of an unbalanced problem is cut, so that the iteration cannot run away.
        step *= min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        solution -= step
        if float(np.abs(step).max()) < 1e-7:
            break
    return Head(mean, scale, solution[1:], float(solution[0]))


def fit_shrunk_head(features: FloatArray, positive: BoolArray, column: int, even: float = EVEN) -> Head:
    """Fit the full model, shrunk towards the model of one feature where publications are few.

    Parameters
    ----------
    features, positive
        As for `fit_head`.
    column
        The one feature: with few data it alone does better than many features, whose weights are then noise.
    even
        Publications at which both models weigh the same.

    Returns
    -------
    Head
        The weighted mean of the two logits, w = n / (n + even) for the full model; its contributions still
        add up to its logit.
    """
    full = fit_head(features, positive)
    # One weight needs no shrinking: a penalty would leave differences between years' base rates to rank by.
    one = fit_head(features[:, [column]], positive, penalty=1.0)
    share = positive.size / (positive.size + even)
    weights = share * full.weights
    weights[column] += (1.0 - share) * one.weights[0]
    return Head(full.mean, full.scale, weights, share * full.base + (1.0 - share) * one.base)
