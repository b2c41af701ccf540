"""Ranking a fixed set of hypotheses by comparisons: which pair to ask next, and how sure the answer is.

Many rankings run in lockstep. Utilities are standard normal, a verdict is a logistic draw of their difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

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


def rank_all(rule: str, items: int, comparisons: Sequence[int], instances: int, seed: int) -> list[Ranking]:
    """Rank random items by a rule and read off at each number of comparisons.

    Parameters
    ----------
    rule
        `ours`: the pair with the highest P(i best) P(j best) times the variance of f_i - f_j that one
        verdict is
        expected to take away, in units of the verdict's own; `top-two`: two different winners of Thompson
        draws;
        `random`.
    items, instances, seed
        Items a ranking, rankings, and the seed of truth and verdicts.
    comparisons
        When to read.

    Returns
    -------
    list of Ranking
        In ascending order of comparisons.
    """
    rng = np.random.default_rng([seed, RULES.index(rule)])
    truth = np.random.default_rng([seed, 99]).standard_normal((instances, items))
    rows = np.arange(instances)
    wins = np.zeros((instances, items, items))
    mean = np.zeros((instances, items))
    covariance = np.broadcast_to(np.eye(items), (instances, items, items)).copy()
    readings = []
    for number in range(1, max(comparisons) + 1):
        i, j = _choose(rule, mean, covariance, rng)
        won = rng.random(instances) < 1 / (1 + np.exp(-(truth[rows, i] - truth[rows, j])))
        wins[rows, np.where(won, i, j), np.where(won, j, i)] += 1
        mean, covariance = laplace(wins, mean)
        if number in comparisons:
            readings.append(_read(number, truth, mean, covariance, wins, rng))
    return readings


def laplace(wins: Float, start: Float, rounds: int = 3) -> tuple[Float, Float]:
    """Posterior of standard-normal utilities by Laplace's method: mode ``(I, n)`` and covariance ``(I, n, n)``.

    `wins` counts how often the first was preferred to the second, ``(I, n, n)``. Newton from `start`, the mode
    before the last comparison, so that few rounds are enough.
    """
    n = start.shape[1]
    asked = wins + wins.transpose(0, 2, 1)
    mode, diagonal = start, np.arange(n)
    for step in range(rounds + 1):
        p = 0.5 * (1 + np.tanh(0.5 * (mode[:, :, None] - mode[:, None, :])))
        precision = -asked * p * (1 - p)
        precision[:, diagonal, diagonal] += 1.0 - precision.sum(axis=2)
        if step == rounds:
            break
        gradient = (wins - asked * p).sum(axis=2) - mode
        mode = mode + np.linalg.solve(precision, gradient[:, :, None])[:, :, 0]
    return mode, np.asarray(np.linalg.inv(precision), dtype=np.float64)


def _draws(mean: Float, covariance: Float, rng: np.random.Generator, draws: int) -> Float:
    root = np.linalg.cholesky(covariance + 1e-9 * np.eye(mean.shape[1]))
    return mean[:, :, None] + root @ rng.standard_normal((*mean.shape, draws))


def _chance(mean: Float, covariance: Float, rng: np.random.Generator, draws: int) -> Float:
    best = _draws(mean, covariance, rng, draws).argmax(axis=1)
    return np.asarray((best[:, None, :] == np.arange(mean.shape[1])[:, None]).mean(axis=2))


def _choose(
    rule: str, mean: Float, covariance: Float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    instances, n = mean.shape
    if rule == "random":
        pair = np.argsort(rng.random((instances, n)), axis=1)
        return pair[:, 0], pair[:, 1]
    if rule == "top-two":
        best = _draws(mean, covariance, rng, 16).argmax(axis=1)
        i = best[:, 0]
        other = (best != i[:, None]).argmax(axis=1)
        j = best[np.arange(instances), other]
        fallback = np.argsort(-mean, axis=1)
        second = np.where(fallback[:, 0] == i, fallback[:, 1], fallback[:, 0])
        return i, np.where(j == i, second, j)
    # The floor keeps items in play that no draw has found best yet.
    chance = _chance(mean, covariance, rng, 256) + 0.01
    spread = np.diagonal(covariance, axis1=1, axis2=2)
    variance = np.maximum(spread[:, :, None] + spread[:, None, :] - 2 * covariance, 0)
    p = 1 / (1 + np.exp(-(mean[:, :, None] - mean[:, None, :]) / np.sqrt(1 + np.pi * variance / 8)))
    information = p * (1 - p)
    value = chance[:, :, None] * chance[:, None, :] * information * variance / (1 + variance * information)
    value[:, np.arange(n), np.arange(n)] = -1
    flat = (value.reshape(instances, -1) * (1 + 1e-9 * rng.random((instances, n * n)))).argmax(axis=1)
    return flat // n, flat % n


def _read(
    number: int,
    truth: Float,
    mean: Float,
    covariance: Float,
    wins: Float,
    rng: np.random.Generator,
) -> Ranking:
    """Name the best and say how sure that is: Laplace draws, weighted to the exact posterior."""
    rows, n = np.arange(len(mean)), mean.shape[1]
    draws = _draws(mean, covariance, rng, 2000)
    weights = importance(draws, mean, covariance, wins)
    best = draws.argmax(axis=1)
    chance = ((best[:, None, :] == np.arange(n)[:, None]) * weights[:, None]).sum(axis=2)
    named = chance.argmax(axis=1)
    centre = np.eye(n) - 1 / n
    spread = np.sqrt(np.maximum(np.diagonal(centre @ covariance @ centre, axis1=1, axis2=2), 0))
    gap = np.abs((truth - truth.mean(axis=1, keepdims=True)) - (mean - mean.mean(axis=1, keepdims=True)))
    return Ranking(number, named == truth.argmax(axis=1), chance[rows, named], (gap <= 1.96 * spread).mean(axis=1))


def importance(draws: Float, mean: Float, covariance: Float, wins: Float) -> Float:
    """Weights that turn Laplace draws ``(I, n, m)`` into draws of the exact posterior, ``(I, m)``, sum 1."""
    n = mean.shape[1]
    log = -0.5 * (draws**2).sum(axis=1)
    for i in range(n):
        gap = draws[:, i, None] - draws
        log -= (wins[:, i, :, None] * np.logaddexp(0, -gap)).sum(axis=1)
    away = draws - mean[:, :, None]
    log += 0.5 * (away * np.linalg.solve(covariance, away)).sum(axis=1)
    weights = np.exp(log - log.max(axis=1, keepdims=True))
    # A weight above the square root of the number of draws times the mean one would carry the answer alone.
    weights = np.minimum(weights, np.sqrt(weights.shape[1]) * weights.mean(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
