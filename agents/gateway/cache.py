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
    "CREATE TABLE IF NOT EXISTS habits (fingerprint TEXT PRIMARY KEY, document TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS origins (key TEXT PRIMARY KEY, fingerprint TEXT, model TEXT)",
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

    def put(self, key: str, text: str, fingerprint: str = "", model: str = "") -> None:
        """Keep an answer, and of which model it is; the first one stays."""
        self._run("INSERT OR IGNORE INTO answers VALUES (?, ?)", (key, text))
        if fingerprint:
            self._run("INSERT OR IGNORE INTO origins VALUES (?, ?, ?)", (key, fingerprint, model))

    def habits(self, fingerprint: str) -> dict[str, Any]:
        """Return what was found of a model's endpoint, empty where nothing was."""
        row = self._run("SELECT document FROM habits WHERE fingerprint = ?", (fingerprint,)).fetchone()
        return {} if row is None else dict(json.loads(row[0]))

    def keep_habits(self, fingerprint: str, document: Mapping[str, Any]) -> None:
        """Keep what was found of a model's endpoint; it replaces what was kept before."""
        self._run("INSERT OR REPLACE INTO habits VALUES (?, ?)", (fingerprint, json.dumps(document)))

    def contents(self) -> list[tuple[str, int, int]]:
        """Return (model, answers, bytes) of each model whose answers are kept, the largest first."""
        rows = self._run(
            "SELECT COALESCE(o.model, 'before models were noted'), COUNT(*), SUM(LENGTH(a.text) + LENGTH(a.key)) "
            "FROM answers a LEFT JOIN origins o ON o.key = a.key GROUP BY 1 ORDER BY 3 DESC",
            (),
        )
        return [(str(m), int(n), int(size)) for m, n, size in rows.fetchall()]

    def clear(self, model: str | None = None) -> int:
        """Remove answers, of one model or all, and return how many; skills and findings stay."""
        where = "" if model is None else " WHERE key IN (SELECT key FROM origins WHERE model = ?)"
        removed = self._run(f"DELETE FROM answers{where}", () if model is None else (model,)).rowcount  # noqa: S608
        self._run("DELETE FROM origins WHERE key NOT IN (SELECT key FROM answers)", ())
        return int(removed)

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
