from __future__ import annotations

from pathlib import Path

import pytest

from hypograph.flows.literature.units import LiteratureOutcome, literature_units
from hypograph.flows.readers.publications.registry import hea_literature
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.core.schema import LABELS, RELATIONS
from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Unit


class MemoryStore:
    def __init__(self) -> None:
        self.units: dict[str, Unit] = {}

    def commit(self, unit: Unit) -> bool:
        return self.units.setdefault(unit.key, unit) is unit

    def has_unit(self, key: str) -> bool:
        return key in self.units


def run(folder: Path, **options: object) -> tuple[LiteratureOutcome, MemoryStore, UnitRunner]:
    store = MemoryStore()
    runner = UnitRunner(store, folder)
    outcome = literature_units(runner, hea_literature(limit=150), small=True, **options)  # type: ignore[arg-type]
    return outcome, store, runner


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[LiteratureOutcome, MemoryStore, UnitRunner]:
    return run(tmp_path_factory.mktemp("units"))


def test_alloy_records_become_a_graph_and_sets(
    done: tuple[LiteratureOutcome, MemoryStore, UnitRunner],
) -> None:
    outcome, _, _ = done
    assert outcome.publications == 150
    assert outcome.keywords > 50
    assert outcome.edges > 50
    assert 0 < len(outcome.sets) <= 20
    assert "association and novelty only" in outcome.note
    for found in outcome.sets:
        assert 0 <= found.potential <= 1
        assert 0 <= found.novelty <= 1
        assert len(set(found.keywords)) == len(found.keywords)
        assert found.nearest
    potentials = [s.potential for s in outcome.sets]
    assert potentials == sorted(potentials, reverse=True)


def test_everything_written_is_in_the_schema(done: tuple[LiteratureOutcome, MemoryStore, UnitRunner]) -> None:
    _, store, _ = done
    for unit in store.units.values():
        for node in unit.outcome.nodes:
            label = LABELS[node.label]
            assert set(node.props) <= label.props | {label.key}
        for edge in unit.outcome.edges:
            relation = RELATIONS[edge.type]
            assert (edge.start[0], edge.end[0]) in relation.joins
            assert set(edge.props) <= relation.props


def test_a_mention_carries_a_passage_of_its_publication(
    done: tuple[LiteratureOutcome, MemoryStore, UnitRunner],
) -> None:
    _, store, _ = done
    text = {p.key: " \n ".join(p.passages) for p in hea_literature(limit=150)}
    mentions = [e for u in store.units.values() for e in u.outcome.edges if e.type == "MENTIONS"]
    assert mentions
    assert all(str(e.props["passage"]) in text[e.start[1]] for e in mentions)


def test_a_second_run_repeats_no_unit_and_finds_the_same(
    done: tuple[LiteratureOutcome, MemoryStore, UnitRunner],
) -> None:
    first, store, before = done
    runner = UnitRunner(store, before.folder)
    again = literature_units(runner, hea_literature(limit=150), small=True)
    assert again == first
    assert runner.done == 0
    assert runner.skipped == 4


def test_every_set_touches_the_topic(tmp_path: Path) -> None:
    outcome, _, _ = run(tmp_path, topic="arc melting")
    assert outcome.sets
    assert all("arc melting" in s.keywords for s in outcome.sets)


def test_an_unknown_topic_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="zebrafish"):
        run(tmp_path, topic="zebrafish")
    with pytest.raises(InputError, match="no publications"):
        literature_units(UnitRunner(MemoryStore(), tmp_path), [])
