"""The preference model of many searches at once, in lockstep, for the simulation.

Utility of a hypothesis is a sum of one weight a detail value, optionally one weight a pair of details, and
an own
effect; all Gaussian a priori. Each verdict updates mean and covariance by the mode of its own logistic factor
(a recursive Laplace filter), so the sum of the predictive log-probabilities is the log marginal likelihood. A
bank of prior scales runs beside each other until the evidence has chosen among them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hypograph.models.search.landscape import SIZE, VALUES, Int

Single = NDArray[np.float32]
Float = NDArray[np.float64]

SLOTS = 6  # judged hypotheses whose own effect is remembered
LIKENESS = 0.8  # share of an own effect that survives a change of one detail
FLUSH = 24  # rank-one updates kept apart before they are folded into the covariance


class Filter:
    """Beliefs of `rows` searches.

    Parameters
    ----------
    pairs
        Pairs of details with weights of their own, shape ``(rows, q, 2)``; q = 0 for single details.
    single, pair, own
        Prior variances, shape ``(rows,)``.
    """

    def __init__(self, pairs: Int, single: Float, pair: Float, own: Float) -> None:
        self.pairs = pairs
        self.rows = len(single)
        self.weights = SIZE * VALUES + pairs.shape[1] * VALUES**2
        size = self.weights + SLOTS
        self.single, self.pair, self.own = single, pair, own
        diagonal = np.zeros((self.rows, size), dtype=np.float32)
        diagonal[:, : SIZE * VALUES] = single[:, None]
        diagonal[:, SIZE * VALUES : self.weights] = pair[:, None]
        diagonal[:, self.weights :] = own[:, None]
        self.mean: Single = np.zeros((self.rows, size), dtype=np.float32)
        self.base: Single = np.zeros((self.rows, size, size), dtype=np.float32)
        self.base[:, np.arange(size), np.arange(size)] = diagonal
        self.root: Single = np.sqrt(diagonal[:, : self.weights])
        self.pending: Single = np.zeros((self.rows, size, FLUSH), dtype=np.float32)
        self.held = 0
        self.evidence: Float = np.zeros(self.rows)

    def take(self, chosen: Int) -> Filter:
        """Return the beliefs of some rows as a filter of their own."""
        self.flush()
        part = Filter.__new__(Filter)
        part.weights, part.rows, part.held = self.weights, len(chosen), 0
        for name in ("pairs", "single", "pair", "own", "mean", "base", "root", "evidence"):
            setattr(part, name, getattr(self, name)[chosen])
        part.pending = np.zeros((len(chosen), self.mean.shape[1], FLUSH), dtype=np.float32)
        return part

    def adopt(self, other: Filter, which: NDArray[np.bool_]) -> None:
        """Take over the beliefs of another filter of the same shape in some rows."""
        self.flush()
        other.flush()
        for name in ("single", "pair", "own", "mean", "base", "evidence"):
            getattr(self, name)[which] = getattr(other, name)[which]

    def columns(self, x: Int) -> Int:
        """Return the weights that hypotheses switch on, ``(rows, ..., 15)`` to ``(rows, ..., 15 + q)``."""
        singles = np.arange(SIZE) * VALUES + x
        q = self.pairs.shape[1]
        if not q:
            return singles
        start = SIZE * VALUES + np.arange(q) * VALUES**2
        pairs = self.pairs.reshape(self.rows, *(1,) * (x.ndim - 2), q, 2)
        wide = (*x.shape[:-1], q)
        first = np.take_along_axis(x, np.broadcast_to(pairs[..., 0], wide), -1)
        second = np.take_along_axis(x, np.broadcast_to(pairs[..., 1], wide), -1)
        both = start + first * VALUES + second
        return np.concatenate([singles, both], axis=-1)

    def admit(self, slot: Int, x: Int, held: Int, filled: NDArray[np.bool_]) -> None:
        """Give a slot (one a row) to a new hypothesis.

        Its own effect starts where its likeness to the remembered ones ``(rows, SLOTS, 15)`` puts it: the
        prior
        covariance of two own effects falls by `LIKENESS` with each detail in which they differ. One that is
        in its slot already keeps what is known of it.
        """
        rows, n = np.arange(self.rows), self.weights
        near = (LIKENESS ** (held[:, :, None] != held[:, None, :]).sum(-1)).astype(np.float32)
        cross = (LIKENESS ** (held != x[:, None]).sum(-1)).astype(np.float32)
        use = filled & (np.arange(SLOTS) != slot[:, None])
        near = np.where(use[:, :, None] & use[:, None, :], near, 0) + np.eye(SLOTS, dtype=np.float32) * (
            1e-3 + ~use[:, :, None]
        )
        cross = np.where(use, cross, 0)
        share = np.linalg.solve(near, cross[:, :, None])[:, :, 0].astype(np.float32)
        place = n + slot
        left = np.maximum(1 - (share * cross).sum(1), 1e-3) * self.own
        row = (share[:, None] @ self.base[:, n:])[:, 0]
        own = (row[:, n:] * share).sum(1) + left
        pending = (share[:, None] @ self.pending[:, n:])[:, 0]
        mean = (share * self.mean[:, n:]).sum(1)
        known = (held == x[:, None]).all(-1)[rows, slot] & filled[rows, slot]
        fresh, place = rows[~known], place[~known]
        self.base[fresh, place] = row[fresh]
        self.base[fresh, :, place] = row[fresh]
        self.base[fresh, place, place] = own[fresh]
        self.pending[fresh, place] = pending[fresh]
        self.mean[fresh, place] = mean[fresh]

    def update(self, a: Int, b: Int, slot_a: Int, slot_b: Int, won: NDArray[np.bool_]) -> None:
        """Learn that b was preferred to a (`won`) or not; ``(rows, 15)`` and ``(rows,)``."""
        plus, minus = self._places(b, slot_b), self._places(a, slot_a)
        gain = self._covariance(plus) - self._covariance(minus)
        difference = _at(self.mean, plus) - _at(self.mean, minus)
        variance = np.maximum(_at(gain, plus) - _at(gain, minus), 1e-9).astype(np.float64)
        before = difference.astype(np.float64)
        predicted = _logistic(before / np.sqrt(1 + np.pi * variance / 8))
        self.evidence = self.evidence + np.log(np.where(won, predicted, 1 - predicted) + 1e-12)
        mode = before.copy()
        for _ in range(6):
            p = _logistic(mode)
            mode -= (mode - before - variance * (won - p)) / (1 + variance * p * (1 - p))
        p = _logistic(mode)
        curvature = p * (1 - p)
        self.mean += gain * (won - p)[:, None].astype(np.float32)
        scale = np.sqrt(curvature / (1 + variance * curvature)).astype(np.float32)
        self.pending[:, :, self.held] = gain * scale[:, None]
        self.held += 1
        if self.held == FLUSH:
            self.flush()

    def flush(self) -> None:
        """Fold the pending rank-one updates into the covariance."""
        if self.held:
            part = self.pending[:, :, : self.held]
            self.base -= part @ part.transpose(0, 2, 1)
            self.pending[:] = 0
            self.held = 0

    def refresh(self) -> None:
        """Factor the covariance of the weights for the draws to come."""
        self.flush()
        n = self.weights
        ridge = 1e-4 * np.eye(n, dtype=np.float32)
        self.root = np.linalg.cholesky(self.base[:, :n, :n] + ridge).astype(np.float32)

    def draw(self, rng: np.random.Generator, temper: float) -> Single:
        """Draw weights: mean plus `temper` times a posterior deviation, ``(rows, weights)``."""
        z = rng.standard_normal((self.rows, self.weights), dtype=np.float32)
        deviation = self.root * z if self.root.ndim == 2 else (self.root @ z[:, :, None])[:, :, 0]
        return np.asarray(self.mean[:, : self.weights] + np.float32(temper) * deviation)

    def utility(self, x: Int, slots: Int) -> Single:
        """Posterior mean utility, own effect in, of ``(rows, m, 15)`` in slots ``(rows, m)``."""
        flat = self.columns(x)
        weights = np.take_along_axis(self.mean, flat.reshape(self.rows, -1), 1).reshape(flat.shape).sum(-1)
        return np.asarray(weights + np.take_along_axis(self.mean, self.weights + slots, 1))

    def probability_best(self, x: Int, rng: np.random.Generator, draws: int = 400) -> Float:
        """Probability that each of the remembered hypotheses ``(rows, SLOTS, 15)`` is the best of them."""
        self.flush()
        slots = np.broadcast_to(np.arange(SLOTS), x.shape[:2])
        covariance = np.empty((self.rows, SLOTS, SLOTS))
        for i in range(SLOTS):
            gain = self._covariance(self._places(x[:, i], slots[:, i]))
            for j in range(SLOTS):
                covariance[:, i, j] = _at(gain, self._places(x[:, j], slots[:, j]))
        values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.transpose(0, 2, 1)))
        root = vectors * np.sqrt(np.maximum(values, 0))[:, None, :]
        z = rng.standard_normal((self.rows, SLOTS, draws))
        best = (self.utility(x, slots)[:, :, None] + root @ z).argmax(axis=1)
        return np.asarray((best[:, None, :] == np.arange(SLOTS)[:, None]).mean(axis=2))

    def _places(self, x: Int, slot: Int) -> Int:
        return np.concatenate([self.columns(x), (self.weights + slot)[:, None]], axis=1)

    def _covariance(self, places: Int) -> Single:
        """Covariance of everything with the sum of some weights, ``(rows, size)``."""
        rows = np.arange(self.rows)[:, None]
        gain = self.base[rows, places].sum(axis=1)
        if self.held:
            part = self.pending[:, :, : self.held]
            gain = gain - (part @ part[rows, places].sum(axis=1)[:, :, None])[:, :, 0]
        return np.asarray(gain)


def maximise(weights: Single, pairs: Int, x: Int) -> Int:
    """Return the hypotheses that drawn weights like best.

    Exact without pairs; with pairs by the steepest single edits, from `x` until none gains.
    """
    singles = weights[:, : SIZE * VALUES].reshape(-1, SIZE, VALUES)
    if not pairs.shape[1]:
        return np.asarray(singles.argmax(axis=2))
    rows, x = np.arange(len(x)), x.copy()
    for _ in range(2 * SIZE):
        gains = edit_gains(weights, pairs, x).reshape(len(x), -1)
        edit = gains.argmax(axis=1)
        if not (gains[rows, edit] > 1e-6).any():
            break
        x[rows, edit // VALUES] = edit % VALUES
    return x


def edit_gains(weights: Single, pairs: Int, x: Int) -> Single:
    """Gain in drawn utility of setting a detail of `x` to a value, ``(rows, 15, 5)``; 0 for the held one."""
    rows = np.arange(len(x))
    total = weights[:, : SIZE * VALUES].reshape(-1, SIZE, VALUES).copy()
    both = weights[:, SIZE * VALUES :].reshape(len(x), -1, VALUES, VALUES)
    for k in range(pairs.shape[1]):
        i, j = pairs[:, k, 0], pairs[:, k, 1]
        total[rows, i] += both[rows, k, :, x[rows, j]]
        total[rows, j] += both[rows, k, x[rows, i], :]
    return np.asarray(total - np.take_along_axis(total, x[:, :, None], 2))


def _at(table: Single, places: Int) -> Single:
    return np.asarray(np.take_along_axis(table, places, 1).sum(axis=1))


def _logistic(x: Float) -> Float:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)))
