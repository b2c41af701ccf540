"""Children that never outlive their parent."""

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
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=leave_with_parent, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it died between our start and the call above
        os._exit(1)


def leave_with_parent(parent: int) -> None:
    """Wait until this process has another parent, and leave."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(1)
