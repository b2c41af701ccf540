"""A small model answers; a large one is asked only where the small one is unsure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hypograph.agents.gateway.gateway import Gateway
from hypograph.agents.gateway.questions import Choice, Closed
from hypograph.agents.gateway.uncertainty import normalised_entropy


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
    for level in sorted({-1.0, *unsure.tolist()}, reverse=True):
        up = unsure > level
        accuracy = float(np.where(up, right_large, right_small).mean())
        if accuracy >= best - margin:
            return Threshold(float(level), float(up.mean()), accuracy, best)
    return Threshold(-1.0, 1.0, best, best)


class Cascade:
    """Two gateways in a row.

    Parameters
    ----------
    small, large
        The cheap model and the good one.
    threshold
        Normalised entropy above which the large one is asked.
    """

    def __init__(self, small: Gateway, large: Gateway, threshold: float) -> None:
        self.small, self.large, self.threshold = small, large, threshold
        self.asked, self.escalated = 0, 0

    def choose_all(self, questions: Sequence[Closed]) -> list[Choice]:
        """Answer closed questions in order."""
        found = self.small.choose_all(questions)
        up = [i for i, u in enumerate(uncertainty(found)) if u > self.threshold]
        for i, better in zip(up, self.large.choose_all([questions[i] for i in up]), strict=True):
            found[i] = better
        self.asked += len(questions)
        self.escalated += len(up)
        return found

    def report(self) -> dict[str, float | None]:
        """Return the share escalated, and the cost saved against asking the large model everything.

        The saving is estimated from the mean cost of the large model's calls; None before it was asked.
        """
        share = self.escalated / self.asked if self.asked else 0.0
        spent_small, spent_large = self.small.spent().cost, self.large.spent().cost
        full = spent_large / self.escalated * self.asked if self.escalated else None
        return {
            "escalated": share,
            "cost": spent_small + spent_large,
            "saved": None if full is None else full - spent_small - spent_large,
        }
