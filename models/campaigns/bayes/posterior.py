"""How much each draw of the hyperparameters, and each kind of knowledge, is believed after the results.

Every draw is weighed by its marginal likelihood (Rasmussen & Williams 2006, eq. 5.8) with the signal's variance
integrated out under an inverse-gamma prior (O'Hagan & Forster 2004, sec. 11.3). Knowledge enters as further
hypotheses about the same data, never as a fact: a utility u = Σ_j u_j, a part a parameter, adds Σ_j β_j u_j with
weights β_j of their own, Normal(β, (0.6 β)²) for two values of β (Rasmussen & Williams 2006, sec. 2.7), a similarity
of options adds kernels in which alike options are close. Half of the prior weight stays on "the knowledge is worth
nothing", as on "descriptors say nothing"; knowledge is used only while the campaign's own results give it the weight
that the gate asks for. Where the gate is closed the draws, and so the suggestions, are exactly those without knowledge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.bayes.hyperparameters import BETAS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Real = TypeVar("Real", np.float32, np.float64)

GATE = 0.5  # weight of knowledge from which it is used
CAUTION = 0.06  # by which the gate is higher for each result that is missing from ten: early evidence is mostly noise
ENOUGH = 10
VARIANCE_SHAPE = (
    2.0  # of the inverse-gamma prior of the signal's variance; its scale is the same, so its mode is below 1
)
REPRESENTATIVES = 8
DOUBT = 0.6  # prior standard deviation of a part's weight, as share of its mean


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of hypothesis: mean weight β of the utility's parts, and whether alike options are close."""

    beta: float = 0.0
    alike: bool = False

    @property
    def spread(self) -> float:
        """Prior variance of the weight of each part."""
        return (DOUBT * self.beta) ** 2


def kinds(*, utility: bool, similarity: bool) -> list[Kind]:
    """Return the kinds that given sources allow; the first one uses no knowledge."""
    betas = (0.0, *BETAS) if utility else (0.0,)
    return [Kind(b, a) for a in ((False, True) if similarity else (False,)) for b in betas]


def log_evidence(white: NDArray[Any], log_det: Floats) -> tuple[Floats, Floats]:
    """Log marginal likelihood up to a constant, and the posterior of the signal's variance.

    Parameters
    ----------
    white
        Residuals times the inverse Cholesky factor of their correlation, shape ``(..., t)``.
    log_det
        Half the log determinant of that correlation, shape ``(...)``.

    Returns
    -------
    evidence, variance
        Shape ``(...)``; the variance is that of the Student-t predictive's scale.
    """
    t = white.shape[-1]
    shape, rate = VARIANCE_SHAPE + 0.5 * t, VARIANCE_SHAPE + 0.5 * np.einsum("...t,...t->...", white, white)
    return -log_det - shape * np.log(rate), rate / shape


def weigh(evidence: Sequence[Floats], results: int) -> tuple[Floats, Floats]:
    """Posterior weights of the draws under each kind of hypothesis.

    Parameters
    ----------
    evidence
        For each kind the log evidence, shape ``(k, s)``: draws and replicates.
    results
        How many results the evidence is of.

    Returns
    -------
    weights
        Shape ``(q, k, s)``; each replicate's sum to 1.
    share
        Posterior weight of all knowledge before the gate, shape ``(s,)``.
    """
    stacked = np.stack(evidence)
    q = len(stacked)
    prior = np.array([0.5] + [0.5 / (q - 1)] * (q - 1)) if q > 1 else np.ones(1)
    weights = np.exp(stacked - stacked.max((0, 1))) * prior[:, None, None]
    weights /= weights.sum((0, 1))
    share = weights[1:].sum((0, 1))
    return gated(weights, gate(results)), np.asarray(share)


