"""The preference model of many searches at once, in lockstep, for the simulation.

The utility of a hypothesis is a sum of table entries and an effect of its own that it shares with hypotheses
near to it: covariance ``own * likeness ** (details in which they differ)``, a kernel over the whole state that
knows of no structure. Verdicts are logistic; the posterior is Laplace's, over all comparisons and in the form
of Rasmussen and Williams (2006), sec. 3.4; the scale of the whole prior is chosen by the marginal likelihood.
Draws of the tables are prior draws corrected by the data (Matheron's rule; Wilson et al., ICML 2020, eq. 6).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hypograph.models.hypotheses.simulation.landscape import SIZE, VALUES, Int
from hypograph.models.hypotheses.simulation.utility_tables import Single, Tables

Float = NDArray[np.float64]

FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)  # of the present scale, tried when it is chosen anew
USUAL, SPREAD = 6.0, 1.5  # log-normal prior of a hypothesis's variance in squared logits: median and sd of the log
LEAST = 0.03  # curvature that a verdict counts with at least: Newton overshoots where it is nearly flat


class Beliefs:
    """What each search believes.

    Parameters
    ----------
    tables
        The tables that utilities are sums of.
    prior
        Variance of each table's entries up to a common factor, shape ``(tables,)``.
    own, likeness
        Variance of a hypothesis's own effect, up to the same factor, and the share of it that survives a
        change of one detail.
    most
        Comparisons to come.
    """

    def __init__(self, tables: Tables, prior: Float, own: float, likeness: float, most: int) -> None:
        n = tables.rows
        usual = USUAL / (prior.sum() + own)
        self.tables, self.own, self.likeness = tables, own, likeness
        self.prior: Single = np.repeat(prior, tables.sizes).astype(np.float32)
        self.total = float(prior.sum() + own)
        self.scale: Single = np.full(n, usual, dtype=np.float32)
        self.x = np.zeros((n, most + 1, SIZE), dtype=np.int64)
        self.held: Single = np.zeros((n, most + 1, tables.weights), dtype=np.float32)
        self.values: Single = np.zeros((n, most + 1, SIZE * VALUES), dtype=np.float32)
        self.covariance: Single = np.zeros((n, most + 1, most + 1), dtype=np.float32)
        self.K: Single = np.zeros((n, most, most), dtype=np.float32)
        self.first = np.zeros((n, most), dtype=np.int64)
        self.second = np.zeros((n, most), dtype=np.int64)
        self.won: Single = np.zeros((n, most), dtype=np.float32)
        self.latent: Single = np.zeros((n, most), dtype=np.float32)
        self.repeated = np.zeros((n, most + 1), dtype=bool)
        self.items = self.comparisons = self.related = self.fitted = 0
        self.mean: Single = np.zeros((n, tables.weights), dtype=np.float32)
        self.pull: Single = np.zeros((n, most + 1), dtype=np.float32)
        self.utility: Single = np.zeros((n, most + 1), dtype=np.float32)

    @property
    def variance(self) -> Single:
        """Prior variance of a hypothesis's utility in squared logits, ``(rows,)``: large for a quiet judge."""
        return self.scale * np.float32(self.total)

    def admit(self, x: Int) -> Int:
        """Take in one hypothesis a row and return its place; one that is known keeps the place it had."""
        n = self.items
        known = (self.x[:, :n] == x[:, None]).all(axis=-1)
        self.repeated[:, n] = known.any(axis=1)
        self.x[:, n] = x
        self.held[:, n] = self.tables.onehot(x)
        self.values[:, n] = (x[:, :, None] == np.arange(VALUES)).reshape(len(x), -1)
        self.items += 1
        return np.where(self.repeated[:, n], known.argmax(axis=1) if n else 0, n)

    def observe(self, first: Int, second: Int, won: NDArray[np.bool_]) -> None:
        """Take in verdicts that the second of two places was preferred (`won`) or not, ``(rows,)`` each."""
        place, rows = self.comparisons, np.arange(len(won))
        self.first[:, place], self.second[:, place], self.won[:, place] = first, second, won
        self.latent[:, place] = self.utility[rows, second] - self.utility[rows, first]
        self.comparisons += 1

    def prior_draw(self, rng: np.random.Generator, draws: int = 1) -> Single:
        """Draw tables from the prior, ``(rows, weights, draws)``."""
        drawn = rng.standard_normal((len(self.scale), self.tables.weights, draws)).astype(np.float32)
        return np.asarray(drawn * np.sqrt(self.prior)[:, None] * np.sqrt(self.scale)[:, None, None])

    def fit(self, rounds: int, draws: int, rng: np.random.Generator) -> Single:
        """Fit to all comparisons and return draws of the tables, ``(rows, weights, draws)``.

        The draws hold the own effects at their prior mean: they deviate a little less than the posterior.
        """
        self._grow()
        n, c = len(self.scale), self.comparisons
        K, scale = self._scaled(self.scale), self.scale[:, None, None]
        for _ in range(rounds - 1):
            self.latent[:, :c] = _apply(K, self._solve(K, self._target())[:, :, 0])
        target = self._target()
        drawn = self.prior_draw(rng, draws)
        seen = self._differences(self.held[:, : self.items] @ drawn)
        noise = rng.standard_normal((n, c, draws)).astype(np.float32) / np.sqrt(self._curvature())[:, :, None]
        alpha = self._solve(K, np.concatenate([target, target - seen - noise], axis=2))
        self.latent[:, :c] = _apply(K, alpha[:, :, 0])
        pull = self._spread(alpha)
        weights = scale * self.prior[:, None] * (self.held[:, : self.items].transpose(0, 2, 1) @ pull)
        self.mean, self.pull[:, : self.items] = weights[:, :, 0], self.scale[:, None] * pull[:, :, 0]
        known = self.covariance[:, : self.items, : self.items]
        self.utility[:, : self.items] = _apply(known, self.pull[:, : self.items])
        return np.asarray(drawn + weights[:, :, 1:])

    def choose_scale(self) -> None:
        """Choose the scale of the prior by the log marginal likelihood (eq. 3.32), for each row by itself."""
        self._grow()
        c = self.comparisons
        latest = self.latent[:, :c].copy()
        best, chosen, mode = np.full(len(self.scale), -np.inf), self.scale.copy(), latest
        for factor in FACTORS:
            scale = self.scale * np.float32(factor)
            self.latent[:, :c] = latest
            evidence = self._evidence(scale) - 0.5 * ((np.log(scale * self.total / USUAL)) / SPREAD) ** 2
            better = evidence > best
            best, chosen = np.where(better, evidence, best), np.where(better, scale, chosen)
            mode = np.where(better[:, None], self.latent[:, :c], mode)
        self.scale, self.latent[:, :c] = chosen, mode

    def best(self) -> Int:
        """Return the places of the judged hypotheses with the highest utilities, best first, ``(rows, items)``."""
        utility = np.where(self.repeated[:, : self.items], -np.inf, self.utility[:, : self.items])
        return np.argsort(-utility, axis=1, kind="stable")

    def joint(self, places: Int) -> tuple[Single, Single]:
        """Posterior mean ``(rows, m)`` and covariance ``(rows, m, m)`` of the utilities at ``(rows, m)`` places."""
        scale = self.scale[:, None, None]
        rows = np.arange(len(places))[:, None]
        cross = self.covariance[rows, places][:, :, : self.items] * scale
        told = self._differences(cross.transpose(0, 2, 1))
        prior = np.take_along_axis(cross, np.repeat(places[:, None], places.shape[1], axis=1), axis=2)
        covariance = prior - told.transpose(0, 2, 1) @ self._solve(self._scaled(self.scale), told)
        return np.take_along_axis(self.utility, places, axis=1), np.asarray(covariance)

    def _grow(self) -> None:
        """Extend the prior covariances to what came in since the last fit."""
        n, c, old = self.items, self.comparisons, self.fitted
        if self.related < n:
            new = slice(self.related, n)
            block = (self.held[:, new] * self.prior) @ self.held[:, :n].transpose(0, 2, 1)
            agree = self.values[:, new] @ self.values[:, :n].transpose(0, 2, 1)
            block += np.float32(self.own) * np.float32(self.likeness) ** (SIZE - agree)
            self.covariance[:, new, :n] = block
            self.covariance[:, :n, new] = block.transpose(0, 2, 1)
            self.related = n
        if old < c:
            rows = np.arange(len(self.scale))[:, None, None]
            a, b = self.first[:, :c, None], self.second[:, :c, None]
            late_a, late_b = self.first[:, None, old:c], self.second[:, None, old:c]
            k = self.covariance
            change = k[rows, b, late_b] - k[rows, b, late_a] - k[rows, a, late_b] + k[rows, a, late_a]
            self.K[:, :c, old:c] = change
            self.K[:, old:c, :c] = change.transpose(0, 2, 1)
            self.fitted = c

    def _scaled(self, scale: Single) -> Single:
        return np.asarray(self.K[:, : self.comparisons, : self.comparisons] * scale[:, None, None])

    def _curvature(self) -> Single:
        p = _logistic(self.latent[:, : self.comparisons])
        return np.asarray(np.maximum(p * (1 - p), np.float32(LEAST)), dtype=np.float32)

    def _target(self) -> Single:
        """What a Gaussian of the verdicts' curvature would have had to observe, ``(rows, c, 1)``."""
        f = self.latent[:, : self.comparisons]
        return np.asarray((f + (self.won[:, : self.comparisons] - _logistic(f)) / self._curvature())[:, :, None])

    def _solve(self, K: Single, right: Single) -> Single:
        """Solve ``(K + W^-1) a = right`` by way of ``I + W^1/2 K W^1/2``, whose eigenvalues are 1 or more."""
        root = np.sqrt(self._curvature())
        B = root[:, :, None] * K * root[:, None, :]
        B[:, np.arange(K.shape[1]), np.arange(K.shape[1])] += 1.0
        return np.asarray(root[:, :, None] * np.linalg.solve(B, root[:, :, None] * right))

    def _evidence(self, scale: Single, rounds: int = 3) -> Float:
        c, K = self.comparisons, self._scaled(scale)
        alpha = np.zeros((len(scale), c), dtype=np.float32)
        for _ in range(rounds):
            alpha = self._solve(K, self._target())[:, :, 0]
            self.latent[:, :c] = _apply(K, alpha)
        f, root = self.latent[:, :c], np.sqrt(self._curvature())
        B = root[:, :, None] * K * root[:, None, :]
        B[:, np.arange(c), np.arange(c)] += 1.0
        fit = -np.logaddexp(0, np.where(self.won[:, :c] > 0, -f, f)).sum(axis=1)
        return np.asarray(fit - 0.5 * (alpha * f).sum(axis=1) - 0.5 * np.linalg.slogdet(B)[1], dtype=np.float64)

    def _differences(self, table: Single) -> Single:
        """Second minus first of each comparison, ``(rows, items, m)`` to ``(rows, c, m)``."""
        rows, c = np.arange(len(table))[:, None], self.comparisons
        return np.asarray(table[rows, self.second[:, :c]] - table[rows, self.first[:, :c]])

    def _spread(self, alpha: Single) -> Single:
        """Transpose of `_differences`: ``(rows, c, m)`` to ``(rows, items, m)``."""
        out = np.zeros((len(alpha), self.items, alpha.shape[2]), dtype=np.float32)
        rows, c = np.arange(len(alpha))[:, None], self.comparisons
        np.add.at(out, (rows, self.second[:, :c]), alpha)
        np.subtract.at(out, (rows, self.first[:, :c]), alpha)
        return out


def _apply(matrix: Single, vector: Single) -> Single:
    return np.asarray((matrix @ vector[:, :, None])[:, :, 0])


def _logistic(x: Single) -> Single:
    return np.asarray(np.float32(0.5) * (1 + np.tanh(np.float32(0.5) * x)))
