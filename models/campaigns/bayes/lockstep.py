"""Bayesian optimization over a finite table, all replicates in lockstep.

The surrogate is a Gaussian process over option mismatch (`hyperparameters`), averaged over draws from the prior by
their marginal likelihood (`belief`). Two candidates of d categorical parameters can differ in only 2^d ways, so a
covariance is a table over mismatch patterns, shared by every replicate. All draws are weighed by the few tried
rows, which is cheap: inverse Cholesky factors grow by a row an experiment. Only the few draws that represent a
replicate's posterior are ever applied to the whole table.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.bayes.hyperparameters import (
    NUMERIC_STRETCH,
    Floats,
    Hyperparameters,
    Prior,
    draw,
    embeddable,
)
from hypograph.models.campaigns.bayes.posterior import (
    Kind,
    expected_improvement,
    kinds,
    log_evidence,
    parted,
    representatives,
    standardised,
    weigh,
)
from hypograph.models.core.tabular import number

Ints = NDArray[np.int64]
Singles = NDArray[np.float32]

MEMORY = 25_000_000  # numbers held by the replicates that run at once
TABULATED = 10  # parameters up to which covariances are a table over mismatch patterns
JITTER = 1e-6


def numbers(options: Sequence[str]) -> Floats | None:
    """Return options that are all numbers as shares of their range, shape ``(n,)``; None for all others.

    Two levels are left as options: their distance says nothing that a lengthscale does not.
    """
    found = [number(o) for o in options]
    if len(found) < 3 or any(v is None for v in found):
        return None
    x = np.array(found, dtype=float)
    return np.asarray((x - x.min()) / (np.ptp(x) or 1.0))


class Correlations:
    """Correlations between rows of a table under every draw.

    Parameters
    ----------
    pool
        Candidates as option indices, shape ``(m, d)``.
    draws
        From `hyperparameters.draw`.
    levels
        For each parameter the place of its options in [0, 1], or None where options are only the same or not.
    similarity
        For each parameter a symmetric matrix in [0, 1] with unit diagonal, or None.
    """

    def __init__(
        self,
        pool: Ints,
        draws: Hyperparameters,
        levels: Sequence[Floats | None] | None,
        similarity: Sequence[Floats] | None,
    ) -> None:
        self.pool, self.draws = pool, draws
        d = pool.shape[1]
        graded: Sequence[Floats | None] = levels or [None] * d
        self._metrics = {False: graded}
        if similarity is not None:
            self._metrics[True] = [1.0 - embeddable(s) for s in similarity]
        self._table: Singles | None = None
        self._power = 1 << np.arange(min(d, TABULATED))
        if d <= TABULATED and all(g is None for g in graded):
            bits = ((np.arange(1 << d) // self._power[:, None]) & 1).astype(float)
            self._table = draws.covariance(bits).astype(np.float32)

    def patterns(self, row: int) -> NDArray[np.intp]:
        """Mismatch pattern of a row with every row, shape ``(m,)``; zeros where patterns are not used."""
        if self._table is None:
            return np.zeros(len(self.pool), dtype=np.intp)
        found: NDArray[np.intp] = (self.pool != self.pool[row]) @ self._power
        return found

    def of_draw(self, k: int, alike: bool, rows: Ints, patterns: NDArray[np.intp]) -> Singles:
        """Correlations of tried rows ``(t,)`` with the whole table under draw k, shape ``(t, m)``."""
        if self._table is not None and not alike:
            return np.asarray(np.take(self._table[k], patterns), dtype=np.float32)
        squared = self._squared(alike, self.pool[rows][:, None], self.pool[None])
        return np.asarray(self.draws.covariance(squared, np.array([k]))[0], dtype=np.float32)

    def of_rows(self, alike: bool, row: Ints, others: Ints, patterns: NDArray[np.intp]) -> Singles:
        """Correlations of one row a replicate ``(s,)`` with its tried rows ``(s, t)``, shape ``(k, s, t)``."""
        if self._table is not None and not alike:
            return np.asarray(np.take(self._table, patterns, axis=1), dtype=np.float32)
        squared = self._squared(alike, self.pool[row][:, None], self.pool[others])
        return np.asarray(self.draws.covariance(squared), dtype=np.float32)

    def _squared(self, alike: bool, here: Ints, there: Ints) -> Floats:
        """Squared distances by parameter, shape ``(d, ...)``."""
        return np.stack([_apart(g, here[..., j], there[..., j]) for j, g in enumerate(self._metrics[alike])])


def _apart(metric: Floats | None, a: Ints, b: Ints) -> Floats:
    if metric is None:
        return np.asarray(a != b, dtype=float)
    if metric.ndim == 1:
        return np.asarray((NUMERIC_STRETCH * (metric[a] - metric[b])) ** 2)
    return np.asarray(metric[a, b])


class Factors:
    """Inverse Cholesky factors of the tried rows, growing by one row an experiment (Golub & Van Loan, sec. 6.5)."""

    def __init__(self, noise: Floats, replicates: int, budget: int) -> None:
        self._diagonal = (1.0 + noise + JITTER)[:, None]
        self.inverse = np.zeros((len(noise), replicates, budget, budget), dtype=np.float32)
        self.log_det = np.zeros((len(noise), replicates))

    def grow(self, t: int, correlation: Singles, more: Singles | float = 0.0) -> None:
        """Add row t, whose covariances with the rows before it are given, shape ``(k, s, t)``.

        `more` is what its variance exceeds 1 by, noise left out, shape ``(s,)``.
        """
        before = self.inverse[:, :, :t, :t]
        along = (before @ correlation[..., None])[..., 0]
        rest = self._diagonal + more - np.einsum("kst,kst->ks", along, along, dtype=np.float64)
        root = np.sqrt(np.maximum(rest, JITTER))
        self.inverse[:, :, t, :t] = -(along[:, :, None] @ before)[:, :, 0] / root[..., None]
        self.inverse[:, :, t, t] = 1.0 / root
        self.log_det += np.log(root)


def lockstep(
    pool: Ints,
    values: Floats,
    starts: Ints,
    budget: int,
    *,
    seed: int = 0,
    prior: Prior | None = None,
    utility: Floats | None = None,
    similarity: Sequence[Floats] | None = None,
    levels: Sequence[Floats | None] | None = None,
) -> Ints:
    """Run Bayesian optimization on a table from many starts at once.

    Parameters
    ----------
    pool
        Candidates as option indices, shape ``(m, d)``.
    values
        Outcome of each candidate, to be maximised, shape ``(m,)``.
    starts
        Rows tried first, shape ``(s, initial)``, at least two each.
    budget
        Experiments in all, at most m.
    utility
        What a source expects of each candidate (any scale), shape ``(m,)``, or ``(s, m)`` with a source a replicate.
    similarity
        What a source knows of options being alike, one matrix a parameter.
    levels
        Where the options of a parameter are numbers, their places in its range (see `numbers`), else None.

    Returns
    -------
    ndarray
        Rows in the order they were tried, shape ``(s, budget)``.
    """
    draws = draw(pool.shape[1], prior or Prior(), seed)
    table = Correlations(pool, draws, levels, similarity)
    found = kinds(utility=utility is not None, similarity=similarity is not None)
    u = None if utility is None else np.broadcast_to(utility, (len(starts), len(pool)))
    done = []
    parts = 0 if u is None else pool.shape[1]
    chunk = max(1, MEMORY // (len(draws.noise) * budget**2 * len(found) + (2 * budget + parts) * len(pool)))
    for i in range(0, len(starts), chunk):
        here = slice(i, i + chunk)
        worth = None if u is None else standardised(u[here]).astype(np.float32)
        # Ties are broken at random, the same way in every replicate and with or without knowledge.
        done.append(_Replicates(table, values, starts[here], budget, found, worth, _ties(len(pool), seed)).run())
    return np.concatenate(done)


def _ties(m: int, seed: int) -> Singles:
    return np.random.default_rng(seed).random(m, dtype=np.float32) * np.float32(1e-9)


class _Replicates:
    """Campaigns that go on together, each by its own results."""

    def __init__(
        self,
        table: Correlations,
        values: Floats,
        starts: Ints,
        budget: int,
        found: Sequence[Kind],
        u: Singles | None,
        ties: Singles,
    ) -> None:
        self._table, self._values, self._kinds, self._u, self._ties = table, values, found, u, ties
        self._starts, self._t = np.asarray(starts, dtype=np.int64), 0
        self._picks = np.zeros((len(starts), budget), dtype=np.int64)
        self._patterns = np.zeros((len(starts), budget, len(table.pool)), dtype=np.intp)
        self._parts = None if u is None else np.stack([parted(table.pool, row) for row in u]).astype(np.float32)
        self._factors = {k: Factors(table.draws.noise, len(starts), budget) for k in found}

    def run(self) -> Ints:
        """Try the starts, then what is expected to improve most, until the budget is spent."""
        for column in self._starts.T:
            self._try(column)
        while self._t < self._picks.shape[1]:
            self._try(self._choose())
        return self._picks

    def _try(self, rows: Ints) -> None:
        t, everyone = self._t, np.arange(len(rows))
        before = self._picks[:, :t]
        for i in everyone:
            self._patterns[i, t] = self._table.patterns(int(rows[i]))
        among = np.take_along_axis(self._patterns[:, t], before, axis=1)
        plain = {a: self._table.of_rows(a, rows, before, among) for a in {k.alike for k in self._kinds}}
        for kind, factors in self._factors.items():
            if self._parts is None or not kind.spread:
                factors.grow(t, plain[kind.alike])
                continue
            own = self._parts[everyone, :, rows]
            others = np.take_along_axis(self._parts, before[:, None], axis=2)
            shared = np.float32(kind.spread) * np.einsum("sd,sdt->st", own, others)
            factors.grow(t, plain[kind.alike] + shared, kind.spread * (own**2).sum(1))
        self._picks[:, t] = rows
        self._t += 1

    def _choose(self) -> Ints:
        t = self._t
        picks = self._picks[:, :t]
        y = self._values[picks]
        y = (y - y.mean(1, keepdims=True)) / np.maximum(y.std(1, keepdims=True), 1e-9)
        # The outcomes are centred on the tried rows, so the prior mean has to be, too.
        tried = np.zeros(picks.shape) if self._u is None else np.take_along_axis(self._u, picks, axis=1)
        centre = tried.mean(1)
        white = [self._whitened(k, y - k.beta * (tried - centre[:, None])) for k in self._kinds]
        weighed = [log_evidence(w, self._factors[k].log_det) for k, w in zip(self._kinds, white, strict=True)]
        weights, _ = weigh([evidence for evidence, _ in weighed], t)
        chosen = np.zeros(len(picks), dtype=np.int64)
        for i, rows in enumerate(picks):
            gain = self._ties.copy()
            for index, share in zip(*representatives(weights[:, :, i].ravel()), strict=True):
                q, k = divmod(int(index), weights.shape[1])
                kind = self._kinds[q]
                cross = self._table.of_draw(k, kind.alike, rows, self._patterns[i, :t])
                alone: Singles | float = 1.0
                if self._parts is not None and kind.spread:
                    parts = self._parts[i]
                    cross = cross + np.float32(kind.spread) * (parts[:, rows].T @ parts)
                    alone = np.float32(1.0) + np.float32(kind.spread) * (parts**2).sum(0)
                factor = self._factors[kind].inverse[k, i, :t, :t] @ cross
                mean = white[q][k, i] @ factor
                if kind.beta and self._u is not None:
                    mean += np.float32(kind.beta) * (self._u[i] - np.float32(centre[i]))
                left = np.maximum(alone - np.einsum("tm,tm->m", factor, factor), np.float32(JITTER))
                sd = np.sqrt(left * np.float32(weighed[q][1][k, i]))
                gain += np.float32(share) * expected_improvement(mean, sd, float(y[i].max()))
            gain[rows] = -np.inf
            chosen[i] = gain.argmax()
        return chosen

    def _whitened(self, kind: Kind, x: Floats) -> Singles:
        """Multiply ``(s, t)`` by each inverse factor, shape ``(k, s, t)``.

        One vector at a time, so that rounding is the same with and without knowledge.
        """
        inverse = self._factors[kind].inverse[:, :, : self._t, : self._t]
        return np.asarray((inverse @ x.astype(np.float32)[..., None])[..., 0])
