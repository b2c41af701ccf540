"""The hierarchical posterior of a finished search: scale and judges' skills are inferred, not fixed.

Utilities have covariance s² K with the preference model's K; each judge's slope has a log-normal prior around the
measured one. Fitted by stochastic variational inference with a full-rank Gaussian (Pyro; Kucukelbir et al., JMLR
2017). Slower than the Laplace form by orders of magnitude: it checks the answer of a search, it does not steer it.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from hypograph.models.hypotheses.search.beliefs import Beliefs
from hypograph.models.hypotheses.search.features import Float, Int


@dataclass(frozen=True)
class Posterior:
    """What the hierarchical model says.

    Attributes
    ----------
    mean, sd
        Utilities, shape ``(n,)``.
    probability_best
        Probability that each item is the best of all, shape ``(n,)``.
    slopes
        Posterior mean slope of each judge, shape ``(j,)``.
    """

    mean: Float
    sd: Float
    probability_best: Float
    slopes: Float


def hierarchical(
    K: Float,
    first: Int,
    second: Int,
    y: Float,
    judge: Int,
    slopes: Float,
    *,
    steps: int = 600,
    draws: int = 1000,
    seed: int = 0,
) -> Posterior:
    """Fit the hierarchical model.

    Parameters
    ----------
    K
        Prior covariance of utilities up to scale, shape ``(n, n)``.
    first, second, judge
        Items compared and who compared them, shape ``(c,)``.
    y
        Verdict that the first is better, in [0, 1], shape ``(c,)``.
    slopes
        Measured slope of each judge, shape ``(j,)``; 0 counts as .05, since a log-normal has no zero.
    steps, draws, seed
        Optimisation steps, posterior draws, and the seed of both.
    """
    import torch

    # Pyro carries no types: as Any it says so once.
    pyro: Any = importlib.import_module("pyro")
    dist: Any = importlib.import_module("pyro.distributions")
    infer: Any = importlib.import_module("pyro.infer")
    guides: Any = importlib.import_module("pyro.infer.autoguide")
    optim: Any = importlib.import_module("pyro.optim")
    root = torch.as_tensor(np.linalg.cholesky(K + 1e-6 * np.eye(len(K))), dtype=torch.float64)
    a, b, who = (torch.as_tensor(v) for v in (first, second, judge))
    told = torch.as_tensor(y, dtype=torch.float64)
    centre = torch.as_tensor(np.log(np.maximum(slopes, 0.05)), dtype=torch.float64)
    zero, one = torch.zeros((), dtype=torch.float64), torch.ones((), dtype=torch.float64)

    def model() -> None:
        scale = pyro.sample("scale", dist.LogNormal(zero, one))
        skill = pyro.sample("skill", dist.LogNormal(centre, 0.5 * torch.ones_like(centre)).to_event(1))
        z = pyro.sample("z", dist.Normal(torch.zeros(len(K), dtype=torch.float64), 1.0).to_event(1))
        f = scale * (root @ z)
        logit = skill[who] * (f[a] - f[b])
        fit = told * torch.nn.functional.logsigmoid(logit) + (1 - told) * torch.nn.functional.logsigmoid(-logit)
        pyro.factor("verdicts", fit.sum())

    pyro.clear_param_store()
    with _Seeded(pyro, seed):
        guide = guides.AutoMultivariateNormal(model, init_scale=0.1)
        inference = infer.SVI(model, guide, optim.Adam({"lr": 0.03}), infer.Trace_ELBO())
        for _ in range(steps):
            inference.step()
        utilities, skills = [], []
        with torch.no_grad():
            for _ in range(draws):
                found = guide()
                utilities.append((found["scale"] * (root @ found["z"])).numpy())
                skills.append(found["skill"].numpy())
    f = np.array(utilities)
    best = np.bincount(f.argmax(axis=1), minlength=len(K)) / draws
    return Posterior(f.mean(axis=0), f.std(axis=0), np.asarray(best), np.mean(skills, axis=0))


class _Seeded:
    """Seed Pyro for a block, and leave the global generators as they were."""

    def __init__(self, pyro: Any, seed: int) -> None:
        self._pyro, self._seed = pyro, seed

    def __enter__(self) -> None:
        self._state = self._pyro.util.get_rng_state()
        self._pyro.set_rng_seed(self._seed)

    def __exit__(self, *_: object) -> None:
        self._pyro.util.set_rng_state(self._state)


def of_beliefs(beliefs: Beliefs, **options: Any) -> Posterior:
    """Fit the hierarchical model to everything that one search heard, in the order in which its lines were written.

    One judge is assumed, with the slope that the search found; a stated probability counts as that share of a verdict.
    """
    used, n = beliefs.used, beliefs.items
    K = beliefs.covariance[0, :n, :n].astype(np.float64) / beliefs.total
    first, second = beliefs.first[0, :used], beliefs.second[0, :used]
    y = 1 / (1 + np.exp(beliefs.won[0, :used].astype(np.float64)))
    slope = np.sqrt(beliefs.variance[:1]).astype(np.float64)
    return hierarchical(K, first, second, y, np.zeros(used, dtype=np.int64), slope, **options)
