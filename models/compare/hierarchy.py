"""How much better one method is than another, over tables and seeds, as a posterior (Pyro).

On table t the difference of two methods p with common start s is d_pts ~ Student-t(5, δ_p + τ_p z_pt, σ_pt), with
z ~ Normal(0, 1): a hierarchical model in its non-centred form. Weakly informative priors on the scale of percent
of the maximum: δ ~ Normal(0, 20), τ ~ HalfNormal(10), σ ~ HalfNormal(20). With one table τ cannot be told from δ,
and the effect on that table, δ + τ z, is reported. All pairs of methods are sampled in one batch (NUTS).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """Posterior of a - b: mean, 95% interval, P(a - b > 0), P(|a - b| below the region of equivalence)."""

    mean: float
    low: float
    high: float
    probability_positive: float
    probability_equivalent: float


def compare_paired(
    pairs: Sequence[Sequence[Floats]],
    *,
    region: float = 1.0,
    samples: int = 500,
    warmup: int = 300,
    seed: int = 0,
) -> list[Difference]:
    """Posterior of the mean difference, for several pairs of methods at once.

    Parameters
    ----------
    pairs
        For each pair, for each table, the differences by common start in percent of the maximum, ``(s_t,)``.
        Tables are told apart within a pair only.
    region
        Half width of the region of practical equivalence, percent of the maximum.
    samples, warmup
        Draws of the sampler.

    Returns
    -------
    list of Difference
        One a pair: over its tables where there are several, else of its one table.
    """
    import pyro
    import torch
    from pyro.infer import MCMC, NUTS

    observed, seen = _padded(pairs)
    pyro.set_rng_seed(seed)
    kernel = NUTS(_model, jit_compile=False, max_tree_depth=4)
    sampler = MCMC(kernel, num_samples=samples, warmup_steps=warmup, disable_progbar=True)
    sampler.run(torch.as_tensor(observed), torch.as_tensor(seen))
    drawn = {name: values.numpy() for name, values in sampler.get_samples().items()}
    found = []
    for p, tables in enumerate(pairs):
        effect = drawn["delta"][:, p]
        if len(tables) == 1:
            effect = effect + drawn["tau"][:, p] * drawn["z"][:, p, 0]
        found.append(_summary(effect, region))
    return found


def _padded(pairs: Sequence[Sequence[Floats]]) -> tuple[Floats, NDArray[np.bool_]]:
    """Stack ragged differences into arrays ``(pairs, tables, seeds)`` with a mask of what is there."""
    shape = (len(pairs), max(len(p) for p in pairs), max(len(d) for p in pairs for d in p))
    observed, seen = np.zeros(shape), np.zeros(shape, dtype=bool)
    for i, tables in enumerate(pairs):
        for t, values in enumerate(tables):
            observed[i, t, : len(values)] = values
            seen[i, t, : len(values)] = True
    return observed, seen


def _model(observed: Any, seen: Any) -> None:
    import pyro
    import pyro.distributions as dist

    pairs, tables = observed.new_zeros(observed.shape[0]), observed.new_zeros(observed.shape[:2])
    delta = pyro.sample("delta", dist.Normal(pairs, 20.0).to_event(1))
    tau = pyro.sample("tau", dist.HalfNormal(pairs + 10.0).to_event(1))
    z = pyro.sample("z", dist.Normal(tables, 1.0).to_event(2))
    sigma = pyro.sample("sigma", dist.HalfNormal(tables + 20.0).to_event(2))
    centre = (delta[:, None] + tau[:, None] * z)[..., None]
    likelihood = dist.StudentT(5.0, centre, sigma[..., None]).expand(observed.shape).mask(seen)
    pyro.sample("differences", likelihood.to_event(3), obs=observed)


def _summary(effect: Floats, region: float) -> Difference:
    low, high = np.quantile(effect, [0.025, 0.975])
    return Difference(
        float(effect.mean()),
        float(low),
        float(high),
        float((effect > 0).mean()),
        float((np.abs(effect) < region).mean()),
    )
