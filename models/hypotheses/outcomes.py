"""What experiments say of a prediction: masses for and against it, with the noise of the measurement and its rival.

The rival holds the opposite of the prediction. A result is a likelihood ratio of the two, and a likelihood ratio is a
mass function on {holds, fails} (Shafer 1976, ch. 11; Denoeux, Int. J. Approx. Reason. 55, 1535, 2014): the side it
speaks for gets one less the other side's relative likelihood, the rest stays open. Replicates are one result, their
mean, because their noise is shared out and their common error is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import norm, t

from hypograph.models.evidence.masses.combine import conflict, dempster
from hypograph.models.hypotheses.document import Prediction
from hypograph.models.statistics.arrays import FloatArray

State = Literal["supported", "refuted", "open"]
RELIABILITY = 0.95  # a whole campaign may be wrong for a reason that no replicate shows
SUPPORTED = 0.9  # belief from which a prediction counts as supported, or as refuted against it
EQUAL = 0.1  # share of a predicted value within which a result counts as equal to it
UNSURE = 0.5  # the same where the noise is only assumed: one result alone then settles nothing
UNKNOWN_NOISE = 0.2  # noise, as share of the predicted value, where neither a figure nor replicates tell it


@dataclass(frozen=True, slots=True)
class Measured:
    """One result of a campaign: its value, and whether it is of the hypothesis as stated or of a control."""

    value: float
    control: bool = False


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the results of a campaign say.

    Attributes
    ----------
    holds, fails
        Masses for and against the prediction, discounted; the rest is open.
    mean, n
        Mean and number of the results of the hypothesis as stated.
    noise
        Standard deviation of one result, and `noise_from` where it comes from.
    """

    holds: float
    fails: float
    mean: float
    n: int
    noise: float
    noise_from: str

    @property
    def open(self) -> float:
        """Mass on neither side."""
        return max(0.0, 1.0 - self.holds - self.fails)


def weigh(prediction: Prediction, results: Sequence[Measured], noise: float | None = None) -> Weighed | None:
    """Weigh the results of a campaign for and against a prediction.

    Parameters
    ----------
    prediction
        What was predicted, in the unit of the results.
    results
        What was measured.
    noise
        Known standard deviation of one measurement; None takes that of the results.

    Returns
    -------
    Weighed or None
        None where there is nothing to weigh: no result, or a direction without a control to compare with.
    """
    own = np.array([r.value for r in results if not r.control], dtype=np.float64)
    controls = np.array([r.value for r in results if r.control], dtype=np.float64)
    if not len(own):
        return None
    sd, origin, freedom = _noise(prediction, own, controls, noise)
    mean = float(own.mean())
    scores = _scores(prediction, mean, sd / np.sqrt(len(own)), controls, sd)
    if not scores:
        return None
    # The prediction stands with its weakest part: a threshold that a control reaches as well shows nothing.
    z = min(scores)
    # A spread that was estimated from few results is itself unsure: Student's distribution, normal where it is known.
    law = t(freedom) if freedom else norm
    log_ratio = float(law.logcdf(z) - law.logcdf(-z))
    reliability = UNSURE if origin.startswith("assumed") else RELIABILITY
    strength = reliability * -float(np.expm1(-abs(log_ratio)))
    holds, fails = (strength, 0.0) if log_ratio > 0 else (0.0, strength)
    return Weighed(holds, fails, mean, len(own), sd, origin)


def _noise(
    prediction: Prediction, own: FloatArray, controls: FloatArray, noise: float | None
) -> tuple[float, str, int]:
    """Return the noise of one result, where it comes from, and its degrees of freedom (0 where it is given)."""
    groups = [g for g in (own, controls) if len(g) > 1]
    freedom = sum(len(g) - 1 for g in groups)
    spread = float(np.sqrt(sum(((g - g.mean()) ** 2).sum() for g in groups) / freedom)) if freedom else 0.0
    if noise is not None and noise > 0 and (noise >= spread or freedom < 2):
        return noise, "given", 0
    if spread > 0:
        return spread, "spread of the results", freedom
    scale = abs(prediction.value) if prediction.value else float(np.abs(own).max(initial=0.0))
    return max(UNKNOWN_NOISE * scale, 1e-12), "assumed: a fifth of the predicted value", 0


def _scores(prediction: Prediction, mean: float, error: float, controls: FloatArray, sd: float) -> list[float]:
    """Return how many standard errors each part of the prediction is met by; below zero it is missed."""
    found = []
    value, relation = prediction.value, prediction.relation
    if value is not None and relation in (">", ">="):
        found.append((mean - value) / error)
    elif value is not None and relation in ("<", "<="):
        found.append((value - mean) / error)
    elif value is not None and relation == "=":
        half = EQUAL * abs(value)
        inside = float(norm.cdf((value + half - mean) / error) - norm.cdf((value - half - mean) / error))
        found.append(float(norm.ppf(np.clip(inside, 1e-12, 1 - 1e-12))))
    if len(controls) and relation != "=":
        sign = 1.0 if prediction.maximise else -1.0
        apart = float(np.hypot(error, sd / np.sqrt(len(controls))))
        found.append(sign * (mean - float(controls.mean())) / apart)
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """Belief in a prediction after all campaigns that test it."""

    belief: float
    plausibility: float
    conflict: float

    @property
    def pignistic(self) -> float:
        """Probability that a bet would go by: half of what is open counts for it."""
        return 0.5 * (self.belief + self.plausibility)

    @property
    def state(self) -> State:
        """What the experiments make of the hypothesis."""
        if self.belief >= SUPPORTED:
            return "supported"
        return "refuted" if self.plausibility <= 1 - SUPPORTED else "open"


def combined(weighed: Sequence[Weighed]) -> Standing:
    """Combine campaigns by Dempster's rule; without any, everything is open."""
    if not weighed:
        return Standing(0.0, 1.0, 0.0)
    masses = np.array([[0.0, w.holds, w.fails, w.open] for w in weighed])
    joint = dempster(masses)
    return Standing(float(joint[1]), float(joint[1] + joint[3]), float(conflict(masses)))


def probabilities_best(prior: Mapping[str, float], bets: Mapping[str, float]) -> dict[str, float]:
    """Bring probabilities of being best, within one question, up to date with experiments.

    Parameters
    ----------
    prior
        Probability of being best as the judge's verdicts have it, for each hypothesis.
    bets
        Pignistic probability of the prediction of those that were tested.

    Returns
    -------
    dict
        Proportional to the prior times the probability that the prediction holds, one half for the untested; sum 1.
    """
    weights = {key: p * bets.get(key, 0.5) for key, p in prior.items()}
    total = sum(weights.values())
    return {key: w / total for key, w in weights.items()} if total > 0 else dict(prior)
