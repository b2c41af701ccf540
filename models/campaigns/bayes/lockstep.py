"""Bayesian optimization over a finite pool, all campaigns in lockstep: the engine of benchmarks and laboratories."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.bayes.correlations import Geometry, Ints, Singles, numbers
from hypograph.models.campaigns.bayes.hyperparameters import Floats, Prior, draw
from hypograph.models.campaigns.bayes.posterior import kinds, parted, standardised
from hypograph.models.campaigns.bayes.surrogate import Prediction, Surrogates

__all__ = ["choose", "improvement", "lockstep", "numbers", "scaled", "tie_breaks"]
MEMORY = 25_000_000  # numbers held by the campaigns that run at once
NOTHING = 1e-12  # expected improvement below which there is none
UCB_WIDTH = 2.0  # standard deviations, two-sided 95%: a convention, not measured; used where no gain is expected
TIE = 1e-5  # relative difference below which candidates are as good as each other


def lockstep(
    pool: Ints,
    values: Floats,
    starts: Ints,
    budget: int,
    *,
    seed: int | Sequence[int] = 0,
    prior: Prior | None = None,
    utility: Floats | None = None,
    similarity: Sequence[Floats | None] | None = None,
    levels: Sequence[Floats | None] | None = None,
    descriptors: Sequence[Floats | None] = (),
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
    seed
        Seed of the draws, or one a campaign.
    utility
        What a source expects of each candidate (any scale), shape ``(m,)``, or ``(s, m)`` with a source a campaign.
    similarity
        What a source knows of options being alike, one matrix a parameter.
    levels
        Where the options of a parameter are numbers, their places in its range (see `numbers`), else None.
    descriptors
        Squared distances of options by their descriptors, where a parameter has some (see `Geometry`).

    Returns
    -------
    ndarray
        Rows in the order they were tried, shape ``(s, budget)``.
    """
    geometry = Geometry(pool, levels or (), similarity, descriptors)
    seeds = [seed] * len(starts) if isinstance(seed, int | np.integer) else list(seed)
    made = {s: draw(pool.shape[1], prior or Prior(), s, geometry.described) for s in set(seeds)}
    found = kinds(utility=utility is not None, similarity=similarity is not None)
    u = None if utility is None else np.broadcast_to(utility, (len(starts), len(pool)))
    held = (len(geometry.metrics(False)) * 2 if levels or descriptors or similarity else 1) * budget
    kept = (held + (0 if u is None else pool.shape[1])) * len(pool)
    chunk = max(1, MEMORY // ((prior or Prior()).samples * budget**2 * len(found) + kept))
    done = []
    for i in range(0, len(starts), chunk):
        here = slice(i, i + chunk)
        parts = None
        if u is not None:
            parts = np.stack([parted(pool, row) for row in standardised(u[here])]).astype(np.float32)
        models = Surrogates(geometry, [made[s] for s in seeds[here]], found, budget, parts)
        done.append(_run(models, values, starts[here], budget, [tie_breaks(len(pool), s) for s in seeds[here]]))
    return np.concatenate(done)


def _run(models: Surrogates, values: Floats, starts: Ints, budget: int, ties: Sequence[Singles]) -> Ints:
    models.observe_all(np.asarray(starts, dtype=np.int64))
    while models.t < budget:
        rows = []
        for i, picked in enumerate(models.picks):
            y, _, _ = scaled(values[picked])
            prediction = models.predict(i, y, joint=False)
            score = improvement(prediction, float(y.max()))
            rows.append(choose(score, picked, ties[i]))
        models.observe(np.array(rows))
    return models.picks


def scaled(y: Floats) -> tuple[Floats, float, float]:
    """Return outcomes with mean 0 and standard deviation 1, and what these were before."""
    centre, scale = float(y.mean()), float(y.std())
    scale = scale if scale > 1e-9 else 1.0
    return (y - centre) / scale, centre, scale


def improvement(prediction: Prediction, best: float | Floats) -> Floats:
    """Expected improvement of each candidate; where there is none, the upper confidence bound."""
    gain = prediction.improvement(np.broadcast_to(np.asarray(best, dtype=float), prediction.weights.shape))
    if gain.max() > NOTHING:
        return gain
    mean, sd = prediction.moments()
    return np.asarray(mean + UCB_WIDTH * sd)


def choose(score: Floats, taken: Ints | NDArray[np.bool_], ties: Singles) -> int:
    """Return the best candidate that is not taken; of those that are as good, one at random.

    Ties are broken the same way whatever is known, so that two methods part only where they differ.
    """
    free = np.ones(len(score), dtype=bool)
    free[taken] = False
    width = TIE * max(abs(float(score[free].max())), 1e-30) if free.any() else 0.0
    good = np.flatnonzero(free & (score >= score.max(where=free, initial=-np.inf) - width))
    return int(good[ties[good].argmax()])


def tie_breaks(m: int, seed: int) -> Singles:
    """Return a random number a candidate."""
    return np.random.default_rng(seed).random(m, dtype=np.float32)
