"""Typed details of a document by the levels of its discipline, extracted by code: fields of it, not its body."""

from __future__ import annotations

from hypograph.models.core.quantities import quantities
from hypograph.models.hypotheses.discipline import Discipline, Slot
from hypograph.models.hypotheses.document import HypothesisDocument
from hypograph.models.hypotheses.hypothesis import Detail
from hypograph.models.hypotheses.ledger import normal
from hypograph.models.hypotheses.tasks.alloy_records import parse_formula

NUMBERS = ("temperature", "time", "number")


def details_of(document: HypothesisDocument, discipline: Discipline, provenance: str) -> tuple[Detail, ...]:
    """Return what a document settles of each slot; several values of a slot follow one another.

    A slot for numbers takes the stated quantities of its dimension, in its unit; a slot for a formula the components
    that are one; a slot for text the field that it is named after.
    """
    slots = [slot for level in discipline.levels for slot in level.slots]
    return tuple(
        discipline.detail(slot, value, provenance) for slot in slots for value in dict.fromkeys(_values(document, slot))
    )


def _values(document: HypothesisDocument, slot: Slot) -> list[str]:
    if slot.kind in NUMBERS:
        return _numbers(document, slot)
    if slot.kind in ("composition", "formula"):
        return [c.name for c in document.components if parse_formula(c.name.replace(" ", "")) is not None]
    name = slot.name.casefold()
    if "mechanism" in name:
        return list(document.mechanisms)
    if "concept" in name or "intervention" in name:
        return [document.intervention] if document.intervention else []
    if "detail" in name:
        return [f"{c.name}: {c.amount}" for c in document.components if c.amount]
    if "component" in name:
        names = [c.name for c in document.components]
        return names[1:] if "second" in name else names[:1]
    tag = normal(slot.name)
    stated = [c.name for c in document.components if tag in normal(c.role)]
    stated += [c for c in document.conditions if tag in normal(c)]
    return stated + [
        o for o in slot.options if any(normal(o) in normal(t) for t in (*document.conditions, document.procedure))
    ]


def _numbers(document: HypothesisDocument, slot: Slot) -> list[str]:
    wanted = slot.kind if slot.kind != "number" else None
    found = []
    for text in (*document.conditions, document.procedure):
        if wanted is None and normal(slot.name) not in normal(text):
            continue
        for q in quantities(text):
            ends = q.to(slot.unit) if slot.unit and (wanted is None or q.dimension == wanted) else None
            found += [f"{v:.6g}" for v in dict.fromkeys(ends or ())]
    return found
