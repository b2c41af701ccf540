"""A Gaussian process over any candidates: mixed parameters, repeated points, knowledge, batches.

The same model as `finite` (Matérn-5/2, hyperparameters averaged by marginal likelihood, knowledge gated), but
distances are given, so that numbers and options with descriptors are as welcome as plain options.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypograph.models.optimize.finite import (
    NEGLIGIBLE,
    Hypotheses,
    expected_improvement,
    gated,
    matern52,
)

Floats = NDArray[np.float64]
NUMERIC_STRETCH = 3.0  # a number's full range counts as this many changes of an option


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
    """Posterior of the candidates' outcomes, one row a draw that matters.

    Attributes
    ----------
    weights
        Shape ``(k,)``, sum 1.
    mean, sd
        Shape ``(k, m)``, in standardised outcomes; `sd` is of the outcome's mean, without noise.
    noise
        Noise variances, shape ``(k,)``.
    informed
        Share of the weight that uses knowledge, in [0, 1].
    draws
        Which draws these are, shape ``(k,)``.
    cross
        Whitened covariances of the tried points with the candidates, shape ``(k, t, m)``.
    """

    weights: Floats
    mean: Floats
    sd: Floats
    noise: Floats
    informed: float
    draws: NDArray[np.int64]
    cross: Floats

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
    draws: Hypotheses,
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
        Hyperparameters from `finite.draw`.
    alike
        Distances by a source's similarity of options, for the draws that use it.
    u
        A source's utility of the tried points and of the candidates, shapes ``(t,)`` and ``(m,)``.
    """
    t = len(y)
    inverse, white, evidence = [], [], []
    for k in range(len(draws.noise)):
        square = _covariance((alike if draws.alike[k] and alike else at).within, draws.scales[k])
        factor = np.linalg.inv(np.linalg.cholesky(square + (draws.noise[k] + 1e-8) * np.eye(t)))
        rest = factor @ (y - (draws.beta[k] * u[0] if u else 0.0))
        inverse.append(factor)
        white.append(rest)
        evidence.append(-0.5 * rest @ rest + np.log(np.diagonal(factor)).sum())
    log_weights = np.array(evidence) + draws.log_prior
    weights = np.exp(log_weights - log_weights.max())
    weights = gated((weights / weights.sum())[:, None], draws.informed)[:, 0]
    kept = np.flatnonzero(weights > NEGLIGIBLE * weights.max())
    mean, sd, cross = [], [], []
    for k in (int(i) for i in kept):
        c = inverse[k] @ _covariance((alike if draws.alike[k] and alike else at).across, draws.scales[k])
        mean.append(white[k] @ c + (draws.beta[k] * u[1] if u else 0.0))
        sd.append(np.sqrt(np.maximum(1.0 - (c**2).sum(0), 1e-10)))
        cross.append(c)
    share = weights[kept] / weights[kept].sum()
    informed = float(share[draws.informed[kept]].sum())
    return Prediction(share, np.array(mean), np.array(sd), draws.noise[kept], informed, kept, np.array(cross))


def _covariance(squared: Floats, scales: Floats) -> Floats:
    return matern52(np.einsum("dij,d->ij", squared, scales**-2.0))
