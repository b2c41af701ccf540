"""Run a battery of closed questions with known answers on one model."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hypograph.agents.assess.metrics import skill
from hypograph.agents.gateway.cascade import Cascade
from hypograph.agents.gateway.gateway import Gateway
from hypograph.agents.gateway.questions import Choice, Closed
from hypograph.agents.roles.closed_questions import (
    JUDGE_SHOTS,
    expert_shots,
    hypothesis_entries,
    outcome,
    planted_pairs,
    preference,
    substitution,
)
from hypograph.models.core.documents.system import BatteryRun, BatteryScore
from hypograph.models.statistics.calibration import calibration_error, reliability_points
from hypograph.models.statistics.decisions import auc, auc_interval
from hypograph.models.statistics.intervals import wilson

PAIRS, JUDGE, PROPOSAL = "substitution pairs", "planted defects", "held-out experiments"
HOSTS, COMPOSITIONS = "pairs in a host alloy", "compositions with evidence"
# Which role's answers a battery's skill discounts; the last two are told beside them.
ROLE_OF = {
    PAIRS: "expert",
    JUDGE: "judge",
    PROPOSAL: "proposer",
    HOSTS: "expert in a host",
    COMPOSITIONS: "judge of alloys",
}


@dataclass(frozen=True, slots=True)
class Battery:
    """Questions with known answers.

    Attributes
    ----------
    truth
        Whether option 0 is right, one a question.
    by_area
        Whether skill is read from the AUC (yes/no questions, whose threshold is free) or from accuracy.
    """

    name: str
    questions: tuple[Closed, ...]
    truth: tuple[bool, ...]
    by_area: bool = False

    def part(self, n: int) -> Battery:
        """Return the first `n` questions."""
        return Battery(self.name, self.questions[:n], self.truth[:n], self.by_area)


def pair_battery(decided: Sequence[tuple[str, str, bool]], **options: Any) -> Battery:
    """Return the battery of element pairs; pairs that serve as worked examples are left out."""
    shown = {frozenset(s["pair"]) for s in expert_shots()}
    kept = [(a, b, same) for a, b, same in decided if frozenset((a, b)) not in shown]
    return Battery(
        PAIRS,
        tuple(substitution(a, b, **options) for a, b, _ in kept),
        tuple(same for *_, same in kept),
        by_area=True,
    )


def judge_battery(ask: Callable[[str, str, str], Closed] = preference) -> Battery:
    """Return the battery of planted defects; the sound hypothesis is first in every other pair.

    Parameters
    ----------
    ask
        Makes the closed question of (question, first, second): `ModelJudge.question`, so that a judge is
        measured as it will be asked.
    """
    pairs = planted_pairs(hypothesis_entries()[JUDGE_SHOTS:])
    # Two pairs an entry: turning by entry and by pair leaves no pattern to guess.
    first = tuple((i // 2 + i) % 2 == 0 for i in range(len(pairs)))
    questions = tuple(
        ask(q, sound if ahead else broken, broken if ahead else sound)
        for (q, sound, broken, _), ahead in zip(pairs, first, strict=True)
    )
    return Battery(JUDGE, questions, first)


def proposal_battery(rows: Sequence[tuple[str, str, str, str, bool, str, Mapping[str, str]]]) -> Battery:
    """Return the battery of held-out experiments.

    Parameters
    ----------
    rows
        (goal, known rows, first, second, is first more, what is done, what short names stand for).
    """
    return Battery(PROPOSAL, tuple(outcome(*r[:4], about=r[5], names=r[6]) for r in rows), tuple(r[4] for r in rows))


def run_battery(gateway: Gateway | Cascade, battery: Battery, way: str | None = None) -> BatteryRun:
    """Ask every question and report accuracy, AUC, swap consistency, calibration, invalid rate and skill.

    Parameters
    ----------
    gateway
        The model.
    battery
        What is asked.
    way
        ``letters`` or ``reasoned``; None as the role is asked.

    Returns
    -------
    dict
        The keys of `model assess`, with counts; calls, seconds and cost are those of questions not yet
        cached.
    """
    before, began = gateway.spent(), time.monotonic()
    choices = gateway.choose_all(battery.questions, way)
    after, seconds = gateway.spent(), time.monotonic() - began
    calls = after.calls - before.calls
    return {
        **score(choices, battery.truth, by_area=battery.by_area),
        "name": battery.name,
        "role": ROLE_OF.get(battery.name, ""),
        "method": choices[0].method if choices else "",
        "calls": calls,
        "seconds_per_call": seconds / calls if calls else None,
        "cost_per_call": (after.cost - before.cost) / calls if calls else None,
        "tokens_per_call": (after.tokens - before.tokens) / calls if calls else None,
        "came_back": next((c.fault for c in choices if not c.valid and c.fault), ""),
    }


def score(choices: Sequence[Choice], truth: Sequence[bool], *, by_area: bool) -> BatteryScore:
    """Score answers against the truth; a tie or an unusable answer counts half, as a coin would."""
    p = np.array([c.p[0] for c in choices])
    known = np.asarray(truth, dtype=bool)
    hits = np.where(p == 0.5, 0.5, (p > 0.5) == known).astype(float)
    n, right = len(p), float(hits.sum())
    low, high = wilson(right, n)
    area = auc(known, p)
    bounds = (0.0, 1.0) if area is None else auc_interval(area, int(known.sum()), int((~known).sum()))
    measure = (right / max(n, 1), low, high) if area is None or not by_area else (area, *bounds)
    return {
        "n": n,
        "accuracy": {"value": right / max(n, 1), "low": low, "high": high},
        "auc": None if area is None else {"value": area, "low": bounds[0], "high": bounds[1]},
        "swap_consistency": swap_consistency(choices),
        "ece": calibration_error(p, known, equal="width"),
        "reliability": reliability_points(p, known),
        "invalid_rate": float(np.mean([not c.valid for c in choices])) if choices else 0.0,
        "skill": skill(*measure, n),
    }


def swap_consistency(choices: Sequence[Choice]) -> float | None:
    """Return how often single readings name the same option when the order is turned, before any averaging.

    Readings come in pairs of opposite order; a reading that names none is inconsistent. None where questions
    were asked in one order only.
    """
    same = [
        a == b and a >= 0
        for c in choices
        if len(c.labels) % 2 == 0
        for a, b in zip(c.labels[::2], c.labels[1::2], strict=True)
    ]
    return float(np.mean(same)) if same else None
