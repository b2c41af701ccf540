"""Predictions as documents: numbers, phases, the records behind them and the nearest alloys that are known."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from hypograph.flows.evidence.predictor import Fitted
from hypograph.graph.records.evidence import Known
from hypograph.models.core.documents.evidence import AlloyNumbers, ConditionFound, Counted, NearAlloy, Records
from hypograph.models.evidence.alloys.keys import set_keys
from hypograph.models.evidence.alloys.state import AskedState, state_of
from hypograph.models.evidence.fusion.alloy_predictor import Joint
from hypograph.models.evidence.fusion.known_records import FRAME, MULTI_UNNAMED, SINGLE_UNNAMED
from hypograph.models.evidence.fusion.phase_frame import phase_bounds
from hypograph.models.evidence.fusion.stated_records import Condition
from hypograph.models.evidence.masses.mass import FloatArray

NEAREST: Final = 3
# Half of all known alloys lie within this of another one, in atomic percent exchanged; farther is another alloy.
FAR: Final = 50.0
# With a third of at least so many records against the others, they disagree (a convention).
FEW, DISPUTED = 3, 1 / 3


def documents(
    fitted: Fitted, weights: FloatArray, joint: Joint, state: AskedState | None = None
) -> list[dict[str, Any]]:
    """Rows of `evidence predict`, one an alloy; `state` is the condition that the prediction was asked under."""
    reports = fitted.predictor.phase_reports(joint)
    belief, plausibility = phase_bounds(joint.mass, reports)
    keys = set(set_keys(fitted.predictor.table.present[fitted.knowledge.main]).tolist())
    known = [int(k) in keys for k in set_keys(weights > 0)]
    return [
        {
            **numbers(joint, i),
            "atomic_percent": atomic_percent(fitted, weights[i]),
            "phases": {
                name: {"belief": round(float(belief[i, p]), 6), "plausibility": round(float(plausibility[i, p]), 6)}
                for p, name in enumerate(FRAME)
            },
            "records": records_of(fitted, joint, i),
            "in_a_table": known[i],
            "nearest": nearest(fitted, weights[i]),
            **({"condition": condition(state, joint.conditions[i])} if state is not None else {}),
        }
        for i in range(len(weights))
    ]


def condition(state: AskedState, found: Condition) -> ConditionFound:
    """What was asked of the state, what the records allowed, and how many of them that left out."""
    return {"asked": state.text, "used": found.used, "pooled": not found.used, "left_out": found.left_out}


def taught_nothing(fitted: Fitted) -> dict[str, list[str]]:
    """Sources of records that the learners did not learn from, as their reports say nothing; no key where none is."""
    return {"taught_nothing": list(fitted.knowledge.mute)} if fitted.knowledge.mute else {}


def numbers(joint: Joint, place: int) -> AlloyNumbers:
    """Belief, plausibility, pignistic probability, ignorance and conflict of one prediction."""
    mass = joint.mass[place]
    return {
        "belief": round(float(mass[1]), 6),
        "plausibility": round(float(mass[1] + mass[3]), 6),
        "pignistic": round(float(joint.probability[place]), 6),
        "ignorance": round(float(mass[3]), 6),
        "conflict": round(float(joint.conflict[place]), 6),
    }


def atomic_percent(fitted: Fitted, weights: FloatArray) -> dict[str, float]:
    """Element → atomic percent, in alphabetical order."""
    symbols = fitted.predictor.table.elements.symbols
    return {
        symbols[i]: round(100 * float(weights[i]), 2) for i in sorted(np.flatnonzero(weights), key=symbols.__getitem__)
    }


def name_of(fitted: Fitted, weights: FloatArray) -> str:
    """Elements joined by hyphens in alphabetical order, with atomic percent where they differ."""
    percent = atomic_percent(fitted, weights)
    even = max(percent.values()) - min(percent.values()) <= 0.02
    return "-".join(e if even else f"{e}{round(p, 1):g}" for e, p in percent.items())


def records_of(fitted: Fitted, joint: Joint, place: int) -> Records:
    """What was counted of an alloy itself, of the records that speak: by outcome, phase, state and source."""
    index, rows = joint.near.index, joint.near.same[place]
    single, multi = index.single[rows].sum(0), index.multi[rows].sum(0)
    phases = index.phases[rows].sum(0)
    states: dict[str, Counted] = {}
    for i in (i for row in rows for i in index.behind[row]):
        record = fitted.knowledge.records[i]
        counts = states.setdefault(state_of(record.state) or "not said", {"single": 0, "multi": 0})
        if record.single_phase:
            counts["single"] += 1
        else:
            counts["multi"] += 1
    named = {name: int(phases[p]) for p, name in enumerate(FRAME) if phases[p]}
    unnamed = int(phases[SINGLE_UNNAMED]), int(phases[MULTI_UNNAMED])
    trust = {t.name: t for t in fitted.predictor.trusts}
    fewer, more = sorted((int(single.sum()), int(multi.sum())))
    return {
        "single": int(single.sum()),
        "multi": int(multi.sum()),
        "disagree": fewer + more >= FEW and fewer >= DISPUTED * (fewer + more),
        "phases": named | ({"not named": sum(unnamed)} if sum(unnamed) else {}),
        "states": dict(sorted(states.items())),
        "sources": [
            {
                "source": name,
                "single": int(single[s]),
                "multi": int(multi[s]),
                "sensitivity": round(trust[name].sensitivity, 3),
                "specificity": round(trust[name].specificity, 3),
                "reliability": round(trust[name].reliability, 3),
            }
            for s, name in enumerate(index.names)
            if single[s] + multi[s]
        ],
    }


def nearest(fitted: Fitted, weights: FloatArray) -> list[NearAlloy]:
    """The known alloys that differ least: by the share of atoms exchanged."""
    index = fitted.predictor.index
    gap = 50 * np.abs(index.weights - weights).sum(1)
    order = np.argsort(gap, kind="stable")
    beside = [int(i) for i in order[: 4 * NEAREST + 8] if gap[i] > 0.5 and gap[i] < FAR][:NEAREST]
    return [
        {
            "alloy": name_of(fitted, index.weights[i]),
            "exchanged_percent": round(float(gap[i]), 2),
            "single": int(index.single[i].sum()),
            "multi": int(index.multi[i].sum()),
        }
        for i in beside
    ]


def known_of(fitted: Fitted) -> Known:
    """What names a piece of evidence; a source that agrees half of the time is worth nothing."""
    knowledge = fitted.knowledge
    reliability = {
        name: min(max(2 * skill["mean"] - 1, 0.05), 0.99) if skill["questions"] else 0.8
        for name, skill in fitted.skills.items()
    }
    return Known(knowledge.table, knowledge.records, knowledge.behind, reliability)
