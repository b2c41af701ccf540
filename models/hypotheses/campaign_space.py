"""From hypothesis to experiment: the space of a campaign that tests it, and the experiment that decides.

The space holds what the hypothesis states and nothing else: ranges and alternatives that it names, its intervention
against its controls. The objective is its prediction.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from hypograph.models.core.quantities import Quantity, quantities
from hypograph.models.hypotheses.document import HypothesisDocument
from hypograph.models.hypotheses.ledger import normal

INTERVENTION = "as stated"
SHOWN = {"degree_Celsius": "°C", "degree_Fahrenheit": "°F", "kelvin": "K", "hour": "h", "minute": "min", "second": "s"}
PLAIN_WORDS = frozenset(["and", "between", "for", "from", "the", "then", "with", "within", "about"])
ABSOLUTE_ZERO = {"degree_Celsius": -273.15, "degree_Fahrenheit": -459.67, "kelvin": 0.0}
# Boiling points at 1 atm in °C (CRC Handbook of Chemistry and Physics, 97th edition).
BOILING = {
    "water": 100.0,
    "methanol": 64.7,
    "ethanol": 78.3,
    "isopropanol": 82.3,
    "2-propanol": 82.3,
    "acetone": 56.1,
    "acetonitrile": 81.7,
    "dichloromethane": 39.8,
    "chloroform": 61.2,
    "tetrahydrofuran": 66.0,
    "diethyl ether": 34.5,
    "ethyl acetate": 77.1,
    "toluene": 110.6,
    "hexane": 68.7,
    "dimethylformamide": 152.8,
    "dimethyl sulfoxide": 189.0,
    "n-methyl-2-pyrrolidone": 202.0,
    "1,4-dioxane": 101.2,
}


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that the campaign varies, with the words of the hypothesis that name it."""

    name: str
    options: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    low: float | None = None
    high: float | None = None
    unit: str = ""
    stated: str = ""


def factors(document: HypothesisDocument) -> list[Factor]:
    """Return what a hypothesis leaves to vary: stated ranges and alternatives, and its controls."""
    found: list[Factor] = []
    if document.controls:
        found.append(Factor("arm", (INTERVENTION, *dict.fromkeys(document.controls)), stated="controls"))
    taken = {"arm"}
    for text, what in _stated(document):
        for q in quantities(text):
            others = _alternatives(document, q, what)
            if q.low == q.high and not others:
                continue
            name = _free(_name(text, q, what), taken)
            taken.add(name)
            unit = SHOWN.get(q.unit, q.unit)
            if q.low < q.high and not others:
                found.append(Factor(name, low=q.low, high=q.high, unit=unit, stated=text))
            else:
                values = sorted({*(float(f"{v:.6g}") for v in (q.low, q.high)), *others})
                found.append(Factor(name, values=tuple(values), unit=unit, stated=text))
    for component in document.components:
        other = [a.value for a in document.alternatives if normal(a.field) in (normal(component.role), "component")]
        other = [o for o in other if o and normal(o) != normal(component.name) and not quantities(o)]
        if other:
            name = _free(component.role or "component", taken)
            taken.add(name)
            found.append(Factor(name, (component.name, *dict.fromkeys(other)), stated=component.name))
    return found


def held(document: HypothesisDocument) -> list[str]:
    """Return the conditions that the hypothesis states as one value: they are held."""
    varied = {f.stated for f in factors(document)}
    return [text for text, _ in _stated(document) if text not in varied and quantities(text)]


def warnings(document: HypothesisDocument) -> list[str]:
    """Return what speaks against trying the conditions as they stand: absolute zero, boiling solvents, odd values."""
    found = []
    text = " ".join([*document.conditions, document.procedure, *(c.name for c in document.components)]).casefold()
    for q in quantities(" ; ".join([*document.conditions, document.procedure])):
        zero = ABSOLUTE_ZERO.get(q.unit)
        if zero is not None and q.low < zero:
            found.append(f"{q.text} lies below absolute zero")
        celsius = q.to("°C") if q.dimension == "temperature" else None
        for solvent, boils in BOILING.items():
            if celsius and celsius[1] > boils and re.search(rf"\b{re.escape(solvent)}\b", text):
                found.append(
                    f"{q.text} lies above the boiling point of {solvent} ({boils:g} °C): a closed vessel is needed"
                )
        if q.dimension == "time" and q.high <= 0:
            found.append(f"{q.text} is no duration")
    return list(dict.fromkeys(found))


