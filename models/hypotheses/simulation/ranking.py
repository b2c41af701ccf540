"""Ranking a fixed set of hypotheses by comparisons: which pair to ask next, and how sure the answer is.

Many rankings run side by side in the engine of the search, without a proposer. Utilities are standard normal, a
verdict is a logistic draw of their difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypograph.models.hypotheses.search.beliefs import Beliefs, Prior
from hypograph.models.hypotheses.search.engine import Engine, draw_utilities
from hypograph.models.hypotheses.search.features import Float, Int, Items, Single

RULES = ("ours", "top-two", "random")


@dataclass(frozen=True)
class Ranking:
    """What came out at a number of comparisons, over instances.

    Attributes
    ----------
    top
        Whether the item named best is the best.
    stated
        Probability that was stated for it.
    covered
        Share of items whose utility lies in its 95% interval, both relative to the items' mean.
    """

    comparisons: int
    top: NDArray[np.bool_]
    stated: Float
    covered: Float


class KnownUtilities:
    """A judge whose verdicts are logistic draws of utilities that it knows, ``(instances, items)``."""

    cost = 1

    def __init__(self, truth: Float) -> None:
        self.truth = truth

    def judge(self, first: Int, second: Int, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Return whether the second is preferred."""
        rows = np.arange(len(first))
        gap = self.truth[rows, second[:, 0]] - self.truth[rows, first[:, 0]]
        return np.asarray(rng.random(len(first)) < 1 / (1 + np.exp(-gap)))


def rank_all(rule: str, items: int, comparisons: Sequence[int], instances: int, seed: int) -> list[Ranking]:
    """Rank random items by a rule and read off at each number of comparisons.

    Parameters
    ----------
    rule
        `ours`: the engine's own rule; `top-two`: two different winners of Thompson draws; `random`.
    items, instances, seed
        Items a ranking, rankings, and the seed of truth and verdicts.
    comparisons
        When to read.

    Returns
    -------
    list of Ranking
        In ascending order of comparisons.
    """
    truth = np.random.default_rng([seed, 99]).standard_normal((instances, items))
    rng = np.random.default_rng([seed, RULES.index(rule)])
    judge = KnownUtilities(truth)
    beliefs = Beliefs(Items(instances), Prior(1.0, 0.0, 1.0, 1.0), max(comparisons), items)
    for item in range(items):
        beliefs.admit(np.full((instances, 1), item))
    engine = Engine(beliefs, judge, None, rng)
    readings = []
    for number in range(1, max(comparisons) + 1):
        if rule == "ours":
            engine.step()
        else:
            first, second = _random(instances, items, rng) if rule == "random" else _top_two(beliefs, rng)
            low, high = np.minimum(first, second), np.maximum(first, second)
            beliefs.observe(low, high, judge.judge(low[:, None], high[:, None], rng))
        if number in comparisons:
            readings.append(_read(number, truth, beliefs, rng))
    return readings


def _random(instances: int, items: int, rng: np.random.Generator) -> tuple[Int, Int]:
    pair = np.argsort(rng.random((instances, items)), axis=1)
    return pair[:, 0], pair[:, 1]


def _top_two(beliefs: Beliefs, rng: np.random.Generator) -> tuple[Int, Int]:
    beliefs.fit(2, 1, rng)
    mean, covariance = beliefs.joint(_places(beliefs))
    rows = np.arange(len(mean))
    best = draw_utilities(mean, covariance, rng, 16).argmax(axis=1)
    i = best[:, 0]
    j = best[rows, (best != i[:, None]).argmax(axis=1)]
    fallback = np.argsort(-mean, axis=1)
    second = np.where(fallback[:, 0] == i, fallback[:, 1], fallback[:, 0])
    return i, np.where(j == i, second, j)


def _places(beliefs: Beliefs) -> Int:
    return np.broadcast_to(np.arange(beliefs.items), (beliefs.features.rows, beliefs.items))


def _read(number: int, truth: Float, beliefs: Beliefs, rng: np.random.Generator) -> Ranking:
    """Name the best and say how sure that is: Laplace draws, weighted to the exact posterior."""
    rows, n = np.arange(len(truth)), truth.shape[1]
    beliefs.fit(4, 1, rng)
    mean, covariance = beliefs.joint(_places(beliefs))
    draws = draw_utilities(mean, covariance, rng, 2000)
    weights = importance(draws, mean, covariance, _wins(beliefs))
    best = draws.argmax(axis=1)
    chance = ((best[:, None, :] == np.arange(n)[:, None]) * weights[:, None]).sum(axis=2)
    named = chance.argmax(axis=1)
    centre = np.eye(n) - 1 / n
    spread = np.sqrt(np.maximum(np.diagonal(centre @ covariance @ centre, axis1=1, axis2=2), 0))
    gap = np.abs((truth - truth.mean(axis=1, keepdims=True)) - (mean - mean.mean(axis=1, keepdims=True)))
    return Ranking(number, named == truth.argmax(axis=1), chance[rows, named], (gap <= 1.96 * spread).mean(axis=1))


def _wins(beliefs: Beliefs) -> Float:
    """Count how often the first was preferred to the second, ``(instances, items, items)``."""
    instances, used = beliefs.features.rows, beliefs.used
    wins = np.zeros((instances, beliefs.items, beliefs.items))
    rows = np.arange(instances)[:, None]
    first, second = beliefs.first[:, :used], beliefs.second[:, :used]
    won, count = beliefs.won[:, :used], beliefs.count[:, :used]
    np.add.at(wins, (rows, second, first), won)
    np.add.at(wins, (rows, first, second), count - won)
    return wins


def importance(draws: Float, mean: Single | Float, covariance: Single | Float, wins: Float) -> Float:
    """Weights that turn Laplace draws ``(I, n, m)`` into draws of the exact posterior, ``(I, m)``, sum 1."""
    n = mean.shape[1]
    log = -0.5 * (draws**2).sum(axis=1)
    for i in range(n):
        gap = draws[:, i, None] - draws
        log -= (wins[:, i, :, None] * np.logaddexp(0, -gap)).sum(axis=1)
    away = draws - mean[:, :, None]
    log += 0.5 * (away * np.linalg.solve(covariance.astype(np.float64), away)).sum(axis=1)
    weights = np.exp(log - log.max(axis=1, keepdims=True))
    # A weight above the square root of the number of draws times the mean one would carry the answer alone.
    weights = np.minimum(weights, np.sqrt(weights.shape[1]) * weights.mean(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
