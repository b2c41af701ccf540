"""How much better one method is than another, over tables and seeds, as a posterior found by quadrature.

On table t the difference of two methods with common start s is d_ts ~ Normal(μ_t, σ_t), with μ_t ~ Normal(δ, τ):
a hierarchical model with weakly informative priors on the scale of percent of the maximum, δ ~ Normal(0, 20),
τ ~ HalfNormal(10), σ_t ~ HalfNormal(20). With several tables the mean effect δ is reported; with one table τ cannot
be told from δ, and the effect μ on that table is reported.

The noise is taken as normal although differences of best values are skewed: the mean is what is asked for, and the
location of a heavy-tailed law is not the mean of a skewed one. Given δ and τ the tables are independent, so σ_t and
μ_t are integrated table by table: sums over grids, without a sampler whose convergence somebody would have to watch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PRIOR_DELTA, PRIOR_TAU, PRIOR_SIGMA = 20.0, 10.0, 20.0
RESOLUTION = 0.01  # percent of the maximum: no noise is taken for smaller, else equal differences would be certain
REACH = 150.0  # percent: how far the grids go to either side
CELLS, EFFECTS, SPREADS, NOISES, FINE = 100, 81, 20, 48, 25


@dataclass(frozen=True, slots=True)
class Difference:
    """Posterior of a - b: mean, 95% interval, P(a - b > 0), P(|a - b| below the region of equivalence)."""

    mean: float
    low: float
    high: float
    probability_positive: float
    probability_equivalent: float


def compare_paired(tables: Sequence[Floats], *, region: float = 1.0) -> Difference:
    """Posterior of the mean difference of two methods.

    Parameters
    ----------
    tables
        For each table the differences by common start in percent of the maximum, ``(s_t,)``, at least one each. Where
        one is beyond 100 (outcomes of both signs), the priors widen in proportion.
    region
        Half width of the region of practical equivalence, percent of the maximum.

    Returns
    -------
    Difference
        Of the mean effect over tables where there are several, else of the effect on the one table.
    """
    unit = max(1.0, max(float(np.abs(d).max()) for d in tables) / 100.0)
    tables = [d / unit for d in tables]
    means = np.array([d.mean() for d in tables])
    errors = np.array([_standard_error(d) for d in tables])
    precision = errors**-2.0
    effects = _nodes(float(means @ precision / precision.sum()), float(precision.sum() ** -0.5), EFFECTS)
    if len(tables) == 1:
        spreads, weights = _spread_nodes(1.0)
        wide = np.hypot(PRIOR_DELTA, spreads)
        prior = (np.exp(-0.5 * (effects[:, None] / wide) ** 2) / wide) @ weights
        log_density = np.log(prior) + _log_likelihood(tables[0], effects)
    else:
        log_density = _log_density_of_mean(tables, effects, errors)
    return _summary(effects, log_density, region, unit)


def _standard_error(differences: Floats) -> float:
    spread = max(float(differences.std()), RESOLUTION)
    return float(spread / np.sqrt(len(differences)))


def _nodes(centre: float, scale: float, count: int) -> Floats:
    """Return ``count`` points around a centre, dense within the scale and ever wider apart up to ``REACH``."""
    return np.asarray(centre + scale * np.sinh(np.linspace(-1.0, 1.0, count) * np.arcsinh(REACH / scale)))


def _spread_nodes(scale: float) -> tuple[Floats, Floats]:
    """Return values of τ from zero on and their prior weights."""
    nodes = scale * np.sinh(np.linspace(0.0, np.arcsinh(5 * PRIOR_TAU / scale), SPREADS))
    weights = np.exp(-0.5 * (nodes / PRIOR_TAU) ** 2) * np.gradient(nodes)
    weights[[0, -1]] /= 2.0
    return nodes, weights / weights.sum()


def _log_likelihood(differences: Floats, effects: Floats) -> Floats:
    """Log likelihood of the effect on a table, with its noise integrated out; ``(effects,)``, up to a constant."""
    n, mean = len(differences), differences.mean()
    squares = ((differences - mean) ** 2).sum() + n * (effects - mean) ** 2
    log_noise = np.linspace(np.log(RESOLUTION), np.log(5 * PRIOR_SIGMA), NOISES + int(6 * np.sqrt(n)))
    noise = np.exp(log_noise)
    prior = log_noise - 0.5 * (noise / PRIOR_SIGMA) ** 2  # the first term: the grid is even in log σ
    terms = prior - n * log_noise - 0.5 * squares[:, None] / noise**2
    top = terms.max(axis=1, keepdims=True)
    return np.asarray(top[:, 0] + np.log(np.exp(terms - top).sum(axis=1)))


def _log_density_of_mean(tables: Sequence[Floats], effects: Floats, errors: Floats) -> Floats:
    """Log posterior density of δ at the given effects, up to a constant."""
    from scipy.special import ndtr

    spreads, weights = _spread_nodes(float(errors.min()))
    log_joint = np.zeros((EFFECTS, SPREADS))
    for differences, error in zip(tables, errors, strict=True):
        edges = _nodes(float(differences.mean()), float(error), CELLS + 1)
        likelihood = _log_likelihood(differences, (edges[1:] + edges[:-1]) / 2)
        height = np.exp(likelihood - likelihood.max())
        # Whole cells by the normal distribution function: right however narrow τ is beside a cell.
        width = np.maximum(spreads, 1e-9)[None, :, None]
        below = ndtr((edges - effects[:, None, None]) / width)
        log_joint += np.log(np.maximum(np.diff(below, axis=2) @ height, 1e-300))
    top = log_joint.max()
    joint = np.exp(log_joint - top) @ weights
    return np.asarray(np.log(np.maximum(joint, 1e-300)) - 0.5 * (effects / PRIOR_DELTA) ** 2)


def _summary(effects: Floats, log_density: Floats, region: float, unit: float) -> Difference:
    from scipy.interpolate import CubicSpline

    # The grid is even in its own index: the spline through it is read far more densely.
    places = np.linspace(0, len(effects) - 1, FINE * (len(effects) - 1) + 1)
    effects, log_density = (CubicSpline(range(len(values)), values)(places) for values in (effects, log_density))
    effects *= unit
    density = np.exp(log_density - log_density.max())
    mass = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(effects))])
    mass /= mass[-1]
    low, high = np.interp([0.025, 0.975], mass, effects)
    zero, least, most = np.interp([0.0, -region, region], effects, mass)
    weights = np.diff(mass)
    return Difference(
        float(weights @ (effects[1:] + effects[:-1]) / 2),
        float(low),
        float(high),
        float(1.0 - zero),
        float(most - least),
    )
