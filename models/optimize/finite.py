"""Bayesian optimization over a finite table, all replicates in lockstep.

The surrogate is a Gaussian process with a Matérn-5/2 kernel over option mismatch, one lengthscale a
parameter. Two candidates of d categorical parameters can differ in only 2^d ways, so a kernel is a table over
mismatch patterns, shared by every replicate. Hyperparameters are not fitted but averaged: a fixed set is drawn
from the prior and each replicate weighs it by its own marginal likelihood (Rasmussen & Williams 2006, eq. 5.8).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEGLIGIBLE = 0.02


@dataclass(frozen=True, slots=True)
class Prior:
    """Prior of the surrogate: log-normal lengthscales and noise (on standardised outcomes)."""

    samples: int = 16
    lengthscale_median: float = 1.5
    lengthscale_sigma: float = 1.2
    noise_median: float = 0.03
    noise_sigma: float = 1.0


def kernel_tables(d: int, prior: Prior, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw hyperparameters and tabulate their kernels.

    Returns
    -------
    tables
        Shape ``(samples, 2**d)``: covariance of each mismatch pattern (bit j set: parameter j differs).
    noise
        Shape ``(samples,)``: noise variances.
    """
    scale = prior.lengthscale_median * np.exp(
        prior.lengthscale_sigma * rng.standard_normal((prior.samples, d))
    )
    noise = prior.noise_median * np.exp(prior.noise_sigma * rng.standard_normal(prior.samples))
    bits = (np.arange(1 << d)[:, None] >> np.arange(d)) & 1
    r = np.sqrt(5.0 * (bits[None] / scale[:, None] ** 2).sum(-1))
    return (1.0 + r + r**2 / 3.0) * np.exp(-r), noise


def patterns(pool: Ints, rows: Ints) -> NDArray[np.int64]:
    """Mismatch pattern of every candidate with every observed row.

    Parameters
    ----------
    pool
        Shape ``(m, d)``.
    rows
        Indices into the pool, shape ``(s, t)``.

    Returns
    -------
    ndarray
        Shape ``(s, t, m)``.
    """
    found = np.zeros((*rows.shape, len(pool)), dtype=np.int64)
    for j in range(pool.shape[1]):
        found |= (pool[rows, j][..., None] != pool[None, None, :, j]).astype(np.int64) << j
    return found


def expected_improvement(mean: Floats, sd: Floats, best: Floats) -> Floats:
    """Expected improvement over `best` for maximisation (Jones et al. 1998, eq. 15)."""
    from scipy.special import ndtr

    z = (mean - best) / sd
    return np.asarray((mean - best) * ndtr(z) + sd * np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi))


def posterior(
    tables: Floats, noise: Floats, between: NDArray[np.int64], cross: NDArray[np.int64], y: Floats
) -> tuple[Floats, Floats, Floats]:
    """Posterior of each hyperparameter sample, with its weight.

    Parameters
    ----------
    tables, noise
        From `kernel_tables`, shapes ``(k, 2**d)`` and ``(k,)``.
    between, cross
        Patterns among the observed, shape ``(s, t, t)``, and to the candidates, ``(s, t, m)``.
    y
        Standardised outcomes, shape ``(s, t)``.

    Returns
    -------
    weights, mean, sd
        Shapes ``(k, s)``, ``(k, s, m)``, ``(k, s, m)``; samples of negligible weight have mean 0 and sd 1.
    """
    s, t, m = cross.shape
    mean, sd = np.zeros((len(tables), s, m)), np.ones((len(tables), s, m))
    covariance = tables[:, between] + noise[:, None, None, None] * np.eye(t)
    factor = np.linalg.cholesky(covariance)
    alpha = np.linalg.solve(covariance, np.broadcast_to(y[None, ..., None], (len(tables), s, t, 1)))[..., 0]
    log_evidence = -0.5 * (y * alpha).sum(-1) - np.log(np.diagonal(factor, axis1=-2, axis2=-1)).sum(-1)
    weights = np.exp(log_evidence - log_evidence.max(axis=0))
    weights /= weights.sum(axis=0)
    inverse = np.linalg.inv(factor)
    for k in np.flatnonzero((weights > NEGLIGIBLE).any(axis=1)):
        cov = tables[k][cross]
        mean[k] = np.einsum("st,stm->sm", alpha[k], cov)
        sd[k] = np.sqrt(np.maximum(1.0 - ((inverse[k] @ cov) ** 2).sum(axis=1), 1e-10))
    return weights, mean, sd


def lockstep(
    pool: Ints, values: Floats, starts: Ints, budget: int, *, seed: int = 0, prior: Prior | None = None
) -> Ints:
    """Run Bayesian optimization on a table from many starts at once.

    Parameters
    ----------
    pool
        Candidates as option indices, shape ``(m, d)``.
    values
        Outcome of each candidate, to be maximised, shape ``(m,)``.
    starts
        Rows tried first, shape ``(s, initial)``.
    budget
        Experiments in all, at most m.

    Returns
    -------
    ndarray
        Rows in the order they were tried, shape ``(s, budget)``.
    """
    rng = np.random.default_rng(seed)
    tables, noise = kernel_tables(pool.shape[1], prior or Prior(), rng)
    picks = np.asarray(starts, dtype=np.int64)
    cross = patterns(pool, picks)
    replicate = np.arange(len(picks))
    tie = rng.random((len(picks), len(pool))) * 1e-12
    while picks.shape[1] < budget:
        y = values[picks]
        y = (y - y.mean(1, keepdims=True)) / np.maximum(y.std(1, keepdims=True), 1e-9)
        between = np.take_along_axis(cross, picks[:, None, :], axis=2)
        weights, mean, sd = posterior(tables, noise, between, cross, y)
        gain = np.zeros(mean.shape[1:])
        for k in np.flatnonzero((weights > NEGLIGIBLE).any(axis=1)):
            gain += weights[k][:, None] * expected_improvement(mean[k], sd[k], y.max(1, keepdims=True))
        gain += tie
        gain[replicate[:, None], picks] = -np.inf
        chosen = gain.argmax(1)
        picks = np.concatenate([picks, chosen[:, None]], axis=1)
        cross = np.concatenate([cross, patterns(pool, chosen[:, None])], axis=1)
    return picks
