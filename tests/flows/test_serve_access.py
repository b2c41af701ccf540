"""Who is let in: credentials, host names, origins, sockets; which process a file names and which one listens."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.flows.server.access import Guard, new_auth_string, refusal, write_secret
from hypograph.graph.core.processes import ProcessName
from hypograph.graph.files.serving import Serving, basic, read_serving
from hypograph.models.core.errors import DiskError

AUTH = "hypograph:a secret"
RIGHT = (b"authorization", basic(AUTH).encode())
HERE = (b"host", b"127.0.0.1:4200")
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)


def reached(kind: str, path: str, headers: list[tuple[bytes, bytes]]) -> bool | int:
    """Ask a guarded application: True where it was reached, else the status (403 for a closed socket)."""
    inside: list[str] = []
    sent: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        inside.append(scope["type"])

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": kind, "method": "GET", "path": path, "headers": headers}
    asyncio.run(Guard(application, AUTH)(scope, receive, send))
    if inside:
        return True
    assert kind == "http" or [m["type"] for m in sent] == ["websocket.close"]
    return int(sent[0].get("status", 403))


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_only_the_credentials_open(kind: str) -> None:
    assert reached(kind, "/api/flows/filter", [HERE, RIGHT]) is True
    closed = 401 if kind == "http" else 403
    for wrong in ([], [(b"authorization", b"Basic ")], [(b"authorization", AUTH.encode())], [RIGHT, RIGHT]):
        assert reached(kind, "/api/flows/filter", [HERE, *wrong]) == closed
    assert reached(kind, "/api/flows/filter", [(b"host", b"elsewhere.example:4200"), RIGHT]) in {421, 403}
    assert reached(kind, "/api/flows/filter", [HERE, RIGHT, (b"origin", b"http://elsewhere.example")]) == 403


def test_health_is_open_and_nothing_beside_it() -> None:
    assert reached("http", "/api/health", [HERE]) is True
    assert reached("http", "/api/ready", [HERE]) is True
    assert reached("http", "/api/health", [(b"host", b"elsewhere.example")]) == 421
    for path in ("/api/health/", "/api//health", "/health", "/api/variables/name/health", "/", "/docs", "/api/healthz"):
        assert reached("http", path, [HERE]) == 401
    assert reached("websocket", "/api/health", [HERE]) == 403


@given(HEADER)
def test_no_other_text_opens(text: str) -> None:
    value = text.encode("latin-1")
    if value != RIGHT[1]:
        assert refusal([HERE, (b"authorization", value)], basic(AUTH)) is not None


@given(st.one_of(HEADER, st.sampled_from(["127.0.0.1.elsewhere", "user@127.0.0.1", "localhost:x", "[::1", ""])))
def test_no_other_host_is_answered(text: str) -> None:
    name = text.rpartition(":")[0] if text.rpartition(":")[2].isdigit() else text
    if name.lower() not in {"127.0.0.1", "localhost", "[::1]"}:
        refused = refusal([(b"host", text.encode("latin-1")), RIGHT], basic(AUTH))
        assert refused is not None
        assert refused[0] == 421


def test_two_host_names_and_a_neighbours_page_are_refused() -> None:
    assert refusal([HERE, HERE, RIGHT], basic(AUTH)) is not None
    assert refusal([HERE, RIGHT, (b"origin", b"http://127.0.0.1:8000")], basic(AUTH)) is not None
    assert refusal([HERE, RIGHT, (b"origin", b"null")], basic(AUTH)) is not None
    assert refusal([HERE, RIGHT, (b"origin", b"http://localhost:4200")], basic(AUTH)) is None


def test_a_secret_is_new_each_time_and_its_owners_only(tmp_path: Path) -> None:
    assert new_auth_string() != new_auth_string()
    path = tmp_path / "deep" / "secret"
    old = os.umask(0)
    try:
        write_secret(path, "one")
        write_secret(path, "two")
    finally:
        os.umask(old)
    assert path.read_text() == "two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["secret"]
    with pytest.raises(DiskError, match="cannot be written"):
        write_secret(path / "below", "three")


def test_a_process_is_known_by_number_and_beginning() -> None:
    own = ProcessName.of(os.getpid())
    assert own is not None
    assert own.lives()
    assert ProcessName.read(own.to_dict()) == own
    assert not ProcessName(own.pid, "another time").lives()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    named = ProcessName.of(child.pid)
    assert named is not None
    assert named.lives()
    child.communicate(b"\n")
    assert not named.lives()
    assert ProcessName.of(999_999_999) is None


@pytest.mark.parametrize("document", [{}, {"pid": 1}, {"pid": "1", "began": "x"}, {"pid": True, "began": "x"}])
def test_what_names_no_process_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no process"):
        ProcessName.read(document)


def test_only_the_process_that_listens_is_taken_for_it() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    own, other = ProcessName.of(os.getpid()), ProcessName.of(child.pid)
    assert own is not None
    assert other is not None
    with socket.create_server(("127.0.0.1", 0)) as here, socket.create_server(("127.0.0.1", 0)) as there:
        ports = [s.getsockname()[1] for s in (here, there)]
        assert own.listens(ports)
        assert own.listens(ports[:1])
        assert not other.listens(ports[:1])
        assert other.listening(ports) is None
        found = own.listening(ports)
        assert found is None or found.holds()  # None where the system tells it by other means
        assert not ProcessName(own.pid, "another time").listens(ports)
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            assert not own.listens([ports[0], closed.getsockname()[1]])
    assert not own.listens(ports)
    with socket.create_server(("127.0.0.1", ports[0])):  # another socket, though of the same process and port
        assert found is None or not found.holds()
    child.communicate(b"\n")


def test_a_serving_file_is_believed_only_while_its_server_listens(tmp_path: Path) -> None:
    path, own = tmp_path / "serving.json", ProcessName.of(os.getpid())
    assert own is not None
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        write_secret(path, Serving(own, url, own, AUTH, "m").to_text())
        found = read_serving(path)
        assert found is not None
        assert found.auth_string == AUTH
        assert AUTH not in str(found.public())
        # The number of the server's process was given to another one.
        write_secret(path, Serving(own, url, ProcessName(own.pid, "earlier"), AUTH, "m").to_text())
        assert read_serving(path) is None
    write_secret(path, Serving(own, url, own, AUTH, "m").to_text())
    assert read_serving(path) is None
