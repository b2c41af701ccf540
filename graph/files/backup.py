"""The whole graph as a file and back, or on another server: JSON lines with a checksum."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from hypograph.graph.core.schema import LABELS, SCHEMA_VERSION
from hypograph.graph.queries import core
from hypograph.graph.store.migrations import migrate
from hypograph.graph.store.store import BATCH, GraphStore
from hypograph.models.core.errors import DiskError, InputError, MalformedRowError, MissingFileError
from hypograph.models.core.records import Edge, Node

FORMAT = "hypograph graph"
BOOKKEEPING = frozenset({"Migration"})


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
    """Write the graph to a gzipped JSON-lines file, whole or not at all.

    Returns
    -------
    dict
        `path`, `records`, `content_hash` and `sha256` of the file.

    Raises
    ------
    DiskError
        If the file cannot be written.
    """
    content = store.content_hash()
    head = {"format": FORMAT, "schema": SCHEMA_VERSION, "content_hash": content}
    count = 0

    def write(file: IO[str]) -> None:
        nonlocal count
        file.write(line_of(head))
        for record in records(store):
            file.write(line_of(record))
            count += 1
        file.write(line_of({"records": count}))

    write_whole(path, write, compress=True)
    with path.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": str(path), "records": count, "content_hash": content, "sha256": checksum}


def restore(store: GraphStore, path: Path) -> dict[str, Any]:
    """Read a backup into an empty graph and check that the content is the same.

    Raises
    ------
    MissingFileError, InputError, MalformedRowError
        If the file is not a whole backup, or the graph is not empty.
    """
    _must_be_empty(store)
    head = _checked(path)
    store.ensure_schema()
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = (json.loads(line) for line in islice(file, 1, None))
        count = load(store, (r for r in lines if "records" not in r))
    migrate(store, head["schema"])
    content = store.content_hash()
    if content != head["content_hash"]:
        raise InputError(
            "the restored graph is not the one that was backed up", where=str(path), expected=head["content_hash"]
        )
    return {"path": str(path), "records": count, "content_hash": content}


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

    Raises
    ------
    InputError
        If the target is not empty, or the content differs afterwards.
    """
    _must_be_empty(target)
    target.ensure_schema()
    count = load(target, records(source))
    there, here = target.content_hash(), source.content_hash()
    if there != here:
        raise InputError("the copy is not the same as the source", where=target.uri, expected=here)
    return {"records": count, "content_hash": here, "to": target.uri}


def _checked(path: Path) -> dict[str, Any]:
    """Read a backup once: whole, and of our format."""
    if not path.is_file():
        raise MissingFileError("no such backup", where=str(path))
    number = 0
    last: dict[str, Any] = {}
    head: dict[str, Any] = {}
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                last = json.loads(line)
                head = last if number == 1 else head
    except (OSError, EOFError, ValueError) as error:
        raise MalformedRowError(
            f"cannot be read ({type(error).__name__})", where=f"{path}, line {number + 1}", expected="a whole backup"
        ) from error
    if head.get("format") != FORMAT or last.get("records") != number - 2:
        raise InputError("not a whole backup", where=str(path), expected=f"{number - 2} records and an end mark")
    if head["schema"] > SCHEMA_VERSION:
        raise InputError("made by a newer version", where=str(path), expected=f"schema {SCHEMA_VERSION} or older")
    return head


def _must_be_empty(store: GraphStore) -> None:
    full = {k: n for k, n in store.counts().items() if n and k not in BOOKKEEPING}
    if full:
        raise InputError(
            "the graph is not empty",
            where=store.uri,
            expected="an empty graph",
            hint=f"It has {sum(full.values()):,} records.",
        )


def write_whole(path: Path, write: Callable[[IO[str]], None], *, compress: bool = False) -> None:
    """Write a text file, whole or not at all.

    Raises
    ------
    DiskError
        If it cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        with gzip.open(part, "wt", encoding="utf-8") if compress else part.open("w", encoding="utf-8") as file:
            write(file)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DiskError(f"cannot be written ({error.strerror})", where=str(path)) from error


def line_of(record: dict[str, Any]) -> str:
    """Lay a record out as a line of JSON."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
