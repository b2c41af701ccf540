"""Kinds of servers over a real socket: refusals are read, worked around and remembered, and only they."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field, SecretStr

from hypograph.agents import Budget, Gateway, ModelConfig, connect
from hypograph.agents.gateway.questions import Closed, Question, Reading
from hypograph.models.core.errors import BudgetSpentError, HypographError, ModelError
from tests.agents.model_server import Ask, ModelServer, Sent, plain, refused, tokens_for

KEY = "sk-test-0123456789abcdef"


class Answer(BaseModel):
    said: str = Field(max_length=40)
    sure: bool


QUESTION = Question("test", "Answer in JSON.", "Is iron a metal?", Answer)
CLOSED = Closed(
    "judge", "One letter.", (Reading("A: yes it is\nB: no", (0, 1)), Reading("A: no\nB: yes it is", (1, 0)))
)


def thinking(ask: Ask, where: str, length: int, *, sent: Callable[[Ask], Sent] = plain) -> Sent:
    """Answer with thoughts before; they count against the limit of tokens."""
    found, thoughts = sent(ask), "Let me see. " * 20
    cut = ask.tokens <= length
    content = None if cut else found.message["content"]
    if where == "tag":
        content = f"<think>{thoughts}" + ("" if cut else f"</think>\n\n{content}")
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if where == "parts":
        message["content"] = [{"type": "thinking", "thinking": [{"type": "text", "text": thoughts}]}]
        message["content"] += [] if cut else [{"type": "text", "text": content}]
    elif where not in ("tag", "hidden"):
        message[where] = thoughts
    tokens = [] if where == "hidden" else [{"token": t, "logprob": -0.1} for t in ("<think>", " A", "</think>")]
    found.logprobs = {"content": [*tokens, *([] if cut else [tokens_for(ask)])]} if ask.body.get("logprobs") else None
    found.message, found.finish, found.thought = message, "length" if cut else "stop", min(length, ask.tokens)
    return found


def without(name: str, message: str, status: int = 400, **more: Any) -> Callable[[Ask], Sent]:
    """Refuse requests that carry a parameter."""
    return lambda ask: refused(message, status, **more) if ask.body.get(name) is not None else plain(ask)


def odd(n: int, message: str, carrying: str) -> Callable[[Ask], Sent]:
    """Refuse the nth request that carries a parameter, and only that."""
    seen = [0]

    def behave(ask: Ask) -> Sent:
        seen[0] += ask.body.get(carrying) is not None
        return refused(message) if ask.body.get(carrying) is not None and seen[0] == n else plain(ask)

    return behave


def ignoring_schema(wrap: str) -> Callable[[Ask], Sent]:
    """Do nothing with response_format; a schema in the prompt is followed, with words around."""
    from tests.agents.model_server import written_schema

    def behave(ask: Ask) -> Sent:
        if ask.schema is not None and written_schema(ask.body) is None:
            return Sent({"role": "assistant", "content": "Iron is a metal, I would say."})
        return Sent({"role": "assistant", "content": wrap.replace("{}", ask.text)})

    return behave


def schemas(refuse: tuple[str, ...], shape: Callable[[str], Any]) -> Callable[[Ask], Sent]:
    """Refuse kinds of response_format, with an error of any shape."""

    def behave(ask: Ask) -> Sent:
        kind = (ask.body.get("response_format") or {}).get("type")
        if kind in refuse:
            return Sent(status=422, body=shape(f"This response_format type is unavailable: {kind}"))
        if not ask.body.get("tools"):
            return plain(ask)
        call = {"id": "1", "type": "function", "function": {"name": "answer", "arguments": ask.text}}
        return Sent({"role": "assistant", "content": None, "tool_calls": [call]}, finish="tool_calls")

    return behave


def stream_only(ask: Ask) -> Sent:
    if not ask.body.get("stream"):
        return refused("Streaming is required: set stream=true.")
    pieces = [ask.text[i : i + 3] for i in range(0, len(ask.text), 3)]
    deltas = [{"role": "assistant"}, {"reasoning_content": "Hm"}, *({"content": p} for p in pieces)]
    chunks = [{"choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    chunks.append({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 7}})
    lines = "".join(f"data: {json.dumps(c)}\n\n" for c in chunks) + "data: [DONE]\n\n"
    return Sent(body=f": ping\n\n{lines}", kind="text/event-stream")


WORK = {
    "plain": (plain, ""),
    "thoughts in tags": (lambda a: thinking(a, "tag", 300), "reasons"),
    "thoughts in a field": (lambda a: thinking(a, "reasoning_content", 3000), "reasons"),
    "thoughts in another field": (lambda a: thinking(a, "reasoning", 900), "reasons"),
    "thoughts in parts": (lambda a: thinking(a, "parts", 900), "reasons"),
    "thoughts that are hidden": (lambda a: thinking(a, "hidden", 5000), "reasons"),
    "no seed": (without("seed", 'Unknown name "seed": Cannot find field.'), "seed"),
    "no seed, in a list": (
        lambda a: (
            Sent(status=400, body=[{"error": {"message": "Unknown name: seed"}}]) if "seed" in a.body else plain(a)
        ),
        "seed",
    ),
    "no top_logprobs, camel case": (
        lambda a: refused("topLogprobs must be between 0 and 5") if (a.body.get("top_logprobs") or 0) > 5 else plain(a),
        "top_logprobs",
    ),
    "temperature, named in a field": (without("temperature", "Unsupported value.", param="temperature"), "temperature"),
    "max_tokens": (without("max_tokens", "Use 'max_completion_tokens' instead of 'max_tokens'."), "max_tokens"),
    "a limit of tokens": (
        lambda a: (
            refused("max_tokens is too large: at most 4096.") if a.tokens > 4096 else thinking(a, "reasoning", 2500)
        ),
        "max_tokens",
    ),
    "extra inputs": (
        lambda a: (
            Sent(status=422, body={"detail": [{"loc": ["body", "logprobs"], "msg": "Extra inputs are not permitted"}]})
            if "logprobs" in a.body
            else plain(a)
        ),
        "logprobs",
    ),
    "nothing named": (lambda a: refused("Bad request") if "logprobs" in a.body else plain(a), "logprobs"),
    "no system role": (
        lambda a: (
            refused("Conversation roles must alternate user/assistant/user/assistant/...", 500)
            if a.body["messages"][0]["role"] == "system"
            else plain(a)
        ),
        "system",
    ),
    "only json_object": (schemas(("json_schema",), lambda m: {"error": {"message": m}}), "schema"),
    "only tools": (schemas(("json_schema", "json_object"), lambda m: {"detail": m}), "schema"),
    "tools refused too": (
        lambda a: (
            refused("tools are not supported") if "tools" in a.body else schemas(("json_schema", "json_object"), str)(a)
        ),
        "schema",
    ),
    "a schema keyword": (
        lambda a: (
            refused("Invalid schema: 'maxLength' is not permitted.")
            if '"maxLength"' in json.dumps(a.body.get("response_format") or {})
            else plain(a)
        ),
        "maxLength",
    ),
    "schema ignored, fence": (ignoring_schema("Sure:\n```json\n{}\n```\nAnything else?"), "schema"),
    "schema ignored, prose": (ignoring_schema("Iron {Fe} conducts. The answer: {}"), "schema"),
    "stream only": (stream_only, "stream"),
    "one filtered answer": (odd(2, "The response was filtered.", "response_format"), ""),
    "one odd answer": (odd(2, "logprobs could not be computed.", "logprobs"), ""),
    "empty at first": (lambda a: Sent({"content": ""}) if a.n <= 3 else plain(a), ""),
    "busy at first": (
        lambda a: Sent(status=529, body="overloaded", headers={"retry-after": "0"}) if a.n <= 2 else plain(a),
        "",
    ),
    "no usage": (lambda a: replace(plain(a), usage=False), ""),
    "key in a header of its own": (
        lambda a: refused("Missing header: api-key", 401) if a.headers.get("api-key") != KEY else plain(a),
        "api-key",
    ),
    "letters in bold": (
        lambda a: (
            replace(plain(a), logprobs={"content": [tokens_for(a, "**{}")]}) if a.body.get("logprobs") else plain(a)
        ),
        "",
    ),
}


@pytest.fixture
def open_gateway(tmp_path: Path) -> Callable[..., Gateway]:
    def make(server: ModelServer, *, budget: Budget | None = None, **more: Any) -> Gateway:
        config = ModelConfig("default", server.url, "m", SecretStr(f" {KEY}\n"), max_concurrency=1)
        return connect(replace(config, **more), cache_folder=tmp_path, budget=budget, sleep=lambda _: None)

    return make


@pytest.mark.parametrize("name", WORK)
def test_a_server_of_this_kind_works(name: str, open_gateway: Callable[..., Gateway]) -> None:
    behave, noted = WORK[name]
    with ModelServer(behave) as server:
        gateway = open_gateway(server)
        gateway.capabilities()
        assert noted in " ".join(gateway.notes)
        assert bool(gateway.notes) == bool(noted) or name == "no usage"
        assert gateway.ask(QUESTION).value is not None
        found = gateway.choose(CLOSED)
        assert found.valid
        assert found.labels == (0, 0)
        assert found.p[0] > 0.6
        assert gateway.spent().tokens > 0
        asked = len(server.sent)
        again = open_gateway(server)
        assert again.notes == gateway.notes  # remembered
        assert again.ask(QUESTION).value is not None
        again.choose(CLOSED)
        assert len(server.sent) == asked  # nothing is paid for twice
        assert again.ask(replace(QUESTION, user="And copper?")).value is not None
        assert len(server.sent) == asked + 1  # and nothing is negotiated twice


@pytest.mark.parametrize("name", ["thoughts in tags", "thoughts in a field", "plain"])
def test_letters_are_read_where_the_answer_stands(name: str, open_gateway: Callable[..., Gateway]) -> None:
    with ModelServer(WORK[name][0]) as server:
        found = open_gateway(server).choose(CLOSED, "letters")
    assert found.method.startswith("letters")
    assert found.p[0] == pytest.approx(0.9 / 0.98)


def test_what_passes_is_not_remembered(open_gateway: Callable[..., Gateway]) -> None:
    with ModelServer(odd(1, "logprobs could not be computed", "logprobs")) as server:
        gateway = open_gateway(server)
        assert gateway.choose(CLOSED, "letters").method.startswith("letters")
        assert gateway.notes == []
        assert open_gateway(server).wire.habits.as_dict() == {}


SAID = {
    "no choices": (lambda a: Sent(body={"choices": []}), ["choices"], []),
    "page": (
        lambda a: Sent(body="<!doctype html><title>Sign in</title>", kind="text/html"),
        ["web page", "Sign in"],
        [],
    ),
    "error in 200": (
        lambda a: Sent(body={"error": {"message": "upstream is off", "code": 502}}),
        ["upstream is off"],
        [],
    ),
    "declined": (
        lambda a: Sent({"content": None, "refusal": "I cannot assist with this."}),
        ["cannot assist"],
        [],
    ),
    "place": (
        lambda a: refused("Not supported in your region", 403),
        ["in your region"],
        ["API_KEY", "refused the key"],
    ),
    "quota": (lambda a: refused("You have insufficient_quota", 429), ["insufficient_quota"], ["Try again later"]),
    "credits": (lambda a: refused("Balance too low", 402), ["Balance too low"], ["Try again later"]),
    "key": (lambda a: refused(f"Bad key {a.headers['authorization']}", 401), ["Bad key", "API_KEY"], [KEY]),
    "model": (lambda a: refused("The model `m` does not exist", 404), ["does not exist", "LLM_MODEL"], []),
    "context": (
        lambda a: refused("prompt is too long: 9000 tokens > 4096 maximum", 400),
        ["prompt is too long"],
        ["LLM_MODEL"],
    ),
    "filter": (lambda a: refused("Blocked by content_filter", 400), ["content_filter"], []),
    "upstream's error as text": (
        lambda a: refused(json.dumps({"error": {"message": "no GPU left"}}), 503),
        ["no GPU left"],
        ['{"error"'],
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_a_server_that_cannot_be_used_is_one_sentence_with_its_own_reason(
    name: str, open_gateway: Callable[..., Gateway]
) -> None:
    behave, wanted, never = SAID[name]
    with ModelServer(behave) as server, pytest.raises(HypographError) as caught:
        open_gateway(server).capabilities()
    said = str(caught.value)
    assert isinstance(caught.value, ModelError)
    assert all(w in said for w in wanted), said
    assert not any(w in said for w in [*never, KEY]), said
    if name in ("quota", "credits", "key", "model"):
        assert len(server.sent) == 1  # what waiting does not mend is not sent again


def test_settings_of_a_model_go_with_every_request(open_gateway: Callable[..., Gateway], tmp_path: Path) -> None:
    seen: list[Ask] = []
    with ModelServer(lambda a: (seen.append(a), plain(a))[1]) as server:
        config = {
            "base_url": f"{server.url}?tenant=x",
            "headers": {"x-title": "hypograph"},
            "query": {"api-version": "2024-10-21"},
            "extra_body": {"provider": {"order": ["a"]}},
            "reasoning_effort": "low",
            "omit": ("seed", "temperature"),
        }
        gateway = open_gateway(server, **config)
        assert gateway.ask(QUESTION).value is not None
    (ask,) = seen
    assert ask.query == {"tenant": ["x"], "api-version": ["2024-10-21"]}
    assert (ask.headers["x-title"], ask.headers["api-key"]) == ("hypograph", KEY)
    assert ask.headers["authorization"] == f"Bearer {KEY}"  # trimmed
    assert ask.body["provider"] == {"order": ["a"]}
    assert ask.body["reasoning_effort"] == "low"
    assert not {"seed", "temperature"} & set(ask.body)


def test_a_budget_ends_where_the_server_counts_nothing(open_gateway: Callable[..., Gateway]) -> None:
    with ModelServer(lambda a: replace(plain(a), usage=False)) as server:
        gateway = open_gateway(server, budget=Budget(tokens=200))
        questions = [replace(QUESTION, user=f"Question {i} with a few words more than one token.") for i in range(50)]
        with pytest.raises(BudgetSpentError, match="200 tokens"):
            gateway.ask_all(questions)


def test_minutes_are_a_budget(open_gateway: Callable[..., Gateway]) -> None:
    with ModelServer() as server, pytest.raises(BudgetSpentError, match="minutes"):
        open_gateway(server, budget=Budget(minutes=0.0)).ask(QUESTION)
