"""What code can check of a hypothesis before a judge sees it: composition, charge, availability, ranges."""

from __future__ import annotations

from collections.abc import Mapping

from hypograph.models.core.quantities import quantities
from hypograph.models.hypotheses.campaign_space import warnings
from hypograph.models.hypotheses.details import NUMBERS, details_of
from hypograph.models.hypotheses.discipline import Discipline
from hypograph.models.hypotheses.document import HypothesisDocument
from hypograph.models.hypotheses.tasks.alloy_records import parse_formula

ABSOLUTE_ZERO = -273.15
# An anneal above this share of the rule-of-mixtures melting point (in kelvin) melts the alloy.
SOLID = 0.95
ANIONS = frozenset(["O", "F", "Cl", "Br", "I", "S", "Se", "Te", "N"])


def composition_problems(formula: str) -> list[str]:
    """Say what is wrong with an alloy's formula: its form, its elements, their availability.

    An element without a stable or very long-lived isotope is not available in the amounts an alloy takes.
    """
    amounts = parse_formula(formula)
    if amounts is None:
        return [f"{formula!r} is no formula of two or more elements"]
    from pymatgen.core.periodic_table import Element

    problems = [f"{s} is no chemical element" for s in amounts if not Element.is_valid_symbol(s)]
    known = [Element(s) for s in amounts if Element.is_valid_symbol(s)]
    problems += [
        f"{e.symbol} has no isotope that could be bought"
        for e in known
        if e.Z in (43, 61) or 84 <= e.Z <= 89 or (e.Z >= 91 and e.Z != 92)
    ]
    problems += [f"{e.symbol} is a noble gas" for e in known if e.is_noble_gas]
    return problems


def charge_problems(formula: str) -> list[str]:
    """Say whether an ionic formula can be neutral with the common oxidation states (pymatgen's guess)."""
    from pymatgen.core.composition import Composition

    try:
        composition = Composition(formula)
    except (ValueError, KeyError):
        return [f"{formula!r} is no formula"]
    symbols = {e.symbol for e in composition.elements}
    if not symbols & ANIONS or len(symbols) < 2:
        return []
    whole = composition.get_integer_formula_and_factor()[0]
    small = Composition(whole)
    if small.num_atoms > 60:
        return []
    return [] if small.oxi_state_guesses() else [f"{formula}: no common oxidation states make it neutral"]


def melting_point(amounts: Mapping[str, float]) -> float | None:
    """Return the rule-of-mixtures melting point in °C; None where an element's own is not known."""
    from pymatgen.core.periodic_table import Element

    total = sum(amounts.values())
    points = {s: Element(s).melting_point for s in amounts}
    if any(p is None for p in points.values()):
        return None
    return float(sum(amounts[s] * float(points[s]) for s in amounts) / total) + ABSOLUTE_ZERO


def document_problems(document: HypothesisDocument, discipline: Discipline) -> list[str]:
    """Say what code finds wrong with a hypothesis: conditions that cannot be, compositions that cannot be made."""
    problems = warnings(document) + _out_of_range(document, discipline)
    kinds = {slot.kind for level in discipline.levels for slot in level.slots}
    names = [c.name.replace(" ", "") for c in document.components]
    if "composition" in kinds:
        alloys = [n for n in names if parse_formula(n) is not None]
        problems += [p for n in alloys for p in composition_problems(n)]
        problems += [p for n in alloys if not composition_problems(n) for p in _melts(document, n)]
    if "formula" in kinds:
        problems += [p for n in names if parse_formula(n) is not None for p in charge_problems(n)]
    return list(dict.fromkeys(problems))


def _out_of_range(document: HypothesisDocument, discipline: Discipline) -> list[str]:
    found = []
    for detail in details_of(document, discipline, ""):
        slot = discipline.slot(detail.slot)
        if slot is None or slot.kind not in NUMBERS:
            continue
        value = float(detail.value)
        if (slot.low is not None and value < slot.low) or (slot.high is not None and value > slot.high):
            found.append(f"{slot.name}: {detail.value} {slot.unit} lies outside {slot.low} to {slot.high}")
    return found


def _melts(document: HypothesisDocument, formula: str) -> list[str]:
    amounts = parse_formula(formula)
    melts = melting_point(amounts) if amounts else None
    if melts is None:
        return []
    limit = SOLID * (melts - ABSOLUTE_ZERO) + ABSOLUTE_ZERO
    found = []
    for text in document.conditions:
        if "anneal" not in text.lower() and "homogeni" not in text.lower():
            continue
        heats = [ends for q in quantities(text) if q.dimension == "temperature" and (ends := q.to("°C"))]
        if any(high > limit for _, high in heats):
            found.append(f"{text}: this would melt {formula} (about {melts:.0f} °C)")
    return found
