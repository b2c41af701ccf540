"""The engine of every search: hypotheses come in, verdicts are asked where they tell most, the best is named.

The same engine runs on simulated landscapes (many searches side by side), ranks fixed sets, and searches documents
with a language model (one search). What differs stands behind two doors: a `Proposer` gives hypotheses, a `Judge` says
which of two is better. The engine is anytime: the budget plays no part in what it does next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hypograph.models.hypotheses.search.beliefs import Beliefs
from hypograph.models.hypotheses.search.features import Float, Int, Single

SETTLED = 12  # verdicts before which the scale of the utilities is not chosen anew
SCALED_UNTIL = 256  # verdicts after which it is known well enough
PATIENT = 16  # the model is fitted anew when the verdicts have grown by one part in so many
TEMPER = 0.3  # share of a posterior deviation that counts in a draw
BOLD, BOLD_FROM = 0.5, 160  # the same later: who has much to go by and stays timid gets stuck
FINALISTS = 6  # hypotheses among which the probability of best is stated
FLOOR = 0.01  # keeps hypotheses in play that no draw has found best yet


class Judge(Protocol):
    """Says which of two hypotheses is better, in every search at once."""

    cost: int

    def judge(self, first: Int, second: Int, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Return whether the second is preferred, ``(rows, size)`` each to ``(rows,)``."""
        ...


class Proposer(Protocol):
    """Gives the hypotheses that are to be judged next."""

    def start(self, rng: np.random.Generator) -> Int:
        """Return the first hypothesis of each search, ``(rows, size)``."""
        ...

    def challenge(self, beliefs: Beliefs, incumbent: Int, drawn: Single, rng: np.random.Generator) -> Int:
        """Return a hypothesis that may be better than the incumbent if utilities are as `drawn`."""
        ...


@dataclass(frozen=True)
class Reading:
    """Where searches stand.

    Attributes
    ----------
    x, place
        The answer of each search, ``(rows, size)``, and its place.
    finalists, chance
        Places of the hypotheses thought most of, best first, and the probability that each is the best of them,
        ``(rows, m)``; a hypothesis alone has none (NaN).
    """

    x: Int
    place: Int
    finalists: Int
    chance: Float


