"""A small graph with hostile text wherever papers, models and people may write."""

from __future__ import annotations

import json

from hypograph.models.core.records import Edge, Node, Outcome, Unit

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
SPACE = '[[parameters]]\nname = "heat"\nvalues = [20, 40, 60]\n\n[[objectives]]\nname = "yield"\ndirection = "max"\n'


def planted() -> Unit:
    nodes = [
        Node("Hypothesis", "h0", {"statement": f"idea {HOSTILE}", "level": 0, "root": "h0", "potential": 0.5}),
        Node(
            "Hypothesis",
            "h1",
            {
                "statement": "refined",
                "level": 1,
                "root": "h0",
                "probability_best": 0.7,
                "belief": 0.5,
                "plausibility": 0.8,
                "ignorance": 0.3,
                "deciding_experiment": HOSTILE,
                "space": SPACE,
                "details": json.dumps([{"slot": "route", "value": HOSTILE, "provenance": "10.1/x"}]),
            },
        ),
        Node("Keyword", HOSTILE, {"kind": "phrase", "df": 3}),
        Node("Keyword", "annealing", {"kind": "process", "df": 9}),
        Node(
            "Alloy", "Co-Cr", {"formula": "CoCr", "predicted": True, "pignistic": 0.6, "belief": 0.4, "ignorance": 0.4}
        ),
        Node("Evidence", "e", {"claim": HOSTILE, "source": HOSTILE, "m_for": 0.5, "m_against": 0.0, "m_unknown": 0.5}),
        Node("Evidence", "f", {"claim": "h1", "passage": HOSTILE, "answer": HOSTILE, "model": HOSTILE, "source": "m"}),
        Node(
            "Comparison", "w", {"question": HOSTILE, "first": "h0", "second": "h1", "judge": "person", "valid": False}
        ),
        Node("MergeCandidate", "m", {"first": HOSTILE, "second": "annealing", "reason": HOSTILE, "status": "open"}),
        Node(
            "Comparison",
            "c",
            {
                "first": "h1",
                "second": "h0",
                "probability_first": 0.8,
                "valid": True,
                "judge": "j",
                "answer": HOSTILE,
                "level": 1,
            },
        ),
        Node("Publication", "10.1/x", {"title": HOSTILE, "doi": "10.1/x"}),
        Node("Element", "Co", {"number": 27}),
        Node("Element", "Cr", {"number": 24}),
        *[
            Node("Campaign", f"c{s}", {"table": "=1+1", "method": "bo", "group": "g", "seed": s, "best": 1.0 + s})
            for s in (0, 1)
        ],
        *[
            Node("Experiment", f"x{s}{i}", {"index": i, "value": 1.0, "best_so_far": float(i + s), "reason": HOSTILE})
            for s in (0, 1)
            for i in (1, 2)
        ],
    ]
    edges = [
        Edge("REFINES", ("Hypothesis", "h1"), ("Hypothesis", "h0"), {"edit": "add route"}),
        Edge("INSPIRED_BY", ("Hypothesis", "h0"), ("Keyword", HOSTILE)),
        Edge("INSPIRED_BY", ("Hypothesis", "h1"), ("Alloy", "Co-Cr")),
        Edge("CO_OCCURS", ("Keyword", HOSTILE), ("Keyword", "annealing"), {"weight": 2.0, "count": 2}),
        Edge("SUPPORTS", ("Evidence", "e"), ("Alloy", "Co-Cr"), {"share": 1.0}),
        Edge("SUPPORTS", ("Evidence", "f"), ("Hypothesis", "h1"), {"share": 1.0}),
        Edge("REFUTES", ("Publication", "10.1/x"), ("Hypothesis", "h1"), {"passage": HOSTILE}),
        Edge("COMPARES", ("Comparison", "c"), ("Hypothesis", "h1")),
        Edge("MENTIONS", ("Publication", "10.1/x"), ("Keyword", HOSTILE), {"passage": HOSTILE}),
        Edge("SUBSTITUTES_FOR", ("Element", "Co"), ("Element", "Cr"), {"belief": 0.2, "plausibility": 0.9}),
        *[Edge("IN_CAMPAIGN", ("Experiment", f"x{s}{i}"), ("Campaign", f"c{s}")) for s in (0, 1) for i in (1, 2)],
    ]
    return Unit("planted", "test", Outcome({}, nodes, edges))
