"""Records of another graph, as JSON lines, laid over this one."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from hypograph.graph.core.schema import LABELS
from hypograph.graph.files.backup import BOOKKEEPING, FORMAT, load
from hypograph.graph.queries import core
from hypograph.graph.store.store import GraphStore, batches
from hypograph.graph.store.validate import checked_edges, checked_nodes
from hypograph.models.core.errors import InputError, MalformedRowError, MissingFileError
from hypograph.models.core.records import Edge, Node


def import_jsonl(store: GraphStore, path: Path) -> dict[str, Any]:
    """Read what `graph export --format jsonl` (or `graph backup`) wrote into a graph that may hold more.

    The whole file is checked before anything is written. Nodes with a key that is there already get the file's
    properties on top of theirs. An interrupted import is finished by another one.

    Parameters
    ----------
    store
        The graph.
    path
        JSON lines, gzipped where the name ends in ``.gz``: ``{"node", "key", "props"}``, then ``{"edge", "start":
        [label, key], "end": [label, key], "key", "props"}``.

    Returns
    -------
    dict
        `path`, `records` and the `content_hash` afterwards.

    Raises
    ------
    MissingFileError, MalformedRowError, InputError
        If the file is not there, a line is no record that the schema lists, or an end is nowhere.
    """
    if not path.is_file():
        raise MissingFileError("no such file", where=str(path), expected="JSON lines of `graph export --format jsonl`")
    store.ensure_schema()
    _check(store, path)
    count = load(store, sorted_stream(path))
    return {"path": str(path), "records": count, "content_hash": store.content_hash()}


def sorted_stream(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the file's nodes, then its relationships, in two passes."""
    for kind in ("node", "edge"):
        for _, record in _records(path):
            if kind in record:
                yield record


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    try:
        with _open(path) as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                record = json.loads(line)
                # First and last line of a backup.
                if isinstance(record, dict) and (record.get("format") == FORMAT or set(record) == {"records"}):
                    continue
                yield number, record
    except (OSError, EOFError, ValueError) as error:
        at = number if isinstance(error, json.JSONDecodeError) else number + 1
        raise MalformedRowError(
            f"cannot be read ({type(error).__name__})", where=f"{path}, line {at}", expected="a JSON object"
        ) from error


def _open(path: Path) -> IO[str]:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def _check(store: GraphStore, path: Path) -> None:
    """Check every line against the schema, and that every end is in the file or in the graph."""
    there: dict[str, set[str]] = defaultdict(set)
    ends: dict[tuple[str, str], int] = {}
    for number, record in _records(path):
        try:
            if "node" in record:
                if record["node"] in BOOKKEEPING:
                    raise InputError("bookkeeping of a graph is not imported", where=str(record["node"]))
                checked_nodes([Node(record["node"], record["key"], record["props"])])
                there[record["node"]].add(record["key"])
            else:
                start, end = (tuple(record[name]) for name in ("start", "end"))
                checked_edges([Edge(record["edge"], start, end, record["props"], record["key"])])
                ends |= {start: number, end: number}
        except (InputError, KeyError, TypeError, AttributeError, ValueError) as error:
            what = str(error) if isinstance(error, InputError) else "not a record"
            raise MalformedRowError(
                what, where=f"{path}, line {number}", expected="a node or a relationship"
            ) from error
    for label in LABELS:
        left = sorted(key for kind, key in ends if kind == label and key not in there[label])
        for part in batches(left):
            found = {row["key"] for row in store.read(core.FIND_NODES[label], keys=part)}
            for key in part:
                if key not in found:
                    raise MalformedRowError(
                        f"a relationship joins a node that is nowhere: {label} {key!r}",
                        where=f"{path}, line {ends[label, key]}",
                        expected="a node of the file or of the graph",
                    )
