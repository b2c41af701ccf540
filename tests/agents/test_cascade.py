"""Two models in a row: who is asked, and where the threshold is put."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hypograph.agents import ModelJudge
from hypograph.agents.assess.batteries import judge_battery
from hypograph.agents.gateway.cascade import ALWAYS_UP, Cascade, measured_cascade, set_threshold
from hypograph.agents.gateway.questions import Choice, Closed, Reading
from hypograph.flows.assess.cascade import calibrate
from hypograph.models.core.protocols import Candidate
from tests.agents.conftest import completion


def said(p: float, *, valid: bool = True) -> Choice:
    return Choice(np.array([p, 1 - p]), np.array([[p, 1 - p]]), (int(p < 0.5),), valid, "", "")


def test_the_threshold_saves_what_the_margin_allows() -> None:
    # The small model is right where it is sure, wrong where it is not; the large one is always right.
    small = [said(0.95)] * 8 + [said(0.45)] * 2
    large = [said(0.99)] * 10
    found = set_threshold(small, large, [0] * 10, margin=0.02)
    assert (found.escalated, found.accuracy) == (0.2, 1.0)
    assert found.uncertainty < 0.99
    assert set_threshold(small, large, [0] * 10, margin=0.25).escalated == 0.0
    liar = [said(0.01)] * 10
    assert set_threshold(liar, large, [0] * 10).escalated == 1.0


def test_only_the_unsure_go_up_and_the_saving_is_told(gateway_to: Any, config: Any) -> None:
    def small(body: dict[str, Any], n: int) -> Any:
        p = 0.55 if "hard" in body["messages"][-1]["content"] else 0.98
        return completion("A", {"A": p, "B": 1 - p})

    cheap, _ = gateway_to(small, model=replace(config, model="small", price_in=0.1, price_out=0.1))
    dear, stub = gateway_to(
        lambda body, n: completion("B", {"B": 0.99, "A": 0.01}), model=replace(config, model="large")
    )
    questions = [Closed("t", "s", (Reading(u, (0, 1)),)) for u in ("easy 1", "hard 1", "easy 2", "easy 3")]
    cascade = Cascade(cheap, dear, threshold=0.8)
    assert [int(c.p.argmax()) for c in cascade.choose_all(questions)] == [0, 1, 0, 0]
    assert len(stub.requests) == 1
    told = cascade.report()
    assert told["escalated"] == 0.25
    assert told["cost"] == pytest.approx(4 * 0.0015 + 0.02)
    assert told["saved"] == pytest.approx(4 * 0.02 - 4 * 0.0015 - 0.02)


def test_a_cascade_is_measured_and_serves_as_a_judge(gateway_to: Any, config: Any) -> None:
    battery = judge_battery()
    sound = {
        q.readings[0].user: "AB"[0 if first else 1] for q, first in zip(battery.questions, battery.truth, strict=True)
    }

    def knows(body: dict[str, Any], sure: float) -> Any:
        text = body["messages"][-1]["content"]
        right = sound.get(text, "A")
        # The mirrored reading is not in the table: both letters are alike there.
        p = sure if text in sound else 0.5
        return completion(right, {right: p, "BA"[right == "B"]: 1 - p})

    # The small model is sure, and right, on the questions of even length only; elsewhere it is wrong and unsure.
    def small(body: dict[str, Any], n: int) -> Any:
        return knows(body, 0.99 if len(body["messages"][-1]["content"]) % 2 == 0 else 0.45)

    cheap, _ = gateway_to(small, model=replace(config, model="small", price_in=0.1, price_out=0.1, prompts="compact"))
    dear, stub = gateway_to(lambda body, n: knows(body, 0.9), model=replace(config, model="large", prompts="compact"))
    assert measured_cascade(cheap, dear, "judge").threshold == ALWAYS_UP
    found = calibrate(cheap, dear, battery)
    assert found["accuracy"]["large"] == 1.0
    assert found["accuracy"]["cascade"] >= 1.0 - found["margin"]
    assert 0.0 < found["escalated"] < 1.0
    assert 0.0 < found["saved"] < 1.0
    pair = measured_cascade(cheap, dear, "judge")
    assert pair.threshold == found["threshold"]
    judge = ModelJudge(pair)
    assert judge.skill == pytest.approx(found["skill"]["low"])
    assert judge.prefer("Why?", [(Candidate("a", "one"), Candidate("b", "two"))])[0].valid
    assert stub.requests
