"""`hypograph evidence explain`: what a prediction rests on, and what would change it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from hypograph.flows.evidence.describe import documents, known_of, name_of, taught_nothing
from hypograph.flows.evidence.inputs import SHIPPED, EvidenceInputs, Tell, open_predictor, silent
from hypograph.flows.evidence.predictor import Fitted, weights_of
from hypograph.flows.readers.element_table import element_table
from hypograph.graph.records.evidence import describe
from hypograph.models.core.documents.evidence import AskedPair, Descriptors, Further, OwnRecords
from hypograph.models.evidence.alloys.composition import read_composition
from hypograph.models.evidence.alloys.state import AskedState, asked_state
from hypograph.models.evidence.fusion.alloy_predictor import Joint
from hypograph.models.evidence.fusion.explanation import explain
from hypograph.models.evidence.fusion.known_records import APART, GROUPS, group_of
from hypograph.models.evidence.fusion.weights import Weights
from hypograph.models.evidence.sources.opinions import answers_behind

LABORATORY: Final = "laboratory"
# Places of records that are listed.
PLACES: Final = 3
# How often a careful measurement is right; the best source that ships (pei2020) is measured at .92 and .97.
CAREFUL: Final = 0.95


def explain_alloy(
    alloy: str, top: int = 10, inputs: EvidenceInputs = SHIPPED, tell: Tell = silent, *, state: str = ""
) -> dict[str, Any]:
    """Predict one alloy and say what the prediction rests on.

    Parameters
    ----------
    state
        Condition on the alloy's records (`asked_state`), such as ``as-cast``.

    Returns
    -------
    dict
        The document of COMMANDS. Shares of belief, and of conflict, sum to 1 over all pieces, of which the
        `top` strongest are listed.

    Raises
    ------
    UnknownElementError, MalformedRowError, InputError
        If the text is no alloy, or `state` no state.
    """
    composition, wish = read_composition(alloy, "ALLOY"), asked_state(state)
    fitted = open_predictor(inputs, tell)
    return explained(fitted, dict(zip(composition.elements, composition.fractions, strict=True)), top, wish)


def explained(
    fitted: Fitted, asked: dict[str, float], top: int = 10, state: AskedState | None = None
) -> dict[str, Any]:
    """Explain what a fitted predictor says of an alloy, given as element → atomic fraction; see `explain_alloy`."""
    weights = weights_of(fitted, [asked])
    joint = fitted.predictor.predict(weights, state)
    pieces = explain(fitted.predictor, joint, [0], most=top)[0]
    known = known_of(fitted)
    because = [describe(known, list(asked), p) for p in pieces]
    for said in because:
        if said["source"] == "expert":
            said["answers"] = _answers(fitted, joint)
        elif said["source"].startswith("records: "):
            said |= _reports(fitted, joint, said["source"].removeprefix("records: "), said["supports"])
    return {
        "alloy": "-".join(asked),
        **documents(fitted, weights, joint, state)[0],
        **own_records(joint),
        "descriptors": descriptors(asked),
        "further_measurement": further_measurement(joint),
        "because": because,
        "learned_from": len(fitted.knowledge.main),
        **taught_nothing(fitted),
    }


def descriptors(fractions: dict[str, float]) -> Descriptors:
    """Descriptors of a solid solution, and the pair of elements whose compound competes with it.

    Size mismatch (percent), mixing enthalpy (kJ/mol) and entropy (J/(mol·K)), Ω, valence electrons for each atom; the
    pair is the one that attracts most (kJ/mol). None where an element lacks the data.
    """
    from hea_bench import descriptors as rules

    elements = element_table()

    def of(rule: Callable[[dict[str, float]], float]) -> float | None:
        try:
            value = float(rule(fractions))
        except (KeyError, ValueError, TypeError, ZeroDivisionError):
            return None
        return round(value, 4) if math.isfinite(value) else None

    index = elements.index(list(fractions))
    pairs = elements.enthalpy[np.ix_(index, index)]
    first, second = np.unravel_index(int(np.argmin(np.triu(pairs, 1))), pairs.shape)
    symbols = list(fractions)
    attractive = float(pairs[first, second])
    pair = f"{symbols[first]}-{symbols[second]}"
    return {
        "size_mismatch": of(rules.delta),
        "mixing_enthalpy": of(rules.mixing_enthalpy),
        "mixing_entropy": of(rules.smix),
        "omega": of(rules.omega),
        "valence_electrons": of(rules.vec),
        "competing_pair": {"pair": pair, "mixing_enthalpy": round(attractive, 2)} if attractive < 0 else None,
    }


def own_records(joint: Joint) -> dict[str, OwnRecords]:
    """How far a person's own records of the alloy move the verdict (`own_records`); nothing where there are none."""
    index, rows = joint.near.index, joint.near.same[0]
    if LABORATORY not in index.names or not len(rows):
        return {}
    column = index.names.index(LABORATORY)
    single, multi = (int(counts[rows, column].sum()) for counts in (index.single, index.multi))
    if not single + multi:
        return {}
    own = joint.parts[LABORATORY]
    mass = (_total(joint) - own).mass[0]
    return {
        "own_records": {
            "single": single,
            "multi": multi,
            "pignistic_without": round(float(mass[1] + mass[3] / 2), 6),
            "pignistic": round(float(joint.probability[0]), 6),
        }
    }


