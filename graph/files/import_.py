"""Records of another graph, as JSON lines, laid over this one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypograph.graph.core.schema import LABELS
from hypograph.graph.files.backup import load
from hypograph.graph.files.lines import End, Head, Record, read_lines
from hypograph.graph.files.restore import checked_backup, records_of
from hypograph.graph.queries import core
from hypograph.graph.store.migrations import migrate
from hypograph.graph.store.store import GraphStore, batches
from hypograph.models.core.errors import MalformedRowError


def import_jsonl(store: GraphStore, path: Path) -> dict[str, Any]:
    """Read what `graph export --format jsonl` (or `graph backup`) wrote into a graph that may hold more.

    The whole file is checked before anything is written; a backup must be whole, and of this or an older version. Nodes
    with a key that is there already get the file's properties on top of theirs. An interrupted import is finished by
    another one.

    Parameters
    ----------
    store
        The graph.
    path
        JSON lines, gzipped or not: ``{"node", "key", "props"}``, then ``{"edge", "start": [label, key], "end":
        [label, key], "key", "props"}``.

    Returns
    -------
    dict
        `path`, `records` and the `content_hash` afterwards.

    Raises
    ------
    MissingFileError, MalformedRowError, InputError
        If the file is not there, a line is no record that the schema lists, or an end is nowhere.
    """
    store.ensure_schema()
    head = _check(store, path)
    count = load(store, sorted_stream(path))
    if head is not None:
        migrate(store, head.version)
    return {"path": str(path), "records": count, "content_hash": store.content_hash()}


def sorted_stream(path: Path) -> Iterator[Record]:
    """Yield the file's nodes, then its relationships, in two passes."""
    for kind in ("node", "edge"):
        yield from (record for record in records_of(path) if kind in record)


def _check(store: GraphStore, path: Path) -> Head | None:
    """Check every line, and that every end is in the file or in the graph; returns a backup's first line."""
    there: dict[str, set[str]] = defaultdict(set)
    ends: dict[tuple[str, str], int] = {}
    for number, line in read_lines(path):
        if isinstance(line, Head) and number == 1:
            return checked_backup(path).head
        if isinstance(line, Head | End):
            raise MalformedRowError("out of place", where=f"{path}, line {number}", expected="a record")
        if "node" in line:
            there[line["node"]].add(line["key"])
        else:
            ends |= {(end[0], end[1]): number for end in (line["start"], line["end"])}
    for label in LABELS:
        left = sorted(key for kind, key in ends if kind == label and key not in there[label])
        for part in batches(left):
            found = {row["key"] for row in store.read(core.FIND_NODES[label], keys=part)}
            for key in part:
                if key not in found:
                    raise MalformedRowError(
                        f"a relationship joins a node that is nowhere: {label} {key[:100]!r}",
                        where=f"{path}, line {ends[label, key]}",
                        expected="a node of the file or of the graph",
                    )
    return None
