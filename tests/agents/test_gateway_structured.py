"""Structured answers: valid, asked again, never valid, cached, counted, within a budget."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel, SecretStr

from hypograph.agents.gateway.config import Budget, Decoding
from hypograph.agents.gateway.questions import Question
from hypograph.models.core.errors import BudgetSpentError, ModelError
from hypograph.models.core.records import ModelCall
from tests.agents.conftest import completion, refusing


class City(BaseModel):
    name: str
    people: int


QUESTION = Question("test", "Answer in JSON.", "Name a city.", City)
GOOD = completion('{"name": "Kyoto", "people": 1460000}')


class Ledger:
    def __init__(self) -> None:
        self.rows: list[ModelCall] = []

    def record(self, calls: Any) -> None:
        self.rows.extend(calls)


def test_an_answer_is_validated_counted_and_kept(gateway_to: Any) -> None:
    ledger = Ledger()
    gateway, stub = gateway_to(lambda body, n: GOOD, sink=ledger)
    first, second = gateway.ask(QUESTION), gateway.ask(QUESTION)
    assert first.value == second.value == City(name="Kyoto", people=1460000)
    assert (first.cached, second.cached) == (False, True)
    assert len(stub.requests) == 1
    assert stub.requests[0]["response_format"]["type"] == "json_schema"
    assert (gateway.spent().calls, gateway.spent().tokens, gateway.spent().cached) == (1, 15, 1)
    assert gateway.spent().cost == pytest.approx((10 * 1.0 + 5 * 2.0) / 1000)
    assert [(r.purpose, r.tokens_in, r.ok) for r in ledger.rows] == [("test", 10, True)]


@pytest.mark.parametrize(
    "bad",
    [
        completion("no JSON at all"),
        completion('{"name": "Kyoto"}'),
        completion('{"name": "Kyoto", "people": "many"}'),
    ],
    ids=["prose", "missing key", "wrong type"],
)
def test_an_invalid_answer_is_asked_again_with_the_fault_and_then_is_no_knowledge(
    gateway_to: Any, bad: dict[str, Any]
) -> None:
    mended, stub = gateway_to(lambda body, n: bad if n == 1 else GOOD, folder="a")
    assert mended.ask(QUESTION).value == City(name="Kyoto", people=1460000)
    assert "did not fit the schema" in stub.requests[1]["messages"][-1]["content"]
    never, stub = gateway_to(lambda body, n: bad, folder="b")
    assert never.ask(QUESTION).value is None
    assert len(stub.requests) == 2
    again = never.ask(QUESTION)
    assert again.value is None
    assert again.cached
    assert len(stub.requests) == 2


@pytest.mark.parametrize(
    "bad",
    [completion('{"name": "Kyo', finish="length"), completion(""), refusing("I cannot help with that.")],
    ids=["cut off", "empty", "declined"],
)
def test_an_answer_that_is_none_is_asked_again_and_never_kept(gateway_to: Any, bad: dict[str, Any]) -> None:
    mended, stub = gateway_to(lambda body, n: bad if n == 1 else GOOD, folder="a")
    assert mended.ask(QUESTION).value == City(name="Kyoto", people=1460000)
    assert len(stub.requests) == 2
    never, stub = gateway_to(lambda body, n: bad if n < 20 else GOOD, folder="b")
    first = never.ask(QUESTION)
    assert first.value is None
    assert first.fault
    stub.reply = lambda body, n: GOOD
    assert never.ask(QUESTION).value == City(name="Kyoto", people=1460000)
    assert never.spent().tokens == 15 * len(stub.requests)  # a budget sees those of unusable answers


def test_the_second_time_an_answer_that_was_cut_off_gets_more_room(gateway_to: Any) -> None:
    cut = completion('{"name": "Kyo', finish="length")
    gateway, stub = gateway_to(lambda body, n: cut if body["max_tokens"] < 1000 else GOOD)
    assert gateway.ask(QUESTION).value is not None
    assert [r["max_tokens"] for r in stub.requests] == [512, 1024]


def test_a_model_that_gives_no_answer_at_all_is_given_up(gateway_to: Any) -> None:
    gateway, _ = gateway_to(lambda body, n: refusing("I cannot help with that."))
    gateway.ask(QUESTION)
    with pytest.raises(ModelError, match="I cannot help with that"):
        gateway.ask(replace(QUESTION, user="Another."))


def test_a_server_without_schemas_gets_the_schema_in_the_prompt(gateway_to: Any) -> None:
    def reply(body: dict[str, Any], n: int) -> Any:
        if "response_format" in body:
            return httpx2.Response(400, json={"error": {"message": "response_format is not supported"}})
        return completion('```json\n{"name": "Kyoto", "people": 1}\n```')

    gateway, stub = gateway_to(reply)
    assert gateway.ask(QUESTION).value == City(name="Kyoto", people=1)
    assert '"people"' in stub.requests[-1]["messages"][0]["content"]
    before = len(stub.requests)
    gateway.ask(replace(QUESTION, user="Another."))
    assert len(stub.requests) == before + 1  # what it lacks is remembered


def test_a_spent_budget_stops_cleanly_and_goes_on_when_raised(gateway_to: Any) -> None:
    budget = Budget(calls=2)
    gateway, stub = gateway_to(lambda body, n: GOOD, budget=budget)
    questions = [replace(QUESTION, user=f"City {i}") for i in range(5)]
    with pytest.raises(BudgetSpentError, match="budget of 2 calls"):
        gateway.ask_all(questions)
    assert len(stub.requests) == 2
    budget.calls = 5
    assert [a.value.name for a in gateway.ask_all(questions)] == ["Kyoto"] * 5
    assert len(stub.requests) == 5


@pytest.mark.parametrize(("limit", "calls"), [({"tokens": 20}, 2), ({"cost": 0.03}, 2)])
def test_tokens_and_money_are_limited_too(gateway_to: Any, limit: dict[str, Any], calls: int) -> None:
    gateway, stub = gateway_to(lambda body, n: GOOD, budget=Budget(**limit))
    for i in range(calls):
        gateway.ask(replace(QUESTION, user=f"City {i}"))
    with pytest.raises(BudgetSpentError):
        gateway.ask(replace(QUESTION, user="One more"))
    assert len(stub.requests) == calls


def test_samples_are_drawn_with_different_seeds(gateway_to: Any) -> None:
    gateway, stub = gateway_to(lambda body, n: GOOD)
    gateway.samples(QUESTION, 3)
    gateway.ask(QUESTION)
    assert len({r["seed"] for r in stub.requests}) == 4
    assert sorted(r["temperature"] for r in stub.requests) == [0.0, 0.8, 0.8, 0.8]


def test_the_cache_tells_models_and_settings_apart(gateway_to: Any, config: Any) -> None:
    answers = 0
    for changed in (
        {},
        {"model": "other"},
        {"base_url": "http://other.invalid/v1"},
        {"seed": 7},
        {"decoding": Decoding(min_p=0.1)},
    ):
        gateway, stub = gateway_to(lambda body, n: GOOD, model=replace(config, **changed))
        gateway.ask(QUESTION)
        answers += len(stub.requests)
    assert answers == 5
    local = replace(config, weights="a" * 64)
    moved = replace(local, base_url="http://127.0.0.1:9/v1")
    assert local.fingerprint == moved.fingerprint != config.fingerprint


def test_decoding_controls_reach_the_server(gateway_to: Any, config: Any) -> None:
    model = replace(config, weights="a" * 64, decoding=Decoding(top_p=0.9, min_p=0.05, mirostat=2, top_n_sigma=1.0))
    gateway, stub = gateway_to(lambda body, n: GOOD, model=model)
    gateway.ask(QUESTION)
    sent = stub.requests[0]
    assert {k: sent[k] for k in ("top_p", "min_p", "mirostat", "top_n_sigma", "cache_prompt")} == {
        "top_p": 0.9,
        "min_p": 0.05,
        "mirostat": 2.0,
        "top_n_sigma": 1.0,
        "cache_prompt": False,
    }


def test_the_key_reaches_the_server_and_nothing_else(gateway_to: Any, config: Any, tmp_path: Any) -> None:
    ledger = Ledger()
    model = replace(config, api_key=SecretStr("sk-secret-123"))
    gateway, stub = gateway_to(lambda body, n: GOOD, model=model, sink=ledger)
    gateway.ask(QUESTION)
    assert stub.headers[0]["authorization"] == "Bearer sk-secret-123"
    assert "sk-secret-123" not in repr(model) + repr(ledger.rows)
    kept = b"".join(p.read_bytes() for p in (tmp_path / "cache").rglob("*") if p.is_file())
    assert kept
    assert b"sk-secret-123" not in kept
