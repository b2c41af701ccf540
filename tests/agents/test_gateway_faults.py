"""Faults of an endpoint: sent again where that may help, else one clear error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel, SecretStr

from hypograph.agents.gateway.questions import Question
from hypograph.agents.gateway.transport import Pace
from hypograph.models.core.errors import CapabilityError, ModelError, NetworkError
from tests.agents.conftest import completion


class Yes(BaseModel):
    yes: bool


QUESTION = Question("test", "Answer in JSON.", "Is water wet?", Yes)
GOOD = completion('{"yes": true}')


def status(code: int, headers: dict[str, str] | None = None) -> httpx2.Response:
    return httpx2.Response(code, json={"error": {"message": "no"}}, headers=headers)


def torn(request: Any = None) -> httpx2.Response:
    def stream() -> Any:
        yield b'{"id": "x", "choi'
        raise httpx2.RemoteProtocolError("peer closed connection without sending complete message body")

    return httpx2.Response(200, content=stream(), headers={"content-type": "application/json"})


@pytest.mark.parametrize(
    "fault",
    [
        lambda: status(429),
        lambda: status(500),
        lambda: status(503),
        lambda: httpx2.ConnectError("refused"),
        lambda: httpx2.ReadTimeout("slow"),
        lambda: torn(),
    ],
    ids=["429", "500", "503", "refused", "timeout", "torn body"],
)
def test_a_passing_fault_is_sent_again(gateway_to: Any, fault: Any) -> None:
    gateway, stub = gateway_to(lambda body, n: fault() if n < 3 else GOOD)
    assert gateway.ask(QUESTION).value == Yes(yes=True)
    assert len(stub.requests) == 3
    assert gateway.spent().calls == 1
    assert all(0 <= w <= 60 for w in stub.waits)


def test_the_wait_follows_retry_after(gateway_to: Any) -> None:
    gateway, stub = gateway_to(lambda body, n: status(429, {"retry-after": "7"}) if n == 1 else GOOD)
    assert gateway.ask(QUESTION).value == Yes(yes=True)
    assert len(stub.waits) == 1
    assert 7.0 <= stub.waits[0] < 8.0


@pytest.mark.parametrize(
    ("fault", "kind", "words", "requests"),
    [
        (lambda: httpx2.ConnectError("refused"), NetworkError, "does not answer", 4),
        (lambda: httpx2.ReadTimeout("slow"), NetworkError, "no answer within 300 s", 4),
        (lambda: status(500), ModelError, "status 500", 4),
        (lambda: status(401), ModelError, "refused the key", 1),
        (lambda: status(404), CapabilityError, "status 404", 1),
        (lambda: httpx2.Response(200, text="<html>hello</html>"), ModelError, "a web page", 1),
        (lambda: httpx2.Response(200, json={"nothing": 1}), ModelError, "JSON without choices", 1),
    ],
    ids=["refused", "timeout", "500", "401", "404", "page", "other JSON"],
)
def test_a_lasting_fault_is_one_clear_error(
    gateway_to: Any, config: Any, fault: Any, kind: type[Exception], words: str, requests: int
) -> None:
    model = replace(config, api_key=SecretStr("sk-secret-123"))
    gateway, stub = gateway_to(lambda body, n: fault(), model=model)
    with pytest.raises(kind, match=words) as caught:
        gateway.ask(QUESTION)
    assert "sk-secret-123" not in str(caught.value)
    assert len(stub.requests) == requests
    assert gateway.spent().calls == 0


def test_an_error_in_one_question_leaves_the_others_answers_kept(gateway_to: Any) -> None:
    def reply(body: dict[str, Any], n: int) -> Any:
        return status(401) if "bad" in body["messages"][-1]["content"] else GOOD

    gateway, stub = gateway_to(reply)
    questions = [replace(QUESTION, user=u) for u in ("a", "b", "bad")]
    with pytest.raises(ModelError):
        gateway.ask_all(questions)
    before = len(stub.requests)
    gateway.ask_all(questions[:2])
    assert len(stub.requests) == before


def test_requests_keep_their_pace() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(30, clock=lambda: now[0], sleep=sleep)
    for _ in range(4):
        pace.wait()
    assert slept == [2.0, 2.0, 2.0]
    free = Pace(None, clock=lambda: now[0], sleep=sleep)
    free.wait()
    assert len(slept) == 3
