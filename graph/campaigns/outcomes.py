"""The loop closes: campaigns that test a hypothesis, and what their results make of it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hypograph.graph.queries import campaigns as queries
from hypograph.graph.queries import pages
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.core.errors import InputError
from hypograph.models.core.keys import digest
from hypograph.models.core.records import Edge, Node, Value
from hypograph.models.hypotheses.campaign_space import INTERVENTION
from hypograph.models.hypotheses.document import HypothesisDocument, Prediction
from hypograph.models.hypotheses.outcomes import Measured, Standing, Weighed, combined, probabilities_best, weigh

if TYPE_CHECKING:
    from hypograph.graph.store.store import GraphStore

ARM = "arm"  # parameter that tells the hypothesis as stated from its controls


def hypothesis_of(store: GraphStore, key: str) -> dict[str, Any]:
    """Return a hypothesis by its id or the beginning of it.

    Raises
    ------
    InputError
        If none, or more than one, has that id.
    """
    exact = store.read(pages.HYPOTHESIS, id=key)
    if exact:
        return dict(exact[0]["h"])
    found = [n["key"] for n in store.nodes("Hypothesis") if str(n["key"]).startswith(key)]
    if len(found) != 1:
        what = "no hypothesis has this id" if not found else f"{len(found)} hypotheses begin with this id"
        raise InputError(what, where=key, expected="an id from `hypotheses search`")
    return dict(store.read(pages.HYPOTHESIS, id=found[0])[0]["h"])


def definition_for(hypothesis: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition of a campaign that tests a hypothesis: what it states, and its prediction.

    Raises
    ------
    InputError
        If it leaves nothing for an experiment to vary, or predicts nothing.
    """
    space = hypothesis.get("space")
    if not space:
        raise InputError(
            "it leaves nothing for an experiment to vary",
            where=str(hypothesis.get("id", ""))[:80],
            expected="a hypothesis that predicts a quantity and names controls, ranges or alternatives",
        )
    return tomllib.loads(str(space))


def begin_test(store: GraphStore, campaign: str, hypothesis: str) -> None:
    """Note in the graph that a campaign tests a hypothesis."""
    store.merge((), [Edge("TESTS", ("Campaign", campaign), ("Hypothesis", hypothesis))])


def learn(store: GraphStore, definition: live.Definition, events: Sequence[live.Event]) -> list[dict[str, Any]]:
    """Bring every hypothesis that a campaign tests up to date with its results.

    Masses for and against its prediction are kept as evidence; belief, state and probability of being best of the
    hypothesis follow, each change with a line of history.

    Returns
    -------
    list of dict
        For each hypothesis `id`, `state`, `belief`, `plausibility`, `probability_best`.
    """
    told = []
    for row in store.read(queries.TESTED, campaign=definition.id):
        hypothesis = dict(row["h"])
        prediction = prediction_of(hypothesis)
        if prediction is not None:
            found = weighed(prediction, definition, events)
            told.append(_update(store, hypothesis, prediction, definition.id, found))
    return told


def prediction_of(hypothesis: Mapping[str, Any]) -> Prediction | None:
    """Return what a hypothesis of the graph predicts, None where it is no document or predicts nothing."""
    stored = hypothesis.get("document")
    return HypothesisDocument.model_validate_json(stored).prediction if stored else None


def weighed(prediction: Prediction, definition: live.Definition, events: Sequence[live.Event]) -> Weighed | None:
    """Weigh the results of a campaign for and against a prediction; None where there is nothing to weigh."""
    objective = next((o for o in definition.objectives if o.name == prediction.quantity), definition.objectives[0])
    done = [e for e in live.fold(definition, events) if e.status == "done" and objective.name in e.values]
    results = [
        Measured(e.values[objective.name], str(e.parameters.get(ARM, INTERVENTION)) != INTERVENTION) for e in done
    ]
    return weigh(prediction, results, objective.noise)


