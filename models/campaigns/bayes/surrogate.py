"""A Gaussian process over any candidates: mixed parameters, repeated points, knowledge, batches.

The same model as in `finite` (covariance and draws from `hyperparameters`, weights and gate from `belief`), but
distances are given, so that numbers and options with descriptors are as welcome as plain options.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.bayes.hyperparameters import Hyperparameters
from hypograph.models.campaigns.bayes.posterior import Kind, expected_improvement, log_evidence, representatives, weigh

Floats = NDArray[np.float64]
REPRESENTED = 16  # draws that stand for the posterior in a laboratory, where an ask may take a moment
JITTER = 1e-8


@dataclass(frozen=True, slots=True)
class Distances:
    """Squared distances by parameter.

    Attributes
    ----------
    within
        Among the tried points, shape ``(d, t, t)``.
    across
        From the tried points to the candidates, shape ``(d, t, m)``.
    """

    within: Floats
    across: Floats


@dataclass(frozen=True, slots=True)
class Prediction:
    """Posterior of the candidates' outcomes, one row a draw that represents it.

    Attributes
    ----------
    weights
        Shape ``(k,)``, sum 1.
    mean, sd
        Shape ``(k, m)``, in standardised outcomes; `sd` is of the outcome's mean, without noise.
    noise
        Noise variances, shape ``(k,)``.
    informed
        Share of the weight that uses knowledge, in [0, 1]; 0 where the gate is closed.
    draws
        Which draws of the hyperparameters these are, shape ``(k,)``.
    alike
        Which use the similarity of options, shape ``(k,)``.
    variance
        Variance of the signal, to which `sd` and `noise` are scaled already, shape ``(k,)``.
    cross
        Whitened correlations of the tried points with the candidates, shape ``(k, t, m)``.
    spread
        Prior variance of the weight of each part of a source's utility, shape ``(k,)``.
    """

    weights: Floats
    mean: Floats
    sd: Floats
    noise: Floats
    informed: float
    draws: NDArray[np.int64]
    alike: NDArray[np.bool_]
    variance: Floats
    cross: Floats
    spread: Floats

    def moments(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation of each candidate over the draws, shapes ``(m,)``."""
        mean = self.weights @ self.mean
        second = self.weights @ (self.sd**2 + self.mean**2)
        return mean, np.sqrt(np.maximum(second - mean**2, 1e-12))

    def improvement(self, best: Floats) -> Floats:
        """Expected improvement over `best`, one a draw, shape ``(m,)``."""
        return np.asarray(self.weights @ expected_improvement(self.mean, self.sd, best[:, None]))


def predict(
    at: Distances,
    y: Floats,
    draws: Hyperparameters,
    found: Sequence[Kind],
    *,
    alike: Distances | None = None,
    u: tuple[Floats, Floats] | None = None,
) -> Prediction:
    """Condition on outcomes.

    Parameters
    ----------
    at
        Distances by the space alone.
    y
        Standardised outcomes, shape ``(t,)``.
    draws
        From `hyperparameters.draw`.
    found
        Kinds of hypotheses, from `belief.kinds`.
    alike
        Distances by a source's similarity of options, for the kinds that use it.
    u
        The parts of a source's utility of the tried points and of the candidates, shapes ``(d, t)`` and ``(d, m)``.
    """
    sides = {False: at, True: alike or at}
    tried, free = u if u else (np.zeros((1, len(y))), np.zeros((1, at.across.shape[2])))
    centre = float(tried.sum(0).mean())
    factors = [_factors(draws.covariance(sides[k.alike].within) + k.spread * (tried.T @ tried), draws) for k in found]
    white = [f @ (y - k.beta * (tried.sum(0) - centre)) for k, f in zip(found, factors, strict=True)]
    log_det = [-np.log(np.diagonal(f, axis1=1, axis2=2)).sum(1) for f in factors]
    weighed = [log_evidence(w, d) for w, d in zip(white, log_det, strict=True)]
    weights, _ = weigh([evidence[:, None] for evidence, _ in weighed], len(y))
    chosen, share = representatives(weights.ravel(), REPRESENTED)
    kind, which = np.divmod(chosen, len(draws.noise))
    variance = np.array([weighed[q][1][k] for q, k in zip(kind, which, strict=True)])
    mean, left, cross = [], [], []
    for q, k in zip(kind, which, strict=True):
        here = found[q]
        across = draws.covariance(sides[here.alike].across, np.array([k]))[0] + here.spread * (tried.T @ free)
        c = factors[q][k] @ across
        mean.append(white[q][k] @ c + here.beta * (free.sum(0) - centre))
        alone = 1.0 + here.spread * (free**2).sum(0)
        left.append(np.maximum(alone - np.einsum("tm,tm->m", c, c), 1e-10))
        cross.append(c)
    return Prediction(
        share,
        np.array(mean),
        np.sqrt(np.array(left) * variance[:, None]),
        draws.noise[which] * variance,
        float(share[kind > 0].sum()),
        which,
        np.array([found[q].alike for q in kind]),
        variance,
        np.array(cross),
        np.array([found[q].spread for q in kind]),
    )


def _factors(square: Floats, draws: Hyperparameters) -> Floats:
    """Inverse Cholesky factors of the tried points' covariances, shape ``(k, t, t)``."""
    t = square.shape[-1]
    return np.asarray(np.linalg.inv(np.linalg.cholesky(square + (draws.noise[:, None, None] + JITTER) * np.eye(t))))
