from __future__ import annotations

from pathlib import Path

import pytest
from scripted_hypotheses import Knowing, Scripted

from hypograph.flows.hypotheses.units import Asked, HypothesisOutcome, hypothesis_units
from hypograph.flows.readers.publications.registry import hea_literature
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.core.schema import LABELS, RELATIONS
from hypograph.models.core.records import AlloyPrediction, KeywordSet, Unit

ALLOYS = tuple(
    AlloyPrediction(tuple(name.split("-")), 0.6 - i / 20, 0.9, 0.75 - i / 20, 0.3, 0.1)
    for i, name in enumerate(("Co-Cr-Fe-Ni", "Hf-Nb-Ta-Ti-Zr", "Al-Co-Cr-Fe-Ni"))
)
SETS = (
    KeywordSet(("AlCoCrNiTi", "suction casting"), 0.6, 1.0),
    KeywordSet(("heat treatment", "extrusion"), 0.5, 0.8),
)


class MemoryStore:
    def __init__(self, fail_after: int | None = None) -> None:
        self.units: dict[str, Unit] = {}
        self.fail_after = fail_after

    def commit(self, unit: Unit) -> bool:
        if self.fail_after is not None and len(self.units) >= self.fail_after:
            raise KeyboardInterrupt
        return self.units.setdefault(unit.key, unit) is unit

    def has_unit(self, key: str) -> bool:
        return key in self.units


def run(folder: Path, store: MemoryStore) -> tuple[HypothesisOutcome, UnitRunner]:
    runner = UnitRunner(store, folder)
    return hypothesis_units(runner, SETS, ALLOYS, publications=hea_literature(limit=150), budget=40), runner


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[HypothesisOutcome, MemoryStore]:
    store = MemoryStore()
    return run(tmp_path_factory.mktemp("units"), store)[0], store


def test_without_a_model_data_are_listed_and_nothing_is_claimed(done: tuple[HypothesisOutcome, MemoryStore]) -> None:
    outcome, store = done
    assert len(outcome.hypotheses) == outcome.count == len(ALLOYS) + len(SETS)
    assert {h["kind"] for h in outcome.hypotheses} == {"lead"}
    assert outcome.best["id"] == outcome.hypotheses[0]["id"]
    assert outcome.best["probability_best"] is None
    assert "Co-Cr-Fe-Ni" in outcome.best["statement"]
    assert "belief 0.60, plausibility 0.90" in outcome.best["statement"]
    assert (outcome.calls, outcome.comparisons) == (0, 0)
    assert "with a language model" in outcome.note
    assert {n.props["kind"] for u in store.units.values() for n in u.outcome.nodes if n.label == "Hypothesis"} == {
        "lead"
    }


def test_what_is_written_fits_the_schema_and_hangs_together(
    done: tuple[HypothesisOutcome, MemoryStore],
) -> None:
    units = done[1].units.values()
    nodes = {(n.label, n.key) for u in units for n in u.outcome.nodes}
    assert all(set(n.props) <= LABELS[n.label].props for u in units for n in u.outcome.nodes)
    types = set()
    for edge in (e for u in units for e in u.outcome.edges):
        assert {edge.start, edge.end} <= nodes
        assert (edge.start[0], edge.end[0]) in RELATIONS[edge.type].joins
        assert set(edge.props) <= RELATIONS[edge.type].props
        types.add(edge.type)
    assert types >= {"INSPIRED_BY", "SUPPORTS"}


def test_a_question_is_answered_from_the_leads(tmp_path: Path) -> None:
    proposer = Scripted()
    asked = Asked("Which alloy stays single-phase?", "High entropy helps", discipline="alloys")
    outcome = hypothesis_units(
        UnitRunner(MemoryStore(), tmp_path), SETS, ALLOYS, judge=Knowing(), proposer=proposer, budget=16, asked=asked
    )
    assert outcome.question is not None
    assert any("Co-Cr-Fe-Ni" in line for line in proposer.blocks[0].leads)
    assert [h["kind"] for h in outcome.hypotheses].count("lead") == len(ALLOYS) + len(SETS)
    assert outcome.hypotheses[0]["kind"] == "document"
    assert 0 < outcome.calls <= 16
    assert outcome.note == ""


def test_a_question_without_a_model_gets_its_passages_and_the_reason(tmp_path: Path) -> None:
    papers = hea_literature(limit=100)
    asked = Asked("Which alloys made by magnetron sputtering have FCC phases?", discipline="alloys")
    outcome = hypothesis_units(UnitRunner(MemoryStore(), tmp_path), (), (), publications=papers, asked=asked)
    assert outcome.question is not None
    assert "no language model" in outcome.question["stopped"]
    assert outcome.question["probability_best"] is None
    assert outcome.question["document"]["mechanisms"] == []
    assert outcome.best["statement"] == asked.question
    assert outcome.count == 1


def test_killed_and_run_again_it_ends_the_same(tmp_path: Path, done: tuple[HypothesisOutcome, MemoryStore]) -> None:
    store = MemoryStore(fail_after=0)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, store)
    store.fail_after = None
    outcome, _ = run(tmp_path, store)
    assert outcome == done[0]
    assert store.units == done[1].units


def test_nothing_in_gives_nothing_out(tmp_path: Path) -> None:
    outcome = hypothesis_units(UnitRunner(MemoryStore(), tmp_path), (), ())
    assert outcome.count == 0
    assert outcome.hypotheses == ()
