"""Trust in sources of records, learned without a truth: from where they overlap, and from what the learners expect.

Source s reports k times *single* and l times *not* for an alloy. With its sensitivity, specificity and overdispersion ρ

    P(k, l | single) ∝ BB(k, l; se_s, ρ_s),   P(k, l | not) ∝ BB(k, l; 1 − sp_s, ρ_s),

BB the beta-binomial: reports of one alloy in one source repeat each other. The truth of each alloy is hidden; its prior
is what learners say that never saw the alloy's element set (A. P. Dawid and A. M. Skene, Appl. Stat. 28, 20, 1979; EM).
All se and sp share a beta prior whose centre is learned too, from the sources that can be compared with others: a
source with little overlap borrows from them. What is kept is the posterior mean, not the mode: one report of a source
of which nothing else is known is worth how often such a source is expected to be right, and no more.

Whether a source says anything at all is a question of its own: its reports are compared with those of a source that
reports *single* at one rate whatever the truth is (`informative`). The posterior probability that it is none of these
discounts its evidence, so that labels drawn at random end as ignorance and not as weak evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from hypograph.models.evidence.fusion.weights import Weights
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.statistics.functions import logit, sigmoid

STEPS: Final = 15
LEAST_SPREAD: Final = 0.2
# Worth of the shared prior, in alloys, and its mean before anything is measured.
WORTH: Final = 12.0
EXPECTED: Final = 0.8
# Probability that a source says anything, before anything is measured.
UNMEASURED: Final = 0.75
# Share that is kept of a source that does, before its overlap with others moves it (a beta prior, worth six alloys).
KEPT: Final = 0.95
# Pseudo-reports of knowing nothing in one source's reports of an alloy. Of 0, .25, .5, 1 and 2 the one with which m(Ω)
# and K foretell errors best where borg2020 and peivaste2023 predict each other (`benchmarks/evidence_records.py` shows
# the other two sources).
FEW_REPORTS: Final = 0.25
GRID: Final = np.linspace(0.025, 0.975, 20)
RATES: Final = np.linspace(0.02, 0.98, 193)
TAUS: Final = np.linspace(0.0, 1.0, 41)


@dataclass(frozen=True)
class SourceTrust:
    """What is known of one source.

    Attributes
    ----------
    sensitivity, specificity
        How often it reports a single phase where there is one, and none where there is none.
    spread
        Overdispersion of its reports of one alloy, in [0.2, 1).
    reliability
        Share of its evidence that is kept.
    compared
        Alloys on which another source reports too.
    informative
        Probability that its reports depend on the truth at all.
    """

    name: str
    sensitivity: float
    specificity: float
    spread: float
    reliability: float
    compared: int
    informative: float = 1.0

    def log_ratio(self, single: FloatArray, multi: FloatArray, either: FloatArray | float = 0.0) -> FloatArray:
        """Log likelihood ratio of counts, single against not, shape ``(alloys,)``.

        Parameters
        ----------
        either
            Odds that the alloy comes out either way, from others' records: then one report is as likely as the other,
            whichever verdict is held, and the ratio shrinks.
        """
        there, absent, none = self._log_likelihoods(single, multi)
        shared = np.log(np.maximum(either, 1e-300))
        return np.asarray(np.logaddexp(there - none, shared) - np.logaddexp(absent - none, shared), float)

    def _log_likelihoods(self, single: FloatArray, multi: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Of counts where there is a single phase, where there is none, and where it comes out either way."""
        rates = (self.sensitivity, 1 - self.specificity, 0.5)
        there, absent, none = (log_beta_binomial(single, multi, rate, self.spread) for rate in rates)
        return there, absent, none


def log_beta_binomial(single: FloatArray, multi: FloatArray, mean: float, spread: float) -> FloatArray:
    """Log-probability of counts up to what does not depend on the mean, shape ``(alloys,)``."""
    from scipy.special import betaln

    size = (1 - spread) / spread
    a, b = mean * size, (1 - mean) * size
    return np.asarray(betaln(single + a, multi + b) - betaln(a, b), float)


