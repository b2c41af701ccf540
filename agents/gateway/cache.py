"""Answers on disk, so that no call is paid for twice."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from hypograph.models.errors import DiskError


class AnswerCache:
    """A key-value file that threads and processes share (SQLite, write-ahead log).

    Raises
    ------
    DiskError
        If the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "answers.sqlite"
        self._local = threading.local()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._open() as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, text TEXT NOT NULL)"
                )
        except (OSError, sqlite3.Error) as error:
            raise DiskError(f"the answer cache cannot be opened ({error})", where=str(folder)) from error

    def get(self, key: str) -> str | None:
        """Return the answer, or None."""
        row = self._open().execute("SELECT text FROM answers WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def put(self, key: str, text: str) -> None:
        """Keep an answer; the first one stays."""
        try:
            with self._open() as connection:
                connection.execute("INSERT OR IGNORE INTO answers VALUES (?, ?)", (key, text))
        except sqlite3.Error as error:
            raise DiskError(f"the answer cannot be kept ({error})", where=str(self._path)) from error

    def _open(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=30)
            self._local.connection = connection
        return connection