class Engine:
    """Searches under way, side by side.

    Parameters
    ----------
    beliefs
        The preference model, which also holds the hypotheses.
    judge
        Asked by `step`; None where the caller asks and uses `beliefs.observe`.
    proposer
        Gives challengers; None where the hypotheses were all admitted beforehand.
    rng
        Source of every random choice.
    """

    def __init__(
        self, beliefs: Beliefs, judge: Judge | None, proposer: Proposer | None, rng: np.random.Generator
    ) -> None:
        self.beliefs, self.judge, self.proposer, self.rng = beliefs, judge, proposer, rng
        self.rows = np.arange(beliefs.features.rows)
        self.incumbent = beliefs.admit(proposer.start(rng)) if proposer is not None else np.zeros_like(self.rows)
        self._draws: list[Single] = []
        self._scaled_at = 0

    def step(self) -> None:
        """Take a challenger or, where nothing is proposed, the pair that tells most; ask, and learn."""
        if self.judge is None:
            raise ValueError("a step needs a judge")
        b = self.beliefs
        if self.proposer is None:
            b.fit(2, 1, self.rng)
            first, second = self.next_pair()
        else:
            drawn = self.draw()
            first = self.incumbent
            held = b.x[self.rows, first]
            second = b.admit(self.proposer.challenge(b, held, drawn, self.rng))
        won = self.judge.judge(b.x[self.rows, first], b.x[self.rows, second], self.rng)
        b.observe(first, second, won)

    def draw(self) -> Single:
        """Return tempered draws of the entries, ``(rows, weights)``, from a model that is fitted when due."""
        if not self._draws:
            self._refit()
        return self._draws.pop()

    def _refit(self) -> None:
        """Fit the model and draw as many utilities as will be asked for until the next time."""
        b = self.beliefs
        c = b.verdicts
        number = max(1, c // PATIENT)
        if max(SETTLED, 3 * self._scaled_at // 2) <= c <= SCALED_UNTIL:
            b.choose_scale()
            self._scaled_at = c
        drawn = b.fit(2, number, self.rng) if c else b.prior_draw(self.rng)
        temper = np.float32(TEMPER if c < BOLD_FROM else BOLD)
        tempered = b.mean[:, :, None] + temper * (drawn - b.mean[:, :, None])
        self._draws = list(tempered.transpose(2, 0, 1))
        self.incumbent = b.best()[:, 0]

    def next_pair(self, allowed: NDArray[np.bool_] | None = None) -> tuple[Int, Int]:
        """Return the pair of hypotheses a row whose verdict tells most about which is best.

        P(i best) P(j best) times the variance of f_i - f_j that one verdict is expected to take away, in units of the
        verdict's own: the rule that measured best in the ranking benchmark.

        Parameters
        ----------
        allowed
            Pairs that may be asked, ``(items, items)``; None for all.
        """
        b, n = self.beliefs, self.beliefs.items
        places = np.broadcast_to(np.arange(n), (len(self.rows), n))
        mean, covariance = b.joint(places)
        value = pair_value(mean, covariance, chances(mean, covariance, self.rng, 256))
        value[:, np.arange(n), np.arange(n)] = -1
        if allowed is not None:
            value = np.where(allowed, value, -1)
        jitter = 1 + 1e-9 * self.rng.random((len(value), n * n))
        flat = (value.reshape(len(value), -1) * jitter).argmax(axis=1)
        return np.minimum(flat // n, flat % n), np.maximum(flat // n, flat % n)

    def read(self, finalists: int = FINALISTS, rounds: int = 6) -> Reading:
        """Report where every search stands."""
        b = self.beliefs
        if b.verdicts:
            b.fit(rounds, 1, self.rng)
        self._draws = []
        order = b.best()
        finals = order[:, :finalists]
        repeated = np.take_along_axis(b.repeated, finals, axis=1)
        if b.verdicts and finals.shape[1] > 1:
            mean, covariance = b.joint(finals)
            chance = chances(mean, covariance, np.random.default_rng(1), 1000, repeated)
        else:
            chance = np.full(finals.shape, np.nan)
        return Reading(b.x[self.rows, order[:, 0]].copy(), order[:, 0], finals, chance)

    def probability_better(self, one: int, other: int) -> float:
        """Return the probability that one place of the first search is better than another."""
        mean, covariance = self.beliefs.joint(np.array([[one, other]]))
        gap, spread = float(mean[0, 0] - mean[0, 1]), covariance[0].astype(float)
        sd = float(np.sqrt(max(spread[0, 0] + spread[1, 1] - 2 * spread[0, 1], 1e-12)))
        from scipy.stats import norm

        return float(norm.cdf(gap / sd))


def chances(
    mean: Single | Float,
    covariance: Single | Float,
    rng: np.random.Generator,
    draws: int,
    out: NDArray[np.bool_] | None = None,
) -> Float:
    """Return the probability that each of some hypotheses is the best of them, ``(rows, m)``.

    Parameters
    ----------
    mean, covariance
        Their utilities, ``(rows, m)`` and ``(rows, m, m)``.
    rng, draws
        Source and number of draws.
    out
        Entries that take no part, ``(rows, m)``.
    """
    drawn = draw_utilities(mean, covariance, rng, draws)
    if out is not None:
        drawn = np.where(out[:, :, None], -np.inf, drawn)
    best = drawn.argmax(axis=1)
    return np.asarray((best[:, None, :] == np.arange(mean.shape[1])[:, None]).mean(axis=2), dtype=np.float64)


def draw_utilities(mean: Single | Float, covariance: Single | Float, rng: np.random.Generator, draws: int) -> Float:
    """Draw utilities whose covariance may be singular, ``(rows, m, draws)``."""
    values, vectors = np.linalg.eigh(covariance.astype(np.float64))
    root = vectors * np.sqrt(np.maximum(values, 0))[:, None, :]
    return np.asarray(root @ rng.standard_normal((*mean.shape, draws)) + mean[:, :, None])


def pair_value(mean: Single | Float, covariance: Single | Float, chance: Float) -> Float:
    """Say how much a verdict on each pair would change the decision, ``(rows, m, m)``."""
    chance, shared = chance + FLOOR, covariance.astype(np.float64)
    spread = np.diagonal(shared, axis1=1, axis2=2)
    variance = np.maximum(spread[:, :, None] + spread[:, None, :] - 2 * shared, 0)
    gap = mean[:, :, None].astype(np.float64) - mean[:, None, :]
    p = 1 / (1 + np.exp(-gap / np.sqrt(1 + np.pi * variance / 8)))
    information = p * (1 - p)
    value = chance[:, :, None] * chance[:, None, :] * information * variance / (1 + variance * information)
    return np.asarray(value, dtype=np.float64)
