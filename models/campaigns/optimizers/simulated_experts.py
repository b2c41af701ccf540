"""Simulated sources of knowledge about options, to prove what good and bad knowledge do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hypograph.models.core.errors import InputError


def simulated_utility(
    pool: NDArray[np.int64], values: NDArray[np.float64], kind: str, *, seed: int = 0
) -> NDArray[np.float64]:
    """Additive utility per option with a chosen relation to the truth.

    Parameters
    ----------
    pool
        Candidates as option indices, shape ``(m, d)``.
    values
        Outcomes, shape ``(m,)``.
    kind
        ``informative:R`` (Spearman correlation R of the utilities with the options' mean outcomes, as near as
        the number of options allows), ``permuted`` (those of 0.5, shuffled among the options) or ``adversarial``
        (those of 0.5, with the sign turned).

    Returns
    -------
    ndarray
        Utility of each candidate, shape ``(m,)``.

    Raises
    ------
    InputError
        If `kind` is none of these.
    """
    name, _, strength = kind.partition(":")
    try:
        rho = float(strength) if strength else 0.5
    except ValueError:
        rho = float("nan")
    if name not in {"informative", "permuted", "adversarial"} or not -1.0 <= rho <= 1.0:
        raise InputError(
            "no such expert",
            where=kind,
            expected="informative:R with R in [-1, 1], permuted, adversarial or model",
        )
    rng = np.random.default_rng([seed, 7])
    total = np.zeros(len(pool))
    for j in range(pool.shape[1]):
        n = int(pool[:, j].max()) + 1
        means = np.bincount(pool[:, j], values, n) / np.maximum(np.bincount(pool[:, j], minlength=n), 1)
        score = _correlated(means, rho, rng)
        if name == "permuted":
            score = rng.permutation(score)
        total += (-score if name == "adversarial" else score)[pool[:, j]]
    return total


def _correlated(means: NDArray[np.float64], rho: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw scores whose rank correlation with `means` is nearest to rho among 400 draws, on the scale of `means`."""
    n, spread = len(means), float(means.std())
    if n < 2 or spread == 0.0:
        return np.zeros(n)
    z = (means - means.mean()) / spread
    draws = rho * z + np.sqrt(max(1.0 - rho**2, 0.0)) * rng.standard_normal((400, n))
    a = np.argsort(np.argsort(draws, axis=1), axis=1).astype(float)
    b = np.argsort(np.argsort(z)).astype(float)
    a, b = a - a.mean(1, keepdims=True), b - b.mean()
    ranks = (a * b).sum(1) / np.sqrt((a**2).sum(1) * (b**2).sum())
    near = np.abs(ranks - rho)
    return np.asarray(draws[near.argmin()] * spread)
