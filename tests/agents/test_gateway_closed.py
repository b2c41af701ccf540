"""Closed questions: log-probabilities, orders, sampling where there are none, and what is not believed."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import httpx2
import numpy as np
import pytest

from hypograph.agents.gateway.closed_answers import LETTER_ROOM
from hypograph.agents.gateway.questions import Closed, Reading
from hypograph.agents.roles.closed_questions import preference, substitution
from hypograph.models.core.errors import CapabilityError
from tests.agents.conftest import completion, reasoned


def two_orders() -> Closed:
    return Closed(
        "test",
        "One letter.",
        (Reading("A: iron\nB: neon", (0, 1)), Reading("A: neon\nB: iron", (1, 0))),
    )


def always_first(body: dict[str, Any], n: int) -> Any:
    return completion("A", {"A": 0.7, " B": 0.2, "The": 0.1})


def knows_iron(body: dict[str, Any], n: int) -> Any:
    first = "A: iron" in body["messages"][-1]["content"]
    return completion("A" if first else "B", {"A": 0.9, "B": 0.1} if first else {"B": 0.9, "A": 0.1})


def test_a_preference_for_a_letter_averages_out(gateway_to: Any) -> None:
    gateway, _ = gateway_to(always_first)
    found = gateway.choose(two_orders())
    np.testing.assert_allclose(found.readings, [[7 / 9, 2 / 9], [2 / 9, 7 / 9]])
    np.testing.assert_allclose(found.p, [0.5, 0.5])
    assert found.labels == (0, 1)
    assert found.method == "letters (log-probabilities)"


def test_knowledge_survives_the_turn(gateway_to: Any) -> None:
    gateway, stub = gateway_to(knows_iron)
    found = gateway.choose(two_orders())
    np.testing.assert_allclose(found.p, [0.9, 0.1])
    assert found.labels == (0, 0)
    assert all(r["max_tokens"] == LETTER_ROOM and r["logprobs"] for r in stub.requests)
    gateway.choose_all([two_orders()])
    assert len(stub.requests) == 2  # the second time from the cache


def test_an_answer_without_letters_is_no_knowledge(gateway_to: Any) -> None:
    gateway, _ = gateway_to(lambda body, n: completion("The", {"The": 0.99, "A": 0.001}))
    found = gateway.choose(two_orders())
    assert not found.valid
    np.testing.assert_allclose(found.p, [0.5, 0.5])


@pytest.mark.parametrize("how", ["left out", "refused"])
def test_without_log_probabilities_reasons_are_asked_for(gateway_to: Any, how: str) -> None:
    def reply(body: dict[str, Any], n: int) -> Any:
        if body.get("logprobs"):
            if how == "refused":
                return httpx2.Response(400, json={"error": {"message": "logprobs not supported"}})
            return completion("A")
        return reasoned("A" if "A: iron" in body["messages"][-1]["content"] else "B", 0.9)

    gateway, stub = gateway_to(reply)
    found = gateway.choose_all([two_orders()])[0]
    assert found.method == "reasoned (stated probabilities)"
    assert found.labels == (0, 0)
    assert found.reasons == ("So it is.", "So it is.")
    # Stated .9, and two answers of two for it (5/6 with Jeffreys' prior), half and half in log-odds.
    odds = np.sqrt(0.9 / 0.1 * (5 / 6) / (1 / 6))
    np.testing.assert_allclose(found.p, [odds / (1 + odds), 1 / (1 + odds)])
    for _ in range(5):
        gateway.choose_all([replace(two_orders(), system=f"One letter, {_}.")])
    refused = sum(bool(r.get("logprobs")) for r in stub.requests)
    assert refused <= (2 if how == "refused" else 5)  # what it lacks is not asked for again and again


def test_a_preference_for_a_letter_averages_out_of_stated_probabilities(gateway_to: Any, config: Any) -> None:
    gateway, _ = gateway_to(lambda body, n: reasoned("A", 0.8), model=replace(config, ways="reasoned"))
    found = gateway.choose(two_orders())
    np.testing.assert_allclose(found.p, [0.5, 0.5])
    assert found.labels == (0, 1)


def test_a_wrong_model_name_is_an_error_and_not_a_missing_capability(gateway_to: Any) -> None:
    gateway, _ = gateway_to(lambda body, n: httpx2.Response(404, json={"error": {"message": "no model"}}))
    with pytest.raises(CapabilityError, match="404"):
        gateway.choose(two_orders())


def test_questions_that_begin_alike_are_sent_one_after_the_other(gateway_to: Any, config: Any) -> None:
    gateway, stub = gateway_to(knows_iron, model=replace(config, max_concurrency=1))
    gateway.choose_all([substitution(a, b, shots=6) for a, b in (("Fe", "Co"), ("Ti", "V"), ("Al", "Zn"))])
    starts = [str(r["messages"][:-1]) for r in stub.requests]
    changes = sum(a != b for a, b in pairwise(starts))
    assert changes == len(set(starts)) - 1 == 3


def test_both_orders_show_the_same_two_options() -> None:
    asked = substitution("Fe", "Co", shots=0)
    for reading in asked.readings:
        shown = re.findall(r"^[AB]: (.*)$", reading.user, re.M)
        assert [shown[reading.order.index(i)].startswith(w) for i, w in enumerate(("yes", "no"))] == [True] * 2
    first, second = preference("Why?", "one", "two").readings
    assert first.user.index("one") < first.user.index("two")
    assert second.user.index("two") < second.user.index("one")


def test_capabilities_are_found_by_asking(gateway_to: Any) -> None:
    def full(body: dict[str, Any], n: int) -> Any:
        if "input" in body:
            vectors = [{"object": "embedding", "index": i, "embedding": [0.1, 0.2]} for i in range(len(body["input"]))]
            return {
                "object": "list",
                "data": vectors,
                "model": "m",
                "usage": {"prompt_tokens": 1, "total_tokens": 1},
            }
        if "response_format" in body:
            return completion('{"yes": true}')
        return completion("yes", {"yes": 1.0} if body.get("logprobs") else None)

    def poor(body: dict[str, Any], n: int) -> Any:
        if {"input", "response_format", "tools"} & body.keys() or body.get("logprobs"):
            return httpx2.Response(400, json={"error": {"message": "no"}})
        return completion('{"yes": true}' if "JSON" in str(body["messages"]) else f"text {n}")

    assert all(gateway_to(full, folder="a")[0].capabilities().as_dict().values())
    able = gateway_to(poor, folder="b")[0].capabilities()
    assert not any(able.as_dict().values())
    assert set(able.instead) == set(able.as_dict())


def test_embeddings_are_kept(gateway_to: Any) -> None:
    def reply(body: dict[str, Any], n: int) -> Any:
        vectors = [
            {"object": "embedding", "index": i, "embedding": [float(len(t)), 1.0]} for i, t in enumerate(body["input"])
        ]
        return {
            "object": "list",
            "data": vectors,
            "model": "m",
            "usage": {"prompt_tokens": 1, "total_tokens": 1},
        }

    gateway, stub = gateway_to(reply)
    np.testing.assert_allclose(gateway.embed(["a", "bbb"]), [[1.0, 1.0], [3.0, 1.0]])
    np.testing.assert_allclose(gateway.embed(["bbb", "cc", "a"]), [[3.0, 1.0], [2.0, 1.0], [1.0, 1.0]])
    assert [r["input"] for r in stub.requests] == [["a", "bbb"], ["cc"]]
