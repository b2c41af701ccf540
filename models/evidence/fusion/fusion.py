"""Fusion: how far each source moves the result, learned from how it did where the answer was known.

Sources give weights of evidence (log-odds of a single phase beyond the base rate). Weights of independent
sources add (Dempster's rule on simple mass functions is the logistic model: T. Denœux, Knowl.-Based Syst.
176, 54, 2019). Sources here are dependent and of unequal skill, so each weight is multiplied by a
reliability β, learned on predictions of held-out training alloys; a source without skill gets β near 0 and
moves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.statistics.functions import sigmoid

NEWTON_STEPS = 40
EM_STEPS = 6


@dataclass(frozen=True)
class Fusion:
    """Learned reliabilities.

    Attributes
    ----------
    beta
        Reliability of each source, shape ``(sources,)``.
    intercept
        Log-odds where no source says anything.
    spread
        Standard deviation of what a new element (or group of alloys) adds to the log-odds.
    threshold
        Probability from which a single phase is declared: best by Matthews' coefficient in training.
    covariance
        Posterior covariance of (beta, intercept), shape ``(sources + 1, sources + 1)``.
    """

    beta: FloatArray
    intercept: float
    spread: float
    threshold: float
    covariance: FloatArray

    def log_odds(self, evidence: FloatArray) -> FloatArray:
        """Log-odds of a single phase; `evidence` has shape ``(alloys, sources)``."""
        return np.asarray(evidence @ self.beta + self.intercept, float)

    def probability(self, evidence: FloatArray) -> FloatArray:
        """Probability of a single phase, the unknown of β and of the new element averaged over.

        The average of a logistic function over a normal variable is D. J. C. MacKay's (Neural Comput. 4,
        720, 1992).
        """
        design = np.concatenate([evidence, np.ones((len(evidence), 1))], 1)
        variance = np.einsum("nc,cd,nd->n", design, self.covariance, design) + self.spread**2
        return sigmoid(self.log_odds(evidence) / np.sqrt(1 + np.pi * variance / 8))


def fit_fusion(
    evidence: FloatArray,
    labels: FloatArray,
    groups: IntArray,
    prior_mean: FloatArray,
    prior_covariance: FloatArray,
) -> Fusion:
    """Learn reliabilities from predictions of held-out training alloys.

    Parameters
    ----------
    evidence
        Weights of evidence, shape ``(alloys, sources)``.
    labels
        0 or 1, shape ``(alloys,)``.
    groups
        Number of the group (held-out element or fold) of each row: rows of one group are not independent.
    prior_mean, prior_covariance
        Of β, shapes ``(sources,)`` and ``(sources, sources)``.

    Returns
    -------
    Fusion

    Notes
    -----
    Penalised maximum likelihood with one offset a group, u ~ N(0, spread²), spread by a few steps of EM
    (Laplace approximation). The likelihood counts alloys as if they were independent, which those of one group are
    not; it is raised to the power of `independent_share` before it meets the prior.
    """
    sources = evidence.shape[1]
    precision = np.zeros((sources + 1, sources + 1))
    precision[:sources, :sources] = np.linalg.inv(prior_covariance)
    precision[sources, sources] = 1e-2
    if not len(labels):
        # Nothing could be measured: what was expected of the sources is all there is.
        covariance = np.zeros_like(precision)
        covariance[:sources, :sources], covariance[sources, sources] = prior_covariance, 1.0
        return Fusion(prior_mean, 0.0, 0.5, 0.5, covariance)
    names, member = np.unique(groups, return_inverse=True)
    design = np.concatenate([evidence, np.ones((len(evidence), 1)), np.eye(len(names))[member]], 1)
    mean = np.concatenate([prior_mean, [0.0], np.zeros(len(names))])
    weight = np.bincount(member)[member]
    weight = np.minimum(1.0, weight.mean() / weight)
    spread, share, x = 0.5, 1.0, mean.copy()
    hessian = np.eye(len(mean))
    whole = np.zeros((len(mean), len(mean)))
    whole[: sources + 1, : sources + 1] = precision
    for step in range(EM_STEPS):
        whole[sources + 1 :, sources + 1 :] = np.eye(len(names)) * spread**-2.0
        x, hessian = _newton(design, labels, weight * share, mean, whole, x)
        offsets = x[sources + 1 :]
        variance = np.diag(np.linalg.inv(hessian))[sources + 1 :]
        spread = float(np.clip(np.sqrt((offsets**2 + variance).mean()), 0.05, 3.0))
        if step >= EM_STEPS // 2 - 1:
            share = independent_share(evidence, labels, sigmoid(design @ x), weight, member)
    beta, intercept = x[:sources], float(x[sources])
    covariance = np.asarray(np.linalg.inv(hessian)[: sources + 1, : sources + 1], float)
    fusion = Fusion(beta, intercept, spread, 0.5, covariance)
    threshold = best_threshold(fusion.probability(evidence), labels, member)
    return Fusion(beta, intercept, spread, threshold, covariance)


def independent_share(
    evidence: FloatArray, labels: FloatArray, probability: FloatArray, weight: FloatArray, member: IntArray
) -> float:
    """Share of the alloys that count as independent for learning β, in [0.001, 1].

    Parameters
    ----------
    evidence
        Shape ``(alloys, sources)``.
    labels, probability, weight, member
        Labels, fitted probabilities, weights and numbers of the groups 0, 1, …, each of shape ``(alloys,)``.

    Notes
    -----
    sources / tr(H⁻¹ J), with H the curvature of the log-likelihood and J the spread of its slope from group to group:
    the magnitude adjustment of a composite likelihood (F. Pauli, W. Racugno and L. Ventura, Statistica Sinica 21,
    149, 2011). Where groups disagree on what a source is worth, the share is small.
    """
    sources, count = evidence.shape[1], int(member.max()) + 1
    if count < 2:
        return 1.0
    bend = weight * probability * (1 - probability) + 1e-12
    sums = np.stack([np.bincount(member, bend * column, count) for column in evidence.T], 1)
    apart = evidence - (sums / np.bincount(member, bend, count)[:, None])[member]
    curvature = (apart * bend[:, None]).T @ apart + 1e-6 * np.eye(sources)
    pull = weight * (labels - probability)
    slopes = np.stack([np.bincount(member, pull * column, count) for column in apart.T], 1)
    # The prior pulls all groups alike; only how they differ counts.
    slopes -= slopes.mean(0)
    spread = slopes.T @ slopes * count / (count - 1)
    return float(np.clip(sources / max(float(np.trace(np.linalg.solve(curvature, spread))), 1e-12), 1e-3, 1.0))


def _newton(
    design: FloatArray,
    labels: FloatArray,
    weight: FloatArray,
    mean: FloatArray,
    precision: FloatArray,
    x: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Maximise the penalised log-likelihood of a logistic model; returns (maximum, Hessian there)."""
    hessian = precision
    for _ in range(NEWTON_STEPS):
        p = sigmoid(design @ x)
        gradient = design.T @ (weight * (p - labels)) + precision @ (x - mean)
        hessian = (design * (weight * np.maximum(p * (1 - p), 1e-6))[:, None]).T @ design + precision
        step = np.linalg.solve(hessian, gradient)
        x = x - step * min(1.0, 5.0 / (np.abs(step).max() + 1e-12))
        if np.abs(step).max() < 1e-6:
            break
    return x, hessian


def best_threshold(probability: FloatArray, labels: FloatArray, groups: IntArray) -> float:
    """Probability threshold with the best mean Matthews coefficient over groups, smoothed against noise."""
    grid = np.linspace(0.1, 0.9, 81)
    total = np.zeros(len(grid))
    for g in np.unique(groups):
        rows = groups == g
        y, p = labels[rows] > 0.5, probability[rows]
        if y.all() or not y.any():
            continue
        says = p[None, :] > grid[:, None]
        tp, fp = (says & y).sum(1).astype(float), (says & ~y).sum(1).astype(float)
        fn, tn = y.sum() - tp, (~y).sum() - fp
        below = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
        total += np.where(below > 0, (tp * tn - fp * fn) / np.where(below > 0, below, 1.0), 0.0)
    smooth = np.convolve(np.pad(total, 4, mode="edge"), np.ones(9) / 9, mode="valid")
    return float(grid[int(np.argmax(smooth))])
