"""A refinement as its page tells it: level by level, each with what was proposed there and every comparison."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from typing_extensions import TypedDict

from hypograph.graph import GraphStore
from hypograph.graph.queries import pages
from hypograph.graph.queries.hypothesis_rows import ComparisonProps, HypothesisProps


class TreeNode(HypothesisProps):
    """A hypothesis, what it refines, and by which edit."""

    parent: str | None
    edit: str | None


class ComparedNode(TreeNode):
    """A hypothesis with `won`, the mean probability that it was held better in `met` comparisons."""

    won: float | None
    met: int


class Side(TypedDict):
    """One of two hypotheses that were compared."""

    id: str
    text: str
    edit: str | None


class Told(TypedDict):
    """A comparison; `probability` that the first is better."""

    id: str
    first: Side
    second: Side
    reasons: str | None
    probability: float | None
    judge: str | None
    usable: bool
    answer: str | None
    sequence: int | None


class RefinementLevel(TypedDict):
    """One level of a refinement: what was proposed there, the best first, and every comparison."""

    level: int
    name: str
    nodes: list[ComparedNode]
    comparisons: list[Told]


def levels(store: GraphStore, root: str, tree: Sequence[TreeNode]) -> list[RefinementLevel]:
    """Lay out a tree of refinements.

    Parameters
    ----------
    store
        The graph.
    root
        Hypothesis that the tree began with.
    tree
        Its hypotheses, each with `id`, `level`, `level_name`, `edit`, `statement`.

    Returns
    -------
    list of dict
        For each level `level`, `name`, `nodes` and `comparisons`. A node is told with `won`, the mean probability
        that it was held better in `met` usable comparisons (None and 0 where it was never compared); the best of
        the level come first. A comparison has `first` and `second` as `{"id", "text", "edit"}`, `reasons`,
        `probability` that the first is better, `judge`, `usable`, `answer`, `sequence`.
    """
    found = [row["c"] for row in store.read(pages.TREE_COMPARISONS, root=root)]
    ends = {end for c in found for end in (c["first"], c["second"])}
    known = {h["id"]: h for h in tree}
    others = store.read(pages.STATEMENTS, ids=sorted(ends - known.keys())) if ends - known.keys() else []
    text = {h["id"]: h["statement"] for h in tree} | {row["id"]: row["statement"] for row in others}
    edit = {h["id"]: h["edit"] for h in tree}
    won = _won(found)
    by_level: dict[int, list[ComparedNode]] = defaultdict(list)
    for h in tree:
        mean, met = won.get(h["id"], (None, 0))
        by_level[h["level"] or 0].append({**h, "won": mean, "met": met})
    told: dict[int, list[Told]] = defaultdict(list)
    for c in found:
        deepest = max(known[e]["level"] or 0 for e in (c["first"], c["second"]) if e in known)
        told[deepest].append(_told(c, text, edit))
    return [
        {
            "level": level,
            "name": next((h["level_name"] for h in nodes if h["level_name"]), None) or f"level {level}",
            "nodes": sorted(nodes, key=_rank),
            "comparisons": told[level],
        }
        for level, nodes in sorted(by_level.items())
    ]


def _won(comparisons: Sequence[ComparisonProps]) -> dict[str, tuple[float, int]]:
    chances: dict[str, list[float]] = defaultdict(list)
    for c in comparisons:
        probability = c.get("probability_first")
        if c.get("valid") and probability is not None:
            chances[c["first"]].append(probability)
            chances[c["second"]].append(1 - probability)
    return {key: (sum(values) / len(values), len(values)) for key, values in chances.items()}


def _rank(h: ComparedNode) -> tuple[float, float, float, str]:
    def less(value: float | None) -> float:
        return -(value if value is not None else float("-inf"))

    return less(h["probability_best"]), less(h["score"]), less(h["won"]), h["id"]


def _told(c: ComparisonProps, text: Mapping[str, str | None], edit: Mapping[str, str | None]) -> Told:
    return {
        "id": c["id"],
        "first": {"id": c["first"], "text": text.get(c["first"]) or c["first"], "edit": edit.get(c["first"])},
        "second": {"id": c["second"], "text": text.get(c["second"]) or c["second"], "edit": edit.get(c["second"])},
        "reasons": c.get("reasons"),
        "probability": c.get("probability_first"),
        "judge": c.get("judge"),
        "usable": bool(c.get("valid")),
        "answer": c.get("answer"),
        "sequence": c.get("sequence"),
    }
