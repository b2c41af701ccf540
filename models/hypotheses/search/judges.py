"""Judges that need no language model: by evidence, simulated, and several as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hypograph.models.core.keys import digest
from hypograph.models.core.protocols import NO_CONTEXT, Candidate, Judge, JudgingContext, Verdict

# Weights of an evidence judge: logits for a feature that goes from 0 to 1. Belief counts most because it is
# the one that data has checked; the others break ties between hypotheses that are believed alike.
EVIDENCE_WEIGHTS: Mapping[str, float] = {
    "belief": 4.0,
    "support": 2.0,
    "potential": 1.5,
    "feasibility": 2.0,
    "novelty": 1.0,
}

# For free text: what the corpus and the question can say of a hypothesis. Specificity counts least: it
# rises with
# every detail, whatever it says.
TEXT_WEIGHTS: Mapping[str, float] = {
    "relevance": 3.0,
    "support": 2.0,
    "novelty": 1.0,
    "specificity": 0.5,
}


def _logistic(x: float) -> float:
    return float(0.5 * (1.0 + np.tanh(0.5 * x)))


@dataclass
class EvidenceJudge:
    """Prefers the candidate with the higher weighted sum of its named features.

    Attributes
    ----------
    weights
        Logits a feature brings when it goes from 0 to 1; features without a weight are not looked at.
    noise
        Scale of the logistic: with twice the noise a difference counts half.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: dict(EVIDENCE_WEIGHTS))
    noise: float = 1.0
    name: str = "evidence"

    def score(self, candidate: Candidate) -> float:
        """Return the weighted sum of a candidate's features, in logits."""
        return sum(w * candidate.features.get(name, 0.0) for name, w in sorted(self.weights.items()))

    def prefer(
        self, question: str, pairs: Sequence[tuple[Candidate, Candidate]], context: JudgingContext = NO_CONTEXT
    ) -> Sequence[Verdict]:
        """Return the probability that the first of each pair is better; order plays no part."""
        verdicts = []
        for first, second in pairs:
            difference = self.score(first) - self.score(second)
            verdicts.append(Verdict(_logistic(difference / self.noise), answer=f"difference {difference:.4f}"))
        return verdicts


@dataclass
class SimulatedJudge:
    """Says yes or no with a known noise and known biases; for tests and for planning a budget.

    Attributes
    ----------
    utility
        Name of the feature that holds the truth.
    noise
        Scale of the logistic.
    position_bias
        Logits in favour of whatever is shown first.
    length_bias
        Logits for each further hundred characters.
    invalid
        Share of answers that cannot be used.
    """

    noise: float = 1.0
    position_bias: float = 0.0
    length_bias: float = 0.0
    invalid: float = 0.0
    seed: int = 0
    utility: str = "utility"
    name: str = "simulated"

    def prefer(
        self, question: str, pairs: Sequence[tuple[Candidate, Candidate]], context: JudgingContext = NO_CONTEXT
    ) -> Sequence[Verdict]:
        """Return a verdict of 0 or 1 a pair; the same pair in the same order always gets the same."""
        verdicts = []
        for first, second in pairs:
            rng = np.random.default_rng(int(digest(self.seed, question, first.id, second.id, length=15), 16))
            logit = (first.features[self.utility] - second.features[self.utility]) / self.noise
            logit += self.position_bias + self.length_bias * (len(first.text) - len(second.text)) / 100
            if rng.random() < self.invalid:
                verdicts.append(Verdict(0.5, valid=False, answer="unusable"))
            else:
                verdicts.append(Verdict(float(rng.random() < _logistic(logit))))
        return verdicts


@dataclass
class EnsembleJudge:
    """Several judges as one: the mean of their log-odds, each weighted by its measured skill.

    Attributes
    ----------
    members
        The judges.
    skills
        One weight a member, 0 or more; empty weighs them alike.
    """

    members: Sequence[Judge]
    skills: Sequence[float] = ()
    name: str = "ensemble"

    def prefer(
        self, question: str, pairs: Sequence[tuple[Candidate, Candidate]], context: JudgingContext = NO_CONTEXT
    ) -> Sequence[Verdict]:
        """Return the pooled verdict a pair; members without a usable answer are left out of it."""
        told = [member.prefer(question, pairs, context) for member in self.members]
        weights = np.array(self.skills or [1.0] * len(self.members))
        pooled = []
        for answers in zip(*told, strict=True):
            kept = np.array([w if a.valid else 0.0 for w, a in zip(weights, answers, strict=True)])
            text = "; ".join(f"{m.name}: {a.probability:.3f}" for m, a in zip(self.members, answers, strict=True))
            if kept.sum() <= 0:
                pooled.append(Verdict(0.5, valid=False, answer=text))
                continue
            p = np.clip([a.probability for a in answers], 0.01, 0.99)
            logit = float(np.log(p / (1 - p)) @ kept / kept.sum())
            pooled.append(Verdict(_logistic(logit), answer=text))
        return pooled
