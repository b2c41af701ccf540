"""Kernel ridge regression on composition features, made to be refitted often.

The Laplace kernel exp(−‖a − b‖₁ / (s·features)) is approximated on a few hundred reference alloys
(Nyström). What a fit needs of its training alloys are sums over them, so leaving alloys out is a subtraction.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hypograph.models.evidence.masses.mass import FloatArray, IntArray

STEP = 4096
BLOCK = 8 * STEP  # alloys whose coordinates are at hand in double precision
Float32Array = NDArray[np.float32]


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
        """Coordinates, shape ``(alloys, at most `most`)``."""
        parts = [
            laplace(features[i : i + STEP], self.reference, self.scale) @ self.projection
            for i in range(0, len(features), STEP)
        ]
        return np.concatenate(parts) if parts else np.empty((0, self.projection.shape[1]))


class RidgeSums:
    """Sums that ridge regression needs, over a base set of alloys.

    Parameters
    ----------
    coordinates, labels
        Shapes ``(alloys, dimensions)`` and ``(alloys,)``, labels in [0, 1].
    """

    def __init__(self, coordinates: FloatArray | Float32Array, labels: FloatArray, base: IntArray) -> None:
        self.coordinates = coordinates.astype(np.float32, copy=False)
        self.sign = (2 * labels - 1).astype(np.float32)
        self.base = np.zeros(len(labels), bool)
        self.base[base] = True
        self.gram, self.moment = self._sums(base)

    def _sums(self, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        width = self.coordinates.shape[1]
        gram, moment = np.zeros((width, width)), np.zeros(width)
        for start in range(0, len(rows), BLOCK):
            some = rows[start : start + BLOCK]
            part = self.coordinates[some]
            gram += part.T @ part
            moment += part.T @ self.sign[some]
        return gram, moment

    def over(self, train: IntArray) -> tuple[FloatArray, FloatArray]:
        """Sums over some of the base alloys, shapes ``(dimensions, dimensions)`` and ``(dimensions,)``."""
        inside = np.zeros(len(self.base), bool)
        inside[train] = True
        out = np.flatnonzero(self.base & ~inside)
        if len(out) >= len(train):
            return self._sums(train)
        gram, moment = self._sums(out)
        return self.gram - gram, self.moment - moment

    def predict(
        self, train: IntArray, rows: IntArray, parts: Sequence[slice], penalty: float = 1.0
    ) -> list[FloatArray]:
        """Fit to some of the base alloys and predict others.

        Parameters
        ----------
        train, rows
            Alloys to fit to and to predict.
        parts
            For each fit, which of the coordinates it knows.
        penalty
            Ridge penalty.

        Returns
        -------
        list of ndarray
            For each part, labels on the scale −1 … 1, shape ``(rows,)``.
        """
        if not parts:
            return []
        asked = self.coordinates[rows]
        fitted = self.coefficients(train, parts, penalty)
        return [np.asarray(asked[:, p] @ c, float) for p, c in zip(parts, fitted, strict=True)]

    def coefficients(self, train: IntArray, parts: Sequence[slice], penalty: float = 1.0) -> list[Float32Array]:
        """Fit to some of the base alloys; for each part its coefficients, shape ``(dimensions of the part,)``."""
        from scipy.linalg import solve

        gram, moment = self.over(train)
        gram[np.diag_indices_from(gram)] += penalty
        return [solve(gram[p, p], moment[p], assume_a="pos").astype(np.float32) for p in parts]
