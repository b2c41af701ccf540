"""Answers and refusals in forms that servers and models give beside those they should."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from hypograph.agents.gateway.questions import parse, reasoned_schema, stated
from hypograph.agents.gateway.refusals import Kind, Refusal, read_refusal, refusal_within
from hypograph.agents.gateway.reply import body_of, read_reply
from hypograph.agents.gateway.transport import RefusedError, _may_pass


class Verdict(BaseModel):
    answer: Literal["A", "B"]
    keywords: list[str] = []


MEANT = [
    '"{\\"answer\\": \\"B\\", \\"keywords\\": [\\"steel\\"]}"',
    '[{"answer": "B", "keywords": ["steel"]}]',
    '{"verdict": {"answer": "B", "keywords": ["steel"]}}',
    "{'answer': 'B', 'keywords': ['steel',],}",
    '{"answer": "B", // the second\n"keywords": ["steel"]}',
    '{“answer”: "B", "keywords": ["steel"]}',
    '{"Answer": "Option B", "Keywords": ["steel"]}',
    '```json\n{"answer": "**b**", "keywords": ["steel"],}\n```',
    '{"type": "object", "properties": {"answer": "B", "keywords": ["steel"]}}',
]


@pytest.mark.parametrize("text", MEANT)
def test_what_is_nearly_json_is_read(text: str) -> None:
    assert parse(Verdict, text)[0] == Verdict(answer="B", keywords=["steel"])


@pytest.mark.parametrize(
    "text",
    [
        '{"answer": "B", "keywords": ["ste',
        "I cannot help with [that].",
        '{"answer": "A or B"}',
        '{"answer": "C"}',
        "[" * 9000,
    ],
)
def test_what_is_cut_short_or_open_is_not_completed(text: str) -> None:
    assert parse(Verdict, text)[0] is None


@given(st.text(max_size=60), st.sampled_from(["A", "B"]))
def test_text_around_an_answer_changes_nothing(before: str, letter: str) -> None:
    assert parse(Verdict, json.dumps({"answer": letter, "keywords": [before]}))[0] == Verdict(
        answer=letter, keywords=[before]
    )


def test_probabilities_in_percent_are_shares() -> None:
    text = '{"reasons": "r", "answer": "A", "probability_a": "90 %", "probability_b": "1%"}'
    value, _ = parse(reasoned_schema(2), text)
    assert value is not None
    assert stated(value, 2)[0] == pytest.approx([0.9 / 0.91, 0.01 / 0.91])


def test_log_probabilities_of_the_older_form() -> None:
    logprobs = {"tokens": ["B"], "token_logprobs": [-0.1], "top_logprobs": [{"B": -0.1, "A": -2.5}]}
    body = {"choices": [{"text": "B", "finish_reason": "stop", "logprobs": logprobs}]}
    assert read_reply(json.dumps(body), "application/json", 9).tokens[0].top == (("B", -0.1), ("A", -2.5))


TOLD: list[tuple[dict[str, Any], str]] = [
    ({"code": 1001, "msg": "invalid app id"}, "invalid app id"),
    ({"success": False, "message": "Your trial has ended"}, "trial has ended"),
    ({"choices": None, "base_resp": {"status_code": 1004, "status_msg": "login fail"}}, "login fail"),
    ({"choices": [{"error": {"message": "upstream died"}, "message": {"content": ""}}]}, "upstream died"),
    ({"error": {"message": "killed"}, "choices": [{"finish_reason": None, "message": {"content": "{"}}]}, "killed"),
]


@pytest.mark.parametrize(("body", "reason"), TOLD)
def test_an_error_in_a_successful_response_is_found_wherever_it_stands(body: dict[str, Any], reason: str) -> None:
    refusal = refusal_within(body, ())
    assert refusal is not None
    assert reason in refusal.reason


@pytest.mark.parametrize(
    "body",
    [
        {"error": None, "choices": [{"message": {"content": "A"}, "finish_reason": None}]},
        {"error": {"message": "late"}, "choices": [{"message": {"content": "A"}, "finish_reason": "stop"}]},
        {"message": {"content": "A"}, "done_reason": "stop"},
        {"id": "x", "object": "chat.completion", "choices": []},
    ],
)
def test_an_answer_is_no_error(body: dict[str, Any]) -> None:
    assert refusal_within(body, ()) is None


def test_an_error_in_the_middle_of_a_stream() -> None:
    pieces = [{"choices": [{"delta": {"content": '{"a'}}]}, {"error": {"message": "out of memory", "code": 500}}]
    text = "".join(f"data: {json.dumps(p)}\n\n" for p in pieces)
    refusal = refusal_within(body_of(text, "text/event-stream"), ())
    assert refusal is not None
    assert (refusal.status, refusal.reason) == (500, "out of memory")


@pytest.mark.parametrize(
    ("headers", "said", "seconds"),
    [
        ({"retry-after": "2"}, "", 2.0),
        ({"retry-after-ms": "250"}, "", 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, "", 0.0),
        ({}, "Please try again in 7m12s.", 432.0),
        ({}, "Please retry after 30 seconds", 30.0),
        ({}, "try again in 120ms", 0.12),
        ({}, "try again later", None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], said: str, seconds: float | None) -> None:
    assert read_refusal(429, json.dumps({"error": {"message": said}}), headers, ()).retry_after == pytest.approx(
        seconds
    )


def test_what_waits_too_long_is_not_sent_again_and_a_bad_key_is_said() -> None:
    assert _may_pass(RefusedError(Refusal(429, "slow", (), 5.0)))
    assert not _may_pass(RefusedError(Refusal(429, "slow", (), 4000.0)))
    assert Refusal(400, "API key not valid. Please pass a valid API key.").kind is Kind.KEY
    assert Refusal(403, "Invalid API key or scope").kind is Kind.ACCESS
    assert "ServiceCallout" in read_refusal(500, '{"fault": {"faultstring": "ServiceCallout failed"}}', {}, ()).reason