def space_toml(document: HypothesisDocument) -> str | None:
    """Write the campaign that tests a hypothesis as the TOML that `hypograph campaign new` reads.

    Returns
    -------
    str or None
        None where the hypothesis predicts no quantity, or leaves nothing for an experiment to vary.
    """
    varied = factors(document)
    if document.prediction is None or not document.prediction.quantity or not varied:
        return None
    lines = [f"# Tests the hypothesis: {_one_line(document.statement)}", f"# Predicted: {document.prediction}"]
    lines += [f"# Held: {_one_line(text)}" for text in held(document)]
    lines += [f"# Warning: {_one_line(text)}" for text in warnings(document)]
    for factor in varied:
        lines += ["", "[[parameters]]", f"name = {_text(factor.name)}"]
        if factor.options:
            lines.append(f"options = {json.dumps(list(factor.options), ensure_ascii=False)}")
        elif factor.values:
            lines.append(f"values = {json.dumps(list(factor.values))}")
        else:
            lines += [f"low = {factor.low}", f"high = {factor.high}"]
        if factor.unit:
            lines.append(f"unit = {_text(factor.unit)}")
        lines.append(f"# stated: {_one_line(factor.stated)}")
    lines += ["", "[[objectives]]", f"name = {_text(_free(document.prediction.quantity, {f.name for f in varied}))}"]
    lines.append(f"direction = {_text('max' if document.prediction.maximise else 'min')}")
    return "\n".join(lines) + "\n"


def deciding_experiment(best: HypothesisDocument, rival: HypothesisDocument | None) -> str:
    """Say which experiment would decide: the best hypothesis's prediction beside what its nearest rival expects."""
    measured = best.measurement or (best.prediction.quantity if best.prediction else "the effect")
    expected = f" The hypothesis predicts {best.prediction}." if best.prediction else ""
    refuted = (
        f" It is refuted if {best.refuted_by[:1].lower()}{best.refuted_by[1:].rstrip('.')}." if best.refuted_by else ""
    )
    if best.rivals:
        nearest = best.rivals[0]
        told = f" Its rival ({nearest.statement.rstrip('.')}) is told apart by: {nearest.observation.rstrip('.')}."
    elif rival is not None and rival.prediction is not None:
        told = f" The next hypothesis predicts {rival.prediction}."
    else:
        told = ""
    begin = f"Carry out the hypothesis as stated beside its controls. Measure: {measured.rstrip('.')}."
    return f"{begin}{expected}{refuted}{told}"


def _stated(document: HypothesisDocument) -> list[tuple[str, str]]:
    """Return the texts that hold quantities, with the substance or role that they belong to."""
    rows = [(c, "") for c in document.conditions]
    return rows + [(f"{c.name}: {c.amount}", c.name) for c in document.components if c.amount]


def _alternatives(document: HypothesisDocument, q: Quantity, what: str) -> list[float]:
    """Return other values of a quantity that the document names as alternatives, in the quantity's unit."""
    found = []
    for alternative in document.alternatives:
        field = normal(alternative.field)
        near = (normal(what) and normal(what) in field) or q.dimension.split()[0] in field or "condition" in field
        for other in quantities(alternative.value) if near else ():
            ends = other.to(q.unit) if other.dimension == q.dimension else None
            found += [float(f"{v:.6g}") for v in ends or ()]
    return found


def _name(text: str, q: Quantity, what: str) -> str:
    """Name a factor by the words before its number: `temperature difference`, `freeze temperature`."""
    if what:
        return what
    digits = re.search(r"\d[\d.,]*", q.text)
    before = text[: max(text.find(digits.group()), 0)] if digits else ""
    words = [w.lower() for w in re.findall(r"[A-Za-z]{3,}", before) if w.lower() not in PLAIN_WORDS]
    dimension = q.dimension if q.dimension.isidentifier() else "value"
    label = " ".join(words[-2:])
    return label if dimension in words else f"{label} {dimension}".strip()


def _free(name: str, taken: set[str]) -> str:
    number, found = 2, name
    while found in taken:
        found, number = f"{name} {number}", number + 1
    return found


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _one_line(text: str) -> str:
    return " ".join(text.split())
