"""What the surrogate may be: draws of its hyperparameters from the prior, and the covariance of each.

The covariance of two points is (1 - λ) k(Σ_j s_j / ℓ_j²) + λ Σ_j w_j k(4 s_j), where s_j is their squared distance in
parameter j, k the Matérn-5/2 correlation, ℓ_j a lengthscale a parameter, and w_j the share of 1 - exp(-1/ℓ_j²): a
product of effects, and in half of the draws a part in which the effects of the parameters add up (Duvenaud et al.
2011). Draws are quasi-random (scrambled Sobol', Owen 1998): twelve independent ones left so few in the
posterior that figures moved by three points with the seed of the draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ADDITIVE_STRETCH = 4.0
NUMERIC_STRETCH = 3.0  # a number's full range counts as this many changes of an option
BETAS = (0.25, 0.6)


@dataclass(frozen=True, slots=True)
class Prior:
    """Prior of the surrogate: log-normal lengthscales and noise variance (on standardised outcomes)."""

    samples: int = 512
    lengthscale_median: float = 1.5
    lengthscale_sigma: float = 1.2
    noise_median: float = 0.03
    noise_sigma: float = 1.0


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """Draws from the prior, each with the same prior weight.

    Attributes
    ----------
    scales
        Lengthscales, shape ``(k, d)``.
    noise
        Noise variances, as share of the signal's, shape ``(k,)``.
    additive
        Share λ of the covariance in which effects add up, in [0, 1], shape ``(k,)``.
    """

    scales: Floats
    noise: Floats
    additive: Floats

    def covariance(self, squared: Floats, draws: NDArray[np.int64] | slice = slice(None)) -> Floats:
        """Covariance from squared distances by parameter.

        Parameters
        ----------
        squared
            Squared distances, shape ``(d, ...)``.
        draws
            Which draws.

        Returns
        -------
        ndarray
            Shape ``(k, ...)``.
        """
        inverse, part = self.scales[draws] ** -2.0, self.additive[draws]
        shape = (-1, *[1] * (squared.ndim - 1))
        product = matern52(np.tensordot(inverse, squared, axes=1))
        if not part.any():
            return product
        weight = 1.0 - np.exp(-inverse)
        weight /= weight.sum(1, keepdims=True)
        summed = np.tensordot(weight, matern52(ADDITIVE_STRETCH * squared), axes=1)
        return np.asarray(product + part.reshape(shape) * (summed - product))


def draw(d: int, prior: Prior, seed: int) -> Hyperparameters:
    """Draw hyperparameters for d parameters; half of the draws have an additive part, of any share."""
    from scipy.stats import norm, qmc

    # Sobol' points come in powers of two; the first ones of a longer sequence are as even as can be.
    points = qmc.Sobol(d + 1, seed=seed).random_base2((prior.samples - 1).bit_length())[: prior.samples]
    z = norm.ppf(np.clip(points, 1e-6, 1.0 - 1e-6))
    k = np.arange(prior.samples)
    share = np.where(k % 2 == 1, (k * (np.sqrt(5.0) - 1.0) / 2.0) % 1.0, 0.0)
    return Hyperparameters(
        prior.lengthscale_median * np.exp(prior.lengthscale_sigma * z[:, :d]),
        prior.noise_median * np.exp(prior.noise_sigma * z[:, d]),
        share,
    )


def matern52(squared: Floats) -> Floats:
    """Matérn-5/2 correlation of scaled squared distances (Rasmussen & Williams 2006, eq. 4.17)."""
    r = np.sqrt(5.0 * squared)
    return np.asarray((1.0 + r + r**2 / 3.0) * np.exp(-r))


def embeddable(similarity: Floats) -> Floats:
    """Return the similarity nearest by its spectrum whose 1 - s are squared distances between points.

    What a source says need not be consistent (a like b, b like c, a unlike c); without this step the kernel could
    have negative eigenvalues. Negative eigenvalues are cut off and the diagonal is brought back to 1
    (Rebonato & Jäckel 1999); different options stay at a similarity of at most 0.99.
    """
    symmetric = (np.asarray(similarity, dtype=float) + np.asarray(similarity, dtype=float).T) / 2
    values, vectors = np.linalg.eigh(symmetric)
    parts = vectors * np.sqrt(np.maximum(values, 0.0))
    parts /= np.maximum(np.sqrt((parts**2).sum(1, keepdims=True)), 1e-12)
    found = np.minimum(0.99 * (parts @ parts.T), 0.99)
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)
