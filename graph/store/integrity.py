"""Whether the graph keeps its own rules."""

from __future__ import annotations

import math
from typing import Any

from hypograph.graph.core.schema import LABELS, RELATIONS
from hypograph.graph.store.store import GraphStore


def verify(store: GraphStore, *, most: int = 50) -> dict[str, Any]:
    """Check every node against the schema and the arithmetic of beliefs.

    Returns
    -------
    dict
        `ok`, `nodes`, and `problems` (at most `most`): unknown properties, belief + ignorance other than
        plausibility, masses that do not sum to one, experiments outside every campaign.
    """
    problems: list[str] = []
    count = 0
    for label in LABELS:
        for row in store.nodes(label):
            count += 1
            if len(problems) < most:
                problems += _node(label, row["key"], row["props"])
    return {"ok": not problems, "nodes": count, "problems": problems[:most], "relationship_types": len(RELATIONS)}


def _node(label: str, key: str, props: dict[str, Any]) -> list[str]:
    spec = LABELS[label]
    where = f"{label} {key!r}"
    found = [f"{where}: unknown property {p}" for p in sorted(set(props) - spec.props - {spec.key})]
    sums = [
        ("belief + ignorance - plausibility", ("belief", "ignorance", "plausibility"), (1, 1, -1), 0.0),
        *[
            (f"masses {k}_*", tuple(f"{k}_{n}" for n in ("for", "against", "unknown")), (1, 1, 1), 1.0)
            for k in ("m", "d")
        ],
    ]
    for name, members, signs, expected in sums:
        values = [props[m] for m in members if props.get(m) is not None]
        if len(values) == len(members):
            total = float(sum(s * v for s, v in zip(signs, values, strict=True)))
            if not math.isclose(total, expected, abs_tol=1e-4):
                found.append(f"{where}: {name} is {total:.6f}, not {expected:g}")
    return found
