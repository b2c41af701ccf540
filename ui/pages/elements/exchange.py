"""Replacing an element of an alloy: which others can take its place, what the alloy would be then, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypograph.graph import GraphStore
from hypograph.graph.queries import exchanges as queries
from hypograph.models.core.errors import HypographError
from hypograph.models.evidence.alloys.composition import Composition, read_composition

MOST, REASONS, READ = 12, 3, 4000


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked: `problem` says why it cannot be answered."""

    text: str
    symbol: str
    composition: Composition | None
    problem: str = ""


def asked(text: str, symbol: str) -> Exchange | None:
    """Read an alloy as somebody types it; None where none was named."""
    if not text.strip():
        return None
    try:
        found = read_composition(text[:200])
    except HypographError as error:
        return Exchange(text, symbol, None, str(error))
    if symbol and symbol not in found.elements:
        return Exchange(text, symbol, found, f"{symbol} is not in {text.strip()[:80]}")
    return Exchange(text, symbol, found)


def replacements(store: GraphStore, wish: Exchange, substitutes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what can replace the element in the alloy, the most believed first.

    Parameters
    ----------
    substitutes
        Of the element, the most believed first, as `views.substitutability` gives them.

    Returns
    -------
    list of dict
        Each `symbol`, `belief`, `plausibility`, `ignorance`, `count`, `percent` (the alloy after the exchange),
        `alloy` (what is known of it: None where nothing is) and `reasons`: the same exchange in other alloys.
    """
    composition = wish.composition
    if composition is None or wish.symbol not in composition.elements:
        return []
    chosen = [s for s in substitutes if s["symbol"] not in composition.elements][:MOST]
    keys = {s["symbol"]: "-".join(sorted({*composition.elements, s["symbol"]} - {wish.symbol})) for s in chosen}
    alloys = {row["a"]["key"]: row["a"] for row in store.read(queries.OF_ALLOYS, keys=sorted(set(keys.values())))}
    ways = {f"{wish.symbol}→{s['symbol']}": s["symbol"] for s in chosen}
    ways |= {f"{s['symbol']}→{wish.symbol}": s["symbol"] for s in chosen}
    reasons: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in store.read(queries.EVIDENCE, substitutions=sorted(ways), limit=READ) if ways else ():
        listed = reasons[ways[row["substitution"]]]
        if len(listed) < REASONS and row["from_alloy"] not in {r["from_alloy"] for r in listed}:
            listed.append(row)
    fractions = composition.atomic_percent
    return [
        {
            **s,
            "key": keys[s["symbol"]],
            "alloy": alloys.get(keys[s["symbol"]]),
            "percent": {s["symbol"] if e == wish.symbol else e: v for e, v in fractions.items()},
            "reasons": reasons[s["symbol"]],
        }
        for s in chosen
    ]


def composition_of(text: str) -> dict[str, float] | None:
    """Return atomic percent by element of an alloy's formula; None where it has none that can be read."""
    try:
        return read_composition(text).atomic_percent
    except HypographError:
        return None
