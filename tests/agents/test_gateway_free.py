"""Free answers: sure where samples mean the same, ignorant where they differ or cannot be used."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel

from hypograph.agents.gateway.free_answers import ask_freely
from hypograph.agents.gateway.questions import Question
from hypograph.models.core.errors import CapabilityError
from tests.agents.conftest import completion


class Said(BaseModel):
    text: str


QUESTION = Question("test", "Answer in JSON.", "Why?", Said)
MEANING = {"sintering": [1.0, 0.0, 0.0], "it sinters": [0.99, 0.1, 0.0], "coke": [0.0, 1.0, 0.0], "poison": [0, 0, 1]}


def server(words: list[str]) -> Any:
    def reply(body: dict[str, Any], n: int) -> Any:
        if "input" in body:
            rows = [{"object": "embedding", "index": i, "embedding": MEANING[t]} for i, t in enumerate(body["input"])]
            return {"object": "list", "data": rows, "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        return completion(json.dumps({"text": words[body["seed"] % len(words)]}))

    return reply


def ignorance_of(gateway_to: Any, folder: str, words: list[str]) -> float:
    gateway, _ = gateway_to(server(words), folder=folder)
    return float(ask_freely(gateway, QUESTION, lambda a: str(a.text), 6).ignorance)  # type: ignore[attr-defined]


def test_ignorance_grows_with_the_spread_of_meanings(gateway_to: Any) -> None:
    same = ignorance_of(gateway_to, "a", ["sintering"])
    worded = ignorance_of(gateway_to, "b", ["sintering", "it sinters"])
    two = ignorance_of(gateway_to, "c", ["sintering", "coke"])
    three = ignorance_of(gateway_to, "d", ["sintering", "coke", "poison"])
    assert same == pytest.approx(0.0, abs=1e-6)
    assert same < worded < two < three <= 1.0


def test_unusable_samples_are_no_knowledge(gateway_to: Any) -> None:
    gateway, _ = gateway_to(lambda body, n: completion("?"))
    found = ask_freely(gateway, QUESTION, str)
    assert (found.value, found.ignorance, found.texts) == (None, 1.0, ())


def test_without_embeddings_it_is_refused(gateway_to: Any) -> None:
    def reply(body: dict[str, Any], n: int) -> Any:
        if "input" in body:
            return httpx2.Response(404, json={"error": {"message": "no embeddings"}})
        return completion('{"text": "x"}')

    gateway, _ = gateway_to(reply)
    with pytest.raises(CapabilityError):
        ask_freely(gateway, QUESTION, str)
