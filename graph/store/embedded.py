"""The embedded graph server: a child process on loopback that dies with its owner."""

from __future__ import annotations

import base64
import contextlib
import ctypes
import fcntl
import importlib.util
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from hypograph.models.core.errors import DiskError, StoreError, StoreLockedError, StoreUnreachableError

BOOT_SECONDS = 90.0
READER = "reader"
_OPENS = ("java.base/java.util.concurrent.atomic", "java.base/java.nio.channels.spi", "java.base/java.lang")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running embedded server listens, and its credentials."""

    pid: int
    bolt: int
    http: int
    password: str
    reader_password: str

    @property
    def uri(self) -> str:
        """Bolt address."""
        return f"bolt://127.0.0.1:{self.bolt}"


class EmbeddedServer:
    """Starts the server over a folder, or attaches to the one that runs there.

    Enter it in the main thread, or in one that lives as long as the server shall: the kernel kills the child
    when the thread that started it ends (PR_SET_PDEATHSIG).
    """

    def __init__(self, folder: Path, heap: str = "1g") -> None:
        self.folder, self.heap = folder, heap
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Address:
        """Return the address of a server that is ready.

        Raises
        ------
        StoreLockedError
            If another program holds the folder.
        StoreError
            If the server does not come up.
        DiskError
            If the folder cannot be written.
        """
        if (found := self._running()) is not None:
            return found
        with self._alone():
            if (found := self._running()) is not None:  # another program was faster
                return found
            try:
                address = self._prepare()
            except OSError as error:
                raise DiskError(f"cannot be written ({error.strerror})", where=str(self.folder)) from error
            self._spawn(address)
            self._wait(address)
            self._add_reader(address)
            self._write("address.json", json.dumps({"pid": self._pid(), "bolt": address.bolt, "http": address.http}))
        return Address(self._pid(), address.bolt, address.http, address.password, address.reader_password)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Start or stop the server while no other program does; the kernel frees the lock if we die."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.folder / "boot.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DiskError(f"cannot be written ({error.strerror})", where=str(self.folder)) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def stop(self) -> None:
        """End the server if this object started it."""
        if self._process is None:
            return
        with self._alone():
            self._end(self._process)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        # The address goes first, so that nobody attaches to a server that is going.
        with contextlib.suppress(OSError, ValueError, KeyError):
            if json.loads((self.folder / "address.json").read_text("utf-8"))["pid"] == process.pid:
                (self.folder / "address.json").unlink()
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._process = None

    def _pid(self) -> int:
        return self._process.pid if self._process else 0

    def _running(self) -> Address | None:
        """Return the server that answers on this folder, or None."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            row = json.loads((self.folder / "address.json").read_text("utf-8"))
            if _ready(int(row["http"]), timeout=5):
                secret, reader = self._passwords()
                return Address(int(row["pid"]), int(row["bolt"]), int(row["http"]), secret, reader)
        return None

    def _passwords(self) -> tuple[str, str]:
        return tuple((self.folder / name).read_text("utf-8").strip() for name in ("root.password", "reader.password"))  # type: ignore[return-value]

    def _prepare(self) -> Address:
        for name in ("", "config", "logs", "databases"):
            (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("root.password", "reader.password"):
            if not (self.folder / name).exists():
                self._write(name, secrets.token_urlsafe(24))
        if not _knows_reader(groups := self.folder / "config" / "server-groups.json"):
            self._write(str(groups.relative_to(self.folder)), json.dumps(GROUPS))
        bolt, http = _free_ports(2)
        return Address(0, bolt, http, *self._passwords())

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        part = path.with_suffix(".part")
        with open(part, "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(text)
        os.replace(part, path)

    def _spawn(self, address: Address) -> None:
        if self._process is not None:
            self._end(self._process)  # it does not answer any more
        home = _package()
        settings = {
            "server.rootPath": self.folder,
            "server.databaseDirectory": self.folder / "databases",
            "server.rootPasswordPath": self.folder / "root.password",
            "server.logsDirectory": self.folder / "logs",
            "server.defaultDatabases": "neo4j[root]",
            "server.mode": "production",
            "server.httpIncomingHost": "127.0.0.1",
            "server.httpIncomingPort": address.http,
            "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
            "bolt.host": "127.0.0.1",
            "bolt.port": address.bolt,
            "bolt.defaultDatabase": "neo4j",
            "command.timeout": 60_000,
        }
        command = [
            str(home / "jre" / "bin" / "java"),
            *(f"-Xmx{self.heap}", "-XX:+UseG1GC", "--add-modules", "jdk.incubator.vector"),
            *("--enable-native-access=ALL-UNNAMED", "-Djava.awt.headless=true", "-Dfile.encoding=UTF8"),
            *("--add-exports", "java.management/sun.management=ALL-UNNAMED"),
            *(part for name in _OPENS for part in ("--add-opens", f"{name}=ALL-UNNAMED")),
            *(f"-Darcadedb.{name}={value}" for name, value in settings.items()),
            *("-cp", str(home / "jars" / "*"), "com.arcadedb.server.ArcadeDBServer"),
        ]
        owner = os.getpid()
        with open(self.folder / "logs" / "boot.log", "wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: _die_with(owner),
            )

    def _wait(self, address: Address) -> None:
        end = time.monotonic() + BOOT_SECONDS
        while not _ready(address.http, timeout=1):
            code = self._process.poll() if self._process else 0
            if code is not None:
                raise self._failed(f"the embedded server ended with code {code}")
            if time.monotonic() > end:
                if self._process is not None:
                    self._end(self._process)
                raise self._failed("the embedded server does not come up")
            time.sleep(0.05)

    def _add_reader(self, address: Address) -> None:
        """Make the user that only reads: the embedded server does not enforce a transaction's READ mode."""
        user = {"name": READER, "password": address.reader_password, "databases": {"neo4j": [READER]}}
        root = base64.b64encode(f"root:{address.password}".encode()).decode()
        body = json.dumps({"command": f"create user {json.dumps(user)}"})
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {root}"}
        connection = HTTPConnection("127.0.0.1", address.http, timeout=30)
        try:
            connection.request("POST", "/api/v1/server", body, headers)
            status = connection.getresponse().status
            problem = f"the embedded server refuses the reader's account ({status})"
        except OSError as error:
            status, problem = 0, f"the embedded server does not answer ({type(error).__name__})"
        finally:
            connection.close()
        if status in {200, 409}:  # 409: there is one already, from an earlier start
            return
        if self._process is not None:
            self._end(self._process)
        raise self._failed(problem)

    def _failed(self, what: str) -> StoreError:
        log = (self.folder / "logs" / "boot.log").read_text("utf-8", errors="replace")
        if "locked by another process" in log:
            return StoreLockedError(
                "another process holds the store's data",
                where=str(self.folder),
                hint="Stop it, or set HYPOGRAPH_HOME to another folder.",
            )
        if "No space left" in log:
            return StoreError("the disk is full", where=str(self.folder), hint="Free some space and run again.")
        return StoreError(what, where=str(self.folder), hint=f"Read {self.folder / 'logs' / 'boot.log'}.")


def _group(*access: str, settings: tuple[str, ...] = ()) -> dict[str, Any]:
    types = {"*": {"access": [f"{verb}Record" for verb in access]}}
    return {"access": list(settings), "resultSetLimit": -1, "readTimeout": -1, "types": types}


# What each group of the server's users may do; the pages browse as a member of the reader's.
GROUPS = {
    "databases": {
        "*": {
            "groups": {
                "admin": _group(
                    *("create", "read", "update", "delete"),
                    settings=("updateSecurity", "updateSchema", "updateDatabaseSettings"),
                ),
                READER: _group("read"),
                "*": _group(),
            }
        }
    },
    "version": 1,
}


def _knows_reader(groups: Path) -> bool:
    with contextlib.suppress(OSError, ValueError, KeyError):
        return READER in json.loads(groups.read_text("utf-8"))["databases"]["*"]["groups"]
    return False


def _package() -> Path:
    spec = importlib.util.find_spec("arcadedb_embedded")
    if spec is None or not spec.submodule_search_locations:
        raise StoreUnreachableError(
            "the embedded server is not installed", hint="pip install arcadedb-embedded, or set NEO4J_URI."
        )
    return Path(spec.submodule_search_locations[0])


def _free_ports(n: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(n)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _ready(port: int, timeout: float) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/api/v1/ready", timeout=timeout) as answer:
            return bool(answer.status == 204)
    except (URLError, OSError):
        return False


def _die_with(owner: int) -> None:
    """Run in the child: ask the kernel to kill it when its parent ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)
        if os.getppid() != owner:
            os._exit(1)
