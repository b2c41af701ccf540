"""Every ask/tell optimizer keeps the same promises on the same spaces."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from hypograph.models.campaigns.core.trials import Objective, Optimizer, Trial
from hypograph.models.campaigns.optimizers.language import RandomPlanner
from hypograph.models.campaigns.optimizers.registry import METHODS, make_optimizer
from hypograph.models.campaigns.space.candidates import identity
from hypograph.models.campaigns.space.space import Space, space_from
from hypograph.models.core.errors import InputError, SpaceError
from hypograph.models.core.protocols import Planned

FINITE = {
    "parameters": [
        {"name": "ligand", "options": ["a", "b", "c", "None"]},
        {"name": "heat", "values": [20, 40, 60]},
    ],
    "exclusions": [{"ligand": "a", "heat": 20}],
}
MIXED = {
    "parameters": [
        {"name": "ligand", "options": ["a", "b", "c"], "descriptors": [[0.0], [0.1], [1.0]]},
        {"name": "heat", "values": [20, 40, 60]},
        {"name": "water", "low": 0, "high": 1},
        {"name": "ethanol", "low": 0, "high": 1},
        {"name": "hours", "low": 1, "high": 10},
    ],
    "mixtures": [{"names": ["water", "ethanol"], "total": 1}],
    "constraints": [{"weights": {"heat": 1, "hours": 1}, "at_most": 65}],
}
YIELD = (Objective("yield"),)


class Scorer:
    name = "simulated"

    def utilities(self, goal: str, parameter: str, options: Sequence[str], results: Sequence[str] = ()) -> np.ndarray:
        return np.arange(len(options), dtype=float)

    def similarities(self, goal: str, parameter: str, options: Sequence[str]) -> np.ndarray:
        return 0.5 * np.eye(len(options)) + 0.5


class Careless(RandomPlanner):
    """Names something that is no option before it plans."""

    def plan(self, goal: str, options: Mapping[str, Sequence[str]], *rest: Any, **more: Any) -> list[Planned]:
        return [Planned(dict.fromkeys(options, "no such option")), *super().plan(goal, options, *rest, **more)]


def measure(point: Mapping[str, Any]) -> float:
    good = {"a": 1.0, "b": 3.0, "c": 2.0, "None": 0.0}[point["ligand"]]
    return good + point["heat"] / 60 - (point.get("water", 0.3) - 0.3) ** 2


def made(method: str, space: Space) -> Optimizer:
    return make_optimizer(method, space, YIELD, initial=3, seed=1, scorer=Scorer(), planner=Careless())


def history(space: Space, n: int) -> list[Trial]:
    points = [s.parameters for s in made("random", space).ask([], n)]
    return [Trial(f"e{i}", dict(p), "done", {"yield": measure(p)}) for i, p in enumerate(points)]


@pytest.fixture(params=[FINITE, MIXED], ids=["finite", "mixed"])
def space(request: pytest.FixtureRequest) -> Space:
    return space_from(request.param)


@pytest.mark.parametrize("method", METHODS.names())
def test_suggestions_are_allowed_new_and_told_apart(method: str, space: Space) -> None:
    trials = history(space, 4)
    trials[1] = Trial("p", trials[1].parameters)
    trials[2] = Trial("f", trials[2].parameters, "failed")
    found = made(method, space).ask(trials, 3)
    assert len(found) == 3
    keys = [identity(dict(s.parameters)) for s in found]
    assert len(set(keys) | {identity(t.parameters) for t in trials}) == 7
    for s in found:
        assert space.read(s.parameters) == s.parameters
        assert s.reason
        assert s.source


@pytest.mark.parametrize("method", METHODS.names())
def test_the_order_of_results_changes_nothing(method: str, space: Space) -> None:
    trials = history(space, 5)
    optimizer = made(method, space)
    assert optimizer.ask(trials, 2) == optimizer.ask(trials[::-1], 2)


@pytest.mark.parametrize("method", METHODS.names())
def test_a_finite_space_is_used_up_and_then_refused(method: str) -> None:
    space, trials = space_from(FINITE), list[Trial]()
    optimizer = made(method, space)
    while len(trials) < 11:
        for s in optimizer.ask(trials, 4):
            trials.append(Trial(f"e{len(trials)}", dict(s.parameters), "done", {"yield": measure(s.parameters)}))
    assert len({identity(t.parameters) for t in trials}) == 11
    with pytest.raises(SpaceError, match="tried"):
        optimizer.ask(trials, 1)


def test_bayes_finds_what_random_does_not() -> None:
    space = space_from(
        {
            "parameters": [
                {"name": "ligand", "options": ["a", "b", "c", "None"]},
                {"name": "heat", "values": list(range(0, 61, 3))},
            ]
        }
    )
    best = {}
    for method in ("random", "bo"):
        tops = []
        for seed in range(5):
            optimizer = make_optimizer(method, space, YIELD, initial=3, seed=seed)
            trials = list[Trial]()
            for i in range(12):
                (s,) = optimizer.ask(trials, 1)
                trials.append(Trial(f"e{i}", dict(s.parameters), "done", {"yield": measure(s.parameters)}))
            tops.append(max(t.values["yield"] for t in trials))
        best[method] = float(np.mean(tops))
    assert best["bo"] > best["random"] + 0.05


def test_an_entropy_target_keeps_exploration_even() -> None:
    space, even = space_from(FINITE), []
    for target in (None, 1.0):
        optimizer = make_optimizer("bo", space, YIELD, initial=2, seed=0, entropy_target=target)
        trials = list[Trial]()
        for i in range(8):
            (s,) = optimizer.ask(trials, 1)
            trials.append(Trial(f"e{i}", dict(s.parameters), "done", {"yield": measure(s.parameters)}))
        counts = np.unique([t.parameters["ligand"] for t in trials], return_counts=True)[1]
        even.append(counts.max())
    assert even[1] <= even[0]
    assert even[1] <= 3


def test_minimising_predicts_in_the_users_unit() -> None:
    space = space_from(FINITE)
    trials = [Trial(t.id, t.parameters, "done", {"cost": 100 + 10 * t.values["yield"]}) for t in history(space, 5)]
    (s,) = make_optimizer("bo", space, (Objective("cost", "min"),), initial=3).ask(trials, 1)
    assert s.mean is not None
    assert s.sd is not None
    assert 80 < s.mean < 150
    assert s.sd > 0


def test_a_blind_planner_sees_no_name() -> None:
    seen: list[str] = []

    class Spy(RandomPlanner):
        def plan(
            self, goal: str, options: Mapping[str, Sequence[str]], history: Sequence[str], *rest: Any, **more: Any
        ) -> list[Planned]:
            seen.extend([goal, *options, *(o for values in options.values() for o in values), *history])
            return super().plan(goal, options, history, *rest, **more)

    space = space_from(FINITE)
    *trials, last = history(space, 3)
    failed = Trial(last.id, last.parameters, "failed")
    make_optimizer("llm", space, YIELD, planner=Spy(), blind=True).ask([*trials, failed], 1)
    assert len(seen) > 8
    assert any(text.endswith("-> failed") for text in seen)
    assert not [text for text in seen for word in ("ligand", "None", "heat", "yield") if word in text]


def test_a_planner_that_repeats_itself_is_refused_and_warmed() -> None:
    warmth: list[float] = []

    class Stubborn(RandomPlanner):
        def plan(self, goal: str, options: Mapping[str, Sequence[str]], *rest: Any, **more: Any) -> list[Planned]:
            warmth.append(more["temperature"])
            return [Planned({k: v[-1] for k, v in options.items()}, "always the last")]

    space, trials = space_from(FINITE), list[Trial]()
    optimizer = make_optimizer("llm", space, YIELD, planner=Stubborn(), entropy_target=0.95)
    for i in range(4):
        (s,) = optimizer.ask(trials, 1)
        assert ("always the last" in s.reason) == (i == 0)
        assert s.source == ("llm" if i == 0 else "random")
        # Whatever was asked, the same option is tried again and again: the stream has no entropy.
        trials.append(Trial(f"e{i}", {**s.parameters, "ligand": "None"}, "done", {"yield": 1.0}))
    assert warmth[-1] != warmth[0]
    assert optimizer.ask(trials, 1)[0].parameters == optimizer.ask(trials[::-1], 1)[0].parameters


def test_a_plate_is_planned_in_as_few_answers_as_hold_it() -> None:
    asked: list[int] = []

    class Counting(RandomPlanner):
        def plan(
            self,
            goal: str,
            options: Mapping[str, Sequence[str]],
            history: Sequence[str],
            n: int,
            *rest: Any,
            **more: Any,
        ) -> list[Planned]:
            asked.append(n)
            choices = [dict(zip(options, values, strict=True)) for values in itertools.product(*options.values())]
            return [Planned(c, "next") for c in choices[3 * len(asked) : 3 * len(asked) + n]]

    found = make_optimizer("llm", space_from(FINITE), YIELD, planner=Counting()).ask([], 3)
    assert [s.source for s in found] == ["llm"] * 3
    assert len({identity(s.parameters) for s in found}) == 3
    assert asked[0] == 3
    assert len(asked) <= 2


@pytest.mark.parametrize(
    ("method", "what"), [("nonsense", "no such method"), ("llm", "language model"), ("hybrid", "source of knowledge")]
)
def test_a_method_without_its_source_is_refused(method: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        make_optimizer(method, space_from(FINITE), YIELD)


def test_plans_that_cannot_be_taken_are_told_and_moved_where_only_numbers_are_amiss() -> None:
    class Stubborn:
        name = "stubborn"

        def plan(self, goal: str, options: Mapping[str, Sequence[str]], *_: Any, **__: Any) -> Sequence[Planned]:
            first = {k: v[0] for k, v in options.items()}
            return [Planned(dict.fromkeys(options, "nonsense"), "?"), Planned(first, "the first of each")]

    mixed = space_from(MIXED)
    (s,) = make_optimizer("llm", mixed, YIELD, planner=Stubborn()).ask([], 1)
    assert mixed.read(s.parameters) == s.parameters
    assert s.parameters["ligand"] == "a"
    assert s.source == "llm"
    assert "unknown value" in s.reason
    assert "moved to the nearest allowed point" in s.reason
    finite = space_from({"parameters": FINITE["parameters"]})
    tried = Trial("e1", {"ligand": "a", "heat": 20.0}, "done", {"yield": 1.0})
    (s,) = make_optimizer("llm", finite, YIELD, planner=Stubborn()).ask([tried], 1)
    assert s.source == "random"
    assert "2 refused: tried before" in s.reason


@pytest.mark.parametrize("record", [FINITE, MIXED], ids=["finite", "mixed"])
def test_two_objectives_keep_the_promises_too(record: dict[str, Any]) -> None:
    space, goals = space_from(record), (Objective("yield"), Objective("cost", "min"))
    trials = [
        Trial(t.id, t.parameters, t.status, {**t.values, "cost": float(t.parameters["heat"])})
        for t in history(space, 6)
    ]
    trials[1] = Trial("p", trials[1].parameters)
    trials[2] = Trial("f", trials[2].parameters, "failed")
    optimizer = make_optimizer("bo", space, goals, initial=3, seed=1)
    found = optimizer.ask(trials, 3)
    assert optimizer.ask(trials[::-1], 3) == found
    assert len({identity(dict(s.parameters)) for s in found} | {identity(t.parameters) for t in trials}) == 9
    assert all(space.read(s.parameters) == s.parameters for s in found)
    assert "cost" in found[0].reason


def test_three_objectives_go_to_botorch() -> None:
    space, goals = space_from(FINITE), (Objective("yield"), Objective("cost", "min"), Objective("pH", "target", 7.0))
    trials = [
        Trial(t.id, t.parameters, t.status, {**t.values, "cost": float(t.parameters["heat"]), "pH": 5.0 + i})
        for i, t in enumerate(history(space, 5))
    ]
    found = make_optimizer("bo", space, goals, initial=3, seed=1).ask(trials, 2)
    assert len({identity(dict(s.parameters)) for s in found} | {identity(t.parameters) for t in trials}) == 7
    assert "BoTorch" in found[0].reason
    from botorch.acquisition.multi_objective import logei

    assert logei._C is None, "nothing was compiled on the user's machine"


def test_a_target_is_met_from_a_surrogate_of_the_outcome_itself() -> None:
    space = space_from(
        {"parameters": [{"name": "o", "options": list("abcdef")}, {"name": "heat", "values": list(range(0, 100, 4))}]}
    )
    goal, gaps = (Objective("pH", "target", 7.0),), dict[str, list[float]](random=[], bo=[])
    for seed in range(6):
        offset = np.random.default_rng(seed).normal(0, 1.5, 6)
        for method, found in gaps.items():
            optimizer, trials = make_optimizer(method, space, goal, initial=4, seed=seed), list[Trial]()
            for i in range(12):
                (s,) = optimizer.ask(trials, 1)
                pH = 4 + offset["abcdef".index(s.parameters["o"])] + 6 * (s.parameters["heat"] / 100) ** 1.5
                trials.append(Trial(f"e{i}", dict(s.parameters), "done", {"pH": float(pH)}))
            found.append(min(abs(t.values["pH"] - 7.0) for t in trials))
    assert s.mean is not None
    assert abs(s.mean - 7.0) < 3.0
    assert np.mean(gaps["bo"]) < 0.5 * np.mean(gaps["random"])
