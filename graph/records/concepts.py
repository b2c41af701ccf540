"""What manifesting writes into the graph: the concept as a hypothesis, and the evidence behind each step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypograph.models.core.keys import digest
from hypograph.models.core.records import Edge, Node, Outcome, Value


def manifest_records(document: Mapping[str, Any]) -> Outcome:
    """Make nodes and relationships of a manifested concept.

    Parameters
    ----------
    document
        As `manifest_units` makes it.

    Returns
    -------
    Outcome
        The result is the document with the hypothesis's ``id`` and its ``kind``, manifest.
    """
    key = digest("manifest", sorted(document["keywords"]), document["thesis"], document["reader"])
    belief = document["plausibility"]
    props: dict[str, Value] = {
        "statement": document["statement"] or document["thesis"],
        "kind": "manifest",
        "level": 0,
        "level_name": "concept",
        "details": json.dumps(_details(document), ensure_ascii=False),
        "root": key,
        "belief": belief["belief"],
        "plausibility": belief["plausibility"],
        "ignorance": belief["ignorance"],
        "conflict": belief["conflict"],
    }
    props |= {name: document[name] for name in ("potential", "novelty") if name in document}
    nodes = [Node("Hypothesis", key, props), *(Node("Keyword", k) for k in document["keywords"])]
    edges = [Edge("INSPIRED_BY", ("Hypothesis", key), ("Keyword", k)) for k in document["keywords"]]
    for row in document["readings"]:
        more_nodes, more_edges = _evidence(key, row)
        nodes += more_nodes
        edges += more_edges
    return Outcome({"id": key, "kind": "manifest", **document}, nodes, edges)


def _details(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Concept, goal and each claim, in the form in which hypotheses keep their details."""
    rows = [{"level": 0, "slot": name, "value": document[name]} for name in ("concept", "goal", "thesis")]
    rows += [
        {"level": 0, "slot": c["id"], "value": c["text"], "provenance": "; ".join(c["citations"])}
        for c in document["claims"]
        if c["id"] != "concept"
    ]
    return [{"kind": "text", "provenance": document["writer"], **row} for row in rows if row["value"]]


def _evidence(hypothesis: str, row: Mapping[str, Any]) -> tuple[list[Node], list[Edge]]:
    """Make the evidence that one passage gives; what is all ignorance leaves no trace."""
    mass = row["mass"]
    if not mass["for"] and not mass["against"]:
        return [], []
    key = digest("manifest-evidence", hypothesis, row["from"], row["to"], row["publication"], row["passage"])
    lean = row["supports"] - row["contradicts"]
    props: dict[str, Value] = {
        "claim": row["claim"],
        "source": "language model" if "prompt" in row["provenance"] else "literature",
        "m_for": round(max(0.0, lean), 6),
        "m_against": round(max(0.0, -lean), 6),
        "m_unknown": round(1.0 - abs(lean), 6),
        "d_for": mass["for"],
        "d_against": mass["against"],
        "d_unknown": mass["unknown"],
        "doi": row["publication"],
        "passage": row["passage"],
        "model": row["provenance"],
        "answer": row["answer"],
    }
    kind = "SUPPORTS" if mass["for"] >= mass["against"] else "REFUTES"
    share = max(mass["for"], mass["against"])
    nodes = [Node("Evidence", key, props), Node("Publication", row["publication"])]
    edges = [
        Edge(kind, ("Evidence", key), ("Hypothesis", hypothesis), {"share": share}),
        Edge("CITES", ("Evidence", key), ("Publication", row["publication"])),
    ]
    return nodes, edges
