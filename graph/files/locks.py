"""A lock that a crash cannot leave behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from hypograph.models.core.errors import DiskError


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file, which is removed afterwards.

    The kernel frees the lock when the process dies, so a crash leaves at most an empty file that nobody holds
    and that the next holder removes.

    Raises
    ------
    DiskError
        If the file cannot be made.
    """
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DiskError(f"cannot be written ({error.strerror})", where=str(path)) from error
        fcntl.flock(handle, fcntl.LOCK_EX)
        # The holder before us may have removed the file that we waited on: then the lock guards nothing.
        if _is_at(handle, path):
            break
        os.close(handle)
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
