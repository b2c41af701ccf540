"""Answers of a model kept in a file, and a server that gives them again: a study is replayed without the model.

A recording holds one answer a line, and of each request its hash only: questions and surveys of supplied data stay
where they are. A request is found again by its hash. Where a prompt has been reworded since, the answers to the same
kind of request (schema and research question) are given in the order in which they were recorded, and counted as
`reworded`: the course of a study is replayed, not the wording of its prompts.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "recordings"
BY_HAND = "answered by hand by a reasoning model during development"
_ABOUT = re.compile(r"^(?:Research question|Question|Hypothesis|In an alloy|Goal)[^\n]*\n?(?:<<<.*?>>>)?", re.M | re.S)


def digest(*parts: object) -> str:
    """Return a short hash of what JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:20]


def kind_of(body: Mapping[str, Any]) -> str:
    """Return what sort of answer a request wants, and about what."""
    schema = (body.get("response_format") or {}).get("json_schema") or {}
    text = str(body["messages"][-1]["content"])
    about = _ABOUT.search(text)
    return f"{schema.get('name', 'text')} {digest(about.group(0) if about else '')}"


@dataclass
class Recording:
    """Answers in the order in which they were given.

    Attributes
    ----------
    rows
        `asked` (hash of the request), `kind`, `answer`.
    used
        Rows in the order in which they were asked for, each once.
    """

    rows: list[dict[str, str]]
    used: list[dict[str, str]] = field(default_factory=list)
    exact: int = 0
    reworded: int = 0
    lacking: int = 0

    @classmethod
    def read(cls, path: Path) -> Recording:
        """Read a recording; one that is not there yet is empty."""
        lines = path.read_text("utf-8").splitlines() if path.is_file() else []
        return cls([row for row in map(json.loads, lines) if "asked" in row])

    def write(self, path: Path, by: str) -> None:
        """Write what was used, in order, under a line that says who answered."""
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [{"by": by, "answers": len(self.used)}, *self.used]
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in lines), "utf-8")

    def find(self, body: Mapping[str, Any]) -> str | None:
        """Return the answer to a request, None where there is none of its kind left."""
        asked, kind = digest(body["messages"], body.get("seed")), kind_of(body)
        row = next((r for r in self.rows if r["asked"] == asked), None)
        if row is not None:
            self.exact += 1
        else:
            row = next((r for r in self.rows if r["kind"] == kind and r not in self.used), None)
            self.reworded += row is not None
        if row is None:
            self.lacking += 1
            return None
        if row not in self.used:
            self.used.append(row)
        return row["answer"]

    def add(self, body: Mapping[str, Any], answer: str) -> None:
        """Keep an answer that a model has just given."""
        row = {"asked": digest(body["messages"], body.get("seed")), "kind": kind_of(body), "answer": answer}
        self.rows.append(row)
        self.used.append(row)


def completion(text: str, model: str, prompt: int) -> dict[str, Any]:
    """Return the body of a chat completion; tokens are counted at four characters each."""
    said = len(text) // 4 + 1
    return {
        "id": "recorded",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said},
    }


@contextmanager
def serving(recording: Recording, upstream: str = "") -> Iterator[str]:
    """Serve a recording on loopback; what it does not hold is asked of the server at `upstream`, if there is one."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        wbufsize = -1  # head and body in one packet: two would wait 40 ms for each other

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if body.get("logprobs"):
                return self.reply(400, {"error": {"message": "logprobs is not supported", "param": "logprobs"}})
            with lock:
                text = recording.find(body)
            if text is None and upstream:
                text = asked(upstream, body)
                with lock:
                    recording.add(body, text)
            if text is None:
                return self.reply(400, {"error": {"message": "this request is not in the recording"}})
            prompt = sum(len(str(m["content"])) for m in body["messages"]) // 4
            return self.reply(200, completion(text, str(body.get("model", "")), prompt))

        def reply(self, status: int, document: Mapping[str, Any]) -> None:
            raw = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:
            """Write no access log."""

    class Server(ThreadingHTTPServer):
        daemon_threads, request_queue_size = True, 128

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def asked(upstream: str, body: Mapping[str, Any]) -> str:
    """Ask another server the same, and return the text of its answer."""
    request = urllib.request.Request(  # noqa: S310 - the address is the caller's own
        f"{upstream.rstrip('/')}/chat/completions",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=7200) as answer:  # noqa: S310
        return str(json.loads(answer.read())["choices"][0]["message"]["content"])
