"""Places for the nodes of a graph view: the same graph always gets the same picture."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray


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
    Fruchterman & Reingold (1991), with repulsion against 64 nodes drawn anew each step, which keeps ten thousand
    nodes within about a second.
    """
    n = len(names)
    if n == 0:
        return np.zeros((0, 2))
    seed = int.from_bytes(hashlib.sha256("\n".join(names).encode()).digest()[:8])
    rng = np.random.default_rng(seed)
    place = rng.uniform(-1, 1, (n, 2))
    k = 1.5 / np.sqrt(n)
    pull = (0.2 + weights / weights.max())[:, None] if len(edges) else np.zeros((0, 1))
    for step in range(iterations):
        others = rng.integers(n, size=min(64, n))
        gap = place[:, None] - place[others][None]
        far = np.maximum((gap**2).sum(-1, keepdims=True), 1e-4)
        force = (gap / far).sum(1) * (k**2 * n / len(others))
        if len(edges):
            along = place[edges[:, 0]] - place[edges[:, 1]]
            tug = along * np.sqrt((along**2).sum(-1, keepdims=True)) / k * pull
            np.add.at(force, edges[:, 0], -tug)
            np.add.at(force, edges[:, 1], tug)
        force -= 0.6 * place
        size = np.maximum(np.sqrt((force**2).sum(-1, keepdims=True)), 1e-9)
        place += force / size * np.minimum(size, 0.12 * (1 - step / iterations))
    place -= place.mean(0)
    return np.asarray(place / np.maximum(np.abs(place).max(), 1e-9))
