"""Views of the hypothesis graph: a choice of hypotheses with what they rest on, a neighbourhood, a path."""

from __future__ import annotations

import gzip
import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypedDict

from hypograph.graph.maps.atlas import Atlas, EdgeRow, NodeRow
from hypograph.graph.maps.layout import layout

MOST_NEAR = 2_000
LABEL = 48


@dataclass(frozen=True, slots=True)
class Choice:
    """What a view of the graph shows.

    Attributes
    ----------
    text
        Text that the statement holds, in any case.
    low, high
        Levels, inclusive.
    source
        A source that its evidence comes from; empty for any.
    belief
        Lowest belief in [0, 1]; above 0, hypotheses without one are left out.
    since
        Earliest date, ISO 8601; empty for any.
    community
        Community of a keyword that inspired it; None for any.
    hypotheses, edges
        How many hypotheses, and how many relationships between keywords, are shown at most.
    focus, hops
        Node to start from: what lies within that many relationships is shown instead of the best hypotheses.
    to
        With `focus`, the other end of a path: the path is shown, with what lies near each of its nodes.
    """

    text: str = ""
    low: int = 0
    high: int = 99
    source: str = ""
    belief: float = 0.0
    since: str = ""
    community: int | None = None
    hypotheses: int = 60
    edges: int = 300
    focus: str = ""
    hops: int = 1
    to: str = ""


def chosen(atlas: Atlas, choice: Choice) -> list[NodeRow]:
    """Return the hypotheses that pass the filters, in order of rank."""
    wanted = choice.text.lower()

    def fits(node: NodeRow) -> bool:
        return (
            choice.low <= node.get("level", 0) <= choice.high
            and wanted in node["label"].lower()
            and (not choice.source or choice.source in node["sources"])
            and (choice.belief <= 0 or node.get("belief", -1.0) >= choice.belief)
            and (not choice.since or node.get("created_at", "") >= choice.since)
            and (choice.community is None or choice.community in _communities(atlas, node["key"]))
        )

    return [node for node in atlas.hypotheses if fits(node)]


def _communities(atlas: Atlas, key: str) -> set[int]:
    near = (atlas.nodes[other] for other in atlas.neighbours(key))
    return {node["community"] for node in near if node["kind"] == "keyword" and "community" in node}


class Placed(NodeRow):
    """A node with its place."""

    x: float
    y: float


class View(TypedDict):
    """What is drawn: nodes with their places, relationships, and the path between two ends."""

    nodes: list[Placed]
    edges: list[EdgeRow]
    path: list[str]


def view(atlas: Atlas, choice: Choice) -> View:
    """Choose nodes and relationships, and give each node its place.

    Raises
    ------
    KeyError
        If the focus, or the other end, is nowhere.
    """
    if choice.focus:
        steps, around = surroundings(atlas, choice)
        edges = [e for e in _incident(atlas, around) if e["start"] in around and e["end"] in around]
        return _placed({key: atlas.nodes[key] for key in around}, edges, steps)
    best = chosen(atlas, choice)[: choice.hypotheses]
    keys = {node["key"]: node for node in best}
    edges = [e for e in _incident(atlas, keys) if e["kind"] == "refines" and e["start"] in keys and e["end"] in keys]
    links = [e for e in _incident(atlas, keys) if e["kind"] == "inspired by"]
    names = {e["end"] for e in links if e["end"].startswith("k:")}
    backbone = [
        e
        for e in (_incident(atlas, names) if names else atlas.edges)
        if e["kind"] == "occurs with" and (not names or e["start"] in names or e["end"] in names)
    ]
    backbone = sorted(backbone, key=lambda e: (-e["weight"], e["start"], e["end"]))[: choice.edges]
    shown = dict(keys)
    for edge in (*links, *backbone):
        for end in (edge["start"], edge["end"]):
            shown.setdefault(end, atlas.nodes[end])
    return _placed(shown, [*edges, *links, *backbone], [])


def surroundings(atlas: Atlas, choice: Choice) -> tuple[list[str], dict[str, int]]:
    """Return the path from the focus to the other end (empty where none is wanted or there is), and what is near.

    Raises
    ------
    KeyError
        If one of the ends is nowhere.
    """
    steps = [node["key"] for node in path(atlas, choice.focus, choice.to)] if choice.to else []
    starts = steps or [choice.focus, *([choice.to] if choice.to else [])]
    return steps, near(atlas, starts, choice.hops)