def _update(
    store: GraphStore, hypothesis: Mapping[str, Any], prediction: Prediction, campaign: str, found: Weighed | None
) -> dict[str, Any]:
    key = str(hypothesis["id"])
    evidence = digest("experiment", campaign, key)
    store.run_command(queries.FORGET_TEST, evidence=evidence)
    if found is not None:
        store.merge(*_evidence(evidence, key, prediction, campaign, found))
    standing = combined([_read(r["e"]) for r in store.read(queries.TEST_RESULTS, hypothesis=key)])
    chances = _chances(store, hypothesis, standing)
    change: dict[str, Value] = {
        "belief": round(standing.belief, 6),
        "plausibility": round(standing.plausibility, 6),
        "ignorance": round(standing.plausibility - standing.belief, 6),
        "conflict": round(standing.conflict, 6),
        "state": standing.state,
        "history": _history(hypothesis, campaign, found, standing, chances.get(key)),
    }
    nodes = [Node("Hypothesis", other, {"probability_best": round(p, 6)}) for other, p in chances.items()]
    store.merge([*nodes, Node("Hypothesis", key, change)], ())
    return {
        "id": key,
        "state": standing.state,
        "belief": standing.belief,
        "plausibility": standing.plausibility,
        "probability_best": chances.get(key),
    }


def _evidence(
    evidence: str, hypothesis: str, prediction: Prediction, campaign: str, found: Weighed
) -> tuple[list[Node], list[Edge]]:
    masses = {"for": round(found.holds, 6), "against": round(found.fails, 6)}
    masses["unknown"] = round(1.0 - masses["for"] - masses["against"], 6)
    props: dict[str, Value] = {
        "claim": str(prediction),
        "source": "experiment",
        "row": campaign,
        "answer": observed(found),
    }
    for side, mass in masses.items():
        props |= {f"m_{side}": mass, f"d_{side}": mass}
    kind = "SUPPORTS" if found.holds >= found.fails else "REFUTES"
    share = {"share": max(masses["for"], masses["against"])}
    return [Node("Evidence", evidence, props)], [Edge(kind, ("Evidence", evidence), ("Hypothesis", hypothesis), share)]


def observed(found: Weighed) -> str:
    """Say what was measured, with its noise and where that comes from."""
    results = "1 result" if found.n == 1 else f"{found.n} results"
    return f"mean {found.mean:.4g} of {results}, noise {found.noise:.2g} ({found.noise_from})"


def _read(evidence: Mapping[str, Any]) -> Weighed:
    return Weighed(float(evidence["m_for"]), float(evidence["m_against"]), 0.0, 0, 0.0, "")


def _chances(store: GraphStore, hypothesis: Mapping[str, Any], standing: Standing) -> dict[str, float]:
    """Return the question's probabilities of being best, brought up to date; none without verdicts."""
    found = store.read(queries.QUESTION, question=str(hypothesis.get("question", "none")))
    search = json.loads(found[0]["q"].get("search") or "{}") if found else {}
    prior = {
        row["id"]: float(row["probability_best"])
        for row in search.get("finalists", ())
        if row.get("probability_best") is not None
    }
    if hypothesis["id"] not in prior:
        return {}
    bets = {str(hypothesis["id"]): standing.pignistic}
    for other in (k for k in prior if k != hypothesis["id"]):
        rows = [_read(r["e"]) for r in store.read(queries.TEST_RESULTS, hypothesis=other)]
        if rows:
            bets[other] = combined(rows).pignistic
    return probabilities_best(prior, bets)


def _history(
    hypothesis: Mapping[str, Any], campaign: str, found: Weighed | None, standing: Standing, chance: float | None
) -> str:
    """Return the history with what changed; the same result again adds nothing."""
    history = json.loads(hypothesis.get("history") or "[]")
    line = {
        "experiment": campaign,
        "observed": "no result" if found is None else observed(found),
        "belief": round(standing.belief, 6),
        "plausibility": round(standing.plausibility, 6),
        "state": standing.state,
        "probability_best": None if chance is None else round(chance, 6),
    }
    if history and history[-1] == line:
        return json.dumps(history, ensure_ascii=False)
    if not history and found is None:
        return "[]"
    return json.dumps([*history, line], ensure_ascii=False)
