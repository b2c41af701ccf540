"""How much better one method is than another, over tables and seeds, as a posterior (Pyro).

On table t the difference of the two methods with common start s is d_ts ~ Student-t(ν = 5, δ_t, σ_t); the tables'
mean differences are δ_t ~ Normal(δ, τ). Weakly informative priors on the scale of percent of the maximum:
δ ~ Normal(0, 20), τ ~ HalfNormal(10), σ_t ~ HalfNormal(20). With one table τ is not identified and δ_t is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Difference:
    """Posterior of a - b: mean, 95% interval, probability that it is positive and that it is practically nothing."""

    mean: float
    low: float
    high: float
    probability_positive: float
    probability_equivalent: float


def compare_paired(
    differences: Sequence[NDArray[np.float64]], *, region: float = 1.0, samples: int = 600, seed: int = 0
) -> Difference:
    """Posterior of the mean difference between two methods.

    Parameters
    ----------
    differences
        For each table the differences by common start, percent of the maximum, shape ``(s_t,)``.
    region
        Half width of the region of practical equivalence, percent of the maximum.
    samples
        Posterior draws after as many warm-up draws (half of it, at least 200).

    Returns
    -------
    Difference
        Over tables where there are several, else of the one table.
    """
    import pyro
    import torch
    from pyro.infer import MCMC, NUTS

    pyro.set_rng_seed(seed)
    data = [torch.as_tensor(np.asarray(d, dtype=float)) for d in differences]
    sampler = MCMC(
        NUTS(_model), num_samples=samples, warmup_steps=max(200, samples // 2), disable_progbar=True
    )
    sampler.run(data)
    drawn = sampler.get_samples()
    effect = drawn["delta"] if len(data) > 1 else drawn["delta"] + drawn["tau"] * drawn["z"][:, 0]
    return _summary(effect.numpy(), region)


def _model(data: Sequence[object]) -> None:
    import pyro
    import pyro.distributions as dist
    import torch

    delta = pyro.sample("delta", dist.Normal(torch.tensor(0.0, dtype=torch.float64), 20.0))
    tau = pyro.sample("tau", dist.HalfNormal(torch.tensor(10.0, dtype=torch.float64)))
    shape = torch.zeros(len(data), dtype=torch.float64)
    z = pyro.sample("z", dist.Normal(shape, 1.0).to_event(1))
    sigma = pyro.sample("sigma", dist.HalfNormal(shape + 20.0).to_event(1))
    for t, observed in enumerate(data):
        pyro.sample(
            f"d{t}",
            dist.StudentT(5.0, delta + tau * z[t], sigma[t]).expand([len(observed)]).to_event(1),
            obs=observed,
        )  # type: ignore[arg-type]


def _summary(effect: NDArray[np.float64], region: float) -> Difference:
    low, high = np.quantile(effect, [0.025, 0.975])
    return Difference(
        float(effect.mean()),
        float(low),
        float(high),
        float((effect > 0).mean()),
        float((np.abs(effect) < region).mean()),
    )
