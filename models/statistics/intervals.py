"""95% intervals of shares and means."""

from __future__ import annotations

import numpy as np

from hypograph.models.core.documents.figures import Mean
from hypograph.models.statistics.arrays import FloatArray

Z95 = 1.959964


def wilson(right: float, n: int, z: float = Z95) -> tuple[float, float]:
    """Return Wilson's interval of a share; `right` may hold halves (ties).

    References
    ----------
    Wilson (1927), J. Am. Stat. Assoc. 22, 209–212.
    """
    if n == 0:
        return 0.0, 1.0
    p, z2 = right / n, z * z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return float(max(0.0, centre - half)), float(min(1.0, centre + half))


def mean_interval(sample: FloatArray, most: float = np.inf) -> Mean:
    """Mean of independent values with its 95% interval by Student's t.

    Parameters
    ----------
    sample
        Shape ``(n,)``; one value has no width.
    most
        Largest value there can be: the upper end is cut there.

    Returns
    -------
    dict
        ``mean``, ``low``, ``high``.
    """
    from scipy.stats import t

    mean, n = float(sample.mean()), len(sample)
    half = float(t.ppf(0.975, n - 1) * sample.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0
    return {"mean": mean, "low": mean - half, "high": min(mean + half, max(mean, most))}


def bootstrap_mean(differences: FloatArray, *, resamples: int = 2000, seed: int = 0) -> tuple[float, float]:
    """95% percentile interval of the mean of differences, shape ``(n,)``, over resamples (Efron 1979)."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(differences), size=(resamples, len(differences)))
    low, high = np.quantile(differences[drawn].mean(axis=1), (0.025, 0.975))
    return float(low), float(high)
