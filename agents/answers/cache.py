"""Answers and measured skills on disk, so that nothing is paid for twice."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hypograph.models.core.errors import DiskError
from hypograph.models.core.locks import held

_TABLES = (
    "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, text TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS skills (fingerprint TEXT, kind TEXT, low REAL, document TEXT, "
    "PRIMARY KEY (fingerprint, kind))",
    "CREATE TABLE IF NOT EXISTS habits (fingerprint TEXT PRIMARY KEY, document TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS origins (key TEXT PRIMARY KEY, fingerprint TEXT, model TEXT)",
    "CREATE TABLE IF NOT EXISTS under_way (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, fingerprint TEXT, "
    "model TEXT, tokens INTEGER, cost REAL, sent REAL)",
)


class Done(NamedTuple):
    """What came of a statement: rows that were read, how many were changed, and the number of the last new one."""

    rows: list[tuple[Any, ...]]
    changed: int
    last: int

    @property
    def first(self) -> tuple[Any, ...] | None:
        """The first row, None where there is none."""
        return self.rows[0] if self.rows else None


class AnswerCache:
    """A key-value file that threads and processes share (SQLite, write-ahead log).

    Raises
    ------
    DiskError
        If the folder cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "answers.sqlite"
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # SQLite's other files take its mode. One that is there stays closed: closing frees SQLite's locks.
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            # One connection for all threads, which take turns; it is closed with this object.
            self._connection = sqlite3.connect(self._path, timeout=30, check_same_thread=False)
            weakref.finalize(self, self._connection.close)
            # SQLite waits for its own locks, but not where another changes to the write-ahead log too.
            with held(folder / "opening.lock"), self._connection:
                self._connection.execute("PRAGMA synchronous=NORMAL")
                self._connection.execute("PRAGMA journal_mode=WAL")
                for table in _TABLES:
                    self._connection.execute(table)
        except (OSError, sqlite3.Error) as error:
            raise DiskError(f"the answer cache cannot be opened ({error})", where=str(folder)) from error

    def get(self, key: str) -> str | None:
        """Return the answer, or None."""
        row = self.execute("SELECT text FROM answers WHERE key = ?", (key,)).first
        return str(row[0]) if row else None

    def put(self, key: str, text: str, fingerprint: str = "", model: str = "") -> None:
        """Keep an answer, and of which model it is; the first one stays."""
        self.execute("INSERT OR IGNORE INTO answers VALUES (?, ?)", (key, text))
        if fingerprint:
            self.execute("INSERT OR IGNORE INTO origins VALUES (?, ?, ?)", (key, fingerprint, model))

    def habits(self, fingerprint: str) -> dict[str, Any]:
        """Return what was found of a model's endpoint, empty where nothing was."""
        row = self.execute("SELECT document FROM habits WHERE fingerprint = ?", (fingerprint,)).first
        return {} if row is None else dict(json.loads(row[0]))

    def keep_habits(self, fingerprint: str, document: Mapping[str, Any]) -> None:
        """Keep what was found of a model's endpoint; it replaces what was kept before."""
        self.execute("INSERT OR REPLACE INTO habits VALUES (?, ?)", (fingerprint, json.dumps(document)))

    def contents(self) -> list[tuple[str, int, int]]:
        """Return (model, answers, bytes) of each model whose answers are kept, the largest first."""
        found = self.execute(
            "SELECT COALESCE(o.model, 'before models were noted'), COUNT(*), SUM(LENGTH(a.text) + LENGTH(a.key)) "
            "FROM answers a LEFT JOIN origins o ON o.key = a.key GROUP BY 1 ORDER BY 3 DESC",
            (),
        )
        return [(str(m), int(n), int(size)) for m, n, size in found.rows]

    def clear(self, model: str | None = None) -> int:
        """Remove answers, of one model or all, and return how many; skills and findings stay."""
        where = "" if model is None else " WHERE key IN (SELECT key FROM origins WHERE model = ?)"
        removed = self.execute(f"DELETE FROM answers{where}", () if model is None else (model,)).changed  # noqa: S608
        self.execute("DELETE FROM origins WHERE key NOT IN (SELECT key FROM answers)", ())
        return int(removed)

    def skill(self, fingerprint: str, kind: str) -> float | None:
        """Return the measured skill (lower end of its interval, 0 to 1), or None where none was measured."""
        row = self.execute("SELECT low FROM skills WHERE fingerprint = ? AND kind = ?", (fingerprint, kind)).first
        return float(row[0]) if row else None

    def assessment(self, fingerprint: str, kind: str) -> dict[str, Any] | None:
        """Return the document kept with a measured skill, or None where none was measured."""
        row = self.execute("SELECT document FROM skills WHERE fingerprint = ? AND kind = ?", (fingerprint, kind)).first
        return None if row is None else dict(json.loads(row[0]))

    def keep_skill(self, fingerprint: str, kind: str, low: float, document: Mapping[str, Any]) -> None:
        """Keep a measured skill under the model's fingerprint; a later measurement replaces it."""
        self.execute(
            "INSERT OR REPLACE INTO skills VALUES (?, ?, ?, ?)",
            (fingerprint, kind, min(max(low, 0.0), 1.0), json.dumps(document)),
        )

    def execute(self, statement: str, values: tuple[Any, ...]) -> Done:
        """Run one statement, a constant, in a transaction of its own.

        Raises
        ------
        DiskError
            If the file cannot be read or written.
        """
        try:
            with self._lock, self._connection as connection, contextlib.closing(connection.cursor()) as cursor:
                cursor.execute(statement, values)
                return Done(cursor.fetchall(), cursor.rowcount, cursor.lastrowid or 0)
        except sqlite3.Error as error:
            raise DiskError(f"the answer cache failed ({error})", where=str(self._path)) from error
