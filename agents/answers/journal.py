"""Requests under way, noted before they are sent: a run that is killed leaves word of what it may have paid for."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hypograph.agents.answers.cache import AnswerCache
from hypograph.models.core.locks import file_lock_within


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Requests that a run which was killed had sent, with no answer kept: each may have been paid.

    Attributes
    ----------
    calls
        Requests.
    tokens
        Of their prompts, estimated; what was answered is not known.
    cost
        Of those tokens.
    """

    calls: int = 0
    tokens: int = 0
    cost: float = 0.0


@dataclass(slots=True)
class Entry:
    """The entries of one question, from before its first request until its answer is kept or given up."""

    journal: Journal
    key: str
    _rows: list[int] = field(default_factory=list)

    def sent(self, tokens: int, cost: float) -> None:
        """Note a request before it is sent."""
        self._rows.append(self.journal.note(self.key, tokens, cost))

    def undo(self) -> None:
        """Take back the last request: it got no answer."""
        self.journal.forget([self._rows.pop()])

    def close(self) -> None:
        """Take back every request: what they brought is kept or counted."""
        self.journal.forget(self._rows)


class Journal:
    """The requests of one model that are under way, of all threads and processes that share a folder.

    Whoever asks a question holds its lock, so that another who has the same question waits and finds the answer kept.
    The kernel frees the lock of a process that was killed; what it had noted is found by that, whatever the clocks
    and process numbers say.

    Parameters
    ----------
    cache
        Where answers and entries are kept.
    folder
        The folder of the cache; locks go to ``asking`` within.
    fingerprint, model
        The model.
    patience
        Seconds to wait for another's answer, before the question is asked all the same.
    """

    def __init__(self, cache: AnswerCache, folder: Path, fingerprint: str, model: str, patience: float) -> None:
        self._cache, self._locks = cache, folder / "asking"
        self._fingerprint, self._model, self._patience = fingerprint, model, patience
        self._reconciled, self._lock = False, threading.Lock()

    @contextlib.contextmanager
    def asking(self, key: str) -> Iterator[Entry]:
        """Ask for one answer while nobody else does.

        Raises
        ------
        DiskError
            If the folder cannot be written, or its file system has no locks.
        """
        with file_lock_within(self._locks / key, self._patience):
            entry = Entry(self, key)
            try:
                yield entry
            finally:
                entry.close()

    def reconcile(self) -> Interrupted:
        """Take out, once, what killed runs left; entries whose answer was kept all the same do not count."""
        with self._lock:
            if self._reconciled:
                return Interrupted()
            self._reconciled = True
        left = self._cache.execute("SELECT DISTINCT key FROM under_way WHERE fingerprint = ?", (self._fingerprint,))
        found: list[tuple[int, float]] = []
        for (key,) in left.rows:
            with file_lock_within(self._locks / key, 0.0) as free:
                if not free:
                    continue  # its process lives
                rows = self._cache.execute("SELECT tokens, cost FROM under_way WHERE key = ?", (key,)).rows
                found += rows if self._cache.get(key) is None else []
                self._cache.execute("DELETE FROM under_way WHERE key = ?", (key,))
        return Interrupted(len(found), sum(t for t, _ in found), sum(c for _, c in found))

    def note(self, key: str, tokens: int, cost: float) -> int:
        """Write an entry; returns its number."""
        row = (key, self._fingerprint, self._model, tokens, cost, time.time())
        statement = "INSERT INTO under_way (key, fingerprint, model, tokens, cost, sent) VALUES (?, ?, ?, ?, ?, ?)"
        return self._cache.execute(statement, row).last

    def forget(self, rows: list[int]) -> None:
        """Remove entries by number."""
        for row in rows:
            self._cache.execute("DELETE FROM under_way WHERE id = ?", (row,))
