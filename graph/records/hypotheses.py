"""What a search writes into the graph: its question, documents, verdicts, origins, passages for and against."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypograph.graph.records.literature import publication_node
from hypograph.graph.records.settings import detail_records
from hypograph.models.core.keys import digest
from hypograph.models.core.records import Edge, Node, Outcome, Publication, Value
from hypograph.models.hypotheses.details import details_of
from hypograph.models.hypotheses.discipline import Discipline
from hypograph.models.hypotheses.document import HypothesisDocument
from hypograph.models.hypotheses.search.lines import Asked, Line
from hypograph.models.hypotheses.tasks.grounding import Ground
from hypograph.models.literature.inspiration.answers import Answer


def question_id(question: str) -> str:
    """Return the key of a question: its words, whatever their case and spacing."""
    return digest("question", " ".join(question.split()).casefold())


def question_node(question: str, **props: Value) -> Node:
    """Make the node of a question; properties that are None are left out."""
    known: dict[str, Value] = {"text": question, **props}
    return Node("Question", question_id(question), {k: v for k, v in known.items() if v is not None})


def hypothesis_node(
    document: HypothesisDocument, question: str, discipline: Discipline, operator: str, provenance: str, **props: Value
) -> Node:
    """Make the node of a hypothesis that answers a question; properties that are None are left out.

    Its level is the deepest level of the discipline that the document settles; its tree is that of the question.
    """
    details = details_of(document, discipline, provenance)
    level = max((d.level for d in details), default=0)
    known: dict[str, Value] = {
        "statement": document.statement,
        "kind": "document",
        "level": level,
        "level_name": discipline.levels[level - 1].name if level else "idea",
        "details": json.dumps(
            [
                {"level": d.level, "slot": d.slot, "value": d.value, "kind": d.kind, "provenance": d.provenance}
                for d in details
            ],
            ensure_ascii=False,
        ),
        "document": json.dumps(document.model_dump(mode="json"), ensure_ascii=False),
        "operator": operator,
        "question": question_id(question),
        "root": question_id(question),
        **props,
    }
    return Node("Hypothesis", document.id, {k: v for k, v in known.items() if v is not None})


def line_records(line: Line, lines: Sequence[Line], question: str, discipline: Discipline, provenance: str) -> Outcome:
    """Make the node of a line and its relationships: the question it answers, what it was made from."""
    node = hypothesis_node(line.document, question, discipline, line.operator, provenance)
    edges = [Edge("ANSWERS", ("Hypothesis", node.key), ("Question", question_id(question)))]
    units = {slot.name: slot.unit for level in discipline.levels for slot in level.slots}
    details = details_of(line.document, discipline, provenance)
    settings, ties = detail_records(("Hypothesis", node.key), details, units)
    nodes, edges = [question_node(question), node, *settings], [*edges, *ties]
    for place in line.parents:
        parent = lines[place].document
        edit = f"{line.operator}, beside its parent" if line.beside else line.operator
        nodes.append(hypothesis_node(parent, question, discipline, lines[place].operator, provenance))
        edges.append(Edge("REFINES", ("Hypothesis", node.key), ("Hypothesis", parent.id), {"edit": edit}))
    return Outcome({}, nodes, edges)


def comparison_records(asked: Asked, lines: Sequence[Line], judge: str, question: str) -> Outcome:
    """Make the node of one verdict; the first was shown first."""
    first, second = lines[asked.first].document.id, lines[asked.second].document.id
    key = digest("comparison", judge, question, first, second, asked.number)
    props: dict[str, Value] = {
        "question": question,
        "first": first,
        "second": second,
        "probability_first": asked.verdict.probability,
        "judge": judge,
        "valid": asked.verdict.valid,
        "answer": asked.verdict.answer,
        "reasons": asked.verdict.reasons,
        "orders": asked.verdict.orders,
        "sequence": asked.number,
    }
    edges = [
        Edge("COMPARES", ("Comparison", key), ("Hypothesis", hypothesis), {"side": side})
        for side, hypothesis in (("first", first), ("second", second))
    ]
    edges.append(Edge("ASKED_FOR", ("Comparison", key), ("Question", question_id(question))))
    return Outcome({}, [Node("Comparison", key, props), question_node(question)], edges)


def preferred(asked: Sequence[Asked], lines: Sequence[Line]) -> list[Edge]:
    """Make who was preferred to whom in sum of all usable verdicts on a pair."""
    total: dict[tuple[int, int], list[float]] = {}
    for a in (a for a in asked if a.verdict.valid):
        low, high = min(a.first, a.second), max(a.first, a.second)
        p = a.verdict.probability if a.first == low else 1 - a.verdict.probability
        total.setdefault((low, high), []).append(p)
    edges = []
    for (low, high), told in sorted(total.items()):
        p = sum(told) / len(told)
        better, worse = (low, high) if p >= 0.5 else (high, low)
        props: dict[str, Value] = {"probability": round(max(p, 1 - p), 6), "comparisons": len(told)}
        ends = [("Hypothesis", lines[place].document.id) for place in (better, worse)]
        edges.append(Edge("PREFERRED_TO", ends[0], ends[1], props))
    return edges


def passage_records(found: Ground, hypothesis: str) -> tuple[list[Node], list[Edge]]:
    """Make the relationships from publications whose passages speak for or against a hypothesis."""
    nodes, edges = [], []
    for kind, passages in (("SUPPORTS", found.support), ("REFUTES", found.contradict)):
        for number, (key, passage, similarity) in enumerate(passages):
            nodes.append(Node("Publication", key))
            props: dict[str, Value] = {"share": round(similarity, 6), "passage": passage}
            edges.append(Edge(kind, ("Publication", key), ("Hypothesis", hypothesis), props, key=str(number)))
    return nodes, edges


def bearing_records(answer: Answer, publications: Sequence[Publication]) -> tuple[list[Node], list[Edge]]:
    """Make the relationships from publications whose passages bear on a question, the best first.

    Parameters
    ----------
    answer
        What the corpus says to the question, quoted and not written by a model.
    publications
        The corpus; those with a passage become nodes as a build of the keyword graph makes them.
    """
    here = ("Question", question_id(answer.question))
    near = {p.publication for p in answer.passages}
    nodes = [publication_node(p) for p in publications if p.key in near]
    quoted = {c.passage: " ".join(s.text for s in answer.sentences) for c in answer.citations[:1]}
    edges = []
    for number, found in enumerate(answer.passages):
        props: dict[str, Value] = {"passage": found.text}
        if found.text in quoted:
            props["quoted"] = quoted.pop(found.text)
        edges.append(Edge("BEARS_ON", ("Publication", found.publication), here, props, key=str(number)))
    return nodes, edges


def lead_records(leads: Sequence[Mapping[str, Any]]) -> Outcome:
    """Make the nodes of leads: what data support, listed and not claimed."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for lead in leads:
        props: dict[str, Value] = {
            "statement": lead["statement"],
            "kind": "lead",
            "level": 0,
            "level_name": "lead",
            "status": "lead",
            "root": lead["id"],
            "details": "[]",
        }
        props |= {
            k: lead[k]
            for k in ("belief", "plausibility", "ignorance", "conflict", "potential", "novelty")
            if lead.get(k) is not None
        }
        nodes.append(Node("Hypothesis", lead["id"], props))
        here = ("Hypothesis", lead["id"])
        for label, keys in (("Alloy", lead["alloys"]), ("Keyword", lead["keywords"])):
            nodes += [Node(label, key) for key in keys]
            edges += [Edge("INSPIRED_BY", here, (label, key)) for key in keys]
        found = Ground(
            tuple((p["publication"], p["passage"], p["similarity"]) for p in lead["support"]),
            tuple((p["publication"], p["passage"], p["similarity"]) for p in lead["contradict"]),
            (),
        )
        more_nodes, more_edges = passage_records(found, lead["id"])
        nodes, edges = [*nodes, *more_nodes], [*edges, *more_edges]
    return Outcome({"leads": list(leads)}, nodes, edges)
