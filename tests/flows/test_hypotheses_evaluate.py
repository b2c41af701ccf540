"""`hypograph hypotheses evaluate` with a model: a server on loopback answers every kind of question."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from scripted_hypotheses import SALTS, document
from typer.testing import CliRunner

from hypograph.flows.cli.hypotheses import app
from hypograph.flows.hypotheses.evaluate import evaluate_command
from hypograph.flows.runtime.settings import load_settings
from hypograph.graph import open_store
from hypograph.models.hypotheses.ledger import ledger

PAPERS = [
    ("One", "Guanidine sulfate salts out hydrogels.", "How can heat be harvested?", "Aligned channels in PVA."),
    ("Two", "Redox couples carry the charge.", "How can a thermocell be made tough?", "Fibrous networks at 60 °C."),
]


def answer_to(kind: str, number: int) -> Any:
    """Return an answer that fits the schema which was sent."""
    salt = SALTS[number % len(SALTS)]
    written = document(salt, nearest=f"Paper {number}.").model_dump(mode="json")
    if '"readings"' in kind:
        return {"readings": [{"reading": "a", "change": "b"}]}
    if '"faults"' in kind:
        return {"keep": ["salt"], "faults": [], "missing": []}
    if '"lessons"' in kind:
        return {"lessons": []}
    if '"changes"' in kind:
        facts = [f.text for s in SALTS for f in ledger(document(s))]
        return {
            "changes": [{"fact": f, "status": "drop", "reason": "r", "evidence": ""} for f in facts],
            "document": written,
        }
    return written


class Model(BaseHTTPRequestHandler):
    """Answers by a hash of what it is asked, so that the same question always gets the same answer."""

    wbufsize = -1  # head and body in one packet: two would wait 40 ms for each other

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        asked = "\n".join(m["content"] for m in body["messages"])
        number = int(hashlib.sha256(asked.encode()).hexdigest()[:6], 16)
        self.server.asked.append(asked)  # type: ignore[attr-defined]
        kind = json.dumps(body.get("response_format", {}))
        if body.get("logprobs"):
            text = "A"
        elif '"components"' in kind and '"statement"' not in kind:
            named = ["fibrous networks", "60 °C"] if "Fibrous" in asked else ["aligned channels", "PVA"]
            text = json.dumps({"components": named})
        elif '"grades"' in kind:
            text = json.dumps({"grades": self.graded(asked)})
        else:
            text = json.dumps(answer_to(kind, number))
        p = 0.2 + 0.6 * (number % 100) / 100
        letters = {"A": p, "B": 1 - p}
        top = [{"token": t, "logprob": math.log(q), "bytes": None} for t, q in letters.items()]
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": text},
            "finish_reason": "stop",
            "logprobs": {"content": [{**top[0], "top_logprobs": top}]} if body.get("logprobs") else None,
        }
        usage = {"prompt_tokens": len(asked) // 4, "completion_tokens": 5, "total_tokens": len(asked) // 4 + 5}
        answer = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        sent = json.dumps({**answer, "usage": usage}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def graded(self, asked: str) -> list[dict[str, int]]:
        """Grade components: those that stand in the text if this model reads, else all alike."""
        listed, text = asked.lower().split("text:\n<<<")
        rows = [line.split(". ", 1) for line in listed.splitlines() if line[:1].isdigit()]
        grade = lambda name: 3 * (name in text) if self.server.reads else 1  # type: ignore[attr-defined]  # noqa: E731
        return [{"component": int(number), "grade": grade(name)} for number, name in rows]

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    server.asked, server.reads = [], False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("HYPOGRAPH_LLM_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    monkeypatch.setenv("HYPOGRAPH_LLM_MODEL", "m")
    monkeypatch.setenv("HYPOGRAPH_LLM_PRICE_IN", "0.5")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def opened() -> Iterator[contextlib.ExitStack]:
    """What a test opens until its end."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def benchmark_file(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    header = ["Title", "Background Little Survey", "Background Question", "Background Question (strict)"]
    book.active.append([*header, "Finegrained Hypothesis"])
    for title, survey, question, hypothesis in PAPERS:
        book.active.append([title, survey, question, "NA", hypothesis])
    book.save(tmp_path / "papers.xlsx")
    return tmp_path / "papers.xlsx"


def evaluate(path: Path, tell: Any = lambda text: None, strategies: tuple[str, ...] = ("ours", "greedy")) -> Any:
    return evaluate_command(path, None, 12, strategies, False, 0, tell)


