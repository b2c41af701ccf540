"""Descriptors of options as squared distances between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FLOOR = 0.05  # share of mismatch that stays: equal descriptors do not make options equal
FEWEST = 3  # options with a structure, below which there is nothing to compare
SPARSE = 0.25  # share of missing values from which a column is left out
REDUNDANT = 0.95  # correlation of two columns from which the second says nothing new


def descriptor_distances(vectors: Sequence[Sequence[float]] | Floats) -> Floats | None:
    """Return squared distances of options by their descriptors, with mean 1 between different ones, shape ``(n, n)``.

    Columns that are mostly missing, constant, or repeat another one are left out; missing values become the mean; the
    others are standardised. An option without any value is placed above the centre of the others, as far from all as
    they are from each other on average (see `without_structure`).

    Returns
    -------
    ndarray or None
        None where fewer than three options have descriptors, or all are alike.
    """
    x = np.array(vectors, dtype=float)
    known = np.isfinite(x).any(1)
    if known.sum() < FEWEST:
        return None
    x = _columns(x[known])
    if not x.shape[1]:
        return None
    apart = ((x[:, None] - x[None]) ** 2).sum(-1)
    return normalised(without_structure(apart, known))


def normalised(squared: Floats) -> Floats | None:
    """Scale squared distances to mean 1 between different options, and keep those a little apart that are at 0."""
    n = len(squared)
    off = ~np.eye(n, dtype=bool)
    mean = float(squared[off].mean()) if n > 1 else 0.0
    if mean <= 1e-12:
        return None
    return np.asarray(FLOOR * off + (1.0 - FLOOR) * squared / mean)


def without_structure(squared: Floats, known: NDArray[np.bool_]) -> Floats:
    """Place options without a structure above the centre of those that have one.

    ``d²(i) = c_i + 1 - mean(c)`` in units of the mean distance, where c_i is the squared distance of option i from the
    centre, so that such an option is neither near nor far; two of them are as far apart as others on average.
    """
    if known.all():
        return squared
    n, mean = len(known), float(squared.sum() / max(len(squared) * (len(squared) - 1), 1)) or 1.0
    scaled = squared / mean
    centre = scaled.mean(1) - scaled.mean() / 2.0
    found = np.full((n, n), 1.0)
    found[np.ix_(known, known)] = scaled
    outside = centre + 1.0 - centre.mean()
    for i in np.flatnonzero(~known):
        found[i, known] = found[known, i] = outside
    np.fill_diagonal(found, 0.0)
    return found


def _columns(x: Floats) -> Floats:
    """Return the columns that say something, standardised, shape ``(n, c)``."""
    finite = np.isfinite(x)
    x = x[:, finite.mean(0) > 1.0 - SPARSE]
    if not x.shape[1]:
        return x
    x = np.where(np.isfinite(x), x, np.nan)
    x = np.where(np.isnan(x), np.nanmean(x, axis=0), x)
    x = np.clip(x, -1e9, 1e9)
    spread = x.std(0)
    x = x[:, spread > 1e-9 * np.maximum(1.0, np.abs(x).max(0))]
    if not x.shape[1]:
        return x
    z = (x - x.mean(0)) / x.std(0)
    kept = list[int]()
    correlation = np.abs(z.T @ z) / len(z)
    for j in range(z.shape[1]):
        if not kept or correlation[j, kept].max() < REDUNDANT:
            kept.append(j)
    return np.asarray(z[:, kept])
