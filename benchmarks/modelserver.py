"""A stand-in for a language model behind an OpenAI-compatible endpoint: for faults and benchmarks, not for results.

Every answer fits the schema that the request asks for and depends on the request only. Each answered request is noted
in a file, one hash a line, so that a request that was sent twice shows; those with a key `home-…` in a file of that
name beside it.

    python benchmarks/modelserver.py FILE [--port 0] [--delay SECONDS]     # prints its address, serves until killed
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


def instance(schema: dict[str, Any], root: dict[str, Any], draw: float) -> Any:
    """Make a value that fits a JSON schema; `draw` in [0, 1) chooses among what is allowed."""
    if "$ref" in schema:
        return instance(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, draw)
    for name in ("anyOf", "oneOf", "allOf"):
        if name in schema:
            return instance(schema[name][0], root, draw)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][int(draw * len(schema["enum"]))]
    kind = schema.get("type", "object")
    if kind == "object":
        return {name: instance(part, root, draw) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [instance(schema.get("items", {}), root, draw) for _ in range(max(1, schema.get("minItems", 0)))]
    low, high = schema.get("minimum", 0), schema.get("maximum", 1)
    simple = {"number": low + draw * (high - low), "integer": low, "boolean": draw < 0.5, "null": None}
    return simple.get(kind, "nothing to add")


def answer(body: dict[str, Any], draw: float) -> dict[str, Any]:
    """Make the body of a chat completion for the body of a request."""
    asked = body.get("response_format", {}).get("json_schema", {}).get("schema")
    text = json.dumps(instance(asked, asked, draw)) if asked else "A" if draw < 0.5 else "B"
    choice: dict[str, Any] = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    if body.get("logprobs"):
        top = [
            {"token": letter, "logprob": math.log(p), "bytes": None}
            for letter, p in (("A", 0.1 + 0.8 * draw), ("B", 0.9 - 0.8 * draw))
        ]
        choice["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": body.get("model", "stand-in"),
        "choices": [choice],
        "usage": usage,
    }


def serve(log: Path, port: int, delay: float) -> None:
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        wbufsize = -1  # head and body in one packet: two would wait 40 ms for each other

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            body = json.loads(raw)
            key = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
            time.sleep(delay)
            reply = json.dumps(answer(body, int(key[:8], 16) / 2**32)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            path = log.with_name(token) if token.startswith("home-") else log
            with lock, path.open("a") as file:
                file.write(f"{key}\n")

        def log_message(self, format: str, *args: Any) -> None:
            """Write no access log."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    given = parser.parse_args()
    serve(given.file, given.port, given.delay)