def without_seconds(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "methods": [{k: v for k, v in m.items() if k != "seconds"} for m in document["methods"]]}


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on_and_asks_nothing_twice(
    model: ThreadingHTTPServer, benchmark_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path / "whole"))
    whole = evaluate(benchmark_file)
    told: list[str] = []
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path / "killed"))

    def killed_after(lines: int) -> Any:
        told.clear()

        def tell(text: str) -> None:
            told.append(text)
            if len(told) >= lines:
                raise KeyboardInterrupt

        return tell

    model.asked.clear()  # type: ignore[attr-defined]
    for lines in (2, 4, 5):
        with pytest.raises(KeyboardInterrupt):
            evaluate(benchmark_file, killed_after(lines))
    again = evaluate(benchmark_file)
    asked = model.asked  # type: ignore[attr-defined]
    # A repeat of the same words is another draw of a proposal, and both are wanted; verdicts never repeat.
    verdicts = [text for text in asked if "Hypothesis A" in text]
    assert len(verdicts) == len(set(verdicts))
    for now, then in zip(without_seconds(again)["methods"], without_seconds(whole)["methods"], strict=True):
        for key in ("soft", "hard", "calls", "proposals"):
            assert now[key] == then[key]
    assert again["by_paper"] == whole["by_paper"]
    before = len(asked)
    assert evaluate(benchmark_file) == again  # all from the files: not one call, the same seconds
    assert len(asked) == before


@pytest.mark.slow
def test_each_strategy_keeps_its_calls_and_costs_are_counted(
    model: ThreadingHTTPServer, benchmark_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path / "home"))
    lines: list[str] = []
    found = evaluate(benchmark_file, lines.append)
    ours, greedy, coarse = found["methods"]
    assert ours["calls"] <= 12
    assert greedy["calls"] <= 12
    assert coarse["calls"] == 0
    assert ours["tokens"] > 0
    assert ours["cost"] > 0
    assert {m["recall"] for m in found["methods"]} == {"judge model"}
    assert "minutes left" in lines[-1]
    assert found["against_direct"] == []


@pytest.mark.slow
def test_the_grader_is_measured_on_the_published_hypothesis_and_on_another(
    model: ThreadingHTTPServer, benchmark_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path / "blind"))
    blind = evaluate(benchmark_file, strategies=("greedy",))["grader"]
    assert not blind["tells_them_apart"]
    model.reads = True  # type: ignore[attr-defined]
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path / "reading"))
    found = evaluate(benchmark_file, strategies=("greedy",))
    assert found["grader"]["published"]["mean"] == pytest.approx(1.0, abs=0.02)
    assert found["grader"]["unrelated"]["mean"] == pytest.approx(0.0, abs=0.02)
    assert found["grader"]["tells_them_apart"]
    assert set(found["by_paper"][0]["recall"]) == {"coarse", "greedy", "greedy named", "published", "unrelated"}


def test_a_spent_budget_leaves_the_papers_that_are_done(
    model: ThreadingHTTPServer, benchmark_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path / "home"))
    one = evaluate_command(benchmark_file, 1, 12, ("greedy",), False, 0, lambda text: None)
    assert one["grader"]["tells_them_apart"] is None
    monkeypatch.setenv("HYPOGRAPH_LLM_MAX_CALLS", "3")
    found = evaluate(benchmark_file, strategies=("greedy",))
    assert found["papers"] == 1
    assert "budget of 3 calls" in found["stopped"]


@pytest.mark.server
def test_a_search_with_a_model_ends_with_documents_and_its_direct_answer(
    model: ThreadingHTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: contextlib.ExitStack
) -> None:
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path / "home"))
    (tmp_path / "survey.txt").write_text("Guanidine sulfate salts out hydrogels.", "utf-8")
    asked = ["search", "--question", "How can heat be harvested?", "--survey", str(tmp_path / "survey.txt"), "--json"]
    opened.enter_context(open_store(load_settings().store_config()))  # each command finds its server running
    done = CliRunner().invoke(app, [*asked, "--budget", "10"])
    assert done.exit_code == 0, (done.output, done.exception)
    found = json.loads(done.stdout)
    assert found["calls"] <= 10
    assert found["lines"] >= 2
    assert found["direct"]["document"]["prediction"]["unit"] == "mV/K"
    assert found["stopped"]
    assert 0 < found["probability_best"] < 1
    told = [text for text in model.asked if "Guanidine sulfate salts out hydrogels." in text]  # type: ignore[attr-defined]
    assert told
    before = len(model.asked)  # type: ignore[attr-defined]
    again = json.loads(CliRunner().invoke(app, [*asked, "--budget", "10"]).stdout)
    assert again["id"] == found["id"]
    assert len(model.asked) == before  # type: ignore[attr-defined]
    one = json.loads(CliRunner().invoke(app, [*asked, "--strategy", "direct"]).stdout)
    assert (one["calls"], one["probability_best"]) == (1, None)
    # The direct answer of the search is the direct answer: it is not asked for twice.
    assert len(model.asked) == before  # type: ignore[attr-defined]
