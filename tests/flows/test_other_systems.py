"""The program where a system lacks something: file locks, shared memory, word of processes, a right clock."""

from __future__ import annotations

import datetime
import errno
import os
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hypograph.agents.answers.cache import AnswerCache
from hypograph.agents.gateway import probe, refusals
from hypograph.agents.gateway.config import ModelConfig
from hypograph.agents.gateway.gateway import connect
from hypograph.agents.local import server
from hypograph.flows.cli.main import main
from hypograph.flows.runtime import workers
from hypograph.graph.campaigns import folder as folders
from hypograph.graph.core import processes
from hypograph.graph.core.processes import ProcessName
from hypograph.models.core import children, locks
from hypograph.models.core.errors import InputError
from hypograph.models.core.progress import Silence, listening

SPACE = {
    "initial": 2,
    "objectives": [{"name": "yield"}],
    "parameters": [{"name": "T", "values": [40, 60, 80]}],
}
COMMANDS = [
    ["campaign", "record", "{lab}", "--csv", "{lab}/r.csv", "--no-store"],
    ["graph", "status"],
    ["graph", "clean"],
]


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    folders.create(tmp_path / "lab", SPACE)
    (tmp_path / "lab" / "r.csv").write_text("T,yield\n40,1\n", "utf-8")
    return tmp_path / "lab"


def ended(words: list[str], lab: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        main([w.format(lab=lab) for w in words])
    return int(left.value.code or 0), capsys.readouterr().err


@pytest.mark.parametrize("words", COMMANDS, ids=lambda w: " ".join(w[:2]))
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP])
def test_a_file_system_without_locks_is_one_sentence(
    words: list[str], number: int, lab: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setenv("HYPOGRAPH_HOME", str(lab.parent / "home"))
    monkeypatch.setattr(locks.fcntl, "flock", refuse)
    code, said = ended(words, lab, capsys)
    assert code == 1
    assert said.count("\n") == 1, said
    assert "no file locks" in said
    assert str(lab.parent) in said
    assert "local disk" in said


@pytest.mark.parametrize("words", COMMANDS, ids=lambda w: " ".join(w[:2]))
def test_a_system_without_posix_locks_is_told_what_to_use(
    words: list[str], lab: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HYPOGRAPH_HOME", str(lab.parent / "home"))
    monkeypatch.setattr(locks, "fcntl", None)
    code, said = ended(words, lab, capsys)
    assert code == 1
    assert said.count("\n") == 1, said
    assert "Windows Subsystem for Linux" in said


def test_without_proc_a_process_is_known_by_its_beginning_and_its_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LINUX", False)
    own = ProcessName.of(os.getpid())
    assert own is not None
    assert own.lives()
    assert not ProcessName(own.pid, "another").lives()
    with socket.create_server(("127.0.0.1", 0)) as listening_here:
        port = listening_here.getsockname()[1]
        assert own.listens([port])
    assert not own.listens([port])


def test_without_the_kernels_help_a_child_watches_its_parent_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    watched: list[int] = []
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(children, "leave_with_parent", watched.append)
    children.die_with_parent(os.getppid())
    children.die_with_starter(os.getppid())  # nothing a child could do before its program runs
    assert watched == [os.getppid()]


def test_cores_are_counted_where_no_affinity_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert server._cores() == os.cpu_count()


def test_without_shared_memory_pieces_are_done_in_turn_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    class Listener(Silence):
        def say(self, text: str) -> None:
            said.append(text)

    class Lockless:
        def Lock(self) -> None:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    said: list[str] = []
    monkeypatch.setattr("multiprocessing.get_context", lambda _: Lockless())
    with listening(Listener()):
        assert workers.spread([partial(pow, 2, i) for i in range(4)], workers=2) == [1, 2, 4, 8]
    assert len(said) == 1
    assert "no shared memory" in said[0]


@pytest.mark.parametrize(("days", "fresh"), [(0, True), (probe.FRESH, True), (probe.FRESH + 1, False), (-400, False)])
def test_a_finding_dated_by_a_wrong_clock_is_made_anew(
    days: int, fresh: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = connect(ModelConfig("m", "http://127.0.0.1:9/v1", "m"), cache_folder=tmp_path)
    noted = datetime.date(2026, 11, 30)
    able = dict.fromkeys(("structured_output", "logprobs", "seed", "embeddings"), True)
    gateway.keep_finding({"date": noted.isoformat(), "able": able, "thinks": False})
    monkeypatch.setattr(probe, "_today", lambda: noted + datetime.timedelta(days=days))
    assert (probe.kept(gateway) is not None) == fresh


@pytest.mark.parametrize("ahead", [-86_400, 0, 86_400])
def test_a_servers_wait_is_reckoned_by_its_own_clock(ahead: int) -> None:
    now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=ahead)
    said = {k: (now + datetime.timedelta(seconds=s)).strftime("%a, %d %b %Y %H:%M:%S GMT") for k, s in WAITS.items()}
    assert refusals.read_refusal(429, "busy", said, ()).retry_after == 7.0


WAITS = {"date": 0, "retry-after": 7}


def at_once(work: Any, n: int = 6) -> list[Any]:
    """What each of some threads that begin together brings, or its error."""
    start = threading.Barrier(n)

    def one(_: int) -> Any:
        start.wait()
        try:
            return work()
        except InputError as error:
            return error

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(one, range(n)))


def test_of_two_that_begin_one_campaign_at_once_the_second_is_refused(tmp_path: Path) -> None:
    found = at_once(lambda: folders.create(tmp_path / "lab", SPACE))
    (made,) = [f for f in found if isinstance(f, folders.CampaignFolder)]
    assert sum("a campaign already" in str(f) for f in found) == 5
    assert folders.load(tmp_path / "lab").definition.id == made.definition.id


def test_first_runs_at_once_share_a_fresh_cache(tmp_path: Path) -> None:
    for n in range(5):
        found = at_once(lambda n=n: AnswerCache(tmp_path / str(n)).put("a", "b"))  # type: ignore[misc]
        assert found == [None] * 6
