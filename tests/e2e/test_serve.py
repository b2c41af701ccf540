"""`hypograph flows serve` from its start to its end, and the commands that look after it."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import psutil
import pytest
from browser_pages import MARKS, served

from hypograph.flows.server.automations import SILENCE_SECONDS
from hypograph.flows.server.serve import HEARTBEAT_SECONDS
from hypograph.graph.campaigns import folder as folders
from hypograph.models.campaigns.laboratory import events

COMMAND = [sys.executable, "-m", "hypograph.flows.cli.main", "flows"]
VANISHING = """
import time
from prefect import flow
from prefect.context import get_run_context
@flow
def vanishing():
    print(get_run_context().flow_run.id, flush=True)
    time.sleep(600)
vanishing()
"""
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
        *("discovery", "literature-refresh", "evidence-refresh", "hypothesis-search", "campaign", "campaign-live"),
    ]
    assert rows["discovery"]["schedule"] == "0 3 * * *"
    assert rows["campaign"]["schedule"] is None
    assert rows["campaign"]["last_run"] is None
    assert document["serving"]["pid"] == serving.pid


def test_a_campaign_waits_for_results_and_goes_on(home: Path, serving: subprocess.Popen[str], tmp_path: Path) -> None:
    """Begun early: while it waits, and is not to be taken for dead, the tests below do their work."""
    lab, space = home / "lab", tmp_path / "space.toml"
    space.write_text('initial = 2\n[[parameters]]\nname = "heat"\nvalues = [20, 40, 60, 80]\n', "utf-8")
    wishes = {"folder": lab, "space": space, "batch": 2, "budget": 3}
    words = [word for name, value in wishes.items() for word in ("--param", f"{name}={value}")]
    assert flows(home, "run", "campaign-live", *words, "--json")["state"] == "paused"
    record(lab, e1=10, e2=30)
    assert until(lambda: len(folders.load(lab).events) == 5)
    assert until(lambda: runs(home, "campaign-live")[0]["state"]["name"] == "Suspended")
    assert folders.load(lab).events[-1]["source"] == "bo"


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


# What another user of the machine sends: (what, method, path, body, headers).
REQUESTS: list[tuple[str, str, dict[str, str]]] = [
    (method, path, headers)
    for method, path in (
        ("POST", "/api/deployments/filter"),
        ("PATCH", f"/api/deployments/{UUID(int=1)}"),
        ("POST", f"/api/deployments/{UUID(int=1)}/create_flow_run"),
        ("GET", "/api/admin/settings"),
        ("GET", "/api/../api/admin/settings"),
        ("OPTIONS", "/api/deployments/filter"),
        ("GET", "/docs"),
        ("GET", "/"),
    )
    for headers in (
        {},
        {"Origin": "http://elsewhere.example"},
        {"Host": "elsewhere.example"},
        {"Authorization": "Basic aHlwb2dyYXBoOg=="},
    )
]
SOCKETS = ("events/in", "events/out", "logs/out", "task_runs/subscriptions/scheduled", "work_pools/x/workers/connect")
AS_ANOTHER = """
import http.client, json, os, sys
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
port, metrics, requests, sockets = json.loads(sys.argv[1])
def ask(port, method, path, headers, body="{}"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, {"Content-Type": "application/json", **headers})
    return connection.getresponse().status
