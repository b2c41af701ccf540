"""A model server killed in the middle of a run, and a network that is cut to a Prefect server elsewhere."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hypograph.flows.server.prefect_server import Orchestrator
from tests.e2e.test_faults import Cable, Command, assert_clear, assert_nothing_left

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "modelserver.py"
EVIDENCE = ("flows", "run", "evidence-refresh", "--param", "small=true", "--json")
CAMPAIGN = ("flows", "run", "campaign", "--param", "small=true", "--json")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are guarded by prctl"),
]


class ModelServer:
    """A stand-in for a language model in a process of its own, which notes the calls that it answered."""

    def __init__(self, log: Path, port: int = 0) -> None:
        self.log = log
        log.touch()
        arguments = [sys.executable, SCRIPT, log, "--port", str(port), "--delay", "0.1"]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().split()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ModelServer]:
    started = ModelServer(tmp_path / "calls.log")
    yield started
    started.kill()


def test_a_model_server_killed_in_the_middle_is_said_so_and_no_call_is_sent_again(
    tmp_path: Path, server: ModelServer
) -> None:
    home = tmp_path / "home"
    variables = {"HYPOGRAPH_LLM_BASE_URL": server.address, "HYPOGRAPH_LLM_MODEL": "stand-in"}
    variables["HYPOGRAPH_LLM_MAX_CONCURRENCY"] = "1"
    run = Command(home, *EVIDENCE, **variables)
    while run.process.poll() is None and len(server.calls) < 2:
        time.sleep(0.02)
    family = run.children()
    server.kill()
    code, _, error = run.finish()
    assert code == 1, error
    assert_clear(error)
    assert "does not answer" in error
    assert_nothing_left(home, family)
    before = len(server.calls)
    again = ModelServer(server.log, int(server.address.rsplit(":", 1)[1].split("/")[0]))
    try:
        assert Command(home, *EVIDENCE, **variables).document()["state"] == "completed"
    finally:
        again.kill()
    assert len(again.calls) > before >= 2
    assert max(Counter(again.calls).values()) == 1, "a call whose answer had come was sent again"


def test_a_cut_to_a_prefect_server_elsewhere_is_said_so_and_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Orchestrator(tmp_path / "elsewhere") as elsewhere:
        elsewhere.wait()
        cable = Cable(elsewhere.port)
        address = f"http://127.0.0.1:{cable.port}/api"
        variables = {"PREFECT_API_URL": address, "PREFECT_API_AUTH_STRING": elsewhere.auth_string or ""}
        run = Command(home, *CAMPAIGN, **variables)
        run.until_units(1)
        family = run.children()
        cable.snap()
        code, _, error = run.finish()
        assert code == 1, error
        assert_clear(error)
        assert "does not answer any more" in error
        assert_nothing_left(home, family)
        cable.listener.close()
