"""What a search writes into the graph: hypotheses, comparisons, origins, passages for and against."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypograph.models.core.keys import digest
from hypograph.models.core.records import AlloyPrediction, Edge, Node, Value
from hypograph.models.hypotheses.hypothesis import Hypothesis, edits_between
from hypograph.models.hypotheses.search.slot_engine import Search
from hypograph.models.hypotheses.search.task import Comparison
from hypograph.models.hypotheses.tasks.alloy_task import Idea
from hypograph.models.hypotheses.tasks.corpus import Passages
from hypograph.models.hypotheses.tasks.grounding import Ground

NEAREST = 3


def hypothesis_node(search: Search, hypothesis: Hypothesis, kind: str, **props: Value) -> Node:
    """Make the node of a hypothesis; properties that are None are left out."""
    discipline = search.task.discipline
    levels = ("idea", *(level.name for level in discipline.levels))
    details = [
        {"level": d.level, "slot": d.slot, "value": d.value, "kind": d.kind, "provenance": d.provenance}
        for d in hypothesis.details
    ]
    known: dict[str, Value] = {
        "statement": discipline.statement(hypothesis),
        "kind": kind,
        "level": hypothesis.level,
        "level_name": levels[hypothesis.level],
        "details": json.dumps(details, ensure_ascii=False),
        "root": Hypothesis(hypothesis.root).id,
        **props,
    }
    return Node("Hypothesis", hypothesis.id, {k: v for k, v in known.items() if v is not None})


def line_records(
    search: Search, idea: Idea, predicted: AlloyPrediction | None, judge: str, **best: Value
) -> tuple[list[Node], list[Edge]]:
    """Make nodes and relationships of one refined line: root, what was judged, what refines what."""
    line = search.lines[0]
    chain = [line.incumbent.upto(level) for level in range(line.incumbent.level + 1)]
    judged = [search.known[key] for c in search.comparisons for key in (c.first, c.second)]
    shown = {h.id: h for h in (*chain, *judged)}
    nodes, edges = [], []
    for hypothesis in shown.values():
        score = search.utility(hypothesis) if hypothesis.id in search.known else None
        own = hypothesis.id == line.incumbent.id
        extra = _mass(predicted) if own or not hypothesis.level else {}
        extra |= best if own else {}
        extra |= {"potential": idea.numbers.get("potential"), "novelty": idea.numbers.get("novelty")}
        kind = "refined" if hypothesis.level else idea.kind
        nodes.append(
            hypothesis_node(search, hypothesis, kind, score=None if score is None else round(score, 6), **extra)
        )
        parent = _parent(search, hypothesis, shown)
        if parent is not None:
            edit = "; ".join(str(e) for e in edits_between(parent, hypothesis))
            edges.append(Edge("REFINES", ("Hypothesis", hypothesis.id), ("Hypothesis", parent.id), {"edit": edit}))
    more_nodes, more_edges = judged_records(search, judge)
    return [*nodes, *more_nodes], [*edges, *more_edges]


def seed_records(search: Search, best: Hypothesis, idea: Idea, corpus: Passages) -> tuple[list[Node], list[Edge]]:
    """Make the relationships to what inspired a root, and the nearest publications of its best refinement."""
    root = ("Hypothesis", Hypothesis(idea.root).id)
    nodes = [Node("Keyword", k) for k in idea.keywords]
    edges = [Edge("INSPIRED_BY", root, ("Keyword", k)) for k in idea.keywords]
    if idea.kind == "alloy":
        key = "-".join(idea.families[0])
        nodes.append(Node("Alloy", key))
        edges.append(Edge("INSPIRED_BY", root, ("Alloy", key)))
    for key, similarity in corpus.nearest_publications(search.task.discipline.statement(best), NEAREST):
        nodes.append(Node("Publication", key))
        edges.append(
            Edge(
                "INSPIRED_BY",
                ("Hypothesis", best.id),
                ("Publication", key),
                {"similarity": round(similarity, 6)},
            )
        )
    return nodes, edges


def passage_records(found: Ground, hypothesis: str) -> tuple[list[Node], list[Edge]]:
    """Make the relationships from publications whose passages speak for or against a hypothesis."""
    nodes, edges = [], []
    for kind, passages in (("SUPPORTS", found.support), ("REFUTES", found.contradict)):
        for number, (key, passage, similarity) in enumerate(passages):
            nodes.append(Node("Publication", key))
            props: dict[str, Value] = {"share": round(similarity, 6), "passage": passage}
            edges.append(Edge(kind, ("Publication", key), ("Hypothesis", hypothesis), props, key=str(number)))
    return nodes, edges


def comparison_records(search: Search, judge: str, rows: Sequence[Mapping[str, Any]]) -> tuple[list[Node], list[Edge]]:
    """Make what the decision between the lines adds: comparisons and probabilities of being best."""
    nodes, edges = judged_records(search, judge)
    finals = [
        Node("Hypothesis", row["id"], {"probability_best": row["probability_best"], "status": "final"}) for row in rows
    ]
    return [*finals, *nodes], edges


def judged_records(search: Search, judge: str, question: str = "") -> tuple[list[Node], list[Edge]]:
    """Make the nodes of all comparisons of a search, and who was preferred to whom in sum."""
    nodes, edges = [], []
    question = question or search.task.discipline.question
    for c in search.comparisons:
        node = comparison_node(c, judge, question)
        nodes.append(node)
        for side, key in (("first", c.first), ("second", c.second)):
            edges.append(Edge("COMPARES", ("Comparison", node.key), ("Hypothesis", key), {"side": side}))
    edges.extend(_preferred(search.comparisons))
    return nodes, edges


def comparison_node(c: Comparison, judge: str, question: str) -> Node:
    """Make the node of one comparison; the first was shown first."""
    key = digest("comparison", judge, question, c.first, c.second, c.sequence)
    props: dict[str, Value] = {
        "question": question,
        "first": c.first,
        "second": c.second,
        "probability_first": c.verdict.probability,
        "judge": judge,
        "valid": c.verdict.valid,
        "answer": c.verdict.answer,
        "sequence": c.sequence,
        "level": c.level,
    }
    return Node("Comparison", key, props)


def _preferred(comparisons: Sequence[Comparison]) -> list[Edge]:
    total: dict[tuple[str, str], list[float]] = {}
    for c in comparisons:
        if c.verdict.valid:
            swap = c.first > c.second
            pair = (c.second, c.first) if swap else (c.first, c.second)
            p = 1 - c.verdict.probability if swap else c.verdict.probability
            total.setdefault(pair, []).append(p)
    edges = []
    for (a, b), told in sorted(total.items()):
        p = sum(told) / len(told)
        better, worse = (a, b) if p >= 0.5 else (b, a)
        props: dict[str, Value] = {"probability": round(max(p, 1 - p), 6), "comparisons": len(told)}
        edges.append(Edge("PREFERRED_TO", ("Hypothesis", better), ("Hypothesis", worse), props))
    return edges


def _parent(search: Search, hypothesis: Hypothesis, shown: Mapping[str, Hypothesis]) -> Hypothesis | None:
    """Return what a hypothesis refines: its own coarser form if that is shown, else the root."""
    for level in range(hypothesis.level - 1, -1, -1):
        coarser = hypothesis.upto(level)
        if coarser.id in shown:
            return shown[coarser.id]
    return None


def _mass(predicted: AlloyPrediction | None) -> dict[str, Value]:
    if predicted is None:
        return {}
    names = ("belief", "plausibility", "ignorance", "conflict")
    return {name: float(getattr(predicted, name)) for name in names}
