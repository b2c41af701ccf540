from __future__ import annotations

from typing import Any

import pytest

from hypograph.models.errors import InputError, SpaceError
from hypograph.models.optimize import live, standing

RECORD: dict[str, Any] = {
    "id": "c",
    "name": "screen",
    "initial": 2,
    "objectives": [{"name": "yield"}],
    "parameters": [{"name": "ligand", "options": ["a", "b", "None"]}, {"name": "heat", "values": [20, 40]}],
}


@pytest.fixture
def screen() -> live.Definition:
    return live.definition_from(RECORD)


def test_a_definition_reads_its_own_record(screen: live.Definition) -> None:
    assert live.definition_from(screen.record()) == screen


def test_an_undone_result_can_be_recorded_again_and_the_history_keeps_all(screen: live.Definition) -> None:
    events: list[dict[str, Any]] = live.suggest(screen, [], 2)
    events.append(live.record(screen, events, "e1", {"yield": "30"}))
    with pytest.raises(InputError, match="Undo it first"):
        live.record(screen, events, "e1", {"yield": 3})
    events.append(live.undo(screen, events, "e1", "typing error"))
    assert standing.status(screen, events)["pending"] == 2
    events.append(live.record(screen, events, "e1", {"yield": 3}))
    told = standing.status(screen, events)
    assert (told["done"], told["best"]["values"], told["events"]) == (1, {"yield": 3.0}, 5)


def test_results_out_of_order_give_the_same_suggestion(screen: live.Definition) -> None:
    events: list[dict[str, Any]] = live.suggest(screen, [], 3)
    rows = [live.record(screen, events, f"e{i}", {"yield": 10.0 * i}) for i in (1, 2, 3)]
    forward, backward = (live.suggest(screen, [*events, *r]) for r in (rows, rows[::-1]))
    assert forward == backward


def test_a_persons_own_experiment_counts_and_its_undo_withdraws_it(screen: live.Definition) -> None:
    event = live.record_point(screen, [], {"ligand": "None", "heat": "40"}, {"yield": 7})
    assert live.fold(screen, [event])[0].source == "person"
    events = [event, live.undo(screen, [event], "e1")]
    assert live.fold(screen, events)[0].status == "withdrawn"
    assert live.trials(live.fold(screen, events)) == []


def test_an_outcome_by_parameters_finds_the_pending_suggestion(screen: live.Definition) -> None:
    events = live.suggest(screen, [], 1)
    assert live.record_point(screen, events, events[0]["parameters"], {"yield": 1})["id"] == "e1"


@pytest.mark.parametrize("value", ["x", None, float("nan"), float("inf")])
def test_an_outcome_that_is_no_number_is_refused(screen: live.Definition, value: object) -> None:
    events = live.suggest(screen, [], 1)
    with pytest.raises(InputError, match="outcome"):
        live.record(screen, events, "e1", {"yield": value})


def test_wrong_events_are_named(screen: live.Definition) -> None:
    with pytest.raises(InputError, match="no such experiment"):
        live.fold(screen, [{"event": "fail", "id": "e7"}])
    with pytest.raises(InputError, match="event 1"):
        live.fold(screen, [{"id": "e7"}])
    with pytest.raises(SpaceError, match="no option"):
        live.record_point(screen, [], {"ligand": "z", "heat": 20}, {"yield": 1})
    with pytest.raises(InputError, match="format"):
        live.definition_from({**RECORD, "format": 99})
