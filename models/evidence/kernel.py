"""Kernel ridge regression on composition features, made to be refitted often.

The Laplace kernel exp(−‖a − b‖₁ / (s·features)) is approximated on a few hundred reference alloys
(Nyström). What a fit needs of its training alloys are sums over them, so leaving alloys out is a subtraction.
"""

from __future__ import annotations

import numpy as np

from hypograph.models.evidence.mass import FloatArray, IntArray

STEP = 4096


def laplace(first: FloatArray, second: FloatArray, scale: float) -> FloatArray:
    """Kernel matrix, shape ``(first, second)``; the city-block distance is per feature, `scale` its unit."""
    from scipy.spatial.distance import cdist

    return np.asarray(np.exp(-cdist(first, second, "cityblock") / (scale * first.shape[1])), float)


class NystromMap:
    """Maps features to coordinates whose inner products are the kernel, nearly.

    Parameters
    ----------
    features
        Standardised features of alloys to choose reference alloys from, shape ``(alloys, features)``.
        Labels are not looked at.
    most
        Reference alloys.
    scale
        Unit of the kernel.
    seed
        Seed of the choice.
    """

    def __init__(self, features: FloatArray, most: int = 500, scale: float = 1.0, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        chosen = np.sort(rng.choice(len(features), min(most, len(features)), replace=False))
        self.scale = scale
        self.reference = features[chosen]
        values, vectors = np.linalg.eigh(laplace(self.reference, self.reference, scale))
        keep = values > 1e-6 * values[-1]
        self.projection = vectors[:, keep] / np.sqrt(values[keep])

    def __call__(self, features: FloatArray) -> FloatArray:
        """Coordinates with a constant 1 appended, shape ``(alloys, at most `most` + 1)``."""
        parts = [
            laplace(features[i : i + STEP], self.reference, self.scale) @ self.projection
            for i in range(0, len(features), STEP)
        ]
        joined = np.concatenate(parts) if parts else np.empty((0, self.projection.shape[1]))
        return np.concatenate([joined, np.ones((len(joined), 1))], 1)


class RidgeSums:
    """Sums that ridge regression needs, over a base set of alloys.

    Parameters
    ----------
    coordinates, labels
        Shapes ``(alloys, dimensions)`` and ``(alloys,)``, labels in [0, 1].
    """

    def __init__(self, coordinates: FloatArray, labels: FloatArray, base: IntArray) -> None:
        self.coordinates = coordinates.astype(np.float32)
        self.sign = (2 * labels - 1).astype(np.float32)
        self.base = np.zeros(len(labels), bool)
        self.base[base] = True
        self.gram, self.moment = self._sums(base)

    def _sums(self, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        part = self.coordinates[rows]
        return (part.T @ part).astype(float), (part.T @ self.sign[rows]).astype(float)

    def fit(self, train: IntArray, penalty: float) -> FloatArray:
        """Coefficients for training on some of the base alloys, shape ``(dimensions,)``."""
        inside = np.zeros(len(self.base), bool)
        inside[train] = True
        out = np.flatnonzero(self.base & ~inside)
        if len(out) < len(train):
            gram, moment = self._sums(out)
            gram, moment = self.gram - gram, self.moment - moment
        else:
            gram, moment = self._sums(train)
        gram[np.diag_indices_from(gram)] += penalty
        return np.asarray(np.linalg.solve(gram, moment), float)

    def score(self, rows: IntArray, coefficients: FloatArray) -> FloatArray:
        """Predicted label on the scale −1 … 1, shape ``(rows,)``."""
        return np.asarray(self.coordinates[rows] @ coefficients.astype(np.float32), float)
