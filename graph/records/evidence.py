"""Nodes and relationships that the evidence step writes, with the provenance of each piece."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from hypograph.models.core.elements import SYMBOLS
from hypograph.models.core.keys import digest
from hypograph.models.core.records import AlloyRecord, Edge, Node, Value
from hypograph.models.evidence.alloys.elements import ElementTable
from hypograph.models.evidence.alloys.substitution import PairCounts
from hypograph.models.evidence.alloys.table import AlloyTable
from hypograph.models.evidence.fusion.alloy_predictor import Joint
from hypograph.models.evidence.fusion.explanation import RECORDS, Piece
from hypograph.models.evidence.fusion.known_records import FRAME
from hypograph.models.evidence.masses.mass import FloatArray

LITERATURE: Final = "literature"
LEARNED: Final = {
    "kernel": "kernel regression on composition features",
    "pairs": "terms of pairs of elements",
    "trees": "randomised trees on composition features",
    "expert": "opinions on pairs of elements",
    "similarity": "distance of element properties",
    **{name: f"{name.partition(': ')[2]} of this composition" for name in RECORDS},
    "records: neighbours": "records of the same elements within 5 at.%",
}
GRAPH_PIECES: Final = 4
# Belief and plausibility of each phase, both of shape ``(alloys, phases)``.
Bounds = tuple[FloatArray, FloatArray]


@dataclass(frozen=True)
class Known:
    """What is needed to name a piece of evidence.

    Attributes
    ----------
    table
        Table of compositions, without candidates.
    records
        All records.
    behind
        Indices of the records behind each row of the table.
    reliability
        Reliability of each source of records, in [0, 1].
    """

    table: AlloyTable
    records: Sequence[AlloyRecord]
    behind: Sequence[Sequence[int]]
    reliability: dict[str, float]


@dataclass(frozen=True)
class Part:
    """A prediction as JSON, and its nodes and relationships."""

    row: dict[str, Any]
    nodes: list[Node]
    edges: list[Edge]


def skill_of_sources(records: Sequence[AlloyRecord], behind: Sequence[Sequence[int]]) -> dict[str, dict[str, float]]:
    """Measure each source by how often it agrees with other sources on the same composition.

    Returns
    -------
    dict
        Source → `mean`, `low`, `high` (95%, Beta posterior with a flat prior) and `questions`, the number of
        comparisons. With no other source there are none, and the mean is 0.5.
    """
    from scipy.stats import beta

    agree: dict[str, int] = defaultdict(int)
    asked: dict[str, int] = defaultdict(int)
    for members in behind:
        votes: dict[str, list[bool]] = defaultdict(list)
        for i in members:
            votes[records[i].source].append(records[i].single_phase)
        says = {s: sum(v) * 2 >= len(v) for s, v in votes.items()}
        for source, said in says.items():
            others = [v for s, v in says.items() if s != source]
            if others:
                asked[source] += 1
                agree[source] += said == (sum(others) * 2 >= len(others))
    skills = {}
    for source in sorted({r.source for r in records}):
        right, total = agree[source], asked[source]
        low, high = beta.ppf([0.025, 0.975], 1 + right, 1 + total - right)
        skills[source] = {
            "mean": round((1 + right) / (2 + total), 6),
            "low": round(float(low), 6),
            "high": round(float(high), 6),
            "questions": float(total),
        }
    return skills


def source_nodes(
    records: Sequence[AlloyRecord], skills: dict[str, dict[str, float]], expert: str, asked: int
) -> list[Node]:
    """Sources with their measured skill."""
    nodes = []
    for name, skill in skills.items():
        kind = "literature" if name == LITERATURE else "table"
        props: dict[str, Value] = {"name": name, "kind": kind, "questions": int(skill["questions"])}
        if skill["questions"]:
            props |= {"skill_mean": skill["mean"], "skill_low": skill["low"], "skill_high": skill["high"]}
            props["note"] = "share of compositions on which it agrees with the other sources"
        nodes.append(Node("Source", name, props))
    for name, note in LEARNED.items():
        if name in RECORDS:
            continue
        if name != "expert" or expert:
            nodes.append(Node("Source", name, {"name": name, "kind": "similarity", "note": note}))
    if expert:
        nodes.append(Node("Source", expert, {"name": expert, "kind": "model", "note": f"asked {asked} pairs"}))
    return nodes


def element_part(elements: ElementTable, counts: PairCounts) -> tuple[list[Node], list[Edge], int]:
    """Elements of the alloys, and how far each pair of them can be exchanged."""
    symbols = elements.symbols[: elements.common]
    nodes = [Node("Element", s, {"symbol": s, "number": SYMBOLS.index(s) + 1}) for s in symbols]
    edges = pair_edges(symbols, counts, "data")
    return nodes, edges, len(edges)


def pair_edges(symbols: Sequence[str], counts: PairCounts, source: str, key: str = "") -> list[Edge]:
    """Relationships of the pairs that a source has counted; `key` tells those of several sources apart."""
    masses, conflict = counts.masses()
    total = counts.same + counts.other
    edges = []
    for i, a in enumerate(symbols):
        for j in range(i + 1, len(symbols)):
            if total[i, j]:
                mass = masses[i, j]
                props: dict[str, Value] = {
                    "belief": round(float(mass[1]), 6),
                    "plausibility": round(float(mass[1] + mass[3]), 6),
                    "ignorance": round(float(mass[3]), 6),
                    "conflict": round(float(conflict[i, j]), 6),
                    "count": int(total[i, j]),
                    "source": source,
                }
                edges.append(Edge("SUBSTITUTES_FOR", ("Element", a), ("Element", symbols[j]), props, key))
    return edges


def opinion_edges(opinions: Sequence[dict[str, Any]], expert: str) -> list[Edge]:
    """Relationships of the pairs that an expert was asked about."""
    edges = []
    for said in opinions:
        similar, dissimilar = float(said["similar"]), float(said["dissimilar"])
        props: dict[str, Value] = {
            "belief": round(similar, 6),
            "plausibility": round(1 - dissimilar, 6),
            "ignorance": round(1 - similar - dissimilar, 6),
            "conflict": 0.0,
            "count": 1,
            "source": expert,
        }
        ends = sorted(said["pair"])
        edges.append(Edge("SUBSTITUTES_FOR", ("Element", ends[0]), ("Element", ends[1]), props, expert))
    return edges


def alloy_part(known: Known, members: Any, joint: Joint, bounds: Bounds, place: int, pieces: Sequence[Piece]) -> Part:
    """A predicted alloy: its JSON, its node, its evidence.

    Parameters
    ----------
    members
        Columns of its elements.
    joint, place
        The predictions, and which of them is meant.
    bounds
        Belief and plausibility of each phase, both of shape ``(alloys, len(FRAME))``.
    """
    symbols = sorted(known.table.elements.symbols[int(m)] for m in members)
    key = "-".join(symbols)
    mass = joint.mass[place]
    numbers = {
        "belief": round(float(mass[1]), 6),
        "plausibility": round(float(mass[1] + mass[3]), 6),
        "pignistic": round(float(joint.probability[place]), 6),
        "ignorance": round(float(mass[3]), 6),
        "conflict": round(float(joint.conflict[place]), 6),
    }
    because = [describe(known, symbols, p) for p in pieces]
    node = Node(
        "Alloy",
        key,
        {
            "key": key,
            "formula": "".join(symbols),
            "elements": symbols,
            "size": len(symbols),
            "label": "predicted",
            "predicted": True,
            "phases": list(FRAME),
            "phase_belief": [round(float(b), 6) for b in bounds[0][place]],
            "phase_plausibility": [round(float(b), 6) for b in bounds[1][place]],
            "records": int(joint.near.counts()[0][place].sum() + joint.near.counts()[1][place].sum()),
            **numbers,
        },
    )
    nodes, edges = [node], [Edge("MENTIONS", ("Alloy", key), ("Element", s)) for s in symbols]
    shown = [(p, b) for p, b in zip(pieces, because, strict=True) if p.source not in RECORDS]
    for piece, said in shown[:GRAPH_PIECES]:
        more_nodes, more_edges = _evidence(known, key, piece, said)
        nodes += more_nodes
        edges += more_edges
    return Part({"elements": symbols, **numbers, "because": because}, nodes, edges)


def describe(known: Known, symbols: Sequence[str], piece: Piece) -> dict[str, Any]:
    """Name a piece of evidence with the keys of `evidence explain`."""
    shares = {
        "belief_share": round(piece.belief_share, 6),
        "conflict_share": round(piece.conflict_share, 6),
        "supports": "single-phase" if piece.supports else "multi-phase",
    }
    if piece.host < 0:
        return {
            "substitution": "",
            "from_alloy": "",
            "source": piece.source,
            "provenance": LEARNED.get(piece.source, piece.source),
            **shares,
        }
    record = _record(known, piece)
    return {
        "substitution": substitution(record.elements, symbols),
        "from_alloy": alloy_name(record),
        "source": record.source,
        "provenance": record.provenance,
        **shares,
    }


def substitution(known: Sequence[str], asked: Sequence[str]) -> str:
    """What a known alloy exchanges to become the one in question: ``Fe→Mn``, ``+Al``, ``−C``, ``amounts``."""
    leave = [e for e in known if e not in asked]
    enter = [e for e in asked if e not in known]
    if leave and enter:
        return f"{'+'.join(leave)}→{'+'.join(enter)}"
    return "".join(f"+{e}" for e in enter) or "".join(f"−{e}" for e in leave) or "amounts"


def alloy_name(record: AlloyRecord) -> str:
    """Elements joined by hyphens, with atomic percent where the alloy is not equimolar."""
    if not record.fractions:
        return record.key
    parts = zip(record.elements, record.fractions, strict=True)
    return "-".join(f"{e}{round(100 * f, 1):g}" for e, f in parts)


def _record(known: Known, piece: Piece) -> AlloyRecord:
    """The record behind a host that says what the host's label says, the most reliable source first."""
    members = [known.records[i] for i in known.behind[piece.host]]
    agreeing = [r for r in members if r.single_phase == piece.supports] or members
    return max(agreeing, key=lambda r: known.reliability.get(r.source, 0.0))


