"""The keeper of the embedded server: its parent process, which stops it when nobody uses it any more.

``python -m hypograph.graph.store.keeper LOCK FLAG LOG COMMAND…`` starts COMMAND, writes its process number to standard
output and waits. Each program that uses the server holds a shared lock on LOCK for as long as it lives; the kernel frees
it however the program ends. Once the keeper gets the exclusive lock nobody is left: where the last one left in order
(FLAG is there) the server ends by itself, else it is killed, as its state is in transactions. If the keeper is killed
the server ends with it (Linux).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from hypograph.graph.files.locks import lock_exclusive

GRACE_SECONDS = 20.0
PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Start the command, keep it while it is used, stop it."""
    lock, flag, log, *command = arguments
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    owner = os.getpid()
    with open(log, "wb") as file:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            preexec_fn=lambda: _die_with(owner),
        )
    with contextlib.suppress(OSError):  # who started us may be gone: then nobody uses the server
        sys.stdout.write(f"{process.pid}\n")
        sys.stdout.flush()
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    threading.Thread(target=_end_with, args=(process,), daemon=True).start()
    lock_exclusive(handle)
    if Path(flag).exists():
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
    process.kill()
    process.wait()


def _end_with(process: subprocess.Popen[bytes]) -> None:
    process.wait()
    os._exit(0)


def _die_with(owner: int) -> None:
    """Run in the child: ask the kernel to kill it when its parent ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != owner:
            os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
