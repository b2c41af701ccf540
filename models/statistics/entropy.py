"""Entropy of exploration: how evenly the options of each parameter were tried.

As published (MacKnight et al., arXiv 2509.00103, public figure code): per parameter
H_j = -Σ p log2 p over the options picked so far, divided by log2 of the number of options; mean over parameters.
A short run cannot fill a long alphabet, so the plug-in value has a ceiling; the Miller–Madow correction
(Miller 1955) adds (K - 1)/(2 N ln 2) bits for K options seen in N picks. The third form divides by what a random
run of the same length on the same space has.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def exploration_entropy(picks: Ints, sizes: Ints, *, corrected: bool = False) -> Floats:
    """Cumulative entropy of exploration of one or many runs.

    Parameters
    ----------
    picks
        Option indices, shape ``(..., n, d)``: n picks of d parameters, in the order they were made.
    sizes
        Number of options of each parameter, shape ``(d,)``; parameters with one option are left out.
    corrected
        Apply the Miller–Madow correction, capped at the full entropy.

    Returns
    -------
    ndarray
        Shape ``(..., n)``: value in [0, 1] after each pick.
    """
    picks, sizes = np.asarray(picks), np.asarray(sizes)
    steps = np.arange(1, picks.shape[-2] + 1)
    total, told = np.zeros(picks.shape[:-1]), sizes >= 2
    if not told.any():
        return total
    before = _earlier(picks[..., told], sizes[told])
    # Of Σ c log2 c each pick changes one term, so nothing is summed over all options.
    term = np.arange(len(steps) + 1) * np.log2(np.maximum(np.arange(len(steps) + 1), 1))
    held = np.cumsum(term[before + 1] - term[before], axis=-2)
    seen = np.cumsum(before == 0, axis=-2)
    bits = np.where(seen > 1, np.log2(steps)[:, None] - held / steps[:, None], 0.0)
    if corrected:
        bits = bits + (seen - 1) / (2 * steps[:, None] * np.log(2))
    return np.asarray(np.minimum(bits / np.log2(sizes[told]), 1.0).mean(axis=-1))


def _earlier(picks: Ints, sizes: Ints) -> Ints:
    """Tell of each pick how often its option was picked before, shape of `picks`."""
    codes = picks.reshape(-1, *picks.shape[-2:]) + np.cumsum(sizes) - sizes
    counts, found = np.zeros((len(codes), int(sizes.sum())), dtype=np.int64), np.empty_like(codes)
    runs = np.arange(len(codes))[:, None]
    for step in range(codes.shape[1]):
        here = runs, codes[:, step]
        found[:, step] = counts[here]
        counts[here] += 1
    return found.reshape(picks.shape)


def random_entropy(
    pool: Ints, sizes: Ints, n: int, *, runs: int = 2000, seed: int = 0, corrected: bool = False
) -> Floats:
    """Mean entropy of random runs without repetition on a pool of candidates.

    Parameters
    ----------
    pool
        Candidates as option indices, shape ``(m, d)``.
    sizes
        Number of options, shape ``(d,)``.
    n
        Picks a run, at most m.

    Returns
    -------
    ndarray
        Shape ``(n,)``.
    """
    rng = np.random.default_rng(seed)
    rows = np.stack([rng.choice(len(pool), size=min(n, len(pool)), replace=False) for _ in range(runs)])
    return np.asarray(exploration_entropy(pool[rows], sizes, corrected=corrected).mean(axis=0))
