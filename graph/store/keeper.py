"""The keeper of the embedded server: its parent process, which ends it when nobody uses it any more.

``python -m hypograph.graph.store.keeper LOCK LOG`` reads a command from standard input (a JSON list), starts it,
writes the name of its process (number and beginning) to standard output and waits. Each program that uses the server
holds a shared lock on LOCK for as long as it lives; the kernel frees it however the program ends. Once the keeper gets
the exclusive lock nobody is left, and it kills the server, whose state is in transactions; a last user that leaves in
order has stopped it before. If the keeper itself is killed the server ends with it (Linux).
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from hypograph.graph.core.processes import ProcessName
from hypograph.models.core.children import die_with_starter
from hypograph.models.core.locks import lock_exclusive, open_lock


def main(arguments: list[str]) -> None:
    """Start the command, keep it while it is used, end it."""
    lock, log = arguments
    command: list[str] = json.load(sys.stdin)
    owner = os.getpid()
    with open(log, "ab") as file:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, preexec_fn=lambda: die_with_starter(owner)
        )
    name = ProcessName.of(process.pid)
    with contextlib.suppress(OSError):  # who started us may be gone: then nobody uses the server
        sys.stdout.write(f"{name.pid} {name.began}\n" if name else "\n")
        sys.stdout.flush()
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    threading.Thread(target=_end_with, args=(process,), daemon=True).start()
    lock_exclusive(open_lock(Path(lock)))
    process.kill()
    process.wait()


def _end_with(process: subprocess.Popen[bytes]) -> None:
    os._exit(process.wait() & 0xFF)


if __name__ == "__main__":
    main(sys.argv[1:])
