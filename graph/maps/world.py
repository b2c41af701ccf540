"""Everything that the store holds, as the map shows it."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hypograph.graph import GraphStore
from hypograph.graph.maps import places
from hypograph.graph.maps.atlas import Atlas
from hypograph.graph.queries import map as queries
from hypograph.graph.queries import papers
from hypograph.graph.queries.rows import KeywordRow

KINDS = ("keyword", "publication", "alloy", "hypothesis")
MOST = 100_000
LONE = ("papers without keywords", "alloys", "hypotheses", "other keywords")
NAMED_BY = 3


@dataclass(frozen=True, slots=True)
class Node:
    """One thing on the map; `first` and `last` are the years that it is seen in (0: none known)."""

    key: str
    kind: str
    label: str
    use: float
    first: int = 0
    last: int = 0
    about: str = ""


@dataclass
class World:
    """Nodes by number, what joins them, and where they lie.

    Attributes
    ----------
    nodes
        In the order of their numbers.
    group
        Number of each node's community.
    groups
        Names of the communities.
    xy
        Places, shape ``(n, 2)``.
    drawn
        Relationships that are drawn at first, as pairs of numbers.
    mentions
        Number of a paper → numbers of its keywords.
    """

    nodes: list[Node]
    group: list[int]
    groups: list[str]
    xy: NDArray[np.float64]
    drawn: list[tuple[int, int]]
    mentions: dict[int, list[int]]
    packed: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def near(self) -> dict[int, list[int]]:
        """What each node is joined to."""
        return joined(self.drawn, self.mentions)

    @cached_property
    def version(self) -> str:
        """Hash of what is drawn: the same content has the same one after every start."""
        seen = hashlib.sha256(self.xy.round(6).tobytes())
        for n, g in zip(self.nodes, self.group, strict=True):
            seen.update(f"{n.key}\t{n.label}\t{n.use}\t{n.last}\t{g}\n".encode("utf-8", "replace"))
        return seen.hexdigest()[:12]

    @cached_property
    def index(self) -> dict[str, int]:
        """Number of each key."""
        return {node.key: i for i, node in enumerate(self.nodes)}

    @cached_property
    def sought(self) -> list[str]:
        """What a search looks at, node by node, in small letters."""
        return [f"{n.label} {n.about} {n.key[2:]}".lower() for n in self.nodes]

    def search(self, text: str, limit: int) -> list[int]:
        """Return the nodes that hold every word; those whose name begins with the text first, the most used first."""
        words = text.lower().split()
        if not words:
            return []
        hits = [i for i, said in enumerate(self.sought) if all(word in said for word in words)]
        start = text.lower().strip()
        hits.sort(key=lambda i: (not self.nodes[i].label.lower().startswith(start), -self.nodes[i].use, i))
        # The best of each kind first, so that many papers do not hide the keyword.
        best: dict[str, int] = {}
        for i in hits:
            best.setdefault(self.nodes[i].kind, i)
        return list(dict.fromkeys([*(best[kind] for kind in KINDS if kind in best), *hits]))[:limit]


def read(store: GraphStore, whole: Atlas) -> World:
    """Read everything and give it places."""
    keywords = store.read(queries.KEYWORDS, limit=MOST)
    nodes, mentions = _nodes(store, whole, keywords)
    index = {node.key: i for i, node in enumerate(nodes)}
    drawn = [(index[e["start"]], index[e["end"]]) for e in whole.edges if e["start"] in index and e["end"] in index]
    near = joined(drawn, mentions)
    community = {index["k:" + r["name"]]: r["community"] for r in keywords if r["community"] is not None}
    group, names = _grouped(nodes, near, community)
    xy = _placed(nodes, group, len(names), drawn, mentions)
    return World(nodes, group, names, xy, drawn, mentions)


def joined(drawn: list[tuple[int, int]], mentions: dict[int, list[int]]) -> dict[int, list[int]]:
    """List what each node is joined to."""
    near: dict[int, list[int]] = defaultdict(list)
    for a, b in drawn:
        near[a].append(b)
        near[b].append(a)
    for paper, words in mentions.items():
        for word in words:
            near[paper].append(word)
            near[word].append(paper)
    return dict(near)


def _nodes(store: GraphStore, whole: Atlas, keywords: list[KeywordRow]) -> tuple[list[Node], dict[int, list[int]]]:
    rows = store.read(papers.PAPERS, limit=MOST)
    year = {r["key"]: int(r["year"] or 0) for r in rows}
    named = {r["key"]: r["names"] for r in store.read(queries.MENTIONS, limit=MOST)}
    seen: dict[str, list[int]] = defaultdict(list)
    for key, names in named.items():
        for name in names:
            if year.get(key):
                seen[name].append(year[key])
    nodes = []
    for r in keywords:
        years = seen.get(r["name"], [0])
        nodes.append(
            Node("k:" + r["name"], "keyword", r["name"], r["df"] or 0, min(years), max(years), r["kind"] or "")
        )
    first_word = {node.key[2:]: i for i, node in enumerate(nodes)}
    for h in whole.hypotheses:
        label, about = h.get("short") or h["label"], f"{h.get('theme') or ''}: {h['label']}"
        nodes.append(Node(h["key"], "hypothesis", label, 100.0 * (h.get("probability_best") or 0.1), about=about))
    for a in store.read(queries.ALLOYS, limit=MOST):
        label = a["formula"] or a["key"]
        about = "predicted" if a["predicted"] else ""
        nodes.append(Node("a:" + a["key"], "alloy", label, 10.0 * (a["pignistic"] or 0.0), about=about))
    mentions: dict[int, list[int]] = {}
    for p in rows:
        label = p["title"] or (p["doi"] or (p["key"] if p["key"].startswith("10.") else f"paper {p['key'][:6]}"))
        about = " ".join(str(part) for part in (_authors(p["authors"]), p["venue"]) if part)
        y = year[p["key"]]
        nodes.append(Node("p:" + p["key"], "publication", label, float(p["citations"] or 0), y, y, about))
        if words := [first_word[name] for name in named.get(p["key"], ()) if name in first_word]:
            mentions[len(nodes) - 1] = words
    return nodes, mentions


def _authors(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def _grouped(nodes: list[Node], near: dict[int, list[int]], community: dict[int, int]) -> tuple[list[int], list[str]]:
    """Give each node a community: its own, else that of most of what is near it, else one of those that stand alone."""
    found: dict[int, int] = dict(community)
    for kinds in (("keyword",), ("hypothesis",), ("hypothesis",), ("alloy", "publication")):
        for i, node in enumerate(nodes):
            if i not in found and node.kind in kinds:
                votes = Counter(found[other] for other in near.get(i, ()) if other in found)
                if votes:
                    found[i] = min(votes, key=lambda c: (-votes[c], c))
    words: dict[int, list[Node]] = defaultdict(list)
    for i, c in community.items():
        words[c].append(nodes[i])
    order = sorted(words, key=lambda c: (-sum(n.use for n in words[c]), c))
    place = {c: number for number, c in enumerate(order)}
    names = [" · ".join(n.label for n in sorted(words[c], key=lambda n: (-n.use, n.label))[:NAMED_BY]) for c in order]
    alone = {"publication": LONE[0], "alloy": LONE[1], "hypothesis": LONE[2], "keyword": LONE[3]}
    group = []
    for i, node in enumerate(nodes):
        if i in found:
            group.append(place[found[i]])
            continue
        if alone[node.kind] not in names:
            names.append(alone[node.kind])
        group.append(names.index(alone[node.kind]))
    return group, names


def _placed(
    nodes: list[Node],
    group: list[int],
    n_groups: int,
    drawn: list[tuple[int, int]],
    mentions: dict[int, list[int]],
) -> NDArray[np.float64]:
    """Place islands, then what lies in each, then papers between their keywords."""
    fixed = [i for i, node in enumerate(nodes) if i not in mentions]
    inside: dict[int, list[int]] = defaultdict(list)
    for i in fixed:
        inside[group[i]].append(i)
    # A paper takes less room than a keyword: they may lie over each other.
    papers_in = Counter(group[i] for i in mentions)
    sizes = np.array([len(inside[g]) + 0.25 * papers_in[g] for g in range(n_groups)]).astype(np.int64)
    joins: dict[tuple[int, int], float] = defaultdict(float)
    for a, b in drawn:
        if group[a] != group[b]:
            joins[min(group[a], group[b]), max(group[a], group[b])] += 1.0
    centres, radii = places.islands(sizes, joins)
    xy = np.zeros((len(nodes), 2))
    for g, rows in inside.items():
        number = {i: k for k, i in enumerate(rows)}
        pairs = [(number[a], number[b]) for a, b in drawn if a in number and b in number]
        if pairs:
            edges = np.array(pairs, dtype=np.int64)
            xy[rows] = places.members([nodes[i].key for i in rows], edges, centres[g], float(radii[g]))
        else:
            xy[rows] = places.sunflower(len(rows), centres[g], float(radii[g]))
    if mentions:
        own = [[w for w in words if group[w] == group[p]] or words for p, words in mentions.items()]
        near = [np.array(words, dtype=np.int64) for words in own]
        xy[list(mentions)] = places.between(xy, near, float(np.median(radii)) * 0.22)
    return xy