def learn_trust(
    names: Sequence[str],
    group: IntArray,
    single: FloatArray,
    multi: FloatArray,
    prior: FloatArray,
    skill: Mapping[str, float] | None = None,
) -> list[SourceTrust]:
    """Learn how far each source is to be trusted.

    Parameters
    ----------
    names
        Of the sources.
    group
        Group of each source, shape ``(sources,)``: sources of one group may copy each other.
    single, multi
        Counts, shape ``(alloys, sources)``.
    prior
        Log-odds of a single phase without the alloy's records, shape ``(alloys,)``.
    skill
        What was measured of whoever read a source, in [0, 1]: it says something with `UNMEASURED` times this
        probability before its reports are compared.
    """
    reports = single + multi > 0
    compared = (reports & (reports.sum(1, keepdims=True) > 1)).sum(0)
    value = np.tile([EXPECTED, EXPECTED, LEAST_SPREAD + 0.1], (len(names), 1))
    centre = EXPECTED
    for _ in range(STEPS):
        truth = sigmoid(np.clip(prior + _log_ratios(value, group, single, multi, reports), -30, 30))
        for s in range(len(names)):
            rows = reports[:, s]
            if rows.any():
                value[s] = _maximise(value[s], single[rows, s], multi[rows, s], truth[rows], centre)
        if compared.any():
            centre = float(np.clip(np.average(value[:, :2].mean(1), weights=compared), 0.6, 0.95))
    for s in range(len(names)):
        rows = reports[:, s]
        value[s, :2] = _means(float(value[s, 2]), single[rows, s], multi[rows, s], truth[rows], centre)
    expected = [UNMEASURED * (skill or {}).get(name, 1.0) for name in names]
    informed = [
        informative(single[r, s], multi[r, s], prior[r] + _others(value, group, single, multi, reports, s)[r],
                    float(value[s, 2]), expected[s])
        for s, r in enumerate(reports.T)
    ]  # fmt: skip
    trusts = [
        SourceTrust(name, float(v[0]), float(v[1]), float(v[2]), 1.0, int(c), i)
        for name, v, c, i in zip(names, value, compared, informed, strict=True)
    ]
    kept = _reliabilities(trusts, group, single, multi, reports, prior)
    return [replace(t, reliability=float(kept[g])) for t, g in zip(trusts, group, strict=True)]


def informative(single: FloatArray, multi: FloatArray, log_odds: FloatArray, spread: float, expected: float) -> float:
    """Probability that a source's reports depend on the truth, from those of alloys on which it reports.

    Parameters
    ----------
    single, multi
        Its counts, shape ``(alloys,)``.
    log_odds
        Of a single phase, without this source.
    spread
        Overdispersion of its reports.
    expected
        The same probability before any report is seen.

    Notes
    -----
    Two models are compared by their marginal likelihoods on a grid: rates of *single* that differ with the truth
    (sensitivity and 1 − specificity, beta priors as in `learn_trust`), and one rate whatever the truth is (uniform).
    """
    if not len(single) or not 0 < expected < 1:
        return expected
    p = np.clip(sigmoid(np.clip(log_odds, -30, 30)), 1e-6, 1 - 1e-6)
    rate = np.stack([log_beta_binomial(single, multi, float(q), spread) for q in GRID])
    worth = (WORTH * EXPECTED - 1) * np.log(GRID) + (WORTH * (1 - EXPECTED) - 1) * np.log1p(-GRID)
    worth -= np.logaddexp.reduce(worth)
    joint = np.logaddexp(np.log(p) + rate[:, None], np.log1p(-p) + rate[::-1][None]).sum(-1)
    told = float(np.logaddexp.reduce((joint + worth[:, None] + worth[None]).ravel()))
    untold = float(np.logaddexp.reduce(rate.sum(1)) - np.log(len(GRID)))
    return float(sigmoid(np.clip(np.log(expected) - np.log1p(-expected) + told - untold, -30, 30)))


def _others(
    value: FloatArray, group: IntArray, single: FloatArray, multi: FloatArray, reports: np.ndarray, own: int
) -> FloatArray:
    """Log likelihood ratio of all sources but one."""
    rest = np.arange(len(value)) != own
    if not rest.any():
        return np.zeros(len(single))
    return _log_ratios(value[rest], group[rest], single[:, rest], multi[:, rest], reports[:, rest])


def _log_ratios(
    value: FloatArray, group: IntArray, single: FloatArray, multi: FloatArray, reports: np.ndarray
) -> FloatArray:
    """Log likelihood ratio of all records; within a group the mean counts, since its sources copy each other."""
    total = np.zeros(len(single))
    for g in np.unique(group):
        members = np.flatnonzero(group == g)
        parts = np.stack([_ratio(value[s], single[:, s], multi[:, s]) * reports[:, s] for s in members], 1)
        total += parts.sum(1) / np.maximum(reports[:, members].sum(1), 1)
    return total


def _ratio(value: FloatArray, single: FloatArray, multi: FloatArray) -> FloatArray:
    sensitivity, specificity, spread = map(float, value)
    return log_beta_binomial(single, multi, sensitivity, spread) - log_beta_binomial(
        single, multi, 1 - specificity, spread
    )


