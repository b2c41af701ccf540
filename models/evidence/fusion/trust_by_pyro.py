"""The trust in sources sampled by Pyro: a check of what `source_trust` finds by EM and sums over a grid."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from hypograph.models.evidence.fusion.reliability import Skill
from hypograph.models.evidence.fusion.source_trust import WORTH
from hypograph.models.evidence.masses.mass import FloatArray, IntArray

# Overdispersion that reports of one alloy are given: with one report a source it does not matter.
SPREAD = 0.3


def trust_by_pyro(
    group: IntArray, single: FloatArray, multi: FloatArray, prior: FloatArray, *, samples: int = 300, seed: int = 0
) -> Skill:
    """Sample sensitivity and specificity of each source (NUTS); the hidden truth of each alloy is summed out.

    Parameters
    ----------
    group
        Group of each source, shape ``(sources,)``: within a group the mean of the log-likelihoods counts.
    single, multi
        Counts, shape ``(alloys, sources)``.
    prior
        Log-odds of a single phase without the alloy's records, shape ``(alloys,)``.
    samples
        Samples kept; as many again warm the sampler up.

    Returns
    -------
    Skill
        Posterior mean and 95% interval, shape ``(sources, 2)``: sensitivity, specificity.

    Notes
    -----
    rate ~ Beta(1 + 12c, 1 + 12(1 − c)) with c ~ U(.6, .95); counts are beta-binomial of spread .3.
    """
    import torch

    # Pyro has no type annotations, so its modules are taken as they come.
    pyro: Any = importlib.import_module("pyro")
    infer: Any = importlib.import_module("pyro.infer")
    dist: Any = pyro.distributions
    ones, twos, odds = (torch.tensor(np.asarray(a, float)) for a in (single, multi, prior))
    share = torch.tensor(_shares(group, single + multi > 0))
    size = (1 - SPREAD) / SPREAD

    def log_likelihood(rate: torch.Tensor) -> torch.Tensor:
        a, b = rate * size, (1 - rate) * size
        terms = [torch.lgamma(x + y) - torch.lgamma(y) for x, y in ((ones, a), (twos, b))]
        return (share * (terms[0] + terms[1])).sum(1)

    def model() -> None:
        centre = pyro.sample("centre", dist.Uniform(torch.tensor(0.6).double(), torch.tensor(0.95).double()))
        alpha, beta = 1 + WORTH * centre, 1 + WORTH * (1 - centre)
        rates = pyro.sample("rates", dist.Beta(alpha, beta).expand([ones.shape[1], 2]).to_event(2))
        there = torch.nn.functional.logsigmoid(odds) + log_likelihood(rates[:, 0])
        absent = torch.nn.functional.logsigmoid(-odds) + log_likelihood(1 - rates[:, 1])
        pyro.factor("reports", torch.logaddexp(there, absent).sum())

    pyro.set_rng_seed(seed)
    pyro.clear_param_store()
    chain = infer.MCMC(infer.NUTS(model), num_samples=samples, warmup_steps=samples, disable_progbar=True)
    chain.run()
    draws = chain.get_samples()["rates"].numpy()
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    return Skill(draws.mean(0), low, high)


def _shares(group: IntArray, reports: np.ndarray) -> FloatArray:
    """Weight of each source's log-likelihood: one over the sources of its group that report on the alloy."""
    same = (group[:, None] == group[None]).astype(float)
    beside = reports.astype(float) @ same
    return np.asarray(reports / np.maximum(beside, 1.0), float)
