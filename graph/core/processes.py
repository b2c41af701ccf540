"""Processes by identity: which one a file names, whether it lives, and whether it is what listens on a port.

A process number alone proves nothing: it is given anew after the process has ended, and a port is free for whoever asks
first. A secret goes only to a listener that `listens` has just shown to be the process that a file of ours names.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LINUX: Final = sys.platform.startswith("linux")
LISTEN: Final = "0A"  # TCP_LISTEN in /proc/net/tcp
# Local addresses that a connection to 127.0.0.1 may end at, as /proc/net/tcp and tcp6 write them.
HERE: Final = frozenset(
    {
        "0100007F",
        "00000000",
        "0" * 32,
        "0000000000000000FFFF00000100007F",
        "0000000000000000FFFF000000000000",
    }
)


@dataclass(frozen=True, slots=True)
class ProcessName:
    """A process for as long as it lives: its number and the moment it began, as the system writes it.

    Example
    -------
    >>> own = ProcessName.of(os.getpid())
    >>> own is not None and own.lives()
    True
    """

    pid: int
    began: str

    @classmethod
    def of(cls, pid: int) -> ProcessName | None:
        """Name the living process of this user that has a number; None if there is none."""
        began = _began(pid)
        return None if began is None or not _ours(pid) else cls(pid, began)

    @classmethod
    def read(cls, document: Mapping[str, object]) -> ProcessName:
        """Read `pid` and `began` of a document.

        Raises
        ------
        ValueError
            If they are not there, or of another type.
        """
        pid, began = document.get("pid"), document.get("began")
        if not isinstance(pid, int) or isinstance(pid, bool) or pid < 1 or not isinstance(began, str):
            raise ValueError("no process is named")
        return cls(pid, began)

    def to_dict(self) -> dict[str, int | str]:
        """Return what `read` takes."""
        return {"pid": self.pid, "began": self.began}

    def lives(self) -> bool:
        """Tell whether this very process lives, and is this user's."""
        return self == ProcessName.of(self.pid)

    def listens(self, ports: Iterable[int]) -> bool:
        """Tell whether this process lives and nobody else listens on the ports of 127.0.0.1.

        Asked after a connection was made, the answer holds for that connection: a server opens its port once.
        """
        wanted = frozenset(ports)
        if LINUX:
            return self.listening(wanted) is not None
        held = _ports(self.pid) if self.lives() else None
        return held is not None and wanted <= held

    def listening(self, ports: Iterable[int]) -> Listening | None:
        """Return by which sockets this process alone listens on the ports, None if it does not (Linux)."""
        wanted = frozenset(ports)
        held = _sockets(self.pid) if LINUX and self.lives() else None
        if held is None:
            return None
        listening = _listening(wanted)
        sockets = frozenset[int]().union(*listening.values())
        if set(listening) != wanted or not sockets <= set(held.values()):
            return None
        return Listening(self, tuple((name, inode) for name, inode in held.items() if inode in sockets))


@dataclass(frozen=True, slots=True)
class Listening:
    """The sockets by which a process was shown to listen, with the handles that it holds them by.

    While the process lives and holds them, nobody else can take their ports. To ask that takes microseconds; the
    system's list of all sockets takes milliseconds, more where there are many.
    """

    process: ProcessName
    handles: tuple[tuple[str, int], ...]

    def holds(self) -> bool:
        """Tell whether the process still lives and still holds each of the sockets."""
        folder = f"/proc/{self.process.pid}/fd"
        try:
            held = all(os.readlink(f"{folder}/{name}") == f"socket:[{inode}]" for name, inode in self.handles)
        except OSError:
            return False
        return held and self.process.lives()


def _began(pid: int) -> str | None:
    if not LINUX:
        return _began_elsewhere(pid)
    try:
        # The name of the program, in brackets, may hold anything; the times follow the last bracket.
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, ValueError):
        return None
    # A process that ended and was not yet waited for (Z) holds nothing any more. The clock of ticks is never set.
    return None if fields[0] in "ZX" else f"{fields[19]}@{boot}"


def _began_elsewhere(pid: int) -> str | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.6f}"
    except psutil.Error:
        return None


def _ours(pid: int) -> bool:
    if LINUX:
        try:
            return os.stat(f"/proc/{pid}").st_uid == os.geteuid()
        except OSError:
            return False
    import psutil

    try:
        return bool(psutil.Process(pid).uids().effective == os.geteuid())
    except psutil.Error:
        return False


def _sockets(pid: int) -> dict[str, int] | None:
    """Inodes of the sockets that a process holds, by handle (Linux); None where that is not told."""
    found: dict[str, int] = {}
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                target = os.readlink(f"/proc/{pid}/fd/{name}")
                if target.startswith("socket:["):
                    found[name] = int(target[8:-1])
    except OSError:
        return None
    return found


def _listening(ports: frozenset[int]) -> dict[int, frozenset[int]]:
    """Inodes of the sockets that listen for connections to 127.0.0.1, by port (Linux)."""
    found: dict[int, frozenset[int]] = {}
    for table in ("/proc/self/net/tcp", "/proc/self/net/tcp6"):
        try:
            lines = Path(table).read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            address, _, port = fields[1].partition(":")
            if fields[3] == LISTEN and address in HERE and (number := int(port, 16)) in ports:
                found[number] = found.get(number, frozenset()) | {int(fields[9])}
    return found


def _ports(pid: int) -> frozenset[int] | None:
    """Ports that a process listens on (macOS); None where that is not told."""
    import psutil

    try:
        return frozenset(
            c.laddr.port for c in psutil.Process(pid).net_connections("tcp") if c.status == psutil.CONN_LISTEN
        )
    except (psutil.Error, OSError):
        return None
