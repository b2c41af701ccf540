"""The Prefect server of a run: it boots, answers on loopback only, and dies with its owner."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from hypograph.flows.server.prefect_address import healthy, serving, serving_file
from hypograph.flows.server.prefect_server import Orchestrator, OrchestratorError
from hypograph.flows.server.prefect_server_process import prepare
from hypograph.graph.core.processes import ProcessName
from hypograph.graph.files.serving import Serving
from hypograph.models.core.errors import PortTakenError

FLOW = """
import json, sys
from pathlib import Path
from hypograph.flows.server.prefect_server import Orchestrator
with Orchestrator(Path(sys.argv[1])) as orchestrator:
    from prefect import flow, task
    double = task(name="double", persist_result=False)(lambda x: 2 * x)
    @flow(name="probe", persist_result=False)
    def probe():
        return double(21)
    with orchestrator.connected():
        answer = probe()
        import httpx
        address, count = orchestrator.api_url, "/flow_runs/count"
        closed = httpx.post(address + count, json={}, timeout=30).status_code
        auth = tuple(orchestrator.auth_string.split(":"))
        runs = httpx.post(address + count, json={}, auth=auth, timeout=30).json()
    print(json.dumps({"answer": answer, "runs": runs, "closed": closed}))
"""
HOLD = """
import sys
from pathlib import Path
from hypograph.flows.server.prefect_server import Orchestrator
with Orchestrator(Path(sys.argv[1])) as orchestrator:
    orchestrator.wait()
    print(orchestrator.pid, orchestrator.port, flush=True)
    sys.stdin.read()
"""


def environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "HYPOGRAPH_"))}
    return kept | {"HOME": str(home)}


def run_flow(home: Path) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FLOW), str(home)],
        capture_output=True,
        text=True,
        env=environment(home),
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found: dict[str, int] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder where a first start was killed while it made the database."""
    home = tmp_path_factory.mktemp("home")
    (home / "prefect").mkdir()
    (home / "prefect" / "prefect.db.new").write_bytes(b"half a database")
    (home / "prefect" / "prefect.db.new-journal").write_bytes(b"half a journal")
    gone = Serving(ProcessName(999999999, "never"), "http://127.0.0.1:9/api")
    serving_file(home / "prefect").write_text(gone.to_text())
    return home


def test_a_flow_runs_quietly_where_an_earlier_start_was_killed(home: Path) -> None:
    assert run_flow(home) == {"answer": 42, "runs": 1, "closed": 401}
    assert not list((home / "prefect").glob("prefect.db.new*"))


def test_a_finished_database_is_not_made_again(home: Path) -> None:
    before = (home / "prefect" / "prefect.db").stat().st_ino
    prepare(home / "prefect")
    assert (home / "prefect" / "prefect.db").stat().st_ino == before


def test_a_killed_owner_takes_its_server_along_and_history_stays(home: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(home),
    )
    assert owner.stdout is not None
    pid, port = (int(word) for word in owner.stdout.readline().split())
    server = psutil.Process(pid)
    listening = [c.laddr.ip for c in server.net_connections() if c.status == "LISTEN"]
    assert set(listening) == {"127.0.0.1"}
    assert healthy(f"http://127.0.0.1:{port}/api")
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    _, alive = psutil.wait_procs([server], timeout=30)
    assert alive == []
    found = sqlite3.connect(home / "prefect" / "prefect.db")
    assert found.execute("SELECT count(*) FROM flow_run").fetchone() == (1,)
    found.close()


def test_a_server_that_serves_no_more_is_not_believed(home: Path, tmp_path: Path) -> None:
    assert serving(home / "prefect") is None
    for text in ("{", "[]", "7", '{"pid": 1}', '{"pid": "1", "began": 3}', "[" * 20_000):
        serving_file(tmp_path).write_text(text)
        assert serving(tmp_path) is None


def test_a_taken_port_is_said_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"127.0.0.1:{port}"):
            Orchestrator(tmp_path, port=port).__enter__()


def test_a_configured_server_that_is_down_is_named(tmp_path: Path) -> None:
    with (
        Orchestrator(tmp_path, "http://127.0.0.1:9/api") as orchestrator,
        pytest.raises(OrchestratorError, match=r"127\.0\.0\.1:9"),
    ):
        orchestrator.wait(5)
    assert not orchestrator.owned
