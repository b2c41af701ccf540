"""A small model answers; a large one is asked only where the small one is unsure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hypograph.agents.gateway.config import ModelConfig
from hypograph.agents.gateway.gateway import Gateway
from hypograph.agents.gateway.questions import Answer, Choice, Closed, Question, Spent
from hypograph.agents.gateway.uncertainty import normalised_entropy
from hypograph.models.core.keys import digest

# Below every entropy: all questions go to the large model.
ALWAYS_UP = -1.0


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where to escalate, and what it cost on the assessment.

    Attributes
    ----------
    uncertainty
        Normalised entropy above which the large model is asked.
    escalated
        Share of questions escalated.
    accuracy, accuracy_large
        Of the cascade, and of the large model alone.
    """

    uncertainty: float
    escalated: float
    accuracy: float
    accuracy_large: float


def uncertainty(choices: Sequence[Choice]) -> np.ndarray:
    """Return the normalised entropy of each answer, 1 where it is unusable; shape ``(len(choices),)``."""
    return np.array([float(normalised_entropy(c.p)) if c.valid else 1.0 for c in choices])


def set_threshold(
    small: Sequence[Choice], large: Sequence[Choice], truth: Sequence[int], margin: float = 0.02
) -> Threshold:
    """Choose the highest threshold whose accuracy stays within `margin` of the large model's.

    Parameters
    ----------
    small, large
        Answers of both models to the questions of an assessment.
    truth
        Right option of each.
    margin
        Accuracy that may be lost.

    Notes
    -----
    Cascades by a score on the cheap answer: Chen et al. 2023 (FrugalGPT, arXiv 2305.05176), eq. 2; here the
    score is the cheap model's own entropy. The choice is made on the assessment: on new questions the loss
    may differ by its sampling error.
    """
    unsure = uncertainty(small)
    right_small = np.array([int(c.p.argmax()) == t for c, t in zip(small, truth, strict=True)], dtype=float)
    right_large = np.array([int(c.p.argmax()) == t for c, t in zip(large, truth, strict=True)], dtype=float)
    best = float(right_large.mean())
    for level in sorted({ALWAYS_UP, *unsure.tolist()}, reverse=True):
        up = unsure > level
        accuracy = float(np.where(up, right_large, right_small).mean())
        if accuracy >= best - margin:
            return Threshold(float(level), float(up.mean()), accuracy, best)
    return Threshold(ALWAYS_UP, 1.0, best, best)


class Cascade:
    """Two gateways in a row; roles take it in place of a gateway.

    Closed questions are answered by the small model where it is sure. Answers with a schema have no such measure
    of doubt: they are the large model's.

    Parameters
    ----------
    small, large
        The cheap model and the good one.
    threshold
        Normalised entropy above which the large one is asked; `ALWAYS_UP` where none was measured.
    """

    def __init__(self, small: Gateway, large: Gateway, threshold: float) -> None:
        self.small, self.large, self.threshold = small, large, threshold
        self.asked, self.escalated = 0, 0

    @property
    def config(self) -> ModelConfig:
        """The large model's configuration under a name, and so a fingerprint, of the pair and its threshold."""
        name = f"{self.small.config.model} then {self.large.config.model} above {self.threshold:.4f}"
        weights = digest(self.small.config.fingerprint, name) if self.large.config.local else ""
        return replace(self.large.config, model=name, weights=weights)

    def skill(self, kind: str) -> float | None:
        """Return the measured skill of the pair at `kind` of question, None where it was not assessed."""
        return self.large.skill(kind, of=self.config.fingerprint)

    def keep_skill(self, kind: str, low: float, document: dict[str, Any]) -> None:
        """Keep a measured skill under the pair's fingerprint."""
        self.large.keep_skill(kind, low, document, of=self.config.fingerprint)

    def spent(self) -> Spent:
        """Return what both have used; gateways that share a budget are counted once."""
        a, b = self.small.spent(), self.large.spent()
        cached = a.cached + b.cached
        if self.small.budget is self.large.budget:
            return replace(b, cached=cached)
        lost = a.interrupted + b.interrupted
        return Spent(a.calls + b.calls, a.tokens + b.tokens, a.cost + b.cost, cached, a.thought + b.thought, lost)

    def ask(self, question: Question) -> Answer:
        """Ask the large model."""
        return self.large.ask(question)

    def ask_all(self, questions: Sequence[Question]) -> list[Answer]:
        """Ask the large model all questions."""
        return self.large.ask_all(questions)

    def choose_all(self, questions: Sequence[Closed], way: str | None = None) -> list[Choice]:
        """Answer closed questions in order."""
        cheap = self.small.choose_all(questions, way) if self.threshold > ALWAYS_UP else []
        up = [i for i, u in enumerate(uncertainty(cheap)) if u > self.threshold] if cheap else range(len(questions))
        dear = dict(zip(up, self.large.choose_all([questions[i] for i in up], way), strict=True))
        self.asked += len(questions)
        self.escalated += len(dear)
        return [dear[i] if i in dear else cheap[i] for i in range(len(questions))]

    def choose_within(self, questions: Sequence[Closed]) -> list[Choice | None]:
        """Answer closed questions in order; a budget of minutes that is spent is an error here."""
        return list(self.choose_all(questions))

    def report(self) -> dict[str, float | None]:
        """Return the share escalated, and the cost saved against asking the large model everything.

        The saving is estimated from the mean cost of the large model's calls; None before it was asked.
        """
        share = self.escalated / self.asked if self.asked else 0.0
        spent_small, spent_large = self.small.cost, self.large.cost
        full = spent_large / self.escalated * self.asked if self.escalated else None
        return {
            "escalated": share,
            "cost": spent_small + spent_large,
            "saved": None if full is None else full - spent_small - spent_large,
        }


def measured_cascade(small: Gateway, large: Gateway, role: str) -> Cascade:
    """Join two models with the threshold that was measured for the role; without one all goes to the large model."""
    found = large.assessment(measured_role(role), of=pair_name(small, large))
    return Cascade(small, large, ALWAYS_UP if found is None else float(found["threshold"]))


def measured_role(role: str) -> str:
    """Return the name under which the threshold of a role's cascade is kept."""
    return f"cascade {role}"


def pair_name(small: Gateway, large: Gateway) -> str:
    """Return what tells one pair of models from another."""
    return f"{small.config.fingerprint}+{large.config.fingerprint}"
