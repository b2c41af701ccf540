"""Whatever breaks in the middle of a run, the next run ends in the same graph and nothing is left behind."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from demo_runs import DemoRun

COMMAND = [sys.executable, "-m", "hypograph.flows.cli.main"]
DEMO = ("demo", "--small", "--json")
KILLS = 2
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are guarded by prctl"),
]


class Command:
    """A hypograph command in a process of its own, with everything that it starts."""

    def __init__(self, home: Path, *arguments: str, prefix: tuple[str, ...] = (), **variables: str) -> None:
        taken = ("HYPOGRAPH_", "NEO4J_", "PREFECT_")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(taken)}
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.process = subprocess.Popen(
            [*prefix, *COMMAND, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment | {"HYPOGRAPH_HOME": str(home), "HOME": str(home), **variables},
            cwd=home,
        )

    def children(self, word: str = "") -> list[psutil.Process]:
        """Living descendants whose command line has the word."""
        found = []
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    if word in " ".join(child.cmdline()):
                        found.append(child)
        return found

    def until_units(self, count: int) -> None:
        """Wait until the run has kept that many results, or is over."""
        while self.process.poll() is None and len(list((self.home / "units").glob("*/*.gz"))) < count:
            time.sleep(0.02)

    def finish(self) -> tuple[int, str, str]:
        """Wait for the end: exit code, standard output, standard error."""
        out, error = self.process.communicate(timeout=240)
        return self.process.returncode, out, error

    def document(self) -> dict[str, Any]:
        code, out, error = self.finish()
        assert code == 0, error
        found: dict[str, Any] = json.loads(out)
        return found


def units(document: dict[str, Any]) -> tuple[int, int]:
    """Units done and found done."""
    steps = document["steps"]
    return sum(s["done"] for s in steps), sum(s["skipped"] for s in steps)


def assert_nothing_left(home: Path, processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=30)
    assert alive == [], [p.cmdline() for p in alive]
    locks = home / "units" / "locks"
    assert not locks.exists() or list(locks.iterdir()) == []


def assert_clear(error: str) -> None:
    """One sentence for the user, no traceback."""
    assert "Traceback" not in error, error
    assert sum(line.startswith("hypograph: ") for line in error.splitlines()) == 1, error


@pytest.fixture(scope="module")
def undisturbed(small_demo: DemoRun) -> dict[str, Any]:
    return small_demo.document


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that all faults below befall, one after the other."""
    return tmp_path_factory.mktemp("beset")


def committed(home: Path) -> int:
    """Units that the store knows; a killed run can leave one more result file, whose unit is done again."""
    return int(Command(home, "graph", "status", "--json").document()["counts"]["Unit"])


def kept(home: Path) -> int:
    return len(list((home / "units").glob("*/*.gz")))


def _can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    trial = ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def test_a_full_disk_is_said_so_and_leaves_no_half(home: Path) -> None:
    if not _can_mount():
        pytest.skip("no mount namespaces here, so no small disk")
    folder = home / "units"
    folder.mkdir()
    script = f'mount -t tmpfs -o size=24k none "{folder}" && exec "$@"'
    small_disk = ("unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh")
    code, _, error = Command(home, *DEMO, prefix=small_disk).finish()
    assert code == 1, error
    assert_clear(error)
    assert "No space left" in error


CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
/* Five seconds after a process first asks, its wall clock falls back by a day. */
static int (*real)(clockid_t, struct timespec *);
static long start = 0;
int clock_gettime(clockid_t id, struct timespec *now) {
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int code = real(id, now);
    struct timespec mono;
    real(CLOCK_MONOTONIC, &mono);
    if (!start) start = mono.tv_sec;
    if (id == CLOCK_REALTIME && mono.tv_sec - start >= 5) now->tv_sec -= 86400;
    return code;
}
int gettimeofday(struct timeval *now, void *zone) {
    struct timespec spec;
    clock_gettime(CLOCK_REALTIME, &spec);
    now->tv_sec = spec.tv_sec; now->tv_usec = spec.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *out) {
    struct timespec spec;
    clock_gettime(CLOCK_REALTIME, &spec);
    if (out) *out = spec.tv_sec;
    return spec.tv_sec;
}
"""


@pytest.fixture
def jumping_clock(tmp_path: Path) -> dict[str, str]:
    """Variables under which the wall clock falls back by a day in the middle of a run."""
    compiler = shutil.which("cc")
    if compiler is None:
        return {}
    source, library = tmp_path / "clock.c", tmp_path / "clock.so"
    source.write_text(CLOCK)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}


def test_a_killed_prefect_server_ends_the_run_clearly(home: Path) -> None:
    before = kept(home)
    run = Command(home, *DEMO)
    run.until_units(before + 2)
    family = run.children()
    for child in run.children("prefect_server_process"):
        child.kill()
    code, _, error = run.finish()
    assert code == 1, error
    assert_clear(error)
    assert_nothing_left(home, family)
    assert kept(home) >= before + 2


def test_a_killed_graph_server_is_started_anew_and_the_run_goes_on(
    home: Path, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    tmp_path = Path(shutil.copytree(home, tmp_path / "home"))  # what was done before needs not be done again
    before, there = committed(tmp_path), kept(tmp_path)
    run = Command(tmp_path, *DEMO)
    run.until_units(there + 1)
    for child in run.children("ArcadeDBServer"):
        child.kill()
    document = run.document()
    assert document["graph_hash"] == undisturbed["graph_hash"]
    assert units(document) == (units(undisturbed)[0] - before, before)
    assert_nothing_left(tmp_path, [])


def test_kills_at_random_moments_leave_no_process(home: Path, undisturbed: dict[str, Any]) -> None:
    moments = random.Random(9)
    for _ in range(KILLS):
        run = Command(home, *DEMO)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.process.wait(moments.uniform(0.5, undisturbed["seconds"] + 8))
        family = run.children()
        run.process.send_signal(signal.SIGKILL)
        run.finish()
        _, alive = psutil.wait_procs(family, timeout=30)
        assert alive == [], "a child outlived the command"


def test_after_all_that_two_runs_at_once_under_a_jumping_clock_end_in_the_same_graph(
    home: Path, undisturbed: dict[str, Any], jumping_clock: dict[str, str]
) -> None:
    before = committed(home)
    both = [Command(home, *DEMO, **jumping_clock) for _ in range(2)]
    documents = [run.document() for run in both]
    assert {d["graph_hash"] for d in documents} == {undisturbed["graph_hash"]}
    done = sum(units(d)[0] for d in documents)
    assert done + before == units(undisturbed)[0], "a unit was lost or doubled"
    assert kept(home) == units(undisturbed)[0]
    assert_nothing_left(home, [])


class Cable:
    """A TCP connection to a server that can be cut and mended."""

    def __init__(self, port: int) -> None:
        self.target, self.cut = port, threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                if self.cut.is_set():
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.target))
                self.open += [near, far]
                for a, b in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(a, b), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)

    def snap(self) -> None:
        self.cut.set()
        for one in self.open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.open.clear()


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[tuple[Cable, dict[str, str]]]:
    """A store elsewhere, reached over a cable, and the settings for it."""
    from hypograph.graph import StoreConfig, open_store

    with open_store(StoreConfig(tmp_path / "elsewhere")) as store:
        cable = Cable(int(store.uri.rsplit(":", 1)[1]))
        password = (tmp_path / "elsewhere" / "root.password").read_text().strip()
        yield (
            cable,
            {
                "NEO4J_URI": f"bolt://127.0.0.1:{cable.port}",
                "NEO4J_USERNAME": "root",
                "NEO4J_PASSWORD": password,
            },
        )
        cable.snap()
        cable.listener.close()


def test_a_cut_to_the_store_is_said_so_and_mended_by_the_next_run(
    tmp_path: Path, remote: tuple[Cable, dict[str, str]]
) -> None:
    cable, variables = remote
    arguments = ("flows", "run", "campaign", "--param", "small=true", "--json")
    run = Command(tmp_path / "home", *arguments, **variables)
    run.until_units(1)
    cable.snap()
    code, _, error = run.finish()
    assert code == 1, error
    assert_clear(error)
    cable.cut.clear()
    assert Command(tmp_path / "home", *arguments, **variables).document()["state"] == "completed"
