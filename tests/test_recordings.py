"""Recorded answers of a strong model: they say who answered, and are given again to the request they were given to."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def recordings() -> ModuleType:
    spec = importlib.util.spec_from_file_location("recordings", BENCHMARKS / "recordings.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["recordings"] = made
    spec.loader.exec_module(made)
    return made


def asked(text: str, seed: int = 0, schema: str = "Reasoned") -> dict[str, Any]:
    return {
        "messages": [{"role": "user", "content": text}],
        "seed": seed,
        "response_format": {"json_schema": {"name": schema}},
    }


def test_an_answer_is_found_by_its_request_then_by_kind_and_order(recordings: ModuleType) -> None:
    kept = recordings.Recording([])
    first, second = asked("Question: <<<Why?>>>\nA"), asked("Question: <<<Why?>>>\nB")
    kept.add(first, "one")
    kept.add(second, "two")
    again = recordings.Recording(kept.rows)
    assert again.find(second) == "two"
    assert again.find(asked("Question: <<<Why?>>>\nreworded")) == "one"
    assert again.find(asked("Question: <<<Why?>>>\nonce more")) is None
    assert again.find(asked("Question: <<<Another?>>>\nA")) is None
    assert (again.exact, again.reworded, again.lacking) == (1, 1, 2)


@pytest.mark.parametrize("path", sorted((BENCHMARKS / "recordings").glob("*.jsonl")), ids=lambda p: p.stem)
def test_a_recording_says_who_answered_and_holds_no_request(path: Path, recordings: ModuleType) -> None:
    head, *rows = map(json.loads, path.read_text("utf-8").splitlines())
    assert head == {"by": recordings.BY_HAND, "answers": len(rows)}
    assert rows
    assert all(set(row) == {"asked", "kind", "answer"} and row["answer"] for row in rows)
    assert len({row["asked"] for row in rows}) == len(rows)
