"""What the gateway adds to an answer that is already there, beside reading the answer cache alone.

Run: ``python benchmarks/gateway_overhead.py [--quick]``; no network, no model.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import numpy as np
from harness import arguments, write
from pydantic import BaseModel

from hypograph.agents import ModelConfig, connect
from hypograph.agents.answers.cache import AnswerCache
from hypograph.agents.gateway.questions import Question
from hypograph.agents.roles.closed_questions import substitution
from hypograph.flows.runtime.text import table


class Yes(BaseModel):
    """The answer."""

    yes: bool


def reply(request: httpx2.Request) -> httpx2.Response:
    top = [{"token": t, "logprob": lp, "bytes": None} for t, lp in (("A", -0.2), ("B", -1.8))]
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": '{"yes": true}'},
        "finish_reason": "stop",
        "logprobs": {"content": [{**top[0], "top_logprobs": top}]},
    }
    return httpx2.Response(
        200,
        json={"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]},
    )


def timed(work: Callable[[int], object], n: int) -> dict[str, float]:
    """Return milliseconds of one call: median and the 95th percentile."""
    spent = []
    for i in range(n):
        began = time.perf_counter()
        work(i)
        spent.append(1000 * (time.perf_counter() - began))
    return {"median": float(np.median(spent)), "p95": float(np.quantile(spent, 0.95))}


def main() -> None:
    given = arguments(__doc__).parse_args()
    n = 50 if given.quick else 500
    config = ModelConfig(name="stub", base_url="http://stub.invalid/v1", model="m")
    questions = [Question("bench", "Answer in JSON.", f"Is number {i} even?", Yes) for i in range(n)]
    closed = [substitution("Fe", "Co", f"field {i}", shots=6) for i in range(n)]
    with (
        tempfile.TemporaryDirectory() as folder,
        httpx2.Client(transport=httpx2.MockTransport(reply)) as web,
    ):
        gateway = connect(config, cache_folder=Path(folder), http_client=web)
        cache = AnswerCache(Path(folder))
        uncached = timed(lambda i: gateway.ask(questions[i]), n)
        for c in closed:
            gateway.choose(c)
        cache.put("key", '{"yes": true}')
        rows = {
            "answer cache alone": timed(lambda i: cache.get("key"), n),
            "structured answer, cached": timed(lambda i: gateway.ask(questions[i]), n),
            "closed question of four readings, cached": timed(lambda i: gateway.choose(closed[i]), n),
            "structured answer from a stub, not cached": uncached,
        }
    print(table(("call", "median ms", "p95 ms"), [(k, v["median"], v["p95"]) for k, v in rows.items()]))
    write("gateway_overhead", rows, quick=given.quick)


if __name__ == "__main__":
    main()
