"""The preference model: what verdicts say of hypotheses, for many searches at once.

The utility of a hypothesis is a sum of entries that it shares with others and an effect of its own that it shares with
hypotheses near to it: covariance ``own * likeness ** (number of differences)``. A verdict is either a yes or no,
logistic in the difference of utilities (Bradley and Terry, Biometrika 39, 1952, eq. 1), or a stated probability, whose
log-odds are that difference with Gaussian noise. Beside merit a verdict holds the judge's leaning to what is shown
first, one number a search under a wide prior, and the judge's settled error on a pair, which asking again does not
remove. The posterior is Laplace's over all verdicts, in the form of Rasmussen and Williams (2006), sec. 3.4; the scale
of the utilities in log-odds, which is the judge's slope, is chosen by the marginal likelihood under a log-normal prior.
Draws of the entries are prior draws corrected by the data (Matheron's rule; Wilson et al., ICML 2020, eq. 6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypograph.models.hypotheses.search.features import Features, Float, Int, Single

FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)  # of the present scale, tried when it is chosen anew
LEAST = 0.03  # curvature that a verdict counts with at least: Newton overshoots where it is nearly flat


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before the first verdict.

    Attributes
    ----------
    own, likeness
        Variance of a hypothesis's own effect, in the unit of the features' variances, and the share of it that
        survives one difference.
    usual, spread
        Variance of a hypothesis's utility in squared log-odds: median, and sd of its logarithm. It is the square of
        the judge's slope.
    order, pair
        Variances of the leaning to what is shown first, and of the settled error on a pair, in squared log-odds.
    """

    own: float
    likeness: float
    usual: float
    spread: float
    order: float = 0.0
    pair: float = 0.0


