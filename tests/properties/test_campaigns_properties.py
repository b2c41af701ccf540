"""Whatever happens to a laboratory's campaign, it keeps its promises: allowed, new, the same in any order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory import progress
from hypograph.models.campaigns.space.candidates import identity
from hypograph.models.core.errors import SpaceError

FINITE: dict[str, Any] = {
    "parameters": [{"name": "o", "options": ["a", "b", "None"]}, {"name": "v", "values": [1, 2, 3, 4]}],
    "exclusions": [{"o": "a", "v": 4}],
}
MIXED: dict[str, Any] = {
    "parameters": [
        {"name": "o", "options": ["a", "b"], "descriptors": [[0.0], [1.0]]},
        *({"name": n, "low": 0, "high": 1} for n in ("x", "y", "z")),
    ],
    "mixtures": [{"names": ["x", "y", "z"]}],
    "constraints": [{"weights": {"x": 1.0, "y": 2.0}, "at_most": 0.9}, {"weights": {"z": 1.0}, "at_least": 0.2}],
}
ONE = [{"name": "yield"}]
TWO = [{"name": "yield", "noise": 0.1}, {"name": "cost", "direction": "min"}]
TARGET = [{"name": "yield", "direction": "target", "target": 2.0}]


def outcome(point: dict[str, Any], rng: np.random.Generator) -> dict[str, float]:
    height = float(sum(v for v in point.values() if not isinstance(v, str)))
    return {"yield": height + len(str(point["o"])) + 0.01 * rng.normal(), "cost": height**2}


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from([FINITE, MIXED]),
    st.sampled_from([ONE, TWO, TARGET]),
    st.sampled_from(["random", "sobol", "bo"]),
    st.integers(0, 10**6),
)
def test_a_campaign_of_any_course(space: dict[str, Any], goals: list[dict[str, Any]], method: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    record = {**space, "objectives": goals, "method": method, "initial": 3, "seed": seed}
    definition = live.definition_from(record)
    events: list[dict[str, Any]] = []
    for _ in range(4):
        before = {identity(t.parameters) for t in live.trials(live.fold(definition, events))}
        try:
            asked = live.suggest(definition, events, int(rng.integers(1, 4)))
        except SpaceError:
            assert space is FINITE
            assert len(before) == 11
            break
        for event in asked:
            assert definition.space.read(event["parameters"]) == event["parameters"]
            assert identity(event["parameters"]) not in before
            before.add(identity(event["parameters"]))
        events += asked
        pending = [e for e in live.fold(definition, events) if e.status == "pending"]
        told: list[dict[str, Any]] = []
        for e in pending:
            told += what_became_of(definition, events, e, rng)
        shuffled = [told[i] for i in rng.permutation(len(told))]
        assert next_of(definition, [*events, *told]) == next_of(definition, [*events, *shuffled])
        events += shuffled
    rows = progress.progress(definition, events)
    best = [definition.objectives[0].utility(r.best_so_far) for r in rows if r.best_so_far is not None]
    assert best == sorted(best)
    entropies = [r.entropy for r in rows if r.entropy]
    assert all(0.0 <= e[name] <= 1.0 for e in entropies for name in ("published", "corrected"))
    assert all(e["relative_to_random"] >= 0.0 for e in entropies)  # more even than a random run is above 1
    assert live.definition_from(definition.record()) == definition


def what_became_of(
    definition: live.Definition, events: list[dict[str, Any]], e: live.Experiment, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Most experiments have an outcome; some fail, some are withdrawn, some are still awaited."""
    draw = int(rng.integers(8))
    if draw == 0:
        return [live.fail(definition, events, e.id)]
    if draw == 1:
        return [live.undo(definition, events, e.id)]
    if draw == 2:
        return []
    found = outcome(e.parameters, rng)
    return [live.record(definition, events, e.id, {o.name: found[o.name] for o in definition.objectives})]


def next_of(definition: live.Definition, events: list[dict[str, Any]]) -> Any:
    try:
        return live.suggest(definition, events, 2)
    except SpaceError:
        return "used up"


@pytest.mark.parametrize("goals", [ONE, TWO])
def test_repeats_are_for_people_to_ask_and_never_suggested(goals: list[dict[str, Any]]) -> None:
    definition = live.definition_from({**FINITE, "objectives": goals, "initial": 2})
    events: list[dict[str, Any]] = live.suggest(definition, [], 3)
    events += live.repeat(definition, events, "e1")
    for e in ("e1", "e2", "e3", "e4"):
        values = {o.name: 1.0 for o in definition.objectives}  # all alike: nothing tells them apart
        events.append(live.record(definition, events, e, values))
    (asked,) = live.suggest(definition, events, 1)
    assert identity(asked["parameters"]) not in {identity(e["parameters"]) for e in events if "parameters" in e}
