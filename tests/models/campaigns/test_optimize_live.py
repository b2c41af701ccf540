from __future__ import annotations

from typing import Any

import pytest

from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory import progress
from hypograph.models.core.errors import InputError, SpaceError

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
    assert progress.status(screen, events)["pending"] == 2
    events.append(live.record(screen, events, "e1", {"yield": 3}))
    told = progress.status(screen, events)
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
    with pytest.raises(InputError, match=r"outcome|is no number"):
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


def test_replicates_are_experiments_of_their_own_and_tell_the_noise() -> None:
    thrice = live.definition_from({**RECORD, "replicates": 3})
    events: list[dict[str, Any]] = live.suggest(thrice, [], 2)
    assert [e["id"] for e in events] == ["e1", "e2", "e3", "e4", "e5", "e6"]
    assert events[0]["parameters"] == events[2]["parameters"] != events[3]["parameters"]
    assert "replicate 2 of 3" in events[1]["reason"]
    for i, value in enumerate([10.0, 12.0, 14.0, 30.0, 0.0, 0.0], 1):
        events.append(live.record(thrice, events, f"e{i}", {"yield": value}))
    told = progress.status(thrice, events)
    assert (told["best"]["id"], told["best"]["values"]) == ("e1", {"yield": 12.0})  # not the single lucky 30
    assert told["noise"]["yield"] == pytest.approx(((4 + 4 + 400 + 100 + 100) / 4) ** 0.5)
    assert live.definition_from(thrice.record()) == thrice
    assert len(live.suggest(thrice, events, 1)) == 3


def test_an_experiment_is_asked_for_again(screen: live.Definition) -> None:
    events: list[dict[str, Any]] = live.suggest(screen, [], 1)
    events.append(live.record(screen, events, "e1", {"yield": 1}))
    events += live.repeat(screen, events, "e1", 2)
    assert [e.reason for e in live.fold(screen, events)[1:]] == ["repeats e1", "repeats e1"]
    assert progress.status(screen, events)["awaited"] == ["e2", "e3"]


def test_several_objectives_have_a_front_and_a_target_is_met_from_both_sides() -> None:
    goals = [{"name": "pH", "direction": "target", "target": 7.0}, {"name": "cost", "direction": "min"}]
    both = live.definition_from({**RECORD, "objectives": goals})
    points = [{"ligand": a, "heat": h} for a in ("a", "b") for h in (20, 40)]
    outcomes = [(5.0, 1.0), (7.5, 3.0), (6.8, 9.0), (9.0, 4.0)]
    events: list[dict[str, Any]] = []
    for point, (ph, cost) in zip(points, outcomes, strict=True):
        events.append(live.record_point(both, events, point, {"pH": ph, "cost": cost}))
    told = progress.status(both, events)
    assert told["best"]["id"] == "e3"
    assert [e["id"] for e in told["front"]] == ["e1", "e2", "e3"]
    assert [p.best_so_far for p in progress.progress(both, events)] == [5.0, 7.5, 6.8, 6.8]


def test_a_range_has_an_entropy_too() -> None:
    ranged = live.definition_from({**RECORD, "parameters": [{"name": "t", "low": 0, "high": 1}]})
    events: list[dict[str, Any]] = []
    for t in (0.05, 0.95, 0.5, 1.0):
        events.append(live.record_point(ranged, events, {"t": t}, {"yield": t}))
    assert progress.status(ranged, events)["entropy"]["published"] == pytest.approx(1.5 / 3.3219, abs=1e-3)
