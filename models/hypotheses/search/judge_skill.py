"""How good a judge is, measured on pairs with a known answer before it is believed.

A planted defect makes a hypothesis worse beyond doubt: a detail is deleted, a number is made absurd, or a detail is
taken from an unrelated slot. The share of defects found and the share of verdicts that survive a swap of the two
sides give the slope with which the preference model reads this judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hypograph.models.core.protocols import Candidate, Judge
from hypograph.models.hypotheses.discipline import Discipline
from hypograph.models.hypotheses.hypothesis import Hypothesis

# Utility that a planted defect costs, in units of the preference model: a judge that finds 88% of them
# (logistic of 2) has slope 1.
DEFECT = 2.0


@dataclass(frozen=True, slots=True)
class Skill:
    """Measured skill of a judge.

    Attributes
    ----------
    n
        Pairs asked, each in both orders.
    accuracy
        Share of planted defects found, ties half, of usable answers.
    swap_consistency
        Share of pairs whose two orders name the same side.
    invalid_rate
        Share of answers that could not be used.
    slope
        What the preference model uses, 0 or more.
    """

    n: int
    accuracy: float
    swap_consistency: float
    invalid_rate: float
    slope: float


def planted(hypothesis: Hypothesis, discipline: Discipline, rng: np.random.Generator) -> Hypothesis | None:
    """Return the hypothesis with one defect, None where it has no detail to spoil."""
    if not hypothesis.details:
        return None
    detail = hypothesis.details[int(rng.integers(len(hypothesis.details)))]
    slot = discipline.slot(detail.slot)
    if slot is not None and slot.kind in ("temperature", "time", "number"):
        high = slot.high if slot.high is not None else abs(float(detail.value)) + 1.0
        return hypothesis.put(discipline.detail(slot, f"{50 * high:g}", "planted defect"))
    others = [d.value for d in hypothesis.details if d.slot != detail.slot and d.kind != detail.kind]
    if slot is not None and others and rng.random() < 0.5:
        return hypothesis.put(discipline.detail(slot, others[int(rng.integers(len(others)))], "planted defect"))
    return hypothesis.delete(detail.slot)


def measure(judge: Judge, question: str, pairs: Sequence[tuple[Candidate, Candidate]]) -> Skill:
    """Measure a judge on pairs whose first member is better.

    Parameters
    ----------
    judge
        Asked 2 n times: each pair in both orders.
    question
        The question the pairs are about.
    pairs
        (sound, spoilt) candidates.
    """
    forward = judge.prefer(question, pairs)
    backward = judge.prefer(question, [(b, a) for a, b in pairs])
    sound = np.array([v.probability for v in forward] + [1 - v.probability for v in backward])
    valid = np.array([v.valid for v in (*forward, *backward)], dtype=bool)
    found = np.where(sound == 0.5, 0.5, sound > 0.5)[valid]
    both = valid[: len(pairs)] & valid[len(pairs) :]
    same = ((sound[: len(pairs)] > 0.5) == (sound[len(pairs) :] > 0.5))[both]
    # One success and one failure beforehand: a handful of pairs must not make a judge infallible.
    accuracy = (found.sum() + 1.0) / (len(found) + 2.0)
    slope = max(float(np.log(accuracy / (1 - accuracy))) / DEFECT, 0.0)
    return Skill(
        len(pairs),
        float(found.mean()) if len(found) else 0.5,
        float(same.mean()) if len(same) else 0.0,
        float(1 - valid.mean()) if len(valid) else 0.0,
        slope,
    )
