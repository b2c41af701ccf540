from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hypograph.flows.hypotheses.units import HypothesisOutcome, hypothesis_units
from hypograph.flows.readers.publications.registry import hea_literature
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.core.schema import LABELS, RELATIONS
from hypograph.models.campaigns.laboratory.events import definition_from
from hypograph.models.core.records import AlloyPrediction, KeywordSet, Unit
from hypograph.models.hypotheses.search.judges import SimulatedJudge

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


def test_every_idea_is_refined_over_two_levels(done: tuple[HypothesisOutcome, MemoryStore]) -> None:
    outcome, _ = done
    assert len(outcome.hypotheses) == len(ALLOYS) + len(SETS)
    assert {h["level"] for h in outcome.hypotheses} == {2}
    assert {h["kind"] for h in outcome.hypotheses} == {"alloy", "keywords"}
    assert sum(h["probability_best"] for h in outcome.hypotheses) == pytest.approx(1)
    assert outcome.best["id"] == outcome.hypotheses[0]["id"]
    assert outcome.calls <= 40
    assert "annealed at" in outcome.best["statement"]
    for found in outcome.hypotheses:
        campaign = definition_from({"name": "x", **tomllib.loads(found["space"])})
        assert "anneal temperature" in {p.name for p in campaign.space.parameters}
        assert campaign.objectives[0].name == "single-phase fraction"


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
    assert types >= {"REFINES", "INSPIRED_BY", "COMPARES", "PREFERRED_TO"}


def test_killed_and_run_again_it_ends_the_same(tmp_path: Path, done: tuple[HypothesisOutcome, MemoryStore]) -> None:
    store = MemoryStore(fail_after=3)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, store)
    store.fail_after = None
    outcome, runner = run(tmp_path, store)
    assert outcome == done[0]
    assert runner.skipped == 3
    assert store.units == done[1].units


def test_a_judge_that_costs_is_asked_for_no_pair_twice(tmp_path: Path) -> None:
    class Counting(SimulatedJudge):
        asked: list[tuple[str, str]] = []  # noqa: RUF012

        def prefer(self, question, pairs, context=None):  # type: ignore[no-untyped-def]
            self.asked.extend((a.id, b.id) for a, b in pairs)
            return super().prefer(question, pairs)

    store = MemoryStore(fail_after=9)
    judge = Counting(utility="belief")
    arguments = {"publications": hea_literature(limit=50), "judge": judge, "budget": 24}
    with pytest.raises(KeyboardInterrupt):
        hypothesis_units(UnitRunner(store, tmp_path), SETS, ALLOYS, **arguments)  # type: ignore[arg-type]
    store.fail_after = None
    outcome = hypothesis_units(UnitRunner(store, tmp_path), SETS, ALLOYS, **arguments)  # type: ignore[arg-type]
    # The call that was under way when the store died is the only one that may have been asked for again.
    assert len(judge.asked) <= len(set(judge.asked)) + 1
    assert outcome.calls <= 24


def test_nothing_in_gives_nothing_out(tmp_path: Path) -> None:
    outcome = hypothesis_units(UnitRunner(MemoryStore(), tmp_path), (), ())
    assert outcome.count == 0
    assert outcome.hypotheses == ()
