"""A model that reasons is measured as what it is: always right, at random, or of no use."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hypograph.agents import Gateway, ModelExpert, ModelJudge
from hypograph.agents.assess.batteries import Battery
from hypograph.flows.assess.assess import assess, batteries
from hypograph.models.core.protocols import Candidate
from tests.agents.conftest import completion, reasoned, refusing

SIZES, MORE = (30, 40, 24), (4, 4)
Answer = Callable[[str, str], Any]  # (text, right letter) -> body


def truths(gateway: Gateway, sizes: tuple[int, int, int], more: tuple[int, int]) -> dict[str, str]:
    """Return the right letter of every reading, by its text."""
    found: dict[str, str] = {}
    for battery in batteries(gateway, sizes, 0, more):
        found |= _letters(battery)
    return found


def _letters(battery: Battery) -> dict[str, str]:
    return {
        r.full: "AB"[r.order.index(0 if first else 1)]
        for q, first in zip(battery.questions, battery.truth, strict=True)
        for r in q.readings
    }


@pytest.fixture
def assessed(gateway_to: Any, config: Any) -> Callable[[Answer], tuple[Gateway, dict[str, dict[str, Any]]]]:
    def make(
        answer: Answer, sizes: tuple[int, int, int] = (0, 40, 0), more: tuple[int, int] = (0, 0)
    ) -> tuple[Gateway, dict[str, dict[str, Any]]]:
        right: dict[str, str] = {}

        def reply(body: dict[str, Any], n: int) -> Any:
            text = body["messages"][-1]["content"]
            return answer(text, right[text]) if text in right else completion('{"yes": true}')

        # One question at a time: which answers come first decides whether a model is given up.
        gateway, _ = gateway_to(reply, model=replace(config, ways="reasoned", max_concurrency=1))
        right |= truths(gateway, sizes, more)
        rows = assess(gateway, sizes=sizes, more=more, ways="reasoned")["batteries"]
        return gateway, {r["name"]: r for r in rows}

    return make


@pytest.mark.slow
def test_always_right_is_measured_so_in_every_battery(assessed: Any) -> None:
    gateway, rows = assessed(lambda text, letter: reasoned(letter, 0.9), SIZES, MORE)
    assert len(rows) == 5
    assert all(r["skill"]["mean"] >= 0.9 for r in rows.values())
    assert all(
        r["swap_consistency"] == 1.0 and r["invalid_rate"] == 0.0 and r["way"] == "reasoned" for r in rows.values()
    )
    assert all(gateway.skill(role) > 0.6 for role in ("expert", "judge", "proposer"))


@pytest.mark.slow
def test_at_random_has_no_influence(assessed: Any) -> None:
    def at_random(text: str, letter: str) -> Any:
        p = float(np.random.default_rng(zlib.crc32(text.encode())).uniform(0.02, 0.98))
        return reasoned("A", p) if p > 0.5 else reasoned("B", 1 - p)

    gateway, rows = assessed(at_random, SIZES)
    for name in ("substitution pairs", "planted defects", "held-out experiments"):
        assert rows[name]["skill"]["weight"] == 0.0
    assert ModelExpert(gateway).assess([("Fe", "Co")])[0].unknown == 1.0
    assert not ModelJudge(gateway).prefer("Why?", [(Candidate("a", "x"), Candidate("b", "y"))])[0].valid


@pytest.mark.parametrize(
    ("body", "word"), [(refusing("I cannot judge that."), "cannot judge"), (completion("Hm."), "Field required")]
)
def test_answers_that_cannot_be_used_are_no_skill_and_are_quoted(assessed: Any, body: Any, word: str) -> None:
    first: list[str] = []

    def some(text: str, letter: str) -> Any:
        # The first question is answered, so that the battery is not given up at once.
        first.append(text)
        return body if text != first[0] and zlib.crc32(text.encode()) % 3 else reasoned(letter, 0.9)

    gateway, rows = assessed(some)
    bad = [r for r in rows.values() if not r["kept"]]
    assert bad
    assert [r["says"] for r in bad if word not in r["says"] or "No skill is kept" not in r["says"]] == []
    assert all(gateway.skill(r["role"]) is None for r in bad)


def test_a_judge_that_is_right_four_times_of_five_keeps_its_say(assessed: Any) -> None:
    def mostly(text: str, letter: str) -> Any:
        # The same for both orders of a pair: what it holds is settled, and wrong in one of five.
        known = sum(map(ord, sorted(text))) % 5 > 0
        return reasoned(letter if known else "AB"[letter == "A"], 0.8)

    gateway, rows = assessed(mostly)
    assert 0.5 < rows["planted defects"]["skill"]["mean"] < 0.75
    verdict = gateway.skill("judge")
    assert verdict is not None
    assert verdict > 0.2
