"""Two models in a row: who is asked, and where the threshold is put."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.agents.conftest import completion

from hypograph.agents.cascade import Cascade, set_threshold
from hypograph.agents.gateway.questions import Choice, Closed, Reading


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
