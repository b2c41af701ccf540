"""Replacing an element of an alloy: which others can take its place, what the alloy would be then, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from hypograph.graph import GraphStore
from hypograph.graph.queries import exchanges as queries
from hypograph.graph.queries.rows import ExchangeRow
from hypograph.models.core.documents.evidence import PredictedAlloy
from hypograph.models.core.errors import HypographError
from hypograph.models.core.services import Metallurgist
from hypograph.models.evidence.alloys.composition import Composition, read_composition

MOST, REASONS, READ = 12, 3, 4000


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked: `problem` says why it cannot be answered."""

    text: str
    symbol: str
    composition: Composition | None
    problem: str = ""
    state: str = ""


def asked(text: str, symbol: str, state: str = "") -> Exchange | None:
    """Read an alloy as somebody types it, and the state that its records are to be of; None where none was named."""
    if not text.strip():
        return None
    try:
        found = read_composition(text[:200])
    except HypographError as error:
        return Exchange(text, symbol, None, str(error), state)
    if symbol and symbol not in found.elements:
        return Exchange(text, symbol, found, f"{symbol} is not in {text.strip()[:80]}", state)
    return Exchange(text, symbol, found, state=state)


class Replaced(PredictedAlloy):
    """The alloy with another element in its place: which, and the same exchange in other alloys of the graph."""

    comes: str
    reasons: list[ExchangeRow]


@dataclass(frozen=True, slots=True)
class Replacements:
    """What the predictor says of an exchange.

    Attributes
    ----------
    before
        The alloy as it is: a row of ``evidence predict``.
    rows
        The alloy with each other element in its place, the likeliest single phase first; each also has `comes` (the
        element) and `reasons`: the same exchange in other alloys of the graph.
    total
        Elements that were asked about.
    learned_from, tables
        Compositions that the predictor learned from, and where they stand.
    learning
        Whether the predictor is still being learned.
    problem
        Why there is no answer.
    """

    before: PredictedAlloy | None = None
    rows: Sequence[Replaced] = ()
    total: int = 0
    learned_from: int = 0
    tables: Sequence[str] = ()
    learning: bool = False
    problem: str = ""


def replacements(store: GraphStore, wish: Exchange, metallurgist: Metallurgist | None) -> Replacements:
    """Ask the predictor what can replace the element in the alloy, as `evidence predict --exchange` does."""
    if wish.composition is None or wish.symbol not in wish.composition.elements:
        return Replacements()
    if metallurgist is None:
        return Replacements(problem="No predictor is at hand here; `hypograph ui` brings one.")
    try:
        document = metallurgist.exchange(wish.text, wish.symbol, wish.state)
    except HypographError as error:
        return Replacements(problem=str(error))
    if document is None:
        return Replacements(learning=True)
    before, *others = document["alloys"]
    shown = others[:MOST]
    reasons = _reasons(store, wish.symbol, [_comes(row) for row in shown])
    rows: list[Replaced] = [{**row, "comes": _comes(row), "reasons": reasons[_comes(row)]} for row in shown]
    return Replacements(before, rows, len(others), document["learned_from"], document.get("tables", ()))


def _comes(row: PredictedAlloy) -> str:
    return row.get("exchange", "").partition("→")[2]


def _reasons(store: GraphStore, leaves: str, comes: Sequence[str]) -> dict[str, list[ExchangeRow]]:
    """Evidence of the graph from the same exchange in other alloys, by the element that comes."""
    ways = {f"{leaves}→{s}": s for s in comes} | {f"{s}→{leaves}": s for s in comes}
    found: dict[str, list[ExchangeRow]] = defaultdict(list)
    for row in store.read(queries.EVIDENCE, substitutions=sorted(ways), limit=READ) if ways else ():
        listed = found[ways[row["substitution"]]]
        if len(listed) < REASONS and row["from_alloy"] not in {r["from_alloy"] for r in listed}:
            listed.append(row)
    return found


def composition_of(text: str) -> dict[str, float] | None:
    """Return atomic percent by element of an alloy's formula; None where it has none that can be read."""
    try:
        return read_composition(text).atomic_percent
    except HypographError:
        return None
