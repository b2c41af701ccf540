"""The logistic function and its inverse."""

from __future__ import annotations

import numpy as np

from hypograph.models.statistics.arrays import FloatArray


def sigmoid(x: FloatArray) -> FloatArray:
    """1 / (1 + e^−x) without overflow, any shape."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(x))), float)


def logit(p: FloatArray, clip: float = 1e-3) -> FloatArray:
    """log(p / (1 − p)), p first brought into [clip, 1 − clip]."""
    q = np.clip(p, clip, 1 - clip)
    return np.asarray(np.log(q) - np.log1p(-q), float)
