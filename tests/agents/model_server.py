"""A language-model server on loopback for tests: a plain chat endpoint, and a function that spoils what it does.

It is always right: of options labelled A, B, … it takes the one that holds one of the words `right`. Where a schema
is asked for, or written into the prompt, it fills it.
"""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Ask:
    """One request: body, headers, parameters of the address, its number, and what a plain server would answer."""

    body: dict[str, Any]
    headers: dict[str, str]
    query: dict[str, list[str]]
    n: int
    letter: str | None
    schema: dict[str, Any] | None
    text: str = ""

    @property
    def tokens(self) -> int:
        """Tokens that the answer may take."""
        return int(self.body.get("max_tokens") or self.body.get("max_completion_tokens") or 10**9)


@dataclass
class Sent:
    """What the server sends: a whole body with its status, or a message and its logprobs for a completion."""

    message: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    body: Any = None
    kind: str = "application/json"
    finish: str = "stop"
    thought: int = 0
    logprobs: Any = None
    usage: bool = True
    headers: dict[str, str] = field(default_factory=dict)


def refused(message: str, status: int = 400, **more: Any) -> Sent:
    """Return a refusal in OpenAI's shape."""
    return Sent(status=status, body={"error": {"message": message, "type": "invalid_request_error", **more}})


def plain(ask: Ask) -> Sent:
    """Answer as a plain server does: schema kept to, log-probabilities given."""
    sent = Sent({"role": "assistant", "content": ask.text})
    if ask.body.get("logprobs"):
        sent.logprobs = {"content": [tokens_for(ask)]}
    return sent


def tokens_for(ask: Ask, spelt: str = "{}") -> dict[str, Any]:
    """Return the token of the answer with its likeliest spellings."""
    letter = ask.letter or "yes"
    other = "B" if letter == "A" else "A"
    rows = [(spelt.format(letter), math.log(0.9)), (spelt.format(other), math.log(0.08))]
    top = [{"token": t, "logprob": x, "bytes": None} for t, x in rows][: ask.body.get("top_logprobs") or 1]
    return {**top[0], "top_logprobs": top}


class ModelServer(ThreadingHTTPServer):
    """The server; `sent` holds the bodies of all requests."""

    daemon_threads, request_queue_size = True, 64

    def __init__(self, behave: Callable[[Ask], Sent] = plain, right: Sequence[str] = ("yes",)) -> None:
        self.behave, self.right, self.sent, self.lock = behave, [w.lower() for w in right], [], threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        """Address of the endpoint."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def __enter__(self) -> ModelServer:
        threading.Thread(target=lambda: self.serve_forever(0.02), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def letter(self, text: str) -> str | None:
        """Return the letter of the right option, that of the first in order of its text where none is."""
        options = dict(re.findall(r"(?m)^(?:\w+ )?([A-H]): (.*)$", text))
        if len(options) < 2:
            return None
        marked = [k for k, told in options.items() if any(w in told.lower() for w in self.right)]
        return marked[0] if marked else min(options, key=lambda k: options[k])

    def fill(self, schema: dict[str, Any], letter: str | None, root: dict[str, Any] | None = None) -> Any:
        """Return a value that fits a schema."""
        root = root or schema
        if "$ref" in schema:
            return self.fill(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], letter, root)
        if "enum" in schema:
            return letter if letter in schema["enum"] else schema["enum"][0]
        if "const" in schema:
            return schema["const"]
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if kind == "object":
            return {k: self._field(k, v, letter, root) for k, v in schema.get("properties", {}).items()}
        if kind == "array":
            return [self.fill(schema.get("items", {}), letter, root)]
        if kind in ("number", "integer"):
            return (schema.get("minimum", 0) + schema.get("maximum", 1)) // 2 if kind == "integer" else 0.5
        return True if kind == "boolean" else "text"

    def _field(self, name: str, schema: dict[str, Any], letter: str | None, root: dict[str, Any]) -> Any:
        if letter and (found := re.fullmatch(r"probability_([a-h])", name)):
            return 0.9 if found[1].upper() == letter else 0.1
        return self.fill(schema, letter, root)


class _Handler(BaseHTTPRequestHandler):
    wbufsize = -1  # head and body in one packet: two would wait 40 ms for each other
    protocol_version = "HTTP/1.1"
    server: ModelServer

    def log_message(self, *_: object) -> None: ...

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        parts = urlsplit(self.path)
        if not parts.path.endswith("/chat/completions"):
            self._send(404, {"error": {"message": "no such endpoint"}}, "application/json", {})
            return
        with self.server.lock:
            self.server.sent.append(body)
            n = len(self.server.sent)
        last = str(body["messages"][-1]["content"])
        letter, schema = self.server.letter(last), _schema(body)
        text = letter or "Yes."
        if schema is not None:
            text = json.dumps(self.server.fill(schema, letter))
        headers = {k.lower(): v for k, v in self.headers.items()}
        found = self.server.behave(Ask(body, headers, parse_qs(parts.query), n, letter, schema, text))
        if found.body is None:
            found.body = _completion(found, body)
        self._send(found.status, found.body, found.kind, found.headers)

    def _send(self, status: int, value: Any, kind: str, headers: dict[str, str]) -> None:
        data = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(status)
        for k, v in {"content-type": kind, "content-length": str(len(data)), **headers}.items():
            self.send_header(k, v)
        self.end_headers()
        self.wfile.write(data)


def _schema(body: dict[str, Any]) -> dict[str, Any] | None:
    if body.get("tools"):
        return dict(body["tools"][0]["function"]["parameters"])
    named = (body.get("response_format") or {}).get("json_schema")
    return dict(named["schema"]) if named else written_schema(body)


def written_schema(body: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema that stands in a prompt."""
    for message in body["messages"]:
        for start in re.finditer(r"\{", message["content"]):
            try:
                value, _ = json.JSONDecoder().raw_decode(message["content"], start.start())
            except ValueError:
                continue
            if isinstance(value, dict) and ("properties" in value or "$defs" in value):
                return value
    return None


def _completion(sent: Sent, body: dict[str, Any]) -> dict[str, Any]:
    choice = {"index": 0, "message": sent.message, "finish_reason": sent.finish, "logprobs": sent.logprobs}
    whole = {"id": "x", "object": "chat.completion", "created": 1, "model": body["model"], "choices": [choice]}
    if sent.usage:
        details = {"reasoning_tokens": sent.thought}
        counts = {"prompt_tokens": 50, "completion_tokens": 5 + sent.thought, "total_tokens": 55 + sent.thought}
        whole["usage"] = {**counts, "completion_tokens_details": details}
    return whole
