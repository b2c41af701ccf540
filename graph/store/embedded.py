"""The embedded graph server: a process on loopback that the programs of one folder share."""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import io
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from hypograph.graph.core.processes import Listening, ProcessName
from hypograph.models.core.errors import DiskError, StoreError, StoreLockedError, StoreUnreachableError
from hypograph.models.core.locks import held, lock_shared, open_lock, try_exclusive, try_shared

BOOT_SECONDS, ANSWER_SECONDS, STOP_SECONDS = 90.0, 5.0, 20.0
PORT_TRIES: Final = 3
READER: Final = "reader"
PASSWORDS: Final = ("root.password", "reader.password")
# A keeper may outlive the store that started it: others use the server.
KEEPERS: Final[list[subprocess.Popen[bytes]]] = []
_OPENS = ("java.base/java.util.concurrent.atomic", "java.base/java.nio.channels.spi", "java.base/java.lang")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running embedded server listens, which process that is, and its credentials."""

    process: ProcessName
    bolt: int
    http: int
    password: str
    reader_password: str

    @property
    def uri(self) -> str:
        """Bolt address."""
        return f"bolt://127.0.0.1:{self.bolt}"

    def is_proven(self) -> bool:
        """Tell whether the process that was started is the one that listens: only that one is told a password."""
        return self.process.listens((self.bolt, self.http))

    def listening(self) -> Listening | None:
        """Return the sockets that prove it; None where it is not proven, or by other means."""
        return self.process.listening((self.bolt, self.http))


class EmbeddedServer:
    """Starts the server over a folder, or attaches to the one that runs there.

    The server belongs to all programs that use it: its keeper (`hypograph.graph.store.keeper`) stops it when the last
    one has gone, however that one ended. Its passwords are new at each start, and go only to a listener that was just
    shown to be the process that the address file names.
    """

    def __init__(self, folder: Path, heap: str = "1g") -> None:
        self.folder, self.heap = folder, heap
        self._keeper: subprocess.Popen[bytes] | None = None
        self._use: int | None = None

    def start(self) -> Address:
        """Return the address of a server that is ready; it stays until `stop`.

        Raises
        ------
        StoreLockedError
            If another program holds the folder.
        StoreError
            If the server does not come up.
        DiskError
            If the folder cannot be written.
        """
        if self._use is None:
            self._use = open_lock(self.folder / "users.lock")
            lock_shared(self._use)  # waits while a keeper stops the server
        if (found := self._running()) is not None:
            return found
        with held(self.folder / "boot.lock"):
            if (found := self._running()) is not None:  # another program was faster
                return found
            self._end(self._named())  # ours, but it does not answer any more
            address = self._started()
            self._add_reader(address)
            document = {**address.process.to_dict(), "bolt": address.bolt, "http": address.http}
            self._write("address.json", json.dumps(document))
        return address

    def stop(self) -> None:
        """Use the server no more; whoever uses it last ends it."""
        if self._use is None:
            return
        use, self._use = self._use, None
        named = self._named()
        if try_exclusive(use):  # nobody else uses it, and its keeper waits for us
            self._end(named)
        os.close(use)
        while named is not None and self._is_ending() and named.lives():
            time.sleep(0.02)

    def _is_ending(self) -> bool:
        """Tell whether a keeper is stopping the server: it holds the lock then."""
        handle = open_lock(self.folder / "users.lock")
        try:
            return not try_shared(handle)
        finally:
            os.close(handle)

    def _end(self, process: ProcessName | None) -> None:
        # The address goes first, so that nobody attaches to a server that is going.
        with contextlib.suppress(OSError):
            (self.folder / "address.json").unlink(missing_ok=True)
        for number in (signal.SIGTERM, signal.SIGKILL):
            end = time.monotonic() + STOP_SECONDS
            with contextlib.suppress(ProcessLookupError):
                if process is not None and process.lives():
                    os.kill(process.pid, number)
            while process is not None and process.lives() and time.monotonic() < end:
                time.sleep(0.02)
        if self._keeper is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._keeper.wait(STOP_SECONDS)

    def _named(self) -> ProcessName | None:
        """Return the server's process, where the address file names one that lives."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            process = ProcessName.read(json.loads((self.folder / "address.json").read_text("utf-8")))
            return process if process.lives() else None
        return None

    def _running(self) -> Address | None:
        """Return the server that answers on this folder and is shown to be ours, or None."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            row = json.loads((self.folder / "address.json").read_text("utf-8"))
            found = Address(ProcessName.read(row), int(row["bolt"]), int(row["http"]), *self._passwords())
            if found.is_proven() and _ready(found.http, timeout=ANSWER_SECONDS):
                return found
        return None

    def _passwords(self) -> tuple[str, str]:
        root, reader = ((self.folder / name).read_text("utf-8").strip() for name in PASSWORDS)
        return root, reader

    def _started(self) -> Address:
        """Start the server, on other ports where somebody took them between our choice and its listening."""
        for _ in range(PORT_TRIES):
            try:
                ports = self._prepare()
                address = Address(self._spawn(*ports), *ports, *self._passwords())
            except OSError as error:
                raise DiskError(f"cannot be written ({error.strerror})", where=str(self.folder)) from error
            if self._comes_up(address):
                return address
            self._end(address.process)
        raise self._failed("other programs took the ports of the embedded server")

    def _prepare(self) -> tuple[int, int]:
        for name in ("", "config", "logs", "databases"):
            (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in PASSWORDS:
            self._write(name, secrets.token_urlsafe(24))
        # Without its list of users the server makes them anew, from the password above.
        (self.folder / "config" / "server-users.jsonl").unlink(missing_ok=True)
        if not _knows_reader(groups := self.folder / "config" / "server-groups.json"):
            self._write(str(groups.relative_to(self.folder)), json.dumps(GROUPS))
        bolt, http = _free_ports(2)
        return bolt, http

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        part = path.with_suffix(".part")
        with open(part, "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(text)
        os.replace(part, path)

    def _spawn(self, bolt: int, http: int) -> ProcessName:
        home = _package()
        settings = {
            "server.rootPath": self.folder,
            "server.databaseDirectory": self.folder / "databases",
            "server.rootPasswordPath": self.folder / "root.password",
            # Its passwords are 192 random bits: slow hashing guards nothing that could be guessed, and delays starts.
            "server.saltIterations": 1000,
            "server.logsDirectory": self.folder / "logs",
            "server.defaultDatabases": "neo4j[root]",
            "server.mode": "production",
            "server.httpIncomingHost": "127.0.0.1",
            "server.httpIncomingPort": http,
            "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
            "bolt.host": "127.0.0.1",
            "bolt.port": bolt,
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
        log = self.folder / "logs" / "boot.log"
        log.write_bytes(b"")
        keeper = [sys.executable, "-P", "-m", "hypograph.graph.store.keeper"]
        self._keeper = subprocess.Popen(
            [*keeper, str(self.folder / "users.lock"), str(log)],
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        KEEPERS.append(self._keeper)
        # A keeper that ends in between is found out by its silence.
        with contextlib.suppress(BrokenPipeError), self._keeper.stdin or io.BytesIO() as asked:
            asked.write(json.dumps(command).encode())
        with self._keeper.stdout or io.BytesIO() as said:
            words = said.readline().split()
        process = ProcessName(int(words[0]), words[1].decode()) if len(words) == 2 else None
        if process is None:
            raise self._failed("the embedded server's keeper does not start")
        return process

    def _comes_up(self, address: Address) -> bool:
        """Wait until the server answers; False if it is another one that does."""
        end = time.monotonic() + BOOT_SECONDS
        while not _ready(address.http, timeout=1):
            if not address.process.lives():
                code = self._keeper.wait(STOP_SECONDS) if self._keeper else 0
                if "Address already in use" in self._log():
                    return False
                raise self._failed(f"the embedded server ended with code {code}")
            if time.monotonic() > end:
                self._end(address.process)
                raise self._failed("the embedded server does not come up")
            time.sleep(0.05)
        return address.is_proven()

    def _add_reader(self, address: Address) -> None:
        """Make the user that only reads: the embedded server does not enforce a transaction's READ mode."""
        user = {"name": READER, "password": address.reader_password, "databases": {"neo4j": [READER]}}
        root = base64.b64encode(f"root:{address.password}".encode()).decode()
        body = json.dumps({"command": f"create user {json.dumps(user)}"})
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {root}"}
        connection = HTTPConnection("127.0.0.1", address.http, timeout=30)
        try:
            connection.connect()
            if not address.is_proven():  # asked after connecting: the answer holds for this connection
                raise ConnectionError("another program listens there")
            connection.request("POST", "/api/v1/server", body, headers)
            status = connection.getresponse().status
            problem = f"the embedded server refuses the reader's account ({status})"
        except OSError as error:
            status, problem = 0, f"the embedded server does not answer ({type(error).__name__})"
        finally:
            connection.close()
        if status in {200, 409}:  # 409: there is one already
            return
        self._end(address.process)
        raise self._failed(problem)

    def _log(self) -> str:
        return (self.folder / "logs" / "boot.log").read_text("utf-8", errors="replace")

    def _failed(self, what: str) -> StoreError:
        log = self._log()
        if "locked by another process" in log:
            return StoreLockedError(
                "another process holds the store's data",
                where=str(self.folder),
                hint="Stop it, or set HYPOGRAPH_HOME to another folder.",
            )
        if "No space left" in log:
            return StoreError("the disk is full", where=str(self.folder), hint="Free some space and run again.")
        return StoreError(what, where=str(self.folder), hint=f"Read {self.folder / 'logs' / 'boot.log'}.")


def _group(*access: str, settings: tuple[str, ...] = ()) -> dict[str, object]:
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
