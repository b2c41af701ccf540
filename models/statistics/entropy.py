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
    total, used = np.zeros(picks.shape[:-1]), 0
    for j, size in enumerate(sizes):
        if size < 2:
            continue
        counts = np.cumsum(picks[..., j, None] == np.arange(size), axis=-2)
        share = counts / steps[:, None]
        bits = -np.sum(share * np.log2(np.where(share > 0, share, 1.0)), axis=-1)
        if corrected:
            bits = bits + ((counts > 0).sum(axis=-1) - 1) / (2 * steps * np.log(2))
        total += np.minimum(bits / np.log2(size), 1.0)
        used += 1
    return total / used if used else total


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