def _incident(atlas: Atlas, keys: Iterable[str]) -> list[EdgeRow]:
    seen: dict[int, EdgeRow] = {}
    for key in keys:
        for edge in atlas.incident.get(key, ()):
            seen[id(edge)] = edge
    return list(seen.values())


def near(atlas: Atlas, keys: Sequence[str], hops: int) -> dict[str, int]:
    """Return the nodes within so many relationships of some, with their distance; at most two thousand.

    Raises
    ------
    KeyError
        If one of them is nowhere.
    """
    for key in keys:
        if key not in atlas.nodes:
            raise KeyError(key)
    found, queue = dict.fromkeys(keys, 0), deque(keys)
    while queue and len(found) < MOST_NEAR:
        at = queue.popleft()
        if found[at] == hops:
            break
        for other in sorted(set(atlas.neighbours(at))):
            if other not in found and len(found) < MOST_NEAR:
                found[other] = found[at] + 1
                queue.append(other)
    return found


def path(atlas: Atlas, start: str, end: str) -> list[NodeRow]:
    """Return the nodes of a shortest path, both ends among them; empty if there is none.

    Raises
    ------
    KeyError
        If one of the ends is nowhere.
    """
    for key in (start, end):
        if key not in atlas.nodes:
            raise KeyError(key)
    came, queue = {start: start}, deque([start])
    while queue and end not in came:
        at = queue.popleft()
        for other in atlas.neighbours(at):
            if other not in came:
                came[other] = at
                queue.append(other)
    if end not in came:
        return []
    steps = [end]
    while steps[-1] != start:
        steps.append(came[steps[-1]])
    return [atlas.nodes[key] for key in reversed(steps)]


def _placed(nodes: dict[str, NodeRow], edges: list[EdgeRow], steps: list[str]) -> View:
    names = sorted(nodes)
    index = {name: i for i, name in enumerate(names)}
    ends = tuple((index[e["start"]], index[e["end"]]) for e in edges)
    places = _cached_layout(tuple(names), ends).round(4).tolist()
    return {
        "nodes": [{**nodes[name], "x": x, "y": y} for name, (x, y) in zip(names, places, strict=True)],
        "edges": edges,
        "path": steps,
    }


@lru_cache(maxsize=64)
def _cached_layout(names: tuple[str, ...], ends: tuple[tuple[int, int], ...]) -> NDArray[np.float64]:
    pairs = np.array(ends, dtype=np.int64).reshape(-1, 2)
    return layout(list(names), pairs, np.ones(len(pairs)))


DRAWN = ("probability_best", "belief", "ignorance", "conflict", "df", "level")


def drawing(found: View) -> bytes:
    """Pack a view for the browser: columns instead of rows, short labels, relationships by number; gzip."""
    nodes, edges = found["nodes"], found["edges"]
    index = {node["key"]: i for i, node in enumerate(nodes)}
    columns: dict[str, Sequence[object]] = {
        "key": [n["key"] for n in nodes],
        "label": [_short(n.get("short") or n["label"]) for n in nodes],
        "kind": [n["kind"] for n in nodes],
        "theme": [n["theme"] for n in nodes],
        "x": [round(n["x"], 3) for n in nodes],
        "y": [round(n["y"], 3) for n in nodes],
    }
    for name in DRAWN:
        columns[name] = [_rounded(n.get(name)) for n in nodes]
    joined = {
        "start": [index[e["start"]] for e in edges],
        "end": [index[e["end"]] for e in edges],
        "kind": [e["kind"] for e in edges],
        "weight": [_rounded(e["weight"]) for e in edges],
    }
    steps = [index[key] for key in found["path"]]
    text = json.dumps({"nodes": columns, "edges": joined, "path": steps}, separators=(",", ":"), ensure_ascii=False)
    return gzip.compress(text.encode("utf-8", "replace"), compresslevel=5, mtime=0)


def _short(label: str) -> str:
    return label if len(label) <= LABEL else label[: LABEL - 1] + "…"


def _rounded(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value