def _total(joint: Joint) -> Weights:
    return sum(_fused(joint), Weights.none(len(joint.probability)))


def further_measurement(joint: Joint) -> list[Further]:
    """What one more careful measurement of the alloy would make of the verdict, for either outcome."""
    total = _total(joint)
    now = bool(joint.probability[0] > 0.5)
    weight = math.log(CAREFUL / (1 - CAREFUL))
    rows: list[Further] = []
    for outcome, one in (
        ("single", Weights(np.array([weight]), np.zeros(1))),
        ("multi", Weights(np.zeros(1), np.array([weight]))),
    ):
        mass = (total + one).mass[0]
        probability = float(mass[1] + mass[3] / 2)
        rows.append(
            {
                "outcome": outcome,
                "pignistic": round(probability, 6),
                "ignorance": round(float(mass[3]), 6),
                "changes_verdict": (probability > 0.5) != now,
            }
        )
    return rows


def _fused(joint: Joint) -> list[Weights]:
    """The independent parts, as the predictor combines them."""
    together = joint.parts["neighbours"].cautious(joint.parts["tables"])
    return [joint.parts["learners"], together, *(joint.parts[name] for name in APART)]


def _reports(fitted: Fitted, joint: Joint, group: str, supports: str) -> dict[str, Any]:
    """The records behind a piece of evidence: how many, of what, and where the first ones stand."""
    index = joint.near.index
    rows = joint.near.neighbours[0] if group == "neighbours" else joint.near.same[0]
    single = supports == "single-phase"
    found = [
        (row, record)
        for row in rows
        for record in (fitted.knowledge.records[i] for i in index.behind[row])
        if record.single_phase == single and (group == "neighbours" or GROUPS[group_of(record.source)] == group)
    ]
    if not found:
        return {"measured": 0}
    places = list(dict.fromkeys(record.provenance for _, record in found))
    more = f" and {len(places) - PLACES} more" if len(places) > PLACES else ""
    names = list(dict.fromkeys(name_of(fitted, index.weights[row]) for row, _ in found))
    return {
        "from_alloy": ", ".join(names[:PLACES]),
        "provenance": ", ".join(places[:PLACES]) + more,
        "measured": len(found),
        **({"quotes": quotes} if (quotes := [r.quote for _, r in found if r.quote][:PLACES]) else {}),
    }


def _answers(fitted: Fitted, joint: Joint) -> list[AskedPair]:
    """List the expert's answers that say most about the one alloy in question."""
    opinions = fitted.knowledge.opinions
    if opinions is None:
        return []
    system, fold = joint.system, fitted.predictor.fold_of(joint, 0)
    symbols = system.table.elements.symbols
    hosts = system.learners.hosts(fold.train, fold.test)[0]
    return [
        {
            "pair": f"{symbols[leave]}–{symbols[enter]}",
            "domain": opinions.domains[field],
            "similar": round(float(opinions.similar[field, leave, enter]), 6),
            "dissimilar": round(float(opinions.dissimilar[field, leave, enter]), 6),
        }
        for field, leave, enter in answers_behind(opinions, system.table, int(fold.test[0]), hosts)
    ]
