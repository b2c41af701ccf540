"""What an element nobody has seen adds to the odds of a single phase: a prior from the elements like it.

The alloys of one element share an offset u on the log-odds that the sources cannot know. For the elements held out
inside the training data the offset can be measured; for the one held out outside it is predicted:

    û_g | u_g ~ N(u_g, v_g),   u ~ N(0, s²·exp(−d²/2l²) + t²·I)

with d the distance of the elements' properties, s² what similar elements share, t² what is an element's own. The scales
are averaged by marginal likelihood (a hierarchical model in the sense of A. Gelman et al., Bayesian Data Analysis,
2013, ch. 5, with a Gaussian process over elements), so where elements teach nothing of each other the mean goes to 0.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import Final

import numpy as np

from hypograph.models.evidence.fusion.fusion import Fusion
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.statistics.functions import sigmoid

SHARED: Final = (0.03, 0.1, 0.3, 1.0, 2.0)
REACH: Final = (0.5, 1.0, 2.0)
OWN: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 2.0)
# Variance of an offset before anything is measured: it keeps groups of one class finite.
WIDE: Final = 9.0
STEPS: Final = 30


def measured_offsets(
    log_odds: FloatArray, labels: FloatArray, groups: IntArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Measure what each group of alloys adds to the log-odds it was given.

    Parameters
    ----------
    log_odds, labels, groups
        Of alloys, shape ``(alloys,)``; labels are 0 or 1.

    Returns
    -------
    tuple
        Names of the groups, the offsets and their variances, each of shape ``(groups,)``.
    """
    names, member = np.unique(groups, return_inverse=True)
    offset: FloatArray = np.zeros(len(names))
    curvature: FloatArray = np.ones(len(names))
    for _ in range(STEPS):
        p = sigmoid(log_odds + offset[member])
        slope = np.bincount(member, labels - p, minlength=len(names)) - offset / WIDE
        curvature = np.asarray(np.bincount(member, p * (1 - p), minlength=len(names)) + 1 / WIDE, float)
        offset = np.asarray(offset + np.clip(slope / curvature, -1.0, 1.0), float)
    return np.asarray(names, np.int64), offset, 1 / curvature


def predict_offset(
    offset: FloatArray, variance: FloatArray, between: FloatArray, towards: FloatArray
) -> tuple[float, float]:
    """Predict the offset of a further element.

    Parameters
    ----------
    offset, variance
        Measured offsets, shape ``(elements,)``.
    between
        Distances of those elements, shape ``(elements, elements)``, the median distance being about 1.
    towards
        Their distances from the further element, shape ``(elements,)``.

    Returns
    -------
    tuple
        Mean and variance, averaged over the scales.
    """
    means, spreads, values = [], [], []
    unit = np.eye(len(offset))
    scales = [(0.0, 1.0), *itertools.product(SHARED, REACH)]
    for (shared, reach), own in itertools.product(scales, OWN):
        covariance = shared * np.exp(-((between / reach) ** 2) / 2) + unit * (variance + own)
        cross = shared * np.exp(-((towards / reach) ** 2) / 2)
        solved = np.linalg.solve(covariance, np.stack([offset, cross], 1))
        _, size = np.linalg.slogdet(covariance)
        means.append(cross @ solved[:, 0])
        spreads.append(shared + own - cross @ solved[:, 1])
        # Exponential priors of mean 2 on both variances.
        values.append(-0.5 * (offset @ solved[:, 0] + size + shared + own))
    weight = np.exp(np.array(values) - max(values))
    weight /= weight.sum()
    mean = float(weight @ np.array(means))
    return mean, float(weight @ (np.array(spreads) + (np.array(means) - mean) ** 2))


def for_element(
    fusion: Fusion, evidence: FloatArray, labels: FloatArray, elements: IntArray, distance: FloatArray, held: int
) -> Fusion:
    """Fit a fusion to the alloys of an element that no training alloy holds.

    Parameters
    ----------
    fusion
        Learned on all inner folds.
    evidence, labels
        Of the inner folds' alloys, shapes ``(alloys, sources)`` and ``(alloys,)``.
    elements
        Element that was held out for each, shape ``(alloys,)``.
    distance
        Of the elements' properties, shape ``(elements, elements)``.
    held
        The element in question.

    Returns
    -------
    Fusion
        With the predicted offset in the intercept, and its standard deviation as the spread.
    """
    apart = distance[np.triu_indices(len(distance), 1)]
    scaled = distance / max(float(np.median(apart)), 1e-12) if len(apart) else distance
    names, offset, variance = measured_offsets(fusion.log_odds(evidence), labels, elements)
    mean, spread = predict_offset(offset, variance, scaled[np.ix_(names, names)], scaled[held, names])
    return dataclasses.replace(fusion, intercept=fusion.intercept + mean, spread=float(np.sqrt(spread)))
