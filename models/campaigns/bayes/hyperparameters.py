"""What the surrogate may be: draws of its hyperparameters from the prior, and the covariance of each.

The covariance of two points is (1 - λ) k(Σ_j s_j / ℓ_j²) + λ Σ_j w_j k(4 s_j), where s_j is their squared distance in
parameter j, k the Matérn-5/2 correlation, ℓ_j a lengthscale a parameter, and w_j the share of 1 - exp(-1/ℓ_j²): a
product of effects, and in half of the draws a part in which the effects of the parameters add up (Duvenaud et al.
2011). Where options have descriptors the distance of a parameter is (1 - v_j) δ_j + v_j D_j: mismatch and the distance
of the descriptors, with v = 0 in half of the draws, so that descriptors that say nothing can be left alone: the other
half is used only while the results give it the weight that any knowledge needs (`posterior.gate`).
Draws are quasi-random (scrambled Sobol', Owen 1998): twelve independent ones left so few in the posterior that figures
moved by three points with the seed of the draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Reals = NDArray[np.floating[Any]]  # of either precision

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
    undescribed: float = 0.5  # prior weight of "descriptors say nothing"


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
    blend
        Share v of the descriptors in the distance of a parameter that has some, in [0, 1], shape ``(k, e)``.
    described
        The parameters that have descriptors, e of them.
    """

    scales: Floats
    noise: Floats
    additive: Floats
    blend: Floats | None = None
    described: tuple[int, ...] = ()

    def weights(self, draws: NDArray[np.int64] | slice = slice(None)) -> tuple[Floats, Floats]:
        """Return how much each distance counts in the product and in the additive part, shapes ``(k, d + e)``.

        The d distances of the parameters come first, then those of the e that have descriptors.
        """
        inverse = self.scales[draws] ** -2.0
        part = 1.0 - np.exp(-inverse)
        part /= part.sum(1, keepdims=True)
        if self.blend is None:
            return inverse, part
        share, at = self.blend[draws], list(self.described)
        found = []
        for whole in (inverse, part):
            plain = whole.copy()
            plain[:, at] *= 1.0 - share
            found.append(np.hstack([plain, whole[:, at] * share]))
        return found[0], found[1]

    def covariance(self, squared: Reals, draws: NDArray[np.int64] | slice = slice(None)) -> Reals:
        """Covariance from squared distances by parameter.

        Parameters
        ----------
        squared
            Squared distances, shape ``(d + e, ...)``: by parameter, then by descriptors where there are some.
        draws
            Which draws.

        Returns
        -------
        ndarray
            Shape ``(k, ...)``.
        """
        return self.covariance_of(squared, matern52(ADDITIVE_STRETCH * squared), draws)

    def covariance_of(self, squared: Reals, single: Reals, draws: NDArray[np.int64] | slice = slice(None)) -> Reals:
        """As `covariance`, with the correlation by each distance alone, ``matern52(4 squared)``, worked out before."""
        inverse, weight = (w.astype(squared.dtype, copy=False) for w in self.weights(draws))
        part = self.additive[draws].astype(squared.dtype, copy=False)
        product = matern52(np.tensordot(inverse, squared, axes=1))
        if not part.any():
            return product
        summed = np.tensordot(weight, single, axes=1)
        summed -= product
        summed *= part.reshape(-1, *[1] * (squared.ndim - 1))
        product += summed
        return np.asarray(product)


def draw(d: int, prior: Prior, seed: int, described: Sequence[int] = ()) -> Hyperparameters:
    """Draw hyperparameters for d parameters; half of the draws have an additive part, of any share.

    Parameters
    ----------
    described
        Parameters whose options have descriptors: in half of the draws these count for any share of their distance.
    """
    from scipy.stats import norm, qmc

    # Sobol' points come in powers of two; the first ones of a longer sequence are as even as can be.
    e = len(described)
    size = (prior.samples - 1).bit_length()
    points = qmc.Sobol(d + 1 + (e + 1 if e else 0), seed=seed).random_base2(size)[: prior.samples]
    z = norm.ppf(np.clip(points[:, : d + 1], 1e-6, 1.0 - 1e-6))
    k = np.arange(prior.samples)
    share = np.where(k % 2 == 1, (k * (np.sqrt(5.0) - 1.0) / 2.0) % 1.0, 0.0)
    blend = np.where(points[:, d + 1, None] < prior.undescribed, 0.0, points[:, d + 2 :]) if e else None
    return Hyperparameters(
        prior.lengthscale_median * np.exp(prior.lengthscale_sigma * z[:, :d]),
        prior.noise_median * np.exp(prior.noise_sigma * z[:, d]),
        share,
        blend,
        tuple(described),
    )


def matern52(squared: Reals) -> Reals:
    """Matérn-5/2 correlation of scaled squared distances (Rasmussen & Williams 2006, eq. 4.17)."""
    r = np.sqrt(5.0 * squared, dtype=squared.dtype)
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
