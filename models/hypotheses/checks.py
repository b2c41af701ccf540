"""What code can check of a hypothesis before a judge sees it: composition, charge, availability, ranges."""

from __future__ import annotations

from collections.abc import Mapping

from hypograph.models.hypotheses.discipline import Discipline, Slot
from hypograph.models.hypotheses.hypothesis import Detail, Hypothesis
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


def number_problems(detail: Detail, slot: Slot) -> list[str]:
    """Say whether a number is one, and lies in the range of its slot."""
    try:
        value = float(detail.value)
    except ValueError:
        return [f"{slot.name}: {detail.value!r} is no number"]
    if value != value or abs(value) == float("inf"):
        return [f"{slot.name}: {detail.value} is not finite"]
    if slot.kind == "temperature":
        zero = 0.0 if slot.unit == "K" else ABSOLUTE_ZERO
        if value < zero:
            return [f"{slot.name}: {detail.value} {slot.unit} lies below absolute zero"]
    if slot.kind == "time" and value <= 0:
        return [f"{slot.name}: {detail.value} {slot.unit} is no duration"]
    if (slot.low is not None and value < slot.low) or (slot.high is not None and value > slot.high):
        return [f"{slot.name}: {detail.value} {slot.unit} lies outside {slot.low} to {slot.high}"]
    return []


def detail_problems(detail: Detail, slot: Slot | None) -> list[str]:
    """Say what is wrong with one detail by itself."""
    if detail.kind == "composition":
        return composition_problems(detail.value)
    if detail.kind == "formula":
        return charge_problems(detail.value)
    if detail.kind in ("temperature", "time", "number") and slot is not None:
        return number_problems(detail, slot)
    return [] if detail.value.strip() else [f"{detail.slot} is empty"]


def hypothesis_problems(hypothesis: Hypothesis, discipline: Discipline) -> list[str]:
    """Say what is wrong with a hypothesis: each detail, and details that exclude each other."""
    problems = [p for d in hypothesis.details for p in detail_problems(d, discipline.slot(d.slot))]
    if problems:
        return problems
    composition = next((d for d in hypothesis.details if d.kind == "composition"), None)
    if composition is None:
        return []
    amounts = parse_formula(composition.value)
    melts = melting_point(amounts) if amounts else None
    for detail in hypothesis.details:
        if detail.kind != "temperature" or "anneal" not in detail.slot or melts is None:
            continue
        limit = SOLID * (melts - ABSOLUTE_ZERO) + ABSOLUTE_ZERO
        if float(detail.value) > limit:
            problems.append(f"{detail.slot}: {detail.value} °C would melt {composition.value} (about {melts:.0f} °C)")
    return problems
