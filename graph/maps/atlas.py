"""The hypothesis graph as the pages hold it in memory: read with a few fixed statements, read anew when it changed."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NotRequired
from weakref import WeakKeyDictionary

from typing_extensions import TypedDict

from hypograph.graph import GraphStore
from hypograph.graph.queries import core, pages

MOST_HYPOTHESES = 20_000
MOST_EDGES = 60_000
# After a change the graph is read again, but no sooner than this many times the seconds that reading it took.
PATIENCE = 5.0
LONGEST = 5.0


class NodeRow(TypedDict):
    """A node of the hypothesis graph; of the facts those that are known."""

    key: str
    id: str
    kind: str
    theme: str
    label: str
    short: NotRequired[str]
    sources: NotRequired[list[str]]
    probability_best: NotRequired[float]
    belief: NotRequired[float]
    plausibility: NotRequired[float]
    ignorance: NotRequired[float]
    conflict: NotRequired[float]
    potential: NotRequired[float]
    novelty: NotRequired[float]
    pignistic: NotRequired[float]
    level: NotRequired[int]
    root: NotRequired[str]
    status: NotRequired[str]
    created_at: NotRequired[str]
    df: NotRequired[int]
    community: NotRequired[int]
    doi: NotRequired[str]
    year: NotRequired[int]


class EdgeRow(TypedDict):
    """A relationship between two nodes."""

    start: str
    end: str
    kind: str
    weight: float
    count: NotRequired[int]


@dataclass(frozen=True)
class Atlas:
    """Nodes and relationships of the hypothesis graph.

    Attributes
    ----------
    nodes
        By key: ``h:`` hypotheses (in order of rank), ``k:`` keywords, ``a:`` alloys, ``p:`` publications.
    edges
        Each with `start`, `end`, `kind` (refines, inspired by, occurs with) and `weight`.
    token
        Counts of the store when it was read.
    drawings
        Views that were packed for a browser, by their choice.
    """

    nodes: dict[str, NodeRow]
    edges: list[EdgeRow]
    token: dict[str, int] = field(default_factory=dict)
    drawings: dict[object, bytes] = field(default_factory=dict)

    @cached_property
    def hypotheses(self) -> list[NodeRow]:
        """Hypotheses in order of rank."""
        return [node for node in self.nodes.values() if node["kind"] == "hypothesis"]

    @cached_property
    def incident(self) -> dict[str, list[EdgeRow]]:
        """Relationships at each node."""
        found: dict[str, list[EdgeRow]] = defaultdict(list)
        for edge in self.edges:
            found[edge["start"]].append(edge)
            found[edge["end"]].append(edge)
        return dict(found)

    def neighbours(self, key: str) -> list[str]:
        """Nodes one relationship away."""
        return [e["end"] if e["start"] == key else e["start"] for e in self.incident.get(key, ())]


def counts(store: GraphStore) -> dict[str, int]:
    """Count what the pages watch: in one transaction, each label in less than a millisecond."""
    watched = (*pages.SHOWN, *pages.WATCHED)
    found = store.read_all([core.COUNT_NODES[label] for label in watched])
    return {label: rows[0]["n"] for label, rows in zip(watched, found, strict=True)}


@dataclass(slots=True)
class _Kept:
    atlas: Atlas
    read_at: float
    seconds: float


_kept: WeakKeyDictionary[GraphStore, _Kept] = WeakKeyDictionary()
_lock = threading.Lock()


def atlas(store: GraphStore) -> Atlas:
    """Return the graph as it is now; during a run of a large one, as it was a moment ago."""
    token, now = counts(store), time.monotonic()
    kept = _kept.get(store)
    if kept and now - kept.read_at < LONGEST and kept.atlas.token == token:
        return kept.atlas
    if kept and now - kept.read_at < PATIENCE * kept.seconds:
        return kept.atlas
    with _lock:
        later = _kept.get(store)
        if later is not kept and later is not None:  # another request has just read it
            return later.atlas
        if kept and kept.atlas.token == token and kept.seconds > LONGEST / PATIENCE:
            kept.read_at = now
            return kept.atlas
        found = read(store, token)
        _kept[store] = _Kept(found, time.monotonic(), time.monotonic() - now)
    return found


def in_memory(store: GraphStore) -> Atlas | None:
    """Return the graph as it was read last; None where it was not read yet."""
    kept = _kept.get(store)
    return kept.atlas if kept else None


def read(store: GraphStore, token: dict[str, int] | None = None) -> Atlas:
    """Read the whole hypothesis graph."""
    nodes: dict[str, NodeRow] = {}
    sources: dict[str, set[str]] = defaultdict(set)
    for row in store.read(pages.ATLAS_SOURCES, limit=MOST_EDGES):
        sources[row["id"]].add(row["source"])
    rows = store.read(pages.HYPOTHESES, text="", low=0, high=99, limit=MOST_HYPOTHESES)
    for asked in rows:
        node = _node("h", "hypothesis", asked["id"], asked["statement"], asked["level_name"], asked)
        node["sources"] = sorted(sources.get(asked["id"], ()))
        nodes["h:" + asked["id"]] = node
    edges: list[EdgeRow] = []
    for row in store.read(pages.ATLAS_REFINES, limit=MOST_EDGES):
        edges.append(_edge("h:" + row["start"], "h:" + row["end"], "refines"))
        if row["edit"] and "h:" + row["start"] in nodes:
            nodes["h:" + row["start"]]["short"] = shortened(row["edit"])
    edges += _inspirations(store, nodes)
    for row in store.read(pages.ATLAS_KEYWORDS, limit=MOST_EDGES):
        nodes["k:" + row["name"]] = _node("k", "keyword", row["name"], row["name"], row["kind"], row)
    for row in store.read(pages.BACKBONE, limit=MOST_EDGES):
        edges.append(_edge("k:" + row["start"], "k:" + row["end"], "occurs with", row["weight"], row["count"]))
    return Atlas(nodes, [e for e in edges if e["start"] in nodes and e["end"] in nodes], token or counts(store))


def shortened(edit: str) -> str:
    """Name a refined hypothesis by what it added: of "add anneal time: 1; add route: x", "x, anneal time 1"."""
    parts = [part.removeprefix("add ").partition(": ") for part in edit.split("; ")]
    # A bare number says nothing without the name of what it measures.
    named = [(value or name, f"{name} {value}" if value[:1].isdigit() else "") for name, _, value in parts]
    return ", ".join([text for text, number in named if not number] + [number for _, number in named if number])


def _inspirations(store: GraphStore, nodes: dict[str, NodeRow]) -> list[EdgeRow]:
    edges = [
        _edge("h:" + row["id"], "k:" + row["name"], "inspired by")
        for row in store.read(pages.ATLAS_FROM_KEYWORDS, limit=MOST_EDGES)
    ]
    for row in store.read(pages.ATLAS_FROM_ALLOYS, limit=MOST_EDGES):
        edges.append(_edge("h:" + row["id"], "a:" + row["key"], "inspired by"))
        if "a:" + row["key"] not in nodes:
            nodes["a:" + row["key"]] = _node("a", "alloy", row["key"], row["formula"] or row["key"], "alloy", row)
    for row in store.read(pages.ATLAS_FROM_PAPERS, limit=MOST_EDGES):
        edges.append(_edge("h:" + row["id"], "p:" + row["key"], "inspired by", row["similarity"]))
        if "p:" + row["key"] not in nodes:
            nodes["p:" + row["key"]] = _node(
                "p", "publication", row["key"], row["title"] or _named(row["key"]), "publication", row
            )
    return edges


def _named(key: str) -> str:
    """Name a paper without a title: its DOI, or the beginning of its key, which is a hash."""
    return key if key.startswith("10.") else f"paper {key[:6]}"


FACTS = (
    *("probability_best", "belief", "plausibility", "ignorance", "conflict", "potential", "novelty", "pignistic"),
    *("level", "root", "status", "created_at", "df", "community", "doi", "year"),
)


def _node(prefix: str, kind: str, key: str, label: str | None, theme: str | None, row: Mapping[str, object]) -> NodeRow:
    facts = {name: row[name] for name in FACTS if row.get(name) is not None}
    node: Any = {"key": f"{prefix}:{key}", "id": key, "kind": kind, "theme": theme or kind, "label": label or key}
    found: NodeRow = node | facts
    return found


def _edge(start: str, end: str, kind: str, weight: float | None = None, count: int | None = None) -> EdgeRow:
    found: EdgeRow = {"start": start, "end": end, "kind": kind, "weight": weight if weight is not None else 1.0}
    if count is not None:
        found["count"] = count
    return found
