"""Questions of the pages about alloys, asked of the predictor that commands ask; it is learned in the background."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from pathlib import Path
from typing import Any, Final

from hypograph.flows.evidence.explain import descriptors
from hypograph.flows.evidence.inputs import SHIPPED, EvidenceInputs, open_predictor
from hypograph.flows.evidence.predict import asked_of, exchanged, listed
from hypograph.flows.evidence.predictor import Fitted, open_graphs_predictor
from hypograph.flows.evidence.questions import as_table, read_list, scan
from hypograph.models.core.documents.evidence import Predicted, PredictedAlloy
from hypograph.models.core.services import AlloysRead
from hypograph.models.evidence.alloys.state import asked_state

# A page waits this long for a predictor that is not learned yet, then says so.
WAIT: Final = 2.0
# Predictors held in memory, each some tens of megabytes; others are opened from their file.
MOST_HELD: Final = 4


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
        self._made: dict[tuple[Path, ...], Future[Fitted]] = {}

    def exchange(self, alloy: str, symbol: str, state: str = "") -> Predicted | None:
        """Return what `evidence predict --exchange` says of an element in an alloy; None while the predictor learns.

        Parameters
        ----------
        state
            Condition on the alloys' records, as ``--state``.

        Raises
        ------
        InputError
            If the question has no answer.
        """
        wish, fitted = asked_state(state, "state"), self._fitted()
        return None if fitted is None else _with_tables(fitted, exchanged(fitted, f"{symbol} in {alloy}", wish))

    def read(self, file: Path) -> AlloysRead:
        """Say what a table or list of alloys holds.

        Raises
        ------
        InputError
            If it cannot be read.
        """
        table = as_table(file)
        if table is not None:
            rows = [
                {"row": r.row, "text": r.text, "atomic_percent": r.composition.atomic_percent, "phases": r.phases}
                | {"label": r.label, "state": r.state}
                for r in table.rows
            ]
            skipped = [{"row": s.row, "text": s.text, "reason": s.reason} for s in table.skipped]
            return AlloysRead(tuple(rows), tuple(skipped), tuple(table.notes))
        asked, refused = read_list(file)
        percents = [{e: round(100 * f, 2) for e, f in a.fractions.items()} for a in asked]
        plain = {"row": None, "phases": (), "label": None, "state": ""}
        found = [{**plain, "text": a.text, "atomic_percent": p} for a, p in zip(asked, percents, strict=True)]
        left_out = [{"row": None, "text": s["alloy"], "reason": s["reason"]} for s in refused]
        return AlloysRead(tuple(found), tuple(left_out))

    def predict(self, file: Path, own: bool = False) -> Predicted | None:
        """Return what `evidence predict --list` says of a file's alloys; None while the predictor learns.

        Parameters
        ----------
        own
            Learn from what the file says became of its alloys too, as ``--laboratory`` does.

        Raises
        ------
        InputError
            If no alloy can be read, or nothing learned.
        """
        asked, skipped = asked_of(file)
        fitted = self._open(EvidenceInputs(laboratory=(file,))) if own else self._fitted()
        return None if fitted is None else _with_tables(fitted, listed(fitted, asked, skipped))

    def scan(self, text: str) -> Predicted | None:
        """Return what `evidence predict --scan` says, each alloy with its descriptors; None while the predictor learns.

        Raises
        ------
        InputError
            If it is no scan.
        """
        asked = scan(text)
        fitted = self._fitted()
        if fitted is None:
            return None
        document: Predicted = _with_tables(fitted, listed(fitted, asked, []))
        told: list[PredictedAlloy] = [
            {**row, "descriptors": descriptors(a.fractions)} for a, row in zip(asked, document["alloys"], strict=True)
        ]
        return {**document, "alloys": told}

    def _fitted(self) -> Fitted | None:
        return open_graphs_predictor(self.folder) or self._open(SHIPPED)

    def _open(self, inputs: EvidenceInputs) -> Fitted | None:
        """Return the predictor of some inputs where it is there in a moment; what was asked for goes on being made."""
        with self._lock:
            for old in list(self._made)[:-MOST_HELD]:
                self._made.pop(old)
            made = self._made.get(inputs.laboratory)
            if made is None or (made.done() and made.exception()):
                made = self._made[inputs.laboratory] = self._pool.submit(open_predictor, inputs)
        try:
            return made.result(self.wait)
        except Late:
            return None

    def close(self) -> None:
        """Let go of what is not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _with_tables(fitted: Fitted, document: dict[str, Any]) -> Any:
    return document | {"tables": sorted({record.source for record in fitted.knowledge.records})}
