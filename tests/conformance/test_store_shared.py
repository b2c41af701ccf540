"""The embedded server between several programs: who ends it, who is told its passwords, what a kill leaves."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from hypograph.graph import StoreConfig, open_store
from hypograph.graph.store.embedded import EmbeddedServer
from hypograph.models.core.records import Node

USER = """
import sys
from pathlib import Path
from hypograph.graph import StoreConfig, open_store
with open_store(StoreConfig(data_folder=Path(sys.argv[1]))) as store:
    store.ensure_schema()
    print("open", flush=True)
    for line in sys.stdin:
        print(store.counts()["Keyword"], flush=True)
"""


class User:
    """Another program that uses the store."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", USER, str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.line() == "open"

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def keywords(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.line())

    def leave(self, *, kill: bool = False) -> None:
        if kill:
            self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


def address(folder: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((folder / "address.json").read_text())
    return found


class Listener:
    """Somebody who listens on a port and keeps what is said."""

    def __init__(self, port: int = 0) -> None:
        self.heard = b""
        self._server = socket.create_server(("127.0.0.1", port))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                one, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(one,), daemon=True).start()

    def _answer(self, one: socket.socket) -> None:
        with one:
            first = one.recv(65536)
            if first.startswith(b"\x60\x60\xb0\x17"):
                one.sendall(b"\x00\x00\x04\x05")
            while first:
                self.heard += first
                if first.startswith(b"GET /api/v1/ready"):
                    one.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
                first = one.recv(65536)

    def close(self) -> None:
        self._server.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a killed keeper's server ends on Linux only")
def test_the_last_user_ends_it_and_nobody_else_is_told_a_password(tmp_path: Path) -> None:
    first, passwords = User(tmp_path), (tmp_path / "root.password").read_text()
    server = psutil.Process(address(tmp_path)["pid"])
    second = User(tmp_path)
    first.leave()
    assert second.keywords() == 0
    assert address(tmp_path)["pid"] == server.pid, "the first one's leaving ended what the second one used"
    with open_store(StoreConfig(data_folder=tmp_path)) as third:
        third.merge([Node("Keyword", "kept", {"kind": "phrase"})], [])
        second.leave(kill=True)
        assert third.counts()["Keyword"] == 1
        assert server.is_running()
        # The server dies, and somebody takes its ports while the store is open.
        old = address(tmp_path)
        server.kill()
        psutil.wait_procs([server], timeout=30)
        impostors = [Listener(old["bolt"]), Listener(old["http"])]
        assert third.counts()["Keyword"] == 1
        assert address(tmp_path)["pid"] != old["pid"]
        assert (tmp_path / "root.password").read_text() != passwords
        again = psutil.Process(address(tmp_path)["pid"])
        for secret in (b"credentials", b"uthorization", passwords.encode()):
            assert not any(secret in one.heard for one in impostors)
    assert psutil.wait_procs([again], timeout=30)[1] == []
    for one in impostors:
        one.close()
    assert not (tmp_path / "address.json").exists()
    # Killed without a word: its keeper ends it.
    fourth = User(tmp_path)
    server = psutil.Process(address(tmp_path)["pid"])
    assert fourth.keywords() == 1
    fourth.leave(kill=True)
    assert psutil.wait_procs([server], timeout=30)[1] == []


def test_a_port_that_was_taken_in_between_is_told_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = [Listener(), Listener()]
    choices = [[one.port for one in taken]]
    from hypograph.graph.store import embedded

    choose = embedded._free_ports
    monkeypatch.setattr(embedded, "_free_ports", lambda n: choices.pop() if choices else choose(n))
    server = EmbeddedServer(tmp_path)
    found = server.start()
    assert found.is_proven()
    assert {found.bolt, found.http}.isdisjoint(one.port for one in taken)
    server.stop()
    assert not any(b"uthorization" in one.heard or b"credentials" in one.heard for one in taken)
    for one in taken:
        one.close()
