"""Rules chemists have: log scales, limits under a condition, some of several components, plates, costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hypograph.models.campaigns.core.trials import Objective, Trial
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.optimizers.registry import make_optimizer
from hypograph.models.campaigns.space.candidates import candidates, distances
from hypograph.models.campaigns.space.space import Space, space_from
from hypograph.models.core.errors import InputError, SpaceError

SOLVENT = {"name": "solvent", "options": ["THF", "DMF"]}
HEAT = {"name": "T", "low": 20, "high": 150}
PARTS = [{"name": n, "low": 0, "high": 1} for n in "abcde"]
COMPLETE = {
    "parameters": [SOLVENT, HEAT, {"name": "load", "low": 0.01, "high": 10, "scale": "log"}, *PARTS],
    "mixtures": [{"names": list("abcde"), "total": 1}],
    "choices": [{"names": list("abcde"), "at_most": 2, "at_least": 2}],
    "limits": [{"when": {"solvent": "THF"}, "name": "T", "at_most": 30}],
}


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"parameters": [{"name": "x", "low": 0, "high": 1, "scale": "log"}]}, "log scale needs numbers above 0"),
        ({"parameters": [{"name": "x", "options": ["1", "2"], "scale": "log"}]}, "log scale"),
        ({"parameters": [{"name": "x", "low": 1, "high": 2, "scale": "ln"}]}, "scale is 'ln'"),
        ({"parameters": [{**SOLVENT, "costs": {"DMSO": 3}}], "cost": 1}, "no level"),
        ({"parameters": [{**SOLVENT, "costs": {"DMF": 3}}]}, "what does an experiment itself cost"),
        ({"parameters": [{**SOLVENT, "costs": {"DMF": -3}}], "cost": 1}, "below 0"),
        ({"limits": [{"when": {"solvent": "DMSO"}, "name": "T", "at_most": 60}]}, "no option"),
        ({"limits": [{"when": {}, "name": "T", "at_most": 60}]}, "without a condition"),
        ({"limits": [{"when": {"solvent": "THF"}, "name": "T"}]}, "without a number"),
        ({"limits": [{"when": {"T": 60}, "name": "T", "at_most": 50}]}, "cannot be a condition"),
        ({"choices": [{"names": ["T", "a"], "at_most": 1}]}, "cannot be left out"),
        ({"choices": [{"names": ["a", "b"], "at_most": 3}]}, "0 to 3 of 2"),
        ({"choices": [{"names": ["a", "b"], "at_most": 1, "most": 1}]}, "no such key: most"),
    ],
)
def test_a_wrong_rule_is_named(more: dict[str, Any], what: str) -> None:
    with pytest.raises(SpaceError, match=what):
        space_from({"parameters": [SOLVENT, HEAT, *PARTS], **more})


def test_a_sampled_space_keeps_every_rule_and_reaches_all_of_it() -> None:
    space = space_from(COMPLETE)
    assert space_from(space.record()) == space
    found = candidates(space, np.random.default_rng(0))
    assert len(found) > 1500
    assert {frozenset(n for n in "abcde" if p[n] > 0) for p in found} == {
        frozenset((a, b)) for a in "abcde" for b in "abcde" if a < b
    }
    for p in found:
        assert not space.forbids(p)
        assert p["T"] <= 30 + 1e-6 or p["solvent"] != "THF"
    share = np.mean([p["solvent"] == "THF" for p in found])
    assert 0.4 < share < 0.6  # the limit moves the temperature, it does not take the solvent away
    assert 0.2 < np.median([p["load"] for p in found]) < 0.5  # of the logarithm: the middle of 0.01 to 10 is 0.32
    assert "limit for solvent=THF" in space.forbids({**found[0], "solvent": "THF", "T": 60.0})


def test_near_points_keep_their_components() -> None:
    space = space_from({**COMPLETE, "choices": [{"names": list("abcde"), "at_most": 2}]})
    best = {"solvent": "DMF", "T": 60.0, "load": 1.0, "a": 0.5, "b": 0.5, "c": 0.0, "d": 0.0, "e": 0.0}
    found = candidates(space, np.random.default_rng(1), [best])
    assert sum(abs(p["a"] - 0.5) < 0.2 and abs(p["load"] - 1) < 0.8 and p["b"] > 0 for p in found) > 20


def test_components_may_be_options() -> None:
    slots = [{"name": n, "options": ["none", "KI", "LiCl"]} for n in ("first", "second", "third")]
    space = space_from(
        {"parameters": slots, "choices": [{"names": ["first", "second", "third"], "at_most": 1, "absent": "none"}]}
    )
    assert len(candidates(space, np.random.default_rng(0))) == 1 + 3 * 2


def test_equal_ratios_are_equally_far_apart() -> None:
    space = space_from({"parameters": [{"name": "c", "values": [0.01, 0.1, 1.0, 10.0], "scale": "log"}]})
    (apart,) = distances(space, [{"c": v} for v in (0.01, 0.1, 1.0)], [{"c": 0.1}])
    assert apart[:, 0].tolist() == pytest.approx([1 / 3, 0, 1 / 3])
    with pytest.raises(SpaceError, match="no place on a log scale"):
        space.done({"c": 0})


def _history(space: Space) -> list[Trial]:
    points = candidates(space, np.random.default_rng(5))[:6]
    return [Trial(f"e{i}", p, "done", {"yield": float(i)}) for i, p in enumerate(points, 1)]


def test_what_is_dear_must_promise_more() -> None:
    metal = {"name": "metal", "options": ["Pd", "Pt", "Ni", "Cu"]}
    plain = space_from({"parameters": [metal, HEAT]})
    dear = space_from({"parameters": [{**metal, "costs": {"Pd": 1e6, "Pt": 1e6}}, HEAT], "cost": 1})
    history = [t for t in _history(plain) if t.parameters["metal"] in {"Pd", "Pt"}][:1]
    history += [
        Trial(f"e{i}", {"metal": m, "T": 40.0 + i}, "done", {"yield": y})
        for i, (m, y) in enumerate([("Pd", 9.0), ("Ni", 2.0), ("Pd", 8.0), ("Cu", 2.5), ("Pt", 8.0)], 10)
    ]
    goal = [Objective("yield")]
    free = make_optimizer("bo", plain, goal).ask(history, 3)
    cheap = make_optimizer("bo", dear, goal).ask(history, 3)
    assert {s.parameters["metal"] for s in cheap} <= {"Ni", "Cu"}
    assert {s.parameters["metal"] for s in free} & {"Pd", "Pt"}
    assert "for its cost" in cheap[0].reason


@pytest.mark.parametrize("method", ["random", "sobol", "bo"])
def test_a_plate_shares_what_it_must(method: str) -> None:
    record = {
        "parameters": [SOLVENT, HEAT, {"name": "base", "options": list("pqrstuv")}],
        "plate": {"shared": ["T"], "wells": 4},
        "method": method,
        "initial": 2,
    }
    definition = live.definition_from(record)
    assert live.definition_from(definition.record()) == definition
    events: list[dict[str, Any]] = [
        {
            "event": "record",
            "id": f"e{i}",
            "parameters": {"solvent": "DMF", "T": t, "base": b},
            "values": {"outcome": y},
        }
        for i, (t, b, y) in enumerate([(40, "p", 1.0), (60, "q", 3.0), (80, "r", 2.0)], 1)
    ]
    made = live.suggest(definition, events, 10)
    heat = [e["parameters"]["T"] for e in made]
    assert len(made) == 10
    assert len(set(heat[:4])) == len(set(heat[4:8])) == len(set(heat[8:])) == 1
    assert len({tuple(e["parameters"].items()) for e in made}) == 10
    assert f"a plate at T={heat[0]}" in made[0]["reason"]
    double = live.definition_from({**record, "replicates": 2})
    twice = [e["parameters"]["T"] for e in live.suggest(double, events, 4)]
    assert len(twice) == 8
    assert len(set(twice[:4])) == len(set(twice[4:])) == 1


def test_a_wrong_plate_is_named() -> None:
    base: dict[str, Any] = {"parameters": [SOLVENT]}
    for plate, what in (
        ({"shared": "T"}, "shared"),
        ({"shared": ["T"]}, "no such parameter"),
        ({"wells": -1}, "wells"),
    ):
        with pytest.raises(InputError, match=what):
            live.definition_from({**base, "plate": plate})
