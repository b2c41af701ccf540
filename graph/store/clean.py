"""Taking out what only older program versions wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hypograph.graph.core.schema import LABELS
from hypograph.graph.queries import core, operations
from hypograph.graph.store.footprint import edge_hash, hashes, node_hash
from hypograph.graph.store.store import GraphStore, batches
from hypograph.models.core.errors import InputError

PAGE = 50


def superseded(store: GraphStore, codes: Mapping[str, str], *, dry_run: bool = False) -> dict[str, Any]:
    """Remove what superseded units wrote and no other unit did.

    A unit is superseded where its code is another than `codes` names for its kind. Only kinds that were done anew
    are looked at, so run every flow whose results shall be renewed first. A node that something else still points at
    (a rating, an experiment, a person's decision) stays. An interrupted call goes on where it was: the old units are
    forgotten last.

    Parameters
    ----------
    store
        The graph.
    codes
        Of each kind of unit, by name, the code whose units stay.
    dry_run
        Count only.

    Returns
    -------
    dict
        `units` that were superseded, `unknown` among them that an older schema wrote (what they wrote is not known
        and stays), `nodes` and `edges` removed, and `keys` of the units.

    Raises
    ------
    InputError
        If nothing was done with these codes yet.
    """
    done = store.read(operations.UNITS_BY_CODE)
    kinds = sorted({row["kind"] for row in done if row["code"] == codes.get(row["kind"])})
    if not kinds:
        raise InputError(
            "this version of the program has done nothing yet, so it supersedes nothing",
            where=store.uri,
            hint="Run your flows first.",
        )
    living: set[bytes] = set()
    doomed: set[bytes] = set()
    old: list[str] = []
    unknown = 0
    for row in _footprints(store, sorted({row["kind"] for row in done})):
        if row["kind"] in kinds and row["code"] != codes[row["kind"]]:
            old.append(row["key"])
            unknown += not row["code"]
            doomed |= hashes(row["wrote"] or ())
        else:
            living |= hashes(row["wrote"] or ())
    doomed -= living
    edges = _edges(store, doomed, dry_run) if doomed else 0
    nodes = _nodes(store, doomed, dry_run) if doomed else 0
    if not dry_run:
        for keys in batches(old):
            store.run_command(operations.FORGET_UNITS, keys=keys)
    return {"units": len(old), "unknown": unknown, "nodes": nodes, "edges": edges, "keys": old}


def _footprints(store: GraphStore, kinds: list[str]) -> Iterator[dict[str, Any]]:
    after = ""
    while rows := store.read(operations.FOOTPRINTS, after=after, kinds=kinds, limit=PAGE):
        yield from rows
        after = rows[-1]["key"]


def _edges(store: GraphStore, doomed: set[bytes], dry_run: bool) -> int:
    count = 0
    for kind, query in core.READ_EDGES.items():
        rows = [
            {"start": r["start"], "end": r["end"], "key": r["props"].get("key", "")}
            for r in store.read(query)
            if edge_hash(kind, r["start"], r["end"], r["props"].get("key", "")) in doomed
        ]
        count += len(rows)
        for part in batches([] if dry_run else rows):
            store.run_command(core.DELETE_EDGES[kind], rows=part)
    return count


def _nodes(store: GraphStore, doomed: set[bytes], dry_run: bool) -> int:
    """Delete doomed nodes that nothing is joined to any more; a dry run counts those that are joined, too."""
    count = 0
    for label, spec in LABELS.items():
        if not spec.hashed:
            continue
        keys = [row["key"] for row in store.nodes(label) if node_hash(label, row["key"]) in doomed]
        if dry_run:
            count += len(keys)
            continue
        for part in batches(keys):
            count += store.run_command(core.DELETE_LONE_NODES[label], keys=part)[0]["n"]
    return count
