"""The model that reads claims: what does not stand in the paper is dropped, and its skill is measured first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hypograph.agents import ModelClaimReader
from hypograph.agents.roles.claim_reader import claim_battery, measure_claim_reader
from hypograph.models.core.records import Publication
from tests.agents.conftest import completion

SAID = "As-cast CoCrFeNi is a single-phase FCC alloy."
PAPER = Publication(
    "10.1000/x", title="On alloys", abstract=f"{SAID} AlCoCrFeNi has BCC and B2 phases.", doi="10.1000/x"
)


def row(alloy: str, outcome: str, sentence: str, state: str = "as cast", phases: tuple[str, ...] = ("FCC",)) -> Any:
    return {"alloy": alloy, "outcome": outcome, "phases": list(phases), "state": state, "sentence": sentence}


GOOD = row("CoCrFeNi", "single-phase", SAID)


@pytest.mark.parametrize(
    "wrong",
    [
        row("CoCrFeNi", "single-phase", "CoCrFeNi is a single-phase FCC alloy without doubt."),
        row("CoCrFeMnNi", "single-phase", SAID),
        row("AlxCoCrFeNi", "several phases", "AlCoCrFeNi has BCC and B2 phases."),
        row("AlCoCrFeNi", "single-phase", "AlCoCrFeNi has BCC and B2 phases."),
        row("CoCrFeNi", "single-phase", "On alloys"),
    ],
)
def test_a_claim_that_the_paper_does_not_make_is_dropped(gateway_to: Any, wrong: Any) -> None:
    gateway, _ = gateway_to(lambda body, n: completion(json.dumps({"claims": [GOOD, wrong]})))
    (claim,) = ModelClaimReader(gateway).claims(PAPER)
    assert (claim.alloy, claim.label, claim.state, claim.phases) == ("CoCrFeNi", "single", "as cast", ("FCC",))
    assert (claim.sentence, claim.publication, claim.reader) == (SAID, "10.1000/x", gateway.config.model)


def test_a_reader_is_measured_and_one_that_is_never_right_is_not_asked(gateway_to: Any) -> None:
    truth = {text: [_answer(text, *m) for m in map(_fields, marked)] for text, marked in claim_battery()}

    def knows(body: dict[str, Any], n: int) -> Any:
        shown = body["messages"][-1]["content"]
        return completion(json.dumps({"claims": next((c for text, c in truth.items() if text[:25] in shown), [])}))

    gateway, _ = gateway_to(knows)
    measured = measure_claim_reader(gateway, claim_battery())
    assert (measured.wrong, measured.missed) == (0, 0)
    assert ModelClaimReader(gateway).skill == pytest.approx(measured.skill) == pytest.approx(0.68, abs=0.02)
    silent, stub = gateway_to(lambda body, n: completion(json.dumps({"claims": []})), folder="b")
    assert measure_claim_reader(silent, claim_battery()).skill == 0.0
    asked = len(stub.requests)
    assert ModelClaimReader(silent).claims(PAPER) == []
    assert len(stub.requests) == asked


def _fields(marked: Any) -> tuple[str, str, str]:
    return marked.alloy, marked.label, marked.state


def _answer(text: str, alloy: str, label: str, state: str) -> Any:
    from hypograph.models.literature.claims.phrases import named, speaks_of_phases
    from hypograph.models.literature.keywords.extraction import pieces

    sentences = pieces(Publication("t", abstract=text))
    place = next(i for i, s in enumerate(sentences) if alloy in s)
    sentence = next(s for s in sentences[place:] if speaks_of_phases(s))
    return row(alloy, "single-phase" if label == "single" else "several phases", sentence, state, named(sentence))
