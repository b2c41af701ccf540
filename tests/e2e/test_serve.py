"""`hypograph flows serve` from its start to its end, and the commands that look after it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

COMMAND = [sys.executable, "-m", "hypograph.flows.cli.main", "flows"]
pytestmark = pytest.mark.slow


def environment(home: Path) -> dict[str, str]:
    taken = ("HYPOGRAPH_", "NEO4J_", "PREFECT_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(taken)}
    return kept | {"HYPOGRAPH_HOME": str(home), "HOME": str(home)}


def flows(home: Path, *arguments: str, code: int = 0) -> Any:
    done = subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        env=environment(home),
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if done.stdout else done.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def notices() -> Iterator[tuple[str, list[dict[str, Any]], threading.Event]]:
    """A listener for failure notices."""
    received: list[dict[str, Any]] = []
    came = threading.Event()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            came.set()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/failed", received, came
        server.shutdown()


@pytest.fixture(scope="module")
def serving(home: Path, notices: tuple[str, Any, Any]) -> Iterator[subprocess.Popen[str]]:
    command = [*COMMAND, "serve", "--cron", "0 3 * * *", "--small", "--port", "0", "--notify", notices[0]]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment(home))
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("serving "):
            break
    yield process
    process.kill()
    process.communicate()


def test_the_list_says_what_is_served_and_when(home: Path, serving: subprocess.Popen[str]) -> None:
    assert serving.poll() is None
    document = flows(home, "list", "--json")
    rows = {row["name"]: row for row in document["deployments"]}
    assert list(rows) == [
        *("discovery", "literature-refresh", "evidence-refresh", "hypothesis-search", "campaign"),
    ]
    assert rows["discovery"]["schedule"] == "0 3 * * *"
    assert rows["campaign"]["schedule"] is None
    assert rows["campaign"]["last_run"] is None
    assert document["serving"]["pid"] == serving.pid


def test_a_run_is_handed_over_and_a_failed_one_is_told(
    home: Path, serving: subprocess.Popen[str], notices: tuple[str, list[dict[str, Any]], threading.Event]
) -> None:
    assert flows(home, "run", "campaign", "--param", "small=true", "--json")["state"] == "completed"
    flows(home, "run", "campaign", "--param", f"table={home / 'absent.csv'}", "--json", code=1)
    _, received, came = notices
    assert came.wait(60)
    assert received[0]["flow"] == "campaign"
    assert received[0]["state"] == "Failed"
    rows = {row["name"]: row for row in flows(home, "list", "--json")["deployments"]}
    assert rows["campaign"]["last_run"]["state"] == "failed"


def test_schedules_are_set_held_and_let_go(home: Path, serving: subprocess.Popen[str]) -> None:
    assert flows(home, "schedule", "campaign", "--interval", "86400", "--json")["schedule"] == "every 86400 s"
    assert flows(home, "pause", "campaign", "--json")["paused"] is True
    assert flows(home, "resume", "campaign", "--json")["paused"] is False
    assert flows(home, "schedule", "campaign", "--off", "--json")["schedule"] is None


def test_metrics_tell_of_runs_and_units(home: Path, serving: subprocess.Popen[str]) -> None:
    address = json.loads((home / "prefect" / "serving.json").read_text())["metrics"]
    text = httpx.get(address, timeout=60).text
    assert 'hypograph_flow_runs{state="completed"} 1.0' in text
    assert 'hypograph_units_total{kind="campaign"} 2.0' in text
    assert "hypograph_store_up 1.0" in text


def test_everything_ends_with_it(home: Path, serving: subprocess.Popen[str]) -> None:
    family = psutil.Process(serving.pid).children(recursive=True)
    assert len(family) >= 2
    listening = {c.laddr.ip for p in family for c in p.net_connections() if c.status == "LISTEN"}
    assert listening <= {"127.0.0.1", "::ffff:127.0.0.1"}
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(60) == 0
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    assert not (home / "prefect" / "serving.json").exists()
