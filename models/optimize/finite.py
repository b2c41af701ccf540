"""Bayesian optimization over a finite table, all replicates in lockstep.

The surrogate is a Gaussian process with a Matérn-5/2 kernel over option mismatch, one lengthscale a
parameter. Two candidates of d categorical parameters can differ in only 2^d ways, so a kernel is a table over
mismatch patterns, shared by every replicate. Hyperparameters are not fitted but averaged: a fixed set is drawn
from the prior and each replicate weighs it by its own marginal likelihood (Rasmussen & Williams 2006, eq. 5.8).

Knowledge enters as further hypotheses about the same data, never as a fact: a utility u of each candidate adds
the prior mean βu for a few values of β, a similarity of options adds kernels in which alike options are close.
Half of the prior weight stays on "the knowledge is worth nothing"; a replicate uses it only while its own
results give it at least half of the posterior weight (the gate), so that wrong knowledge dies out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEGLIGIBLE = 0.02
BETAS = (0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Prior:
    """Prior of the surrogate: log-normal lengthscales and noise (on standardised outcomes)."""

    samples: int = 12
    lengthscale_median: float = 1.5
    lengthscale_sigma: float = 1.2
    noise_median: float = 0.03
    noise_sigma: float = 1.0


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """Draws of the surrogate's hyperparameters, and what each assumes.

    Attributes
    ----------
    scales
        Lengthscales, shape ``(k, d)``.
    noise
        Noise variances, shape ``(k,)``.
    beta
        Weight of the utility in the prior mean, shape ``(k,)``.
    alike
        Whether the kernel uses the similarity of options, shape ``(k,)``.
    log_prior
        Log prior weights, shape ``(k,)``.
    """

    scales: Floats
    noise: Floats
    beta: Floats
    alike: NDArray[np.bool_]
    log_prior: Floats

    @property
    def informed(self) -> NDArray[np.bool_]:
        """Which draws use knowledge, shape ``(k,)``."""
        return np.asarray((self.beta > 0) | self.alike)


def draw(d: int, prior: Prior, rng: np.random.Generator, *, utility: bool, similarity: bool) -> Hypotheses:
    """Draw hyperparameters; each kind of knowledge shares the other half of the prior weight."""
    k = prior.samples
    scales = prior.lengthscale_median * np.exp(prior.lengthscale_sigma * rng.standard_normal((k, d)))
    noise = prior.noise_median * np.exp(prior.noise_sigma * rng.standard_normal(k))
    kinds = [(0.0, False)]
    kinds += [(b, False) for b in BETAS] if utility else []
    kinds += [(0.0, True)] if similarity else []
    kinds += [(b, True) for b in BETAS] if utility and similarity else []
    known = len(kinds) - 1
    share = np.array([0.5] + [0.5 / known] * known if known else [1.0])
    return Hypotheses(
        np.tile(scales, (len(kinds), 1)),
        np.tile(noise, len(kinds)),
        np.repeat([b for b, _ in kinds], k),
        np.repeat([a for _, a in kinds], k),
        np.repeat(np.log(share / k), k),
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


class Kernels:
    """Covariances of observed rows with every candidate, for every draw.

    Parameters
    ----------
    pool
        Candidates as option indices, shape ``(m, d)``.
    draws
        From `draw`.
    similarity
        For each parameter a symmetric matrix in [0, 1] with unit diagonal, or None.
    """

    def __init__(self, pool: Ints, draws: Hypotheses, similarity: Sequence[Floats] | None) -> None:
        self._pool, self._draws = pool, draws
        d = pool.shape[1]
        bits = (np.arange(1 << d)[:, None] >> np.arange(d)) & 1
        self._tables = matern52((bits[None] / draws.scales[:, None] ** 2).sum(-1))
        self._apart = None if similarity is None else [1.0 - embeddable(s) for s in similarity]

    def patterns(self, rows: Ints) -> Ints:
        """Mismatch pattern of rows ``(s, t)`` with every candidate, shape ``(s, t, m)``."""
        found = np.zeros((*rows.shape, len(self._pool)), dtype=np.int64)
        for j in range(self._pool.shape[1]):
            found |= (self._pool[rows, j][..., None] != self._pool[None, None, :, j]).astype(np.int64) << j
        return found

    def covariance(self, k: int, patterns: Ints, rows: Ints, columns: Ints | None = None) -> Floats:
        """Covariance of draw k between rows ``(s, t)`` and candidates (or columns ``(s, t)``)."""
        if not self._draws.alike[k] or self._apart is None:
            return np.asarray(self._tables[k][patterns])
        squared = np.zeros(patterns.shape)
        for j, apart in enumerate(self._apart):
            here = self._pool[rows, j][..., None]
            there = self._pool[None, None, :, j] if columns is None else self._pool[columns, j][:, None, :]
            squared += apart[here, there] / self._draws.scales[k, j] ** 2
        return matern52(squared)


def expected_improvement(mean: Floats, sd: Floats, best: Floats) -> Floats:
    """Expected improvement over `best` for maximisation (Jones et al. 1998, eq. 15)."""
    from scipy.special import ndtr

    z = (mean - best) / sd
    return np.asarray((mean - best) * ndtr(z) + sd * np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi))


def gated(weights: Floats, informed: NDArray[np.bool_]) -> Floats:
    """Drop knowledge where the results do not favour it.

    Parameters
    ----------
    weights
        Posterior weights of the draws, shape ``(k, s)``, columns sum to 1.
    informed
        Which draws use knowledge, shape ``(k,)``.

    Returns
    -------
    ndarray
        Weights of the same shape: columns whose informed share is below one half keep none of it.
    """
    trusted = weights[informed].sum(0) >= 0.5
    kept = np.where(informed[:, None] & ~trusted, 0.0, weights)
    return np.asarray(kept / kept.sum(0))


def standardised(utility: Floats) -> Floats:
    """Give each row mean 0 and standard deviation 1; a row that says nothing becomes 0."""
    spread = utility.std(1, keepdims=True)
    return np.asarray(
        np.where(spread > 0, (utility - utility.mean(1, keepdims=True)) / np.maximum(spread, 1e-300), 0.0)
    )


def lockstep(
    pool: Ints,
    values: Floats,
    starts: Ints,
    budget: int,
    *,
    seed: int = 0,
    prior: Prior | None = None,
    utility: Floats | None = None,
    similarity: Sequence[Floats] | None = None,
) -> Ints:
    """Run Bayesian optimization on a table from many starts at once.

    Parameters
    ----------
    pool
        Candidates as option indices, shape ``(m, d)``.
    values
        Outcome of each candidate, to be maximised, shape ``(m,)``.
    starts
        Rows tried first, shape ``(s, initial)``, at least two each.
    budget
        Experiments in all, at most m.
    utility
        What a source expects of each candidate (any scale), shape ``(m,)``, or ``(s, m)`` with a source a replicate.
    similarity
        What a source knows of options being alike, one matrix a parameter.

    Returns
    -------
    ndarray
        Rows in the order they were tried, shape ``(s, budget)``.
    """
    rng = np.random.default_rng(seed)
    u = None if utility is None else standardised(np.broadcast_to(utility, (len(starts), len(pool))))
    draws = draw(pool.shape[1], prior or Prior(), rng, utility=u is not None, similarity=similarity is not None)
    kernels = Kernels(pool, draws, similarity)
    picks = np.asarray(starts, dtype=np.int64)
    cross = kernels.patterns(picks)
    replicate = np.arange(len(picks))
    tie = rng.random((len(picks), len(pool))) * 1e-12
    while picks.shape[1] < budget:
        gain = tie + acquisition(kernels, draws, cross, picks, values, u)
        gain[replicate[:, None], picks] = -np.inf
        chosen = gain.argmax(1)
        picks = np.concatenate([picks, chosen[:, None]], axis=1)
        cross = np.concatenate([cross, kernels.patterns(chosen[:, None])], axis=1)
    return picks


def acquisition(
    kernels: Kernels, draws: Hypotheses, cross: Ints, picks: Ints, values: Floats, u: Floats | None
) -> Floats:
    """Expected improvement of every candidate, averaged over the draws, shape ``(s, m)``."""
    s, t, m = cross.shape
    y = values[picks]
    y = (y - y.mean(1, keepdims=True)) / np.maximum(y.std(1, keepdims=True), 1e-9)
    between = np.take_along_axis(cross, picks[:, None, :], axis=2)
    square = np.stack([kernels.covariance(k, between, picks, picks) for k in range(len(draws.noise))])
    square += (draws.noise[:, None, None, None] + 1e-8) * np.eye(t)
    shift = np.zeros((len(draws.noise), s, t))
    if u is not None:
        shift = draws.beta[:, None, None] * np.take_along_axis(u, picks, axis=1)[None]
    inverse = np.linalg.inv(np.linalg.cholesky(square))
    white = np.einsum("kstu,ksu->kst", inverse, y[None] - shift)
    log_evidence = -0.5 * (white**2).sum(-1) + np.log(np.diagonal(inverse, axis1=-2, axis2=-1)).sum(-1)
    log_weights = log_evidence + draws.log_prior[:, None]
    weights = np.exp(log_weights - log_weights.max(0))
    weights = gated(weights / weights.sum(0), draws.informed)
    gain = np.zeros((s, m))
    top = y.max(1, keepdims=True)
    for k in (int(i) for i in np.flatnonzero((weights > NEGLIGIBLE).any(1))):
        on = np.flatnonzero(weights[k] > NEGLIGIBLE)
        factor = inverse[k, on] @ kernels.covariance(k, cross[on], picks[on])
        mean = np.einsum("st,stm->sm", white[k, on], factor)
        if u is not None:
            mean = mean + draws.beta[k] * u[on]
        sd = np.sqrt(np.maximum(1.0 - (factor**2).sum(1), 1e-10))
        gain[on] += weights[k, on, None] * expected_improvement(mean, sd, top[on])
    return gain
