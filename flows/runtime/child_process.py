"""Children that never outlive their parent."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when the thread that started it ends.

    Parameters
    ----------
    parent
        Process id of the expected parent; if it is gone already this process leaves at once.

    Notes
    -----
    Only Linux has `prctl`; elsewhere this does nothing and the parent's own clean-up has to do. The signal is
    SIGKILL: what we guard keeps its state in transactions, so it has nothing to tidy.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died between our start and the call above
        os._exit(1)
