"""Numerics on one thread, so that a result does not depend on how many threads the machine offers.

Libraries for linear algebra add in an order that depends on their number of threads, and so round differently. The
difference sits in the last digits, but a ranking, a tie or an optimiser's last step can turn on it.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, Final

# Libraries for linear algebra read these when they are loaded.
ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def use_one_thread() -> None:
    """Let linear algebra that is loaded, or will be, and torch compute on one thread from here on.

    Notes
    -----
    Nothing is put back: some libraries keep the number for the process and others for each of its threads, so there is
    no moment at which putting it back could not change what another thread is computing. Every thread that computes
    asks for itself.
    """
    # It has no type annotations, so it is taken as it comes.
    threadpoolctl: Any = importlib.import_module("threadpoolctl")
    os.environ.update(ONE_THREAD)
    threadpoolctl.threadpool_limits(1)
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
