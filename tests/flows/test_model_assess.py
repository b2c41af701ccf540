"""`hypograph model assess` against a server on loopback: the document, the kept skill, and a second run for free."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hypograph.agents import ModelExpert, connect
from hypograph.flows.runtime.settings import load_settings


class Endpoint(BaseHTTPRequestHandler):
    """Says A with 80% to everything, in whatever form it is asked."""

    wbufsize = -1  # head and body in one packet: two would wait 40 ms for each other

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(body)  # type: ignore[attr-defined]
        if "input" in body:
            rows = [{"object": "embedding", "index": i, "embedding": [1.0, 0.0]} for i in range(len(body["input"]))]
            answer = {"object": "list", "data": rows, "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        else:
            top = [{"token": t, "logprob": math.log(p), "bytes": None} for t, p in (("A", 0.8), ("B", 0.2))]
            choice = {
                "index": 0,
                "message": {"role": "assistant", "content": '{"yes": true}' if "response_format" in body else "A"},
                "finish_reason": "stop",
                "logprobs": {"content": [{**top[0], "top_logprobs": top}]} if body.get("logprobs") else None,
            }
            usage = {"prompt_tokens": 100, "completion_tokens": 1, "total_tokens": 101}
            answer = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
            answer["usage"] = usage
        sent = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    server.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path))
    monkeypatch.setenv("HYPOGRAPH_LLM_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    monkeypatch.setenv("HYPOGRAPH_LLM_MODEL", "m")
    monkeypatch.setenv("HYPOGRAPH_LLM_PRICE_IN", "0.5")
    monkeypatch.setenv("HYPOGRAPH_LLM_MAX_CONCURRENCY", "1")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def assess(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    from hypograph.flows.cli.main import main

    sizes = ["--pairs", "6", "--planted", "4", "--experiments", "2"]
    with pytest.raises(SystemExit) as left:
        main(["model", "assess", *sizes, *more])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


@pytest.mark.slow
def test_assess_measures_keeps_and_never_pays_twice(
    endpoint: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["hypograph"])
    code, out, err = assess(capsys, "--max-calls", "10", "--json")
    assert (code, out) == (1, "")
    assert "budget of 10 calls is spent" in err
    code, out, _ = assess(capsys, "--json")
    assert code == 0
    first = json.loads(out)
    assert first["capabilities"] == {"structured_output": True, "logprobs": True, "seed": True, "embeddings": True}
    rows = {r["name"]: r for r in first["batteries"]}
    assert [(r["n"], r["role"]) for r in rows.values()] == [(6, "expert"), (4, "judge"), (2, "proposer")]
    asked = rows["substitution pairs"]["ways"]["letters"]["calls"]
    assert 6 * 4 - 10 <= asked < 6 * 4  # two wordings in two orders; those of the first run are kept
    assert rows["planted defects"]["cost_per_call"] == pytest.approx(100 * 0.5 / 1000)
    for row in rows.values():
        assert row["swap_consistency"] == 0.0
        assert row["accuracy"]["value"] == 0.5
        assert row["skill"]["low"] == 0.0
        assert row["method"] == "letters (log-probabilities)"
        assert row["ways"]["reasoned"]["invalid_rate"] == 1.0  # this server keeps to no schema
    code, out, _ = assess(capsys, "--json")
    again = json.loads(out)
    assert [r["calls"] for r in again["batteries"]] == [0, 0, 0]
    assert [r["skill"] for r in again["batteries"]] == [r["skill"] for r in first["batteries"]]
    settings = load_settings()
    config = settings.model_config_or_none()
    assert config is not None
    expert = ModelExpert(connect(config, cache_folder=settings.home / "llm-cache"))
    assert expert.skill == 0.0
    asked = len(endpoint.asked)  # type: ignore[attr-defined]
    assert expert.assess([("Fe", "Co")])[0].unknown == 1.0
    assert len(endpoint.asked) == asked  # type: ignore[attr-defined]


@pytest.mark.slow
def test_assess_in_words(
    endpoint: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["hypograph"])
    code, out, err = assess(capsys)
    assert code == 0
    assert "planted defects" in out
    assert "reliability" in out
    assert "6 questions" in err
