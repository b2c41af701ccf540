"""Questions of the pages about alloys, asked of the predictor that commands ask; it is learned in the background."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from pathlib import Path
from typing import Any, Final

from hypograph.flows.evidence.inputs import open_predictor
from hypograph.flows.evidence.predict import exchanged
from hypograph.flows.evidence.predictor import Fitted, open_graphs_predictor

# A page waits this long for a predictor that is not learned yet, then says so.
WAIT: Final = 2.0


class AlloyDesk:
    """Answers the pages: the predictor behind the graph where a run kept one, else that of the shipped tables.

    Parameters
    ----------
    folder
        Where the results of units are kept.
    wait
        Seconds that a question waits for a predictor.
    """

    def __init__(self, folder: Path, wait: float = WAIT) -> None:
        self.folder, self.wait = folder, wait
        self._pool = ThreadPoolExecutor(1, "predictor")
        self._lock = threading.Lock()
        self._shipped: Future[Fitted] | None = None

    def exchange(self, alloy: str, symbol: str) -> Mapping[str, Any] | None:
        """Return what `evidence predict --exchange` says of an element in an alloy; None while the predictor learns.

        Raises
        ------
        InputError
            If the question has no answer.
        """
        fitted = open_graphs_predictor(self.folder) or self._open_shipped()
        if fitted is None:
            return None
        return exchanged(fitted, f"{symbol} in {alloy}") | {
            "tables": sorted({record.source for record in fitted.knowledge.records})
        }

    def _open_shipped(self) -> Fitted | None:
        with self._lock:
            if self._shipped is None or (self._shipped.done() and self._shipped.exception()):
                self._shipped = self._pool.submit(open_predictor)
        try:
            return self._shipped.result(self.wait)
        except Late:
            return None

    def close(self) -> None:
        """Let go of what is not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)
