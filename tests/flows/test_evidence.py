from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from hypograph.flows.evidence.units import SMALL_ELEMENTS, EvidenceOutcome, evidence_units, small_part
from hypograph.flows.readers.alloys import hea_literature_alloys, hea_tables
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.core.schema import LABELS, RELATIONS
from hypograph.models.core.errors import InputError
from hypograph.models.core.protocols import Opinion
from hypograph.models.core.records import AlloyRecord, Unit


class MemoryStore:
    def __init__(self) -> None:
        self.units: dict[str, Unit] = {}

    def commit(self, unit: Unit) -> bool:
        return self.units.setdefault(unit.key, unit) is unit

    def has_unit(self, key: str) -> bool:
        return key in self.units


class PeriodicExpert:
    """Calls elements similar whose symbols start alike: an expert without knowledge."""

    name = "initials"

    def assess(self, pairs: list[tuple[str, str]], domain: str = "") -> list[Opinion]:
        return [Opinion(0.1, 0.0, 0.9) if a[0] == b[0] else Opinion(0.0, 0.1, 0.9) for a, b in pairs]


@pytest.fixture(scope="module")
def records() -> list[AlloyRecord]:
    return [*hea_tables(), *hea_literature_alloys()]


def run(folder: Path, records: list[AlloyRecord], **options: object) -> tuple[EvidenceOutcome, MemoryStore, UnitRunner]:
    store = MemoryStore()
    runner = UnitRunner(store, folder)
    return evidence_units(runner, records, small=True, **options), store, runner  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def done(
    records: list[AlloyRecord], tmp_path_factory: pytest.TempPathFactory
) -> tuple[EvidenceOutcome, MemoryStore, UnitRunner]:
    return run(tmp_path_factory.mktemp("units"), records)


@pytest.mark.slow
def test_predictions_are_new_best_first_and_consistent(
    done: tuple[EvidenceOutcome, MemoryStore, UnitRunner], records: list[AlloyRecord]
) -> None:
    outcome, _, _ = done
    assert outcome.pairs > 30
    assert 0 < len(outcome.predictions) <= 40
    values = [p.pignistic for p in outcome.predictions]
    assert values == sorted(values, reverse=True)
    known = {r.elements for r in records if len(r.elements) > 1}
    small = {p.elements for p in outcome.predictions}
    assert len(small) == len(outcome.predictions)
    assert {len(e) for e in small} <= {4, 5}
    for p in outcome.predictions:
        assert p.belief + p.ignorance == pytest.approx(p.plausibility, abs=2e-6)
        assert p.belief + p.ignorance / 2 == pytest.approx(p.pignistic, abs=2e-6)
        assert p.because
    assert known, "the packaged tables are read"


@pytest.mark.slow
def test_check_stands_beside_the_baselines(done: tuple[EvidenceOutcome, MemoryStore, UnitRunner]) -> None:
    checked, held_out = done[0].checked, done[0].held_out
    assert 0 < held_out["sets"] <= held_out["alloys"]
    assert held_out["auc_low"] < checked["ours"]["auc"] < held_out["auc_high"]
    assert set(checked) == {"ours", "vote", "majority"}
    assert checked["majority"] == {"auc": 0.5, "mcc": 0.0}
    assert checked["ours"]["auc"] is not None
    assert checked["ours"]["auc"] > 0.6


@pytest.mark.slow
def test_everything_written_is_in_the_schema(done: tuple[EvidenceOutcome, MemoryStore, UnitRunner]) -> None:
    labels = set()
    for unit in done[1].units.values():
        for node in unit.outcome.nodes:
            label = LABELS[node.label]
            assert set(node.props) <= label.props | {label.key}
            labels.add(node.label)
        for edge in unit.outcome.edges:
            relation = RELATIONS[edge.type]
            assert set(edge.props) <= relation.props
            assert (edge.start[0], edge.end[0]) in relation.joins
            labels.add(edge.type)
    wanted = {"Element", "Alloy", "Source", "Evidence", "SUBSTITUTES_FOR", "SUPPORTS", "PRODUCED_BY", "CITES"}
    assert wanted <= labels


@pytest.mark.slow
def test_evidence_ends_point_at_nodes_that_exist(
    done: tuple[EvidenceOutcome, MemoryStore, UnitRunner],
) -> None:
    assert_all_ends_exist(done[1])


def assert_all_ends_exist(store: MemoryStore) -> None:
    units = store.units.values()
    nodes = {(n.label, n.key) for u in units for n in u.outcome.nodes}
    ends = {end for unit in units for edge in unit.outcome.edges for end in (edge.start, edge.end)}
    assert ends <= nodes


def test_a_second_run_repeats_nothing(records: list[AlloyRecord], tmp_path: Path) -> None:
    part = [r for r in records if r.source == "pei2020"]
    store = MemoryStore()
    first = UnitRunner(store, tmp_path)
    one = evidence_units(first, part, sizes=(4,), small=True)
    again = UnitRunner(store, tmp_path)
    two = evidence_units(again, part, sizes=(4,), small=True)
    assert (again.done, again.skipped) == (0, first.done)
    assert one == two


@pytest.mark.slow
def test_an_expert_is_measured_beside_the_run_without_it(records: list[AlloyRecord], tmp_path: Path) -> None:
    part = [r for r in records if r.source == "pei2020"]
    outcome, store, _ = run(tmp_path, part, expert=PeriodicExpert(), sizes=(4,))
    assert {"ours", "ours-no-expert"} <= set(outcome.checked)
    ours, bare = (outcome.checked[m]["auc"] for m in ("ours", "ours-no-expert"))
    assert ours is not None
    assert bare is not None
    assert abs(ours - bare) < 0.05
    sources = {n.key for u in store.units.values() for n in u.outcome.nodes if n.label == "Source"}
    assert {"initials", "expert"} <= sources
    said = {n.props["source"] for u in store.units.values() for n in u.outcome.nodes if n.label == "Evidence"}
    assert "expert" in said
    assert_all_ends_exist(store)


@pytest.mark.parametrize("kept", [[], [True]])
def test_records_that_teach_nothing_are_refused(kept: list[bool], tmp_path: Path) -> None:
    part = [AlloyRecord(("Co", "Fe"), label) for label in kept]
    with pytest.raises(InputError):
        run(tmp_path, part)


def test_a_small_part_takes_each_composition_once() -> None:
    often = [AlloyRecord(("Co", "Fe", "Ni"), i % 2 == 0, source="papers", provenance=f"10.1/{i}") for i in range(900)]
    rare = [
        AlloyRecord(("Al", *pair), False, source="papers") for pair in itertools.combinations(SMALL_ELEMENTS[1:], 2)
    ]
    small = small_part([*often, *rare])
    assert len({r.elements for r in small}) == len(small) == 1 + len(rare)