print(json.dumps([
    *(ask(port, *request) for request in requests),
    *(ask(port, "GET", f"/api/{path}", {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol": "prefect",
    }, None) for path in sockets),
    ask(metrics, "GET", "/metrics", {}),
]))
"""


def test_another_user_of_the_machine_is_refused(home: Path, serving: subprocess.Popen[str]) -> None:
    said = json.loads((home / "prefect" / "serving.json").read_text())
    ports = [urlsplit(said[name]).port for name in ("api_url", "metrics")]
    asked = json.dumps([*ports, REQUESTS, SOCKETS])
    # The system's Python: the tests' own may lie where only its owner reads.
    python = next((p for p in ("/usr/bin/python3", "/usr/local/bin/python3") if Path(p).exists()), sys.executable)
    done = subprocess.run([python, "-c", AS_ANOTHER, asked], capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr
    statuses = json.loads(done.stdout)
    assert len(statuses) == len(REQUESTS) + len(SOCKETS) + 1
    assert set(statuses) <= {401, 403, 421}, statuses
    for name in ("serving.json", "serving.password", "metrics.token"):
        assert stat.S_IMODE((home / "prefect" / name).stat().st_mode) == 0o600
    secret = said["auth_string"].partition(":")[2]
    family = [serving.pid, *(p.pid for p in psutil.Process(serving.pid).children(recursive=True))]
    assert not [pid for pid in family if secret in " ".join(psutil.Process(pid).cmdline())]


def test_metrics_tell_of_runs_and_units(home: Path, serving: subprocess.Popen[str]) -> None:
    address = json.loads((home / "prefect" / "serving.json").read_text())["metrics"]
    token = (home / "prefect" / "metrics.token").read_text()
    text = httpx.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=60).text
    assert 'hypograph_flow_runs{state="completed"} 1.0' in text
    assert 'hypograph_units_total{kind="campaign"} 2.0' in text
    assert "hypograph_store_up 1.0" in text


class TestFlowsPage:
    """The journey: schedule a flow and see it run."""

    pytestmark = MARKS

    def test_a_flow_is_scheduled_and_seen_to_run(self, home: Path, serving: subprocess.Popen[str], page: Any) -> None:
        page.set_default_timeout(60_000)
        with served(home) as url:
            page.goto(f"{url}/flows")
            card = page.locator(".deployment", has=page.get_by_role("heading", name="campaign", exact=True))
            card.locator("summary").first.click()
            card.locator("input[name='p.small']").check()
            card.get_by_role("button", name="Run campaign now").click()
            page.locator("#state.completed").wait_for()
            assert page.locator("progress").get_attribute("value") == "100"
            page.locator(".log li").nth(1).wait_for()  # the last lines may come after the state
            assert page.locator(".log li").count() > 1

            page.goto(f"{url}/flows")
            card.locator("summary").first.click()
            card.get_by_text("Advanced").click()
            card.locator("input[name=kind][value=interval]").check()
            card.locator("input[name=every]").fill("10")
            card.locator("select[name=unit]").select_option("1")
            card.get_by_role("button", name="Set the schedule of campaign").click()
            card.get_by_text("every 10 seconds").wait_for()
            scheduled = page.locator("#live tr", has=page.get_by_role("cell", name="schedule", exact=True))
            # The page follows the runs by itself; the server looks for new schedules every ten seconds.
            scheduled.first.wait_for(timeout=150_000)
            card.get_by_role("button", name="Pause campaign").click()
            card.get_by_role("button", name="Resume campaign").wait_for()
            scheduled.last.get_by_role("link").click()
            page.locator("#state.completed").wait_for()

            page.goto(f"{url}/flows")
            card.get_by_role("button", name="Resume campaign").click()
            card.get_by_role("button", name="Pause campaign").wait_for()
            card.locator("summary").first.click()
            card.locator("input[name=kind][value=none]").check()
            card.get_by_role("button", name="Set the schedule of campaign").click()
            card.get_by_text("no schedule").wait_for()


def test_a_run_whose_process_vanished_is_ended_and_a_waiting_campaign_is_not(
    home: Path, serving: subprocess.Popen[str]
) -> None:
    """Of neither comes a heartbeat any more: one was killed with nobody to tell, the other has left in order."""
    vanished = killed_run(home)
    (run,) = runs(home, "campaign-live")
    assert run["state"]["name"] == "Suspended"
    suspended = datetime.fromisoformat(run["state"]["timestamp"])
    assert until(lambda: state_of(home, vanished)["name"] == "Crashed", pause=2.0), state_of(home, vanished)
    assert "no heartbeat" in state_of(home, vanished)["message"]
    noticed = suspended + timedelta(seconds=SILENCE_SECONDS + 15)
    time.sleep(max((noticed - datetime.now(UTC)).total_seconds(), 0))
    (run,) = runs(home, "campaign-live")
    assert run["state"]["name"] == "Suspended", run["state"]


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


def test_a_campaign_that_waited_goes_on_after_a_restart(home: Path) -> None:
    record(home / "lab", e3=50)  # nothing serves now
    said = home / "restarted.txt"
    with said.open("w") as stderr:
        process = subprocess.Popen([*COMMAND, "serve", "--port", "0"], stderr=stderr, env=environment(home))
    try:
        assert until(lambda: (home / "prefect" / "serving.json").exists()), said.read_text()
        done = until(lambda: [run["state"]["name"] for run in runs(home, "campaign-live")] == ["Completed"])
        assert done, (runs(home, "campaign-live"), said.read_text())
    finally:
        process.terminate()
        assert process.wait(60) == 0


def runs(home: Path, flow: str) -> list[dict[str, Any]]:
    """Return the runs of a flow as the served Prefect server tells them."""
    rows: list[dict[str, Any]] = asked(home, "flow_runs/filter", {"flows": {"name": {"any_": [flow]}}})
    return rows


def killed_run(home: Path) -> str:
    """Start a run that no runner watches, kill it after its first heartbeat, and return its id."""
    said = json.loads((home / "prefect" / "serving.json").read_text())
    at = {"PREFECT_API_URL": said["api_url"], "PREFECT_API_AUTH_STRING": said["auth_string"]}
    told = environment(home) | at | {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS)}
    process = subprocess.Popen([sys.executable, "-c", VANISHING], stdout=subprocess.PIPE, text=True, env=told)
    assert process.stdout is not None
    try:
        id = process.stdout.readline().strip()
        beats = {"event": {"name": ["prefect.flow-run.heartbeat"]}, "resource": {"id": [f"prefect.flow-run.{id}"]}}
        assert until(lambda: asked(home, "events/filter", {"filter": beats})["total"] > 0), "no heartbeat came"
    finally:
        process.kill()
        process.communicate()
    assert state_of(home, id)["name"] == "Running"
    return id


def state_of(home: Path, id: str) -> dict[str, Any]:
    """Return the state of a run as the served Prefect server tells it."""
    (run,) = asked(home, "flow_runs/filter", {"flow_runs": {"id": {"any_": [id]}}})
    state: dict[str, Any] = run["state"]
    return state


def asked(home: Path, path: str, body: dict[str, Any]) -> Any:
    """Return what the served Prefect server answers."""
    said = json.loads((home / "prefect" / "serving.json").read_text())
    auth = tuple(said["auth_string"].split(":"))
    return httpx.post(f"{said['api_url']}/{path}", json=body, auth=auth, timeout=60).json()  # type: ignore[arg-type]


def record(lab: Path, **values: float) -> None:
    with folders.changing(lab) as campaign:
        for id, value in values.items():
            campaign.append([events.record(campaign.definition, campaign.events, id, {"outcome": value})])


def until(holds: Callable[[], bool], seconds: float = 300, pause: float = 0.2) -> bool:
    """Wait until something holds; False if it never did."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(pause)
    return False
