"""Places for the nodes of a graph view: the same graph always gets the same picture."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


def layout(
    names: list[str], edges: NDArray[np.int64], weights: NDArray[np.float64], iterations: int = 120
) -> NDArray[np.float64]:
    """Place nodes by attraction along edges and repulsion from a sample of the others.

    Parameters
    ----------
    names
        Node identities, n of them; they seed the starting places.
    edges
        Index pairs, shape ``(m, 2)``.
    weights
        Attraction of each edge, shape ``(m,)``.
    iterations
        Steps; the step length falls linearly to nothing.

    Returns
    -------
    ndarray
        Places in [-1, 1]², shape ``(n, 2)``.

    Notes
    -----
    Fruchterman & Reingold (1991), with repulsion against 64 nodes drawn anew each step. Repulsion is two matrix
    products and attraction one sparse one.
    """
    n = len(names)
    if n == 0:
        return np.zeros((0, 2))
    seed = int.from_bytes(hashlib.sha256("\n".join(names).encode()).digest()[:8])
    rng = np.random.default_rng(seed)
    place = rng.uniform(-1, 1, (n, 2))
    k = 1.5 / np.sqrt(n)
    if len(edges):
        pull = 0.2 + weights / weights.max()
        count = np.arange(len(edges))
        # Row i sums what pulls at node i: minus at the start of an edge, plus at its end.
        signs, rows = np.repeat([-1.0, 1.0], len(edges)), edges.T.ravel()
        incidence = csr_array((signs, (rows, np.tile(count, 2))), shape=(n, len(edges)))
    for step in range(iterations):
        others = place[rng.integers(n, size=min(64, n))]
        squared = (place**2).sum(1)[:, None] + (others**2).sum(1) - 2.0 * place @ others.T
        push = 1.0 / np.maximum(squared, 1e-4)
        force = (place * push.sum(1, keepdims=True) - push @ others) * (k**2 * n / len(others))
        if len(edges):
            along = place[edges[:, 0]] - place[edges[:, 1]]
            force += incidence @ (along * (np.sqrt((along**2).sum(1)) / k * pull)[:, None])
        force -= 0.6 * place
        size = np.maximum(np.sqrt((force**2).sum(-1, keepdims=True)), 1e-9)
        place += force / size * np.minimum(size, 0.12 * (1 - step / iterations))
    place -= place.mean(0)
    return np.asarray(place / np.maximum(np.abs(place).max(), 1e-9))
