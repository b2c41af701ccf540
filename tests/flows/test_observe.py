"""Log lines, spans and metrics: ids on everything, secrets on nothing."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from hypograph.flows.runtime import observe
from hypograph.flows.runtime.unit_kinds import UnitKind
from hypograph.flows.runtime.units import UnitRunner
from hypograph.flows.server import metrics
from hypograph.flows.server.metrics import metrics_server
from hypograph.models.core.records import Outcome, Unit


class Memory:
    """The least that a runner needs of a store."""

    def __init__(self) -> None:
        self.units: dict[str, Unit] = {}

    def commit(self, unit: Unit) -> bool:
        new = unit.key not in self.units
        self.units.setdefault(unit.key, unit)
        return new

    def has_unit(self, key: str) -> bool:
        return key in self.units


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    observe.configure(log_json=True, stream=stream)
    yield stream
    observe.configure(log_json=False)


def read(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_every_line_of_a_unit_has_the_ids_of_run_and_unit(lines: io.StringIO, tmp_path: Path) -> None:
    runner = UnitRunner(Memory(), tmp_path)
    with observe.observed_run("probe", "run-1"):
        for _ in range(2):
            runner.run(UnitKind("add"), {"x": 1}, lambda: Outcome({"y": 2}))
    found = read(lines)
    assert [row["event"] for row in found] == ["run started", "unit", "unit", "run ended"]
    assert {row["run"] for row in found} == {"run-1"}
    done, skipped = found[1:3]
    assert (done["outcome"], skipped["outcome"]) == ("done", "skipped")
    assert done["unit"] == skipped["unit"]
    assert done["time"].endswith("Z")


def test_a_failed_unit_is_an_error_and_the_next_has_its_own_id(lines: io.StringIO, tmp_path: Path) -> None:
    runner = UnitRunner(Memory(), tmp_path)

    def fail() -> Outcome:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        runner.run(UnitKind("divide"), {"x": 0}, fail)
    runner.run(UnitKind("add"), {"x": 1}, lambda: Outcome({}))
    failed, added = read(lines)
    assert (failed["level"], failed["outcome"]) == ("ERROR", "failed")
    assert failed["unit"] != added["unit"]
    assert list((tmp_path / "locks").iterdir()) == []


def test_two_workers_on_one_unit_do_it_once(tmp_path: Path) -> None:
    store, calls, together = Memory(), [], threading.Barrier(2)

    def worker() -> None:
        together.wait()
        UnitRunner(store, tmp_path).run(UnitKind("slow"), {"x": 1}, work)

    def work() -> Outcome:
        calls.append(threading.get_ident())
        return Outcome({"n": 1})

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_without_a_wish_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    observe.configure(log_json=False)
    observe.log("step", level="ERROR", text="x")
    assert capsys.readouterr() == ("", "")


def test_spans_reach_the_collector_with_run_and_unit(tmp_path: Path) -> None:
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        observe.configure(log_json=False, otel_endpoint=f"http://127.0.0.1:{server.server_port}")
        try:
            with observe.observed_run("probe", "run-7"):
                UnitRunner(Memory(), tmp_path).run(UnitKind("add"), {"x": 1}, lambda: Outcome({}))
        finally:
            observe.finish()
            observe.configure(log_json=False)
            server.shutdown()
    spans = [
        span
        for body in received
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    by_name = {span.name: span for span in spans}
    assert set(by_name) == {"run probe", "unit add"}
    assert by_name["unit add"].parent_span_id == by_name["run probe"].span_id
    assert {a.key: a.value.string_value for a in by_name["unit add"].attributes}["hypograph.outcome"] == "done"


def test_metrics_are_on_loopback_and_say_what_is_missing() -> None:
    shown = {"Authorization": "Bearer a token"}
    with metrics_server(metrics.Collector("http://127.0.0.1:9/api", None, None), "a token") as address:
        text = httpx.get(address, headers=shown, timeout=30).text
        assert httpx.get(address.replace("/metrics", "/secrets"), headers=shown).status_code == 404
        for header in ({}, {"Authorization": "Bearer another"}, {"Authorization": "a token"}):
            assert httpx.get(address, headers=header).status_code == 401
        assert httpx.get(address, headers=shown | {"Host": "elsewhere.example"}).status_code == 421
        assert httpx.get(address, headers=shown | {"Origin": "http://elsewhere.example"}).status_code == 403
        port = int(address.rsplit(":", 1)[1].split("/")[0])
        listening = [
            c.laddr.ip for c in psutil.Process().net_connections() if c.status == "LISTEN" and c.laddr.port == port
        ]
    assert listening == ["127.0.0.1"]
    assert "hypograph_prefect_up 0.0" in text
    assert "hypograph_process_up 1.0" in text
