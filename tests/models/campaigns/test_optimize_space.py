from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hypograph.models.campaigns.bayes.hypervolume import expected_gain, hypervolume
from hypograph.models.campaigns.bayes.surrogate import Prediction
from hypograph.models.campaigns.bayes.target import Aim
from hypograph.models.campaigns.space.candidates import candidates, option_distances
from hypograph.models.campaigns.space.space import space_from
from hypograph.models.core.errors import SpaceError

OPTION = {"name": "x", "options": ["a", "b"]}


@pytest.mark.parametrize(
    ("record", "what"),
    [
        ({}, "no parameters"),
        ({"parameters": [{"options": ["a"]}]}, "no name"),
        ({"parameters": [{"name": "x"}]}, "not clear"),
        ({"parameters": [{"name": "x", "options": ["a", "a"]}]}, "twice"),
        ({"parameters": [{"name": "x", "low": 3, "high": 1}]}, "empty"),
        ({"parameters": [{"name": "x", "values": ["hot"]}]}, "no number"),
        ({"parameters": [{**OPTION, "optoins": 1}]}, "no such key"),
        ({"parameters": [OPTION, OPTION]}, "used twice"),
        ({"parameters": [{**OPTION, "descriptors": [[1.0]]}]}, "descriptors"),
        ({"parameters": [OPTION], "exclusions": [{"y": "a"}]}, "no such parameter"),
        ({"parameters": [OPTION], "constraints": [{"weights": {"x": 1}, "at_most": 1}]}, "constraint on options"),
        ({"parameters": [OPTION], "mixtures": [{"names": ["x"]}]}, "not a mixture"),
    ],
)
def test_a_wrong_space_is_named(record: dict[str, Any], what: str) -> None:
    with pytest.raises(SpaceError, match=what):
        space_from(record)


def test_a_space_reads_its_own_record() -> None:
    record = {
        "parameters": [OPTION, {"name": "w", "low": 0, "high": 1}, {"name": "e", "low": 0, "high": 1}],
        "mixtures": [{"names": ["w", "e"], "total": 1}],
        "constraints": [{"weights": {"w": 2.0}, "at_most": 1.5}],
        "exclusions": [{"x": "a", "w": 0.0}],
    }
    space = space_from(record)
    assert space_from(space.record()) == space
    for point in candidates(space, np.random.default_rng(0))[:200]:
        assert point["w"] + point["e"] == pytest.approx(1.0, abs=1e-4)
        assert point["w"] <= 0.75 + 1e-6


def test_rules_that_leave_nothing_are_refused() -> None:
    space = space_from({"parameters": [OPTION], "exclusions": [{"x": "a"}, {"x": "b"}]})
    with pytest.raises(SpaceError, match="leave no point"):
        candidates(space, np.random.default_rng(0))


def test_equal_descriptors_do_not_make_options_equal() -> None:
    space = space_from({"parameters": [{**OPTION, "descriptors": [[1.0], [1.0]]}]})
    assert option_distances(space.parameters[0])[0, 1] == pytest.approx(0.1)


def test_hypervolume_against_counting() -> None:
    y = np.random.default_rng(0).random((6, 2))
    grid = np.stack(np.meshgrid(*[(np.arange(400) + 0.5) / 400] * 2), -1).reshape(-1, 2)
    counted = (grid[:, None] < y[None]).all(-1).any(1).mean()
    assert hypervolume(y, np.zeros(2)) == pytest.approx(counted, abs=0.01)


def test_a_lower_limit_is_a_constraint_too() -> None:
    rule = {"weights": {"w": 1.0}, "at_least": 0.6}
    space = space_from({"parameters": [{"name": "w", "low": 0, "high": 1}], "constraints": [rule]})
    assert all(p["w"] >= 0.6 - 1e-6 for p in candidates(space, np.random.default_rng(0)))
    assert space_from(space.record()) == space
    for wrong in ({"weights": {"w": 1.0}}, {**rule, "at_most": 1.0}, {**rule, "atmost": 1.0}):
        with pytest.raises(SpaceError, match=r"one limit|no such key"):
            space_from({"parameters": [{"name": "w", "low": 0, "high": 1}], "constraints": [wrong]})


def test_the_expected_gain_of_hypervolume_against_drawing() -> None:
    rng = np.random.default_rng(1)
    y, reference = rng.random((7, 2)), np.array([0.1, 0.05])
    mean, sd = rng.random((2, 4)), 0.1 + 0.3 * rng.random((2, 4))
    before = hypervolume(y, reference)
    for c, told in enumerate(expected_gain(mean, sd, y, reference)):
        drawn = mean[:, c] + sd[:, c] * rng.standard_normal((4000, 2))
        gains = [hypervolume(np.vstack([y, d]), reference) - before for d in drawn]
        assert told == pytest.approx(np.mean(gains), abs=4 * np.std(gains) / 4000**0.5)
    nothing = expected_gain(mean, sd, np.zeros((0, 2)), reference)
    assert (nothing > expected_gain(mean, sd, y, reference)).all()


def test_the_expected_gain_on_a_target_against_drawing() -> None:
    rng = np.random.default_rng(2)
    mean, sd, weights = rng.normal(0, 1, (2, 3)), 0.2 + rng.random((2, 3)), np.array([0.3, 0.7])
    none, which = np.zeros(2), np.zeros(2, dtype=np.int64)
    told = Prediction(weights, mean, sd, none, 0.0, which, which > 0, none, np.zeros((2, 0, 3)), none)
    aim = Aim(0.4, np.array([0.5, 0.2]))
    drawn = mean + sd * rng.standard_normal((200_000, 2, 3))
    gains = np.maximum(aim.gap[:, None] - np.abs(drawn - 0.4), 0.0)
    assert np.allclose(aim.gain(told), weights @ gains.mean(0), atol=3e-3)


def test_a_range_with_a_step_or_of_whole_numbers_is_levels() -> None:
    space = space_from(
        {
            "parameters": [
                {"name": "t", "low": 0.5, "high": 2, "step": 0.5},
                {"name": "n", "low": 0.5, "high": 3, "integer": True},
            ]
        }
    )
    assert space["t"].values == (0.5, 1.0, 1.5, 2.0)
    assert space["n"].values == (1.0, 2.0, 3.0)
    for wrong in ({"step": 1}, {"low": 0, "high": 1, "step": 0}, {"low": 0, "high": 1, "integer": 2}):
        with pytest.raises(SpaceError, match="x"):
            space_from({"parameters": [{"name": "x", **wrong}]})