def unbiased(evidence: Sequence[Floats], told: Sequence[Floats]) -> list[Floats]:
    """Take from each kind's evidence what it has from results that its source was told.

    What is left to choose between the kinds is how well each predicts the later results from those before (a partial
    Bayes factor: O'Hagan 1995); the draws within a kind keep what all results say of them.

    Parameters
    ----------
    evidence, told
        Log evidence of all results and of those that were told, for each kind of shape ``(k,)``.
    """
    own = [np.logaddexp.reduce(found) for found in told]
    return [found - (mine - own[0]) for found, mine in zip(evidence, own, strict=True)]


def gate(results: int) -> float:
    """Return the posterior weight that knowledge needs after so many results."""
    return GATE + CAUTION * max(0, ENOUGH - results)


def gated(weights: Floats, needed: float) -> Floats:
    """Take knowledge out where its weight is below the gate: what stays is the first kind's posterior.

    Parameters
    ----------
    weights
        Shape ``(q, k, s)``, each replicate's sum to 1.
    needed
        Weight that all knowledge together needs.
    """
    trusted = weights[1:].sum((0, 1)) >= needed
    kept = weights.copy()
    kept[1:, :, ~trusted] = 0.0
    return np.asarray(kept / kept.sum((0, 1)))


def described_if_earned(weights: Floats, described: NDArray[np.bool_], results: int) -> Floats:
    """Leave out the draws that use descriptors where their weight is below the gate: the rule for all knowledge.

    Parameters
    ----------
    weights
        Shape ``(q, k, s)``, each replicate's sum to 1.
    described
        Which draws use descriptors, shape ``(k,)``.
    """
    trusted = weights[:, described].sum((0, 1)) >= gate(results)
    kept = np.where(described[:, None] & ~trusted, 0.0, weights)
    return np.asarray(kept / kept.sum((0, 1)))


def representatives(weights: Floats, n: int = REPRESENTATIVES) -> tuple[Ints, Floats]:
    """Choose draws to stand for the posterior by systematic resampling (Kitagawa 1996), without chance.

    Parameters
    ----------
    weights
        Shape ``(k,)``, sum 1.

    Returns
    -------
    chosen, share
        At most n indices, and the share of the weight that each stands for.
    """
    grid = (np.arange(n) + 0.5) / n
    found = np.minimum(np.searchsorted(np.cumsum(weights), grid), len(weights) - 1)
    chosen, count = np.unique(found, return_counts=True)
    return chosen, count / n


def expected_improvement(mean: NDArray[Real], sd: NDArray[Real], best: float | NDArray[Real]) -> NDArray[Real]:
    """Expected improvement over `best` for maximisation (Jones et al. 1998, eq. 15); keeps the precision."""
    from scipy.special import ndtr

    z = (mean - best) / sd
    density = np.exp(-0.5 * z * z) * z.dtype.type(1.0 / np.sqrt(2.0 * np.pi))
    return np.asarray(sd * (z * ndtr(z) + density))


def standardised(utility: Floats) -> Floats:
    """Give each row mean 0 and standard deviation 1; a row that says nothing becomes 0."""
    spread = utility.std(1, keepdims=True)
    return np.asarray(
        np.where(spread > 0, (utility - utility.mean(1, keepdims=True)) / np.maximum(spread, 1e-300), 0.0)
    )


def parted(pool: Ints, utility: Floats) -> Floats:
    """Split a utility into what each parameter's options add on average over the candidates.

    Parameters
    ----------
    pool
        Candidates as option indices, shape ``(m, d)``.
    utility
        Utility of each candidate, shape ``(m,)``.

    Returns
    -------
    ndarray
        Shape ``(d, m)``, each row with mean 0; over a full grid they sum to an additive utility without its mean.
    """
    parts = np.empty(pool.shape[::-1])
    for part, options in zip(parts, pool.T, strict=True):
        count = np.maximum(np.bincount(options), 1)
        part[:] = (np.bincount(options, utility) / count)[options]
    return np.asarray(parts - utility.mean())
