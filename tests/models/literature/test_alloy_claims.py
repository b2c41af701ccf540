"""Claims about alloys: what patterns read, what they leave, and how a reader is scored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hypograph.agents.roles.claim_reader import claim_battery
from hypograph.flows.evidence.claims import PATTERN_SKILL
from hypograph.models.core.records import Publication
from hypograph.models.literature.claims.claim import stands_there
from hypograph.models.literature.claims.patterns import read_claims
from hypograph.models.literature.claims.scoring import Marked, Reading, compare


def claims(text: str) -> list[tuple[str, str, str]]:
    return [(c.alloy, c.label, c.condition) for c in read_claims(Publication("10.1/x", abstract=text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CoCrFeNi was homogenised at 1100 °C. The alloy is single-phase FCC.", [("CoCrFeNi", "single", "annealed")]),
        ("As-cast Al0.5CoCrFeNi showed FCC and B2 phases.", [("Al0.5CoCrFeNi", "multi", "as cast")]),
        ("Annealed at 800 °C, NbTiVZr contained a Laves phase besides the BCC phase.",
         [("NbTiVZr", "multi", "annealed, 800 °C")]),
        ("Films of CoCrNi and VNbTa were single-phase fcc and bcc, respectively.",
         [("CoCrNi", "single", "film"), ("VNbTa", "single", "film")]),
        ("A new body-centered cubic Hf20Nb31Ta31Ti18 alloy was melted.", [("Hf20Nb31Ta31Ti18", "single", "as cast")]),
        ("CoCrFeNi was cast; no sigma phase was observed in the single-phase alloy.",
         [("CoCrFeNi", "single", "as cast")]),
        ("The (CoCrNi)94Al3Ti3 alloy consists of an fcc matrix with L12 precipitates.",
         [("(CoCrNi)94Al3Ti3", "multi", "")]),
    ],
)  # fmt: skip
def test_what_is_said_of_an_alloy_is_read(text: str, found: list[tuple[str, str, str]]) -> None:
    assert claims(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "AlxCoCrFeNi alloys consist of FCC and BCC phases.",
        "Calculations predict a single-phase BCC structure for HfNbTaTi.",
        "MoNbTaW may form a single BCC phase.",
        "The alloy is stronger than dual-phase AlCoCrFeNi2.1.",
        "High-entropy alloys form single-phase solid solutions.",
        "M23C6 and Al2O3 were found beside the FCC phase.",
        "CoCrFeNi and AlCoCrFeNi are FCC and BCC alloys of one family with Mn as third.",
        "With Al the structure of CoCrFeNi changes from FCC to a mixture of FCC and BCC.",
        "",
    ],
)
def test_what_is_not_found_or_not_clear_gives_no_claim(text: str) -> None:
    assert claims(text) == []


def test_every_claim_stands_in_its_paper() -> None:
    text = "As-cast CoCrFeNi is FCC single-phase. It stays so at 700 °C, whereas AlCoCrFeNi has BCC and B2 phases."
    paper = Publication("10.1/x", title="On alloys", abstract=text)
    found = read_claims(paper)
    assert found
    assert all(stands_there(c, paper) for c in found)
    record = found[0].record()
    assert (record.source, record.provenance, record.quote in text) == ("papers", "10.1/x", True)


def test_a_reader_is_scored_by_what_was_marked() -> None:
    paper = Publication("10.1/x", abstract="As-cast CoCrFeNi is FCC single-phase. NbTiVZr has BCC and Laves phases.")
    marked = (Marked("FeNiCoCr", "single", "as cast"), Marked("NbTiVZr", "single"), Marked("CoNiV", "multi"))
    reading = compare(read_claims(paper), marked)
    assert reading == Reading(right=1, wrong=1, missed=2, states=1)
    assert 0 < reading.skill < 0.5
    assert Reading().skill == 0.0


def test_patterns_read_the_battery() -> None:
    total = Reading()
    for i, (text, marked) in enumerate(claim_battery()):
        total += compare(read_claims(Publication(f"b:{i}", abstract=text)), marked)
    assert total.wrong == 0
    assert total.right >= 6


def test_the_skill_of_the_patterns_is_the_measured_one() -> None:
    measured = json.loads((Path(__file__).parents[3] / "benchmarks" / "results" / "evidence_claims.json").read_text())
    assert round(measured["unseen"]["skill"], 2) == PATTERN_SKILL
