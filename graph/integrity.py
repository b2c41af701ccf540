"""Whether the graph keeps its own rules."""

from __future__ import annotations

import math
from typing import Any

from hypograph.graph.schema import LABELS, RELATIONS
from hypograph.graph.store import GraphStore


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
    belief, plausibility, ignorance = (props.get(n) for n in ("belief", "plausibility", "ignorance"))
    if None not in (belief, plausibility, ignorance) and not math.isclose(
        belief + ignorance, plausibility, abs_tol=1e-4
    ):
        found.append(f"{where}: belief {belief} + ignorance {ignorance} is not plausibility {plausibility}")
    for kind in ("m", "d"):
        masses = [props.get(f"{kind}_{name}") for name in ("for", "against", "unknown")]
        if None not in masses and not math.isclose(sum(masses), 1.0, abs_tol=1e-4):
            found.append(f"{where}: masses {kind}_* sum to {sum(masses):.6f}")
    return found
