"""How far sources are to be trusted: a Bayesian model of their skill by field and element group.

A source was asked questions whose answers the training data know. In field d (a domain of a language
model, or one table) and element group g it was right r of n times:

    r_dg ~ Binomial(n_dg, logistic(μ + a_d + b_g)),  μ ~ N(0, 1),  a_d ~ N(0, σ_a²),  b_g ~ N(0, σ_b²),  σ
    ~ HalfNormal(1)

so that fields and groups with few questions borrow from the others. What is returned is a posterior and not a
point. `posterior` is a fast approximation (Laplace for each of a grid of scales, averaged by marginal likelihood);
`posterior_pyro` samples the same model with Pyro's NUTS and is what the fast one is checked against.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from hypograph.models.core.elements import SYMBOLS
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.statistics.functions import sigmoid

GROUPS: Final = (
    "s-block",
    "early transition",
    "middle transition",
    "late transition",
    "coinage",
    "p-block",
    "f-block",
)
SCALES: Final = (0.1, 0.2, 0.4, 0.7, 1.1, 1.6, 2.3)


@dataclass(frozen=True)
class Skill:
    """Posterior probability of being right.

    Attributes
    ----------
    mean, low, high
        Shape ``(fields, groups)``; low and high bound the central 95%.
    """

    mean: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def reliability(self) -> FloatArray:
        """Discount factor in [0, 1]: 0 for guessing or worse, 1 for always right."""
        return np.clip(2.0 * self.mean - 1.0, 0.0, 1.0)


def element_groups(symbols: Sequence[str]) -> IntArray:
    """Number in `GROUPS` of each element, shape ``(elements,)``."""
    return np.array([_group(SYMBOLS.index(s) + 1) for s in symbols], np.int64)


def _group(number: int) -> int:
    if 57 <= number <= 71 or 89 <= number <= 103:
        return 6
    for first in (21, 39, 71, 103):
        column = number - first + 3
        if 3 <= column <= 12 and number >= 21:
            return 1 if column <= 5 else 2 if column <= 7 else 3 if column <= 10 else 4
    noble = (2, 10, 18, 36, 54, 86)
    return 0 if number in (1, 3, 4, *(n + i for n in noble[1:] for i in (1, 2))) else 5


def posterior(right: FloatArray, asked: FloatArray) -> Skill:
    """Approximate the posterior skill.

    Parameters
    ----------
    right, asked
        Counts, shape ``(fields, groups)``, right ≤ asked.

    Returns
    -------
    Skill
    """
    fields, groups = right.shape
    design = _design(fields, groups)
    r, n = right.ravel().astype(float), asked.ravel().astype(float)
    values, centres, spreads = [], [], []
    for field_scale in SCALES:
        for group_scale in SCALES:
            variance = np.concatenate([[1.0], np.full(fields, field_scale**2), np.full(groups, group_scale**2)])
            x, hessian, joint = _laplace(design, r, n, variance)
            _, size = np.linalg.slogdet(hessian)
            # Marginal likelihood times the half-normal priors of the scales, on a grid of their logarithms.
            prior = np.log(field_scale * group_scale) - 0.5 * (field_scale**2 + group_scale**2)
            values.append(joint - 0.5 * size + prior)
            centres.append(design @ x)
            spreads.append(np.einsum("ij,jk,ik->i", design, np.linalg.inv(hessian), design))
    weight = np.exp(np.array(values) - max(values))
    weight /= weight.sum()
    centre = weight @ np.array(centres)
    spread = np.sqrt(weight @ (np.array(spreads) + (np.array(centres) - centre) ** 2))
    mean = sigmoid(centre / np.sqrt(1 + np.pi * spread**2 / 8))
    low, high = sigmoid(centre - 1.96 * spread), sigmoid(centre + 1.96 * spread)
    shape = (fields, groups)
    return Skill(mean.reshape(shape), low.reshape(shape), high.reshape(shape))


def posterior_pyro(right: FloatArray, asked: FloatArray, *, samples: int = 500, seed: int = 0) -> Skill:
    """Sample the posterior skill with Pyro (NUTS); same parameters and result as `posterior`.

    Parameters
    ----------
    samples
        Samples kept; as many again, at most 300, warm the sampler up.
    seed
        Seed of the sampler.
    """
    import torch

    # Pyro has no type annotations, so its modules are taken as they come.
    pyro: Any = importlib.import_module("pyro")
    infer: Any = importlib.import_module("pyro.infer")
    dist: Any = pyro.distributions

    fields, groups = right.shape
    design = torch.tensor(_design(fields, groups))
    r, n = torch.tensor(right.ravel().astype(float)), torch.tensor(asked.ravel().astype(float))

    def model() -> None:
        scale_a = pyro.sample("scale_a", dist.HalfNormal(torch.tensor(1.0, dtype=torch.double)))
        scale_b = pyro.sample("scale_b", dist.HalfNormal(torch.tensor(1.0, dtype=torch.double)))
        z = pyro.sample("z", dist.Normal(torch.zeros(1 + fields + groups, dtype=torch.double), 1.0).to_event(1))
        scale = torch.cat([torch.ones(1, dtype=torch.double), scale_a.expand(fields), scale_b.expand(groups)])
        pyro.sample("right", dist.Binomial(n, logits=design @ (scale * z)).to_event(1), obs=r)

    pyro.set_rng_seed(seed)
    pyro.clear_param_store()
    chain = infer.MCMC(infer.NUTS(model), num_samples=samples, warmup_steps=min(samples, 300), disable_progbar=True)
    chain.run()
    draws = chain.get_samples()
    ones = torch.ones(samples, 1, dtype=torch.double)
    scale = torch.cat(
        [ones, draws["scale_a"][:, None].expand(-1, fields), draws["scale_b"][:, None].expand(-1, groups)], 1
    )
    p = torch.sigmoid((scale * draws["z"]) @ design.T).numpy()
    low, high = np.quantile(p, [0.025, 0.975], axis=0)
    shape = (fields, groups)
    return Skill(p.mean(0).reshape(shape), low.reshape(shape), high.reshape(shape))


def _design(fields: int, groups: int) -> FloatArray:
    """One row a (field, group): constant, field, group."""
    field, group = np.divmod(np.arange(fields * groups), groups)
    return np.concatenate([np.ones((fields * groups, 1)), np.eye(fields)[field], np.eye(groups)[group]], 1)


def _laplace(
    design: FloatArray, right: FloatArray, asked: FloatArray, variance: FloatArray
) -> tuple[FloatArray, FloatArray, float]:
    """Maximum, Hessian there and the logarithm of the joint density, up to a constant."""
    x = np.zeros(design.shape[1])
    hessian = np.diag(1 / variance)
    for _ in range(30):
        p = sigmoid(design @ x)
        gradient = design.T @ (asked * p - right) + x / variance
        hessian = (design * (asked * p * (1 - p))[:, None]).T @ design + np.diag(1 / variance)
        step = np.linalg.solve(hessian, gradient)
        x = x - step
        if np.abs(step).max() < 1e-8:
            break
    eta = design @ x
    joint = float((right * eta - asked * np.logaddexp(0, eta)).sum() - 0.5 * (x**2 / variance).sum())
    return x, hessian, joint - 0.5 * float(np.log(variance).sum())


def expert_record(
    similar: FloatArray, dissimilar: FloatArray, truth: FloatArray, known: FloatArray, groups: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Count how often an expert was right about pairs of elements.

    Parameters
    ----------
    similar, dissimilar
        Its masses, shape ``(fields, elements, elements)``.
    truth
        Share of exchanges of the two elements that left the outcome as it was, shape ``(elements,
        elements)``.
    known
        Number of those exchanges, same shape; 0 where the training data do not know.
    groups
        Group of each element.

    Returns
    -------
    tuple
        right and asked, each of shape ``(fields, len(GROUPS))``. A pair counts for the groups of both
        elements. It is right to call a pair similar whose share is above that of the median pair.
    """
    fields, count = similar.shape[0], len(GROUPS)
    right, asked = np.zeros((fields, count)), np.zeros((fields, count))
    first, second = np.nonzero(np.triu(known, 1) > 0)
    if not len(first):
        return right, asked
    share = truth[first, second]
    alike = share > np.median(share)
    for f in range(fields):
        says = similar[f, first, second] - dissimilar[f, first, second]
        told = says != 0
        hit = ((says > 0) == alike) & told
        for ends in (first, second):
            asked[f] += np.bincount(groups[ends], told, minlength=count)
            right[f] += np.bincount(groups[ends], hit, minlength=count)
    return right, asked