def _evidence(known: Known, key: str, piece: Piece, said: dict[str, Any]) -> tuple[list[Node], list[Edge]]:
    """Evidence node with masses before and after discounting by the source's measured reliability."""
    name = digest("evidence", key, said["substitution"], said["from_alloy"], said["source"], said["provenance"])
    mass = round(min(piece.weight, 0.999), 6)
    trust = known.reliability.get(said["source"], 1.0)
    kept = round(mass * trust, 6)
    side, other = ("for", "against") if piece.supports else ("against", "for")
    props: dict[str, Value] = {
        "id": name,
        "claim": f"{key} is {said['supports']}",
        "source": said["source"],
        f"m_{side}": mass,
        f"m_{other}": 0.0,
        "m_unknown": round(1 - mass, 6),
        f"d_{side}": kept,
        f"d_{other}": 0.0,
        "d_unknown": round(1 - kept, 6),
        "belief_share": said["belief_share"],
        "conflict_share": said["conflict_share"],
        "substitution": said["substitution"],
        "from_alloy": said["from_alloy"],
    }
    doi = said["provenance"] if said["provenance"].startswith("10.") else ""
    if doi:
        props["doi"] = doi
    elif ":" in said["provenance"]:
        props["row"] = said["provenance"]
    share = said["belief_share"] or said["conflict_share"]
    edges = [
        Edge("SUPPORTS" if piece.supports else "REFUTES", ("Evidence", name), ("Alloy", key), {"share": share}),
        Edge("PRODUCED_BY", ("Evidence", name), ("Source", said["source"])),
    ]
    nodes = [Node("Evidence", name, props)]
    if doi and said["source"] == LITERATURE:
        # The same properties as the literature step gives it, so that neither overwrites the other.
        nodes.append(Node("Publication", doi, {"key": doi, "doi": doi, "source": LITERATURE}))
        edges.append(Edge("CITES", ("Evidence", name), ("Publication", doi)))
    return nodes, edges
