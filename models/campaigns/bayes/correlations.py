"""Candidates as codes, how far they are apart in each parameter, and their correlations under every draw.

Two candidates of d parameters that are only equal or not can differ in 2^d ways: then a covariance is a table over
mismatch patterns. Everywhere else the distances of a tried row are worked out once and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.bayes.hyperparameters import (
    ADDITIVE_STRETCH,
    NUMERIC_STRETCH,
    Floats,
    Hyperparameters,
    embeddable,
    matern52,
)
from hypograph.models.core.tabular import number

Ints = NDArray[np.int64]
Singles = NDArray[np.float32]
TABULATED = 10  # parameters up to which covariances are a table over mismatch patterns
BLOCK = 64  # tried rows whose distances are worked out at once
NUMERIC_LEVELS = 3  # two numbers are two options: their distance says nothing that a lengthscale does not


def numbers(options: Sequence[str]) -> Floats | None:
    """Return options that are all numbers as shares of their range, shape ``(n,)``; None for all others.

    Two levels are left as options.
    """
    found = [number(o) for o in options]
    if len(found) < NUMERIC_LEVELS or any(v is None for v in found):
        return None
    x = np.array(found, dtype=float)
    return np.asarray((x - x.min()) / (np.ptp(x) or 1.0))


@dataclass(frozen=True, slots=True)
class Geometry:
    """Candidates, and how far options are apart.

    Attributes
    ----------
    pool
        Candidates as codes, shape ``(m, d)``.
    levels
        For each parameter the place of its codes in [0, 1], or None where codes are only the same or not.
    similarity
        What a source knows of options being alike: for each parameter a symmetric matrix in [0, 1] with unit diagonal,
        or None for one that it knows nothing of.
    descriptors
        Squared distances of options by their descriptors, with mean 1, for the parameters that have some.
    """

    pool: Ints
    levels: Sequence[Floats | None] = ()
    similarity: Sequence[Floats | None] | None = None
    descriptors: Sequence[Floats | None] = ()

    @property
    def described(self) -> tuple[int, ...]:
        """The parameters that have descriptors."""
        return tuple(j for j, d in enumerate(self.descriptors) if d is not None)

    def metrics(self, alike: bool) -> list[tuple[int, Floats | None]]:
        """Return each distance with its parameter: by parameter, then by descriptors."""
        d = self.pool.shape[1]
        graded: list[Floats | None] = list(self.levels) or [None] * d
        if alike and self.similarity is not None:
            graded = [g if s is None else 1.0 - embeddable(s) for g, s in zip(graded, self.similarity, strict=True)]
        return [*enumerate(graded), *((j, self.descriptors[j]) for j in self.described)]


class Correlations:
    """Correlations between rows of the pool under the draws of each campaign."""

    def __init__(self, geometry: Geometry, draws: Sequence[Hyperparameters]) -> None:
        self.pool, self.draws = geometry.pool, draws
        d = self.pool.shape[1]
        self._metrics = {a: geometry.metrics(a) for a in (False, True)}
        self.distances = len(self._metrics[False])
        self.tabulated = d <= TABULATED and all(m is None for _, m in self._metrics[False])
        self._power = 1 << np.arange(min(d, TABULATED))
        self._tables: list[Singles] = []
        if self.tabulated:
            bits = ((np.arange(1 << d) // self._power[:, None]) & 1).astype(float)
            self._tables = [h.covariance(bits).astype(np.float32) for h in draws]

    def patterns(self, row: int) -> NDArray[np.intp]:
        """Mismatch pattern of a row with every row, shape ``(m,)``."""
        return np.asarray((self.pool != self.pool[row]) @ self._power, dtype=np.intp)

    def squares(self, alike: bool, rows: int | Ints, others: Ints | slice = slice(None)) -> Singles:
        """Squared distances of a row from others, shape ``(d + e, n)``; of several rows, ``(d + e, r, n)``."""
        here, there = self.pool[rows], self.pool[others]
        found = np.empty((self.distances, *here.shape[:-1], len(there)), dtype=np.float32)
        for part, (j, metric) in zip(found, self._metrics[alike], strict=True):
            part[:] = _apart(metric, here[..., j, None], there[:, j])
        return found

    def between(self, i: int, alike: bool, row: int, others: Ints) -> Singles:
        """Correlations of a row with its tried rows ``(t,)`` under every draw of campaign i, shape ``(k, t)``."""
        if self.tabulated and not alike:
            pattern = (self.pool[others] != self.pool[row]) @ self._power
            return np.asarray(self._tables[i][:, pattern])
        squared = self.squares(alike, row, others)
        return np.asarray(self.draws[i].covariance(squared), dtype=np.float32)

    def among(self, i: int, alike: bool, rows: Ints) -> Singles:
        """Correlations of tried rows with each other under every draw of campaign i, shape ``(k, t, t)``."""
        parts = np.split(rows, range(BLOCK, len(rows), BLOCK))
        if self.tabulated and not alike:
            found = [self._tables[i][:, (self.pool[p][:, None] != self.pool[rows]) @ self._power] for p in parts]
        else:
            found = [self.draws[i].covariance(self.squares(alike, p, rows)) for p in parts]
        return np.concatenate(found, axis=1, dtype=np.float32)

    def across(self, i: int, k: int, tried: Tried) -> Singles:
        """Correlations of the tried rows with the whole pool under draw k of campaign i, shape ``(t, m)``."""
        if tried.patterns is not None:
            return np.asarray(np.take(self._tables[i][k], tried.patterns))
        squared = tried.squared
        assert squared is not None  # noqa: S101  (one of the two is kept)
        single = tried.single if self.draws[i].additive[k] else squared  # where nothing adds up it has no say
        assert single is not None  # noqa: S101
        return np.asarray(self.draws[i].covariance_of(squared, single, np.array([k]))[0])


class Tried:
    """Distances of one campaign's tried rows from the whole pool, a row an experiment.

    Attributes
    ----------
    patterns
        Mismatch patterns, shape ``(t, m)``, or None.
    squared, single
        Squared distances and the correlations by each alone, shape ``(d + e, t, m)``, or None.
    """

    def __init__(self, table: Correlations, alike: bool, budget: int) -> None:
        self._table, self._alike, self._rows, self._alone = table, alike, 0, 0
        m, f = len(table.pool), table.distances
        self._tabulated = table.tabulated and not alike
        shape = (budget, m) if self._tabulated else (f, budget, m)
        self._kept = np.empty(shape, dtype=np.intp if self._tabulated else np.float32)
        self._single = np.empty(shape, dtype=np.float32) if not self._tabulated else None

    def add(self, rows: Ints) -> None:
        """Keep the distances of more rows."""
        new = slice(self._rows, self._rows + len(rows))
        if self._single is None:
            self._kept[new] = [self._table.patterns(row) for row in rows]
        else:
            self._kept[:, new] = self._table.squares(self._alike, rows)
        self._rows = new.stop

    @property
    def patterns(self) -> NDArray[np.intp] | None:
        """Mismatch patterns, shape ``(t, m)``, or None."""
        return self._kept[: self._rows] if self._tabulated else None

    @property
    def squared(self) -> Singles | None:
        """Squared distances, shape ``(d + e, t, m)``, or None."""
        return None if self._tabulated else self._kept[:, : self._rows]

    @property
    def single(self) -> Singles | None:
        """Correlations by each distance alone, shape ``(d + e, t, m)``, or None; worked out when first asked for."""
        if self._single is None:
            return None
        while self._alone < self._rows:
            new = slice(self._alone, min(self._alone + BLOCK, self._rows))
            self._single[:, new] = matern52(np.float32(ADDITIVE_STRETCH) * self._kept[:, new])
            self._alone = new.stop
        return self._single[:, : self._rows]


def _apart(metric: Floats | None, a: Ints, b: Ints) -> Floats:
    if metric is None:
        return np.asarray(a != b, dtype=float)
    if metric.ndim == 1:
        return np.asarray((NUMERIC_STRETCH * (metric[a] - metric[b])) ** 2)
    return np.asarray(metric[a, b])