class Beliefs:
    """What each search believes.

    Parameters
    ----------
    features
        What hypotheses share.
    prior
        What is believed beforehand.
    most
        Verdicts to come.
    items
        Hypotheses to come; None for one more than verdicts.
    """

    def __init__(self, features: Features, prior: Prior, most: int, items: int | None = None) -> None:
        n, room = features.rows, (most + 1 if items is None else items)
        self.features, self.prior = features, prior
        self.variances: Single = features.variance.astype(np.float32)
        self.total = features.total + prior.own
        self.scale: Single = np.full(n, prior.usual / self.total, dtype=np.float32)
        self.x = np.zeros((n, room, features.size), dtype=np.int64)
        self.held: Single = np.zeros((n, room, features.weights), dtype=np.float32)
        self.covariance: Single = np.zeros((n, room, room), dtype=np.float32)
        self.K: Single = np.zeros((n, most, most), dtype=np.float32)
        self.first = np.zeros((n, most), dtype=np.int64)
        self.second = np.zeros((n, most), dtype=np.int64)
        self.count: Single = np.zeros((n, most), dtype=np.float32)
        self.won: Single = np.zeros((n, most), dtype=np.float32)
        self.shown: Single = np.zeros((n, most), dtype=np.float32)
        self.noise: Single = np.zeros((n, most), dtype=np.float32)
        self.latent: Single = np.zeros((n, most), dtype=np.float32)
        self.repeated = np.zeros((n, room), dtype=bool)
        self.slots = np.zeros(n, dtype=np.int64)
        self.items = self.verdicts = self.related = 0
        self.mean: Single = np.zeros((n, features.weights), dtype=np.float32)
        self.pull: Single = np.zeros((n, room), dtype=np.float32)
        self.utility: Single = np.zeros((n, room), dtype=np.float32)

    @property
    def variance(self) -> Single:
        """Prior variance of a hypothesis's utility in squared log-odds, ``(rows,)``: large for a quiet judge."""
        return self.scale * np.float32(self.total)

    @property
    def used(self) -> int:
        """Places of verdicts that any search uses; verdicts on one pair in one order share a place."""
        return int(self.slots.max(initial=0))

    def admit(self, x: Int) -> Int:
        """Take in one hypothesis a row and return its place; one that is known keeps the place it had."""
        n = self.items
        known = (self.x[:, :n] == x[:, None]).all(axis=-1)
        self.repeated[:, n] = known.any(axis=1)
        self.x[:, n] = x
        self.held[:, n] = self.features.held(x)
        self.items += 1
        self._relate()
        return np.where(self.repeated[:, n], known.argmax(axis=1) if n else 0, n)

    def observe(
        self, first: Int, second: Int, won: Float | NDArray[np.bool_], shown: Int | int = 0, noise: float = 0.0
    ) -> None:
        """Take in one verdict a row.

        Parameters
        ----------
        first, second
            Places of the hypotheses, ``(rows,)``.
        won
            Whether the second was preferred; with `noise` the log-odds that it is better.
        shown
            1 where the second was shown first, -1 where the first was, 0 where order plays no part.
        noise
            Variance of the log-odds; 0 for a yes or no.
        """
        rows, used = np.arange(len(first)), self.used
        shown = np.broadcast_to(np.asarray(shown, dtype=np.float32), first.shape)
        same = (self.first[:, :used] == first[:, None]) & (self.second[:, :used] == second[:, None])
        same &= (self.shown[:, :used] == shown[:, None]) & (self.count[:, :used] > 0) & (noise == 0.0)
        again = same.any(axis=1)
        place = np.where(again, same.argmax(axis=1) if used else 0, self.slots)
        self.first[rows, place], self.second[rows, place] = first, second
        self.shown[rows, place], self.noise[rows, place] = shown, noise
        self.won[rows, place] += won
        self.count[rows, place] += 1
        gap = self.utility[rows, second] - self.utility[rows, first]
        self.latent[rows, place] = np.where(again, self.latent[rows, place], gap)
        self.slots = self.slots + ~again
        self.verdicts += 1
        self._extend(place)

    def prior_draw(self, rng: np.random.Generator, draws: int = 1) -> Single:
        """Draw entries from the prior, ``(rows, weights, draws)``."""
        drawn = rng.standard_normal((len(self.scale), self.features.weights, draws)).astype(np.float32)
        return np.asarray(drawn * np.sqrt(self.variances)[:, None] * np.sqrt(self.scale)[:, None, None])

    def fit(self, rounds: int, draws: int, rng: np.random.Generator) -> Single:
        """Fit to all verdicts and return draws of the entries, ``(rows, weights, draws)``.

        The draws hold own effects and leanings at their prior mean: they deviate a little less than the posterior.
        """
        n, c = len(self.scale), self.used
        K, scale = self._scaled(self.scale), self.scale[:, None, None]
        for _ in range(rounds - 1):
            self.latent[:, :c] = _apply(K, self._solve(K, self._target())[:, :, 0])
        target = self._target()
        drawn = self.prior_draw(rng, draws)
        seen = self._differences(self.held[:, : self.items] @ drawn)
        spread = np.sqrt(1 / np.maximum(self._curvature(), np.float32(1e-6)))
        noise = rng.standard_normal((n, c, draws)).astype(np.float32) * spread[:, :, None]
        alpha = self._solve(K, np.concatenate([target, target - seen - noise], axis=2))
        self.latent[:, :c] = _apply(K, alpha[:, :, 0])
        pull = self._spread(alpha)
        weights = scale * self.variances[:, None] * (self.held[:, : self.items].transpose(0, 2, 1) @ pull)
        self.mean, self.pull[:, : self.items] = weights[:, :, 0], self.scale[:, None] * pull[:, :, 0]
        known = self.covariance[:, : self.items, : self.items]
        self.utility[:, : self.items] = _apply(known, self.pull[:, : self.items])
        return np.asarray(drawn + weights[:, :, 1:])

    def choose_scale(self) -> None:
        """Choose the scale of the utilities by the log marginal likelihood (eq. 3.32), for each row by itself."""
        c = self.used
        latest = self.latent[:, :c].copy()
        best, chosen, mode = np.full(len(self.scale), -np.inf), self.scale.copy(), latest
        for factor in FACTORS:
            scale = self.scale * np.float32(factor)
            self.latent[:, :c] = latest
            off = np.log(scale * self.total / self.prior.usual) / self.prior.spread
            evidence = self._evidence(scale) - 0.5 * off**2
            better = evidence > best
            best, chosen = np.where(better, evidence, best), np.where(better, scale, chosen)
            mode = np.where(better[:, None], self.latent[:, :c], mode)
        self.scale, self.latent[:, :c] = chosen, mode

    def best(self) -> Int:
        """Return the places of the hypotheses with the highest utilities, best first, ``(rows, items)``."""
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

    def leaning(self) -> tuple[Single, Single]:
        """Posterior mean and sd of the judge's leaning to what is shown first, in log-odds, ``(rows,)`` each."""
        c, variance = self.used, np.float32(self.prior.order)
        if not c or not variance:
            return np.zeros(len(self.scale), dtype=np.float32), np.full(len(self.scale), np.sqrt(variance))
        told = variance * self.shown[:, :c, None]
        solved = self._solve(self._scaled(self.scale), np.concatenate([self._target(), told], axis=2))
        mean = (told[:, :, 0] * solved[:, :, 0]).sum(axis=1)
        left = variance - (told[:, :, 0] * solved[:, :, 1]).sum(axis=1)
        return np.asarray(mean), np.sqrt(np.maximum(left, 0))

    def _relate(self) -> None:
        """Extend the prior covariance of hypotheses to the new ones."""
        n = self.items
        new = slice(self.related, n)
        block = (self.held[:, new] * self.variances) @ self.held[:, :n].transpose(0, 2, 1)
        apart = self.features.differences(self.x[:, new], self.x[:, :n]).astype(np.float32)
        block += np.float32(self.prior.own) * np.float32(self.prior.likeness) ** apart
        self.covariance[:, new, :n] = block
        self.covariance[:, :n, new] = block.transpose(0, 2, 1)
        self.related = n

    def _extend(self, place: Int) -> None:
        """Bring the prior covariance of the verdicts' differences up to date at one place a row."""
        rows, c = np.arange(len(place))[:, None], self.used
        a, b = self.first[:, :c], self.second[:, :c]
        own = np.arange(len(place))
        late_a, late_b = self.first[own, place][:, None], self.second[own, place][:, None]
        k = self.covariance
        change = k[rows, b, late_b] - k[rows, b, late_a] - k[rows, a, late_b] + k[rows, a, late_a]
        self.K[rows, np.arange(c), place[:, None]] = change
        self.K[rows, place[:, None], np.arange(c)] = change

    def _scaled(self, scale: Single) -> Single:
        """Prior covariance of what the verdicts are of: merit, leaning, and settled errors on pairs."""
        c = self.used
        K = self.K[:, :c, :c] * scale[:, None, None]
        if self.prior.order:
            K = K + np.float32(self.prior.order) * self.shown[:, :c, None] * self.shown[:, None, :c]
        if self.prior.pair:
            a, b = self.first[:, :c], self.second[:, :c]
            alike = (a[:, :, None] == a[:, None]) & (b[:, :, None] == b[:, None])
            swapped = (a[:, :, None] == b[:, None]) & (b[:, :, None] == a[:, None])
            K = K + np.float32(self.prior.pair) * (alike.astype(np.float32) - swapped.astype(np.float32))
        return np.asarray(K)

    def _curvature(self) -> Single:
        c = self.used
        p = _logistic(self.latent[:, :c])
        noise = self.noise[:, :c]
        said = np.where(noise > 0, 1 / np.maximum(noise, np.float32(1e-6)), np.maximum(p * (1 - p), np.float32(LEAST)))
        return np.asarray(said * self.count[:, :c], dtype=np.float32)

    def _target(self) -> Single:
        """What a Gaussian of the verdicts' curvature would have had to observe, ``(rows, c, 1)``."""
        c = self.used
        f, won, count = self.latent[:, :c], self.won[:, :c], self.count[:, :c]
        step = (won - count * _logistic(f)) / np.maximum(self._curvature(), np.float32(1e-6))
        stated = won / np.maximum(count, 1)
        return np.asarray(np.where(self.noise[:, :c] > 0, stated, f + step)[:, :, None])

    def _solve(self, K: Single, right: Single) -> Single:
        """Solve ``(K + W^-1) a = right`` by way of ``I + W^1/2 K W^1/2``, whose eigenvalues are 1 or more."""
        root = np.sqrt(self._curvature())
        B = root[:, :, None] * K * root[:, None, :]
        B[:, np.arange(K.shape[1]), np.arange(K.shape[1])] += 1.0
        return np.asarray(root[:, :, None] * np.linalg.solve(B, root[:, :, None] * right))

    def _evidence(self, scale: Single, rounds: int = 3) -> Float:
        c, K = self.used, self._scaled(scale)
        alpha = np.zeros((len(scale), c), dtype=np.float32)
        for _ in range(rounds):
            alpha = self._solve(K, self._target())[:, :, 0]
            self.latent[:, :c] = _apply(K, alpha)
        f, root = self.latent[:, :c], np.sqrt(self._curvature())
        B = root[:, :, None] * K * root[:, None, :]
        B[:, np.arange(c), np.arange(c)] += 1.0
        won, count, noise = self.won[:, :c], self.count[:, :c], self.noise[:, :c]
        chosen = -won * np.logaddexp(0, -f) - (count - won) * np.logaddexp(0, f)
        stated = -0.5 * count * (won / np.maximum(count, 1) - f) ** 2 / np.maximum(noise, np.float32(1e-6))
        fit = np.where(noise > 0, stated, chosen).sum(axis=1)
        return np.asarray(fit - 0.5 * (alpha * f).sum(axis=1) - 0.5 * np.linalg.slogdet(B)[1], dtype=np.float64)

    def _differences(self, table: Single) -> Single:
        """Second minus first of each verdict, ``(rows, items, m)`` to ``(rows, c, m)``."""
        rows, c = np.arange(len(table))[:, None], self.used
        return np.asarray(table[rows, self.second[:, :c]] - table[rows, self.first[:, :c]])

    def _spread(self, alpha: Single) -> Single:
        """Transpose of `_differences`: ``(rows, c, m)`` to ``(rows, items, m)``."""
        out = np.zeros((len(alpha), self.items, alpha.shape[2]), dtype=np.float32)
        rows, c = np.arange(len(alpha))[:, None], self.used
        np.add.at(out, (rows, self.second[:, :c]), alpha)
        np.subtract.at(out, (rows, self.first[:, :c]), alpha)
        return out


def _apply(matrix: Single, vector: Single) -> Single:
    return np.asarray((matrix @ vector[:, :, None])[:, :, 0])


def _logistic(x: Single) -> Single:
    return np.asarray(np.float32(0.5) * (1 + np.tanh(np.float32(0.5) * x)))