def _maximise(start: FloatArray, single: FloatArray, multi: FloatArray, truth: FloatArray, centre: float) -> FloatArray:
    """Best sensitivity, specificity and spread of one source for given probabilities of the truth."""
    from scipy.optimize import minimize

    # Most alloys have one report or two: what they say is added up once for each pair of counts.
    pairs, place = np.unique(np.stack([single, multi], 1), axis=0, return_inverse=True)
    ones, twos = pairs.T
    there = np.bincount(place.reshape(-1), truth, minlength=len(pairs))
    absent = np.bincount(place.reshape(-1), 1 - truth, minlength=len(pairs))

    def unpack(x: FloatArray) -> FloatArray:
        spread = LEAST_SPREAD + (0.95 - LEAST_SPREAD) * float(sigmoid(x[2]))
        return np.array([*(0.02 + 0.96 * sigmoid(x[:2])), spread])

    def loss(x: FloatArray) -> float:
        sensitivity, specificity, spread = map(float, unpack(x))
        fit = there @ log_beta_binomial(ones, twos, sensitivity, spread)
        fit += absent @ log_beta_binomial(ones, twos, 1 - specificity, spread)
        return -float(fit) - float(_log_prior(np.array([sensitivity, specificity]), centre).sum())

    inside = np.clip((start - [0.02, 0.02, LEAST_SPREAD]) / [0.96, 0.96, 0.95 - LEAST_SPREAD], 1e-3, 1 - 1e-3)
    found = minimize(loss, logit(inside), method="L-BFGS-B", bounds=[(-6, 6)] * 3, options={"maxiter": 25})
    return unpack(found.x)


def _log_prior(rate: FloatArray, centre: float) -> FloatArray:
    """Log-density of the shared beta prior up to a constant: most likely at its centre, worth `WORTH` alloys."""
    return np.asarray(WORTH * (centre * np.log(rate) + (1 - centre) * np.log1p(-rate)), float)


def _means(
    spread: float, single: FloatArray, multi: FloatArray, truth: FloatArray, centre: float
) -> tuple[float, float]:
    """Posterior means of sensitivity and specificity for given probabilities of the truth."""
    there, absent = (
        _mean(np.array([weight @ log_beta_binomial(*counts, float(rate), spread) for rate in RATES]), centre)
        for weight, counts in ((truth, (single, multi)), (1 - truth, (multi, single)))
    )
    return there, absent


def _mean(log_likelihood: FloatArray, centre: float) -> float:
    weight = log_likelihood + _log_prior(RATES, centre)
    weight = np.exp(weight - weight.max())
    return float(weight @ RATES / weight.sum())


def _reliabilities(
    trusts: Sequence[SourceTrust],
    group: IntArray,
    single: FloatArray,
    multi: FloatArray,
    reports: np.ndarray,
    prior: FloatArray,
) -> dict[int, float]:
    """Share of each group's evidence to keep: posterior mean of the one that predicts the reports of other groups."""
    groups = [int(g) for g in np.unique(group)]
    evidence = {g: group_weights(trusts, group, g, single, multi) for g in groups}
    value = np.array([[t.sensitivity, t.specificity, t.spread] for t in trusts])
    base = Weights.of_log_odds(prior)
    kept: dict[int, float] = {}
    for g in groups:
        mine = reports[:, group == g].any(1)
        rows = np.flatnonzero(mine & reports[:, group != g].any(1))
        others = _log_ratios(value[group != g], group[group != g], single[:, group != g], multi[:, group != g],
                             reports[:, group != g])[rows] if len(rows) else np.empty(0)  # fmt: skip
        scores = []
        for tau in TAUS:
            # A beta prior around what is expected of a source that nothing was compared with.
            score = 6 * KEPT * np.log(tau + 0.02) + 6 * (1 - KEPT) * np.log1p(0.02 - tau)
            if len(rows):
                w = Weights(evidence[g].single[rows], evidence[g].multi[rows]).discounted(float(tau))
                mass = (Weights(base.single[rows], base.multi[rows]) + w).mass
                p = np.clip(mass[:, 1] + mass[:, 3] / 2, 1e-6, 1 - 1e-6)
                # Probability of the others' reports, up to a constant: a mixture over the hidden truth.
                score += float(np.logaddexp(np.log(p) + others, np.log1p(-p)).sum())
            scores.append(score)
        weight = np.exp(np.array(scores) - max(scores))
        kept[g] = float(weight @ TAUS / weight.sum())
    return kept


def group_weights(
    trusts: Sequence[SourceTrust],
    group: IntArray,
    which: int,
    single: FloatArray,
    multi: FloatArray,
    either: FloatArray | float = 0.0,
) -> Weights:
    """Evidence of a group of sources that may copy each other: the cautious rule over its sources, not discounted.

    Of n reports a share n/(n + `FEW_REPORTS`) counts, as in an imprecise Dirichlet model (Walley 1996): of one report
    more stays unknown than of ten, however good its source.
    """
    found = Weights.none(len(single))
    for s in np.flatnonzero(group == which):
        trust, counted = trusts[int(s)], single[:, s] + multi[:, s]
        said = Weights.of_ratio(trust.log_ratio(single[:, s], multi[:, s], either))
        found = found.cautious(said.discounted(trust.informative * counted / (counted + FEW_REPORTS)))
    return found
