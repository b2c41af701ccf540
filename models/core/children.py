"""Children that never outlive their parent: the one door to what the system offers for it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.5


def die_with_parent(parent: int) -> None:
    """End this process when its parent ends.

    Parameters
    ----------
    parent
        Process id of the expected parent; if it is gone already this process leaves at once.

    Notes
    -----
    On Linux the kernel does it, as soon as the thread that started us ends (`prctl`). Elsewhere a thread looks whether
    we have another parent. Either way nothing is tidied: what we guard keeps its state in transactions.
    """
    if not kernel_ends_us(signal.SIGKILL):
        threading.Thread(target=leave_with_parent, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it died between our start and the call above
        os._exit(1)


def die_with_starter(parent: int) -> None:
    """Run in a child before its program: ask the kernel to kill it with its parent, where a kernel does so.

    No thread outlives the change of program, so that elsewhere the parent itself has to end the child.
    """
    if kernel_ends_us(signal.SIGKILL) and os.getppid() != parent:
        os._exit(1)


def kernel_ends_us(number: signal.Signals) -> bool:
    """Ask the kernel to send us a signal once our parent ends; tell whether this kernel does so (Linux)."""
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0) == 0)


def leave_with_parent(parent: int) -> None:
    """Wait until this process has another parent, and leave."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(1)
