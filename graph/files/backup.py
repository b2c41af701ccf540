"""The whole graph as a file, of one moment, and on another server: JSON lines with a checksum."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from hypograph.graph.core.schema import LABELS, SCHEMA_VERSION
from hypograph.graph.files.lines import BOOKKEEPING, FORMAT
from hypograph.graph.queries import core
from hypograph.graph.store.content import ContentHash
from hypograph.graph.store.store import BATCH, GraphStore
from hypograph.models.core.errors import InputError, StoreError
from hypograph.models.core.files import file_error
from hypograph.models.core.locks import writers_held_up
from hypograph.models.core.records import Edge, Node

TRIES: Final = 5


def records(store: GraphStore) -> Iterator[dict[str, Any]]:
    """Yield every node, then every relationship, in a fixed order."""
    for label in sorted(set(LABELS) - BOOKKEEPING):
        for row in store.nodes(label):
            props = {k: v for k, v in row["props"].items() if k != LABELS[label].key}
            yield {"node": label, "key": row["key"], "props": props}
    for (kind, a, b), query in sorted(core.READ_EDGES.items()):
        rows = sorted(store.read(query), key=lambda r: (r["start"], r["end"], r["props"].get("key", "")))
        for row in rows:
            props = dict(row["props"])
            key = props.pop("key", "")
            yield {"edge": kind, "start": [a, row["start"]], "end": [b, row["end"]], "key": key, "props": props}


def backup(store: GraphStore, path: Path) -> dict[str, Any]:
    """Write the graph of one moment to a gzipped JSON-lines file, whole or not at all.

    Writers of this machine wait. Where another machine writes to the same server, what was read is compared with a
    second reading, and read anew where they differ. The file is read back, and checked as `restore` will, before it
    gets its name.

    Returns
    -------
    dict
        `path`, `records`, `content_hash` and `sha256` of the file.

    Raises
    ------
    InputError
        If the file cannot have that name.
    DiskError
        If it cannot be written.
    StoreError
        If the graph does not hold still, or holds what cannot be restored.
    """
    for _ in range(TRIES):
        try:
            with writers_held_up(store.config.data_folder):
                return _one_moment(store, path)
        except _MovedError:
            continue
    raise StoreError(
        "the graph does not hold still for a backup",
        where=store.uri,
        hint="Other machines write to it: end their runs, or back the server up with its own tools.",
    )


class _MovedError(Exception):
    """The graph changed while it was read."""


def _one_moment(store: GraphStore, path: Path) -> dict[str, Any]:
    from hypograph.graph.files.restore import checked_backup

    before, read, count = store.content_hash(), ContentHash(), 0

    def write(file: IO[str]) -> None:
        nonlocal count
        file.write(line_of({"format": FORMAT, "schema": SCHEMA_VERSION, "content_hash": before}))
        for record in records(store):
            file.write(line_of(record))
            read.add(record)
            count += 1
        file.write(line_of({"records": count}))
        if read.text() != before:
            raise _MovedError

    def check(part: Path) -> None:
        try:
            checked_backup(part)
        except InputError as error:
            raise StoreError(f"the graph holds what no restore takes: {error.what}", where=error.where) from error

    write_whole(path, write, compress=True, check=check)
    with path.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": str(path), "records": count, "content_hash": before, "sha256": checksum}


def load(store: GraphStore, found: Iterable[dict[str, Any]]) -> int:
    """Write records in batches; nodes must come before the relationships that join them."""
    count = 0
    stream = iter(found)
    while batch := list(islice(stream, BATCH)):
        nodes = [Node(r["node"], r["key"], r["props"]) for r in batch if "node" in r]
        edges = [
            Edge(r["edge"], (r["start"][0], r["start"][1]), (r["end"][0], r["end"][1]), r["props"], r["key"])
            for r in batch
            if "edge" in r
        ]
        store.merge(nodes, edges)
        count += len(batch)
    return count


def copy(source: GraphStore, target: GraphStore) -> dict[str, Any]:
    """Copy a graph to another, empty server and check that the content is the same.

    The two must not share a data folder: writers of the source's wait.

    Raises
    ------
    InputError
        If the target is not empty, or the content differs afterwards.
    """
    must_be_empty(target)
    target.ensure_schema()
    with writers_held_up(source.config.data_folder):
        count = load(target, records(source))
        here = source.content_hash()
    there = target.content_hash()
    if there != here:
        raise InputError("the copy is not the same as the source", where=target.uri, expected=here)
    return {"records": count, "content_hash": here, "to": target.uri}


def must_be_empty(store: GraphStore) -> None:
    """Refuse a graph that holds anything but the note of its version.

    Raises
    ------
    InputError
        Saying how much it holds.
    """
    full = {k: n for k, n in store.counts().items() if n and k not in BOOKKEEPING}
    if full:
        raise InputError(
            "the graph is not empty",
            where=store.uri,
            expected="an empty graph",
            hint=f"It has {sum(full.values()):,} records: `graph clear --yes` empties it, `--replace` replaces it.",
        )


def write_whole(
    path: Path, write: Callable[[IO[str]], None], *, compress: bool = False, check: Callable[[Path], None] | None = None
) -> None:
    """Write a text file, whole or not at all.

    Parameters
    ----------
    check
        Looks at the file before it gets its name; an error of it leaves none behind.

    Raises
    ------
    InputError
        If the file cannot have that name.
    DiskError
        If it cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        with gzip.open(part, "wt", encoding="utf-8") if compress else part.open("w", encoding="utf-8") as file:
            write(file)
        if check is not None:
            check(part)
        os.replace(part, path)
    except OSError as error:
        _unlink(part)
        raise file_error(error, path) from error
    except BaseException:
        _unlink(part)
        raise


def _unlink(part: Path) -> None:
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)


def line_of(record: dict[str, Any]) -> str:
    """Lay a record out as a line of JSON."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
