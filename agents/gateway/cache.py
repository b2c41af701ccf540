"""Answers and measured skills on disk, so that nothing is paid for twice."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypograph.models.core.errors import DiskError

_TABLES = (
    "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, text TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS skills (fingerprint TEXT, kind TEXT, low REAL, document TEXT, "
    "PRIMARY KEY (fingerprint, kind))",
)


class AnswerCache:
    """A key-value file that threads and processes share (SQLite, write-ahead log).

    Raises
    ------
    DiskError
        If the folder cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "answers.sqlite"
        self._local = threading.local()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._open() as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                for table in _TABLES:
                    connection.execute(table)
        except (OSError, sqlite3.Error) as error:
            raise DiskError(f"the answer cache cannot be opened ({error})", where=str(folder)) from error

    def get(self, key: str) -> str | None:
        """Return the answer, or None."""
        row = self._run("SELECT text FROM answers WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def put(self, key: str, text: str) -> None:
        """Keep an answer; the first one stays."""
        self._run("INSERT OR IGNORE INTO answers VALUES (?, ?)", (key, text))

    def skill(self, fingerprint: str, kind: str) -> float | None:
        """Return the measured skill (lower end of its interval, 0 to 1), or None where none was measured."""
        row = self._run("SELECT low FROM skills WHERE fingerprint = ? AND kind = ?", (fingerprint, kind)).fetchone()
        return float(row[0]) if row else None

    def assessment(self, fingerprint: str, kind: str) -> dict[str, Any] | None:
        """Return the document kept with a measured skill, or None where none was measured."""
        row = self._run(
            "SELECT document FROM skills WHERE fingerprint = ? AND kind = ?", (fingerprint, kind)
        ).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def keep_skill(self, fingerprint: str, kind: str, low: float, document: Mapping[str, Any]) -> None:
        """Keep a measured skill under the model's fingerprint; a later measurement replaces it."""
        self._run(
            "INSERT OR REPLACE INTO skills VALUES (?, ?, ?, ?)",
            (fingerprint, kind, min(max(low, 0.0), 1.0), json.dumps(document)),
        )

    def _run(self, statement: str, values: tuple[Any, ...]) -> sqlite3.Cursor:
        try:
            with self._open() as connection:
                return connection.execute(statement, values)
        except sqlite3.Error as error:
            raise DiskError(f"the answer cache failed ({error})", where=str(self._path)) from error

    def _open(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=30)
            connection.execute("PRAGMA synchronous=NORMAL")
            self._local.connection = connection
        return connection
