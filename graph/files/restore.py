"""A backup read back into a graph, all of it or nothing; a graph emptied."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hypograph.graph.files.backup import backup, load, must_be_empty
from hypograph.graph.files.lines import BOOKKEEPING, End, Head, Record, read_lines
from hypograph.graph.queries import core
from hypograph.graph.store.content import ContentHash
from hypograph.graph.store.footprint import edge_hash
from hypograph.graph.store.migrations import migrate
from hypograph.graph.store.store import BATCH, GraphStore, now
from hypograph.models.core.errors import InputError, MalformedRowError, StoreError
from hypograph.models.core.locks import open_lock, try_exclusive

SAFETY: Final = "before-restore.jsonl.gz"
RESTORING: Final = "a restore has begun"
REPLACING: Final = "a replacing restore has begun"


@dataclass(frozen=True, slots=True)
class Checked:
    """A whole backup: its first line, and how many records follow."""

    head: Head
    count: int


def checked_backup(path: Path) -> Checked:
    """Read a backup once: every line valid, nothing twice, both ends of each relationship there, the hash as it says.

    Raises
    ------
    MissingFileError, InputError, MalformedRowError
        If it is not a whole backup of this or an older version.
    """
    head: Head | None = None
    end: End | None = None
    content, count = ContentHash(), 0
    nodes: set[tuple[str, str]] = set()
    edges: set[bytes] = set()
    for number, line in read_lines(path):
        where = f"{path}, line {number}"
        if (head is None) is not isinstance(line, Head) or end is not None:
            raise MalformedRowError("out of place", where=where, expected="a first line, records, a last line")
        if isinstance(line, Head):
            head = line
        elif isinstance(line, End):
            end = line
        else:
            _place(line, nodes, edges, where)
            content.add(line)
            count += 1
    if head is None or end is None or end.records != count:
        raise InputError("not a whole backup", where=str(path), expected="a first line, records, and their number")
    if content.text() != head.content_hash:
        raise InputError(
            "not the records that were backed up", where=str(path), expected=f"content hash {head.content_hash}"
        )
    return Checked(head, count)


def _place(record: Record, nodes: set[tuple[str, str]], edges: set[bytes], where: str) -> None:
    """Note a record; refuse one that is there already, or that joins what is not."""
    if "node" in record:
        key = (record["node"], record["key"])
        if key in nodes:
            raise MalformedRowError("a node that is there already", where=where, expected="each node once")
        nodes.add(key)
        return
    (a, start), (b, end) = record["start"], record["end"]
    for label, name in ((a, start), (b, end)):
        if (label, name) not in nodes:
            what = f"a relationship joins a node that is not there: {label} {name[:100]!r}"
            raise MalformedRowError(what, where=where, expected="a node of an earlier line")
    own = edge_hash((record["edge"], a, b), start, end, record["key"])
    if own in edges:
        raise MalformedRowError("a relationship that is there already", where=where, expected="each once")
    edges.add(own)


def restore(store: GraphStore, path: Path, *, replace: bool = False) -> dict[str, Any]:
    """Read a backup into an empty graph, or in place of the graph; all of it or nothing.

    The file is checked whole before anything is written. What a killed restore left is taken away by whatever opens the
    graph next (`recover`).

    Parameters
    ----------
    replace
        Take the place of what the graph holds; that is kept as a backup beside the store.

    Returns
    -------
    dict
        `path`, `records`, `content_hash` (of the graph, which is the file's unless an older version wrote it), and
        `before`: where the former graph is kept, or null.

    Raises
    ------
    MissingFileError, InputError, MalformedRowError
        If the file is not a whole backup, or the graph is not empty; nothing has changed then.
    StoreError
        If another restore is under way, or the server fails in the middle.
    """
    checked = checked_backup(path)
    lock = open_lock(_lock_file(store))
    try:
        if not try_exclusive(lock):
            raise _busy(store)
        store.ensure_schema()
        before = None
        if replace:
            before = store.config.data_folder / SAFETY
            backup(store, before)
        else:
            must_be_empty(store)
        _note(store, REPLACING if replace else RESTORING)
        try:
            if replace:
                clear(store)
            content = _fill(store, path, checked)
        except BaseException:
            _undo(store, replacing=replace)
            raise
        store.run_command(core.RESTORE_ENDED)
    finally:
        os.close(lock)
    shown = None if before is None else str(before)
    return {"path": str(path), "records": checked.count, "content_hash": content, "before": shown}


def _fill(store: GraphStore, path: Path, checked: Checked) -> str:
    """Write the records, check them against the backup, bring an older one up to date; returns the content hash."""
    load(store, records_of(path))
    content = store.content_hash()
    if content != checked.head.content_hash:
        raise StoreError(
            "the server did not keep what was restored", where=store.uri, expected=checked.head.content_hash
        )
    return store.content_hash() if migrate(store, checked.head.version) else content


def records_of(path: Path) -> Iterator[Record]:
    """Yield the records of a graph file, without a backup's first and last line."""
    for _, line in read_lines(path):
        if not isinstance(line, Head | End):
            yield line


def clear(store: GraphStore) -> int:
    """Take everything out of a graph but the note of its version; returns the number of records."""
    count = sum(n for name, n in store.counts().items() if name not in BOOKKEEPING)
    for query in core.CLEAR_NODES.values():
        while store.run_command(query, limit=BATCH)[0]["n"]:
            pass
    return count


def recover(store: GraphStore) -> None:
    """Take away what a killed restore left, and put back what it was replacing.

    Raises
    ------
    StoreError
        If the restore is not dead but under way.
    """
    noted = store.read(core.RESTORE_BEGUN)
    if not noted:
        return
    lock = open_lock(_lock_file(store))
    try:
        if not try_exclusive(lock):
            raise _busy(store)
        if store.read(core.RESTORE_BEGUN):
            _undo(store, replacing=noted[0]["name"] == REPLACING)
    finally:
        os.close(lock)


def _undo(store: GraphStore, *, replacing: bool) -> None:
    clear(store)
    if replacing:
        load(store, records_of(store.config.data_folder / SAFETY))
    store.run_command(core.RESTORE_ENDED)


def _note(store: GraphStore, name: str) -> None:
    store.run_command(core.MERGE_NODES["Migration"], rows=[{"key": -1, "props": {"name": name, "at": now()}}])


def _lock_file(store: GraphStore) -> Path:
    return store.config.data_folder / "restore.lock"


def _busy(store: GraphStore) -> StoreError:
    return StoreError("a restore is under way", where=store.uri, hint="Wait until it has ended.")
