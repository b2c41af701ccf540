"""Locks that a crash cannot leave behind: the one door to the system's file locks.

The kernel frees a lock when the process that holds it ends, however it ends.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hypograph.models.core.errors import DiskError, UnavailableError

try:
    import fcntl
except ImportError:  # Windows: what only computes works there, what shares a folder says what is missing
    fcntl = None  # type: ignore[assignment]

LOOK_SECONDS: Final = 0.02  # between two looks at a lock that is waited for with an end


# What a file system without locks says: some shares of a network, some containers' mounts.
_LOCKLESS: Final = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})


def _flock(handle: int, operation: str) -> None:
    if fcntl is None:
        raise UnavailableError(
            "this system has no POSIX file locks", hint="Use Linux, macOS, or the Windows Subsystem for Linux."
        )
    wanted = 0
    for name in operation.split():
        wanted |= int(getattr(fcntl, f"LOCK_{name}"))
    try:
        fcntl.flock(handle, wanted)
    except OSError as error:
        if error.errno not in _LOCKLESS:
            raise
        raise DiskError(
            f"the file system has no file locks ({error.strerror})",
            where=_name_of(handle),
            hint="Put this folder (HYPOGRAPH_HOME, or the campaign's) on a local disk.",
        ) from error


def _name_of(handle: int) -> str:
    """Path of an open file where the system tells it (Linux), else nothing."""
    with contextlib.suppress(OSError):
        return os.readlink(f"/dev/fd/{handle}")
    return ""


def lock_exclusive(handle: int) -> None:
    """Wait for the exclusive lock on an open file; closing the file frees it."""
    _flock(handle, "EX")


def lock_shared(handle: int) -> None:
    """Wait for a shared lock on an open file."""
    _flock(handle, "SH")


def try_exclusive(handle: int) -> bool:
    """Take the exclusive lock on an open file if nobody else holds one; a shared one held here is given up."""
    return _tried(handle, "EX NB")


def try_shared(handle: int) -> bool:
    """Take a shared lock on an open file if nobody holds the exclusive one."""
    return _tried(handle, "SH NB")


def _tried(handle: int, operation: str) -> bool:
    try:
        _flock(handle, operation)
    except BlockingIOError:
        return False
    return True


def open_lock(path: Path) -> int:
    """Open a lock file that stays, readable by its owner only.

    Raises
    ------
    DiskError
        If it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise DiskError(f"cannot be written ({error.strerror})", where=str(path)) from error


@contextlib.contextmanager
def held(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock on a file that stays, shared or exclusive.

    Raises
    ------
    DiskError
        If the file cannot be made.
    """
    handle = open_lock(path)
    try:
        (lock_shared if shared else lock_exclusive)(handle)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file, which is removed afterwards.

    A crash leaves at most an empty file that nobody holds and that the next holder removes.

    Raises
    ------
    DiskError
        If the file cannot be made, or its file system has no locks.
    """
    while (handle := _locked(path, wait=True)) is None:
        pass  # removed by the holder before us
    with _removed_afterwards(handle, path):
        yield


@contextlib.contextmanager
def file_lock_within(path: Path, seconds: float) -> Iterator[bool]:
    """Hold `file_lock` if it can be had within some seconds; gives whether it is held.

    Raises
    ------
    DiskError
        If the file cannot be made, or its file system has no locks.
    """
    end = time.monotonic() + seconds
    while (handle := _locked(path, wait=False)) is None:
        if time.monotonic() >= end:
            yield False
            return
        time.sleep(LOOK_SECONDS)
    with _removed_afterwards(handle, path):
        yield True


def _locked(path: Path, *, wait: bool) -> int | None:
    """Open and lock the file at a path; None where another holds it, or has removed it meanwhile."""
    handle = open_lock(path)
    try:
        if wait:
            lock_exclusive(handle)
        # The holder before us may have removed the file that we waited on: then the lock guards nothing.
        if (wait or try_exclusive(handle)) and _is_at(handle, path):
            return handle
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


@contextlib.contextmanager
def _removed_afterwards(handle: int, path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Write to the store of a folder; waits while a backup reads it.

    Raises
    ------
    DiskError
        If the lock's files cannot be made.
    """
    with contextlib.ExitStack() as stack:
        with held(folder / "write.gate", shared=True):
            stack.enter_context(held(folder / "write.lock", shared=True))
        yield


@contextlib.contextmanager
def writers_held_up(folder: Path) -> Iterator[None]:
    """Keep every writer of this machine from the store of a folder.

    Whoever wants to write next waits at the gate, so that a row of writers that overlap cannot keep us out.

    Raises
    ------
    DiskError
        If the lock's files cannot be made.
    """
    with held(folder / "write.gate"), held(folder / "write.lock"):
        yield
