"""Several judges as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hypograph.models.core.protocols import NO_CONTEXT, Candidate, Judge, JudgingContext, Verdict


def _logistic(x: float) -> float:
    return float(0.5 * (1.0 + np.tanh(0.5 * x)))


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
            reasons = "\n".join(a.reasons for a in answers if a.valid and a.reasons)
            pooled.append(
                Verdict(_logistic(logit), answer=text, reasons=reasons, orders=min(a.orders for a in answers))
            )
        return pooled
