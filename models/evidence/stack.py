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

from hypograph.models.evidence.mass import FloatArray, IntArray

NEWTON_STEPS = 40


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


def sigmoid(x: FloatArray) -> FloatArray:
    """1 / (1 + e^−x) without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(x))), float)


def logit(p: FloatArray, clip: float = 1e-3) -> FloatArray:
    """log(p / (1 − p)), p first brought into [clip, 1 − clip]."""
    q = np.clip(p, clip, 1 - clip)
    return np.asarray(np.log(q) - np.log1p(-q), float)


def fit_fusion(
    evidence: FloatArray,
    labels: FloatArray,
    groups: IntArray,
    prior_mean: FloatArray,
    prior_sd: FloatArray,
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
    prior_mean, prior_sd
        Of β, shape ``(sources,)``.

    Returns
    -------
    Fusion

    Notes
    -----
    Penalised maximum likelihood with one offset a group, u ~ N(0, spread²), spread by a few steps of EM
    (Laplace approximation); the posterior covariance is widened for the alloys of a group not being
    independent.
    """
    if not len(labels):
        # Nothing could be measured: what was expected of the sources is all there is.
        return Fusion(prior_mean, 0.0, 0.5, 0.5, np.diag([*prior_sd**2, 1.0]))
    names, member = np.unique(groups, return_inverse=True)
    sources = evidence.shape[1]
    design = np.concatenate([evidence, np.ones((len(evidence), 1)), np.eye(len(names))[member]], 1)
    mean = np.concatenate([prior_mean, [0.0], np.zeros(len(names))])
    weight = np.bincount(member)[member]
    weight = np.minimum(1.0, weight.mean() / weight)
    spread, x = 0.5, mean.copy()
    hessian = np.eye(len(mean))
    for _ in range(6):
        precision = np.concatenate([prior_sd**-2.0, [1e-2], np.full(len(names), spread**-2.0)])
        x, hessian = _newton(design, labels, weight, mean, precision, x)
        offsets = x[sources + 1 :]
        variance = np.diag(np.linalg.inv(hessian))[sources + 1 :]
        spread = float(np.clip(np.sqrt((offsets**2 + variance).mean()), 0.05, 3.0))
    beta, intercept = x[:sources], float(x[sources])
    covariance = np.asarray(np.linalg.inv(hessian)[: sources + 1, : sources + 1], float)
    fusion = Fusion(beta, intercept, spread, 0.5, covariance)
    threshold = best_threshold(fusion.probability(evidence), labels, member)
    return Fusion(beta, intercept, spread, threshold, covariance)


def _newton(
    design: FloatArray,
    labels: FloatArray,
    weight: FloatArray,
    mean: FloatArray,
    precision: FloatArray,
    x: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Maximise the penalised log-likelihood of a logistic model; returns (maximum, Hessian there)."""
    hessian = np.diag(precision)
    for _ in range(NEWTON_STEPS):
        p = sigmoid(design @ x)
        gradient = design.T @ (weight * (p - labels)) + precision * (x - mean)
        hessian = (design * (weight * np.maximum(p * (1 - p), 1e-6))[:, None]).T @ design + np.diag(precision)
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
