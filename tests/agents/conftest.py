"""Stub endpoints: an httpx2 transport that plays a server, with faults on demand."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hypograph.agents.gateway.config import Budget, ModelConfig
from hypograph.agents.gateway.gateway import Gateway, connect


def pytest_recording_configure(config: pytest.Config, vcr: Any) -> None:
    """Match recorded requests by what is asked; names and sizes of limits have changed since the recording."""

    def asked(first: Any, second: Any) -> None:
        told = []
        for body in (json.loads(r.body) for r in (first, second)):
            last = body["messages"][-1]["content"] if "messages" in body else body["input"]
            told.append((last, body.get("logprobs")))
        assert told[0] == told[1]

    vcr.register_matcher("asked", asked)


def completion(text: str, probabilities: dict[str, float] | None = None, finish: str = "stop") -> dict[str, Any]:
    """Return the body of a chat completion."""
    choice: dict[str, Any] = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": finish,
    }
    if probabilities is not None:
        top = [{"token": t, "logprob": math.log(p), "bytes": None} for t, p in probabilities.items()]
        choice["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "stub",
        "choices": [choice],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }


def refusing(text: str) -> dict[str, Any]:
    """Return the body of a completion in which the model declines to answer."""
    whole = completion("")
    whole["choices"][0]["message"] |= {"content": None, "refusal": text}
    return whole


def reasoned(letter: str, p: float, n: int = 2) -> dict[str, Any]:
    """Return the body of an answer with reasons, that gives its letter the probability p."""
    letters = "ABCDEFGH"[:n]
    said = {f"probability_{c.lower()}": p if c == letter else (1 - p) / (n - 1) for c in letters}
    return completion(json.dumps({"reasons": "So it is.", "answer": letter, **said}))


class Stub:
    """A server that answers with `reply(body, number of the request)` and keeps what it was sent."""

    def __init__(self, reply: Callable[[dict[str, Any], int], Any]) -> None:
        self.reply, self.requests, self.headers = reply, [], []  # type: ignore[var-annotated]

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        found = self.reply(body, len(self.requests))
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, httpx2.Response) else httpx2.Response(200, json=found)


@pytest.fixture
def config() -> ModelConfig:
    return ModelConfig(name="stub", base_url="http://stub.invalid/v1", model="stub", price_in=1.0, price_out=2.0)


@pytest.fixture
def gateway_to(tmp_path: Path, config: ModelConfig) -> Iterator[Callable[..., tuple[Gateway, Stub]]]:
    """Make a gateway to a stub; `waits` of the stub holds what would have been slept."""
    clients = []

    def make(
        reply: Callable[[dict[str, Any], int], Any],
        *,
        model: ModelConfig | None = None,
        folder: str = "cache",
        budget: Budget | None = None,
        sink: Any = None,
    ) -> tuple[Gateway, Stub]:
        stub = Stub(reply)
        stub.waits = []  # type: ignore[attr-defined]
        client = httpx2.Client(transport=httpx2.MockTransport(stub))
        clients.append(client)
        gateway = connect(
            model or config,
            cache_folder=tmp_path / folder,
            sink=sink,
            budget=budget,
            http_client=client,
            sleep=stub.waits.append,  # type: ignore[attr-defined]
        )
        return gateway, stub

    yield make
    for client in clients:
        client.close()
