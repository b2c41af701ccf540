"""What passages about alloys say: composition, phases, route, anneal; as arrays over the passages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hypograph.models.hypotheses.discipline import Slot
from hypograph.models.hypotheses.tasks.grounding import Ground

SAME = 0.99  # Jaccard similarity of element sets from which a passage is about the same elements
_AMOUNT = re.compile(r"([A-Z][a-z]?)(\d+(?:\.\d+)?|\.\d+)?")
_PHASES = re.compile(r"phases?: ([^;]*)")
_HEAT = re.compile(r"(?:anneal|homogeni[sz])[^;]{0,80}?(\d{3,4}(?:\.\d+)?)\s*(°\s*C|K\b)", re.I)
_TIME = re.compile(r"(?:anneal|homogeni[sz])[^;]{0,100}?\b(\d{1,3}(?:\.\d+)?)\s*(h\b|hours?\b)", re.I)
_ONE_PHASE = re.compile(r"(?:fcc|bcc|hcp)(?: (?:a1|a2|a3))?", re.I)


def parse_formula(text: str) -> dict[str, float] | None:
    """Read ``Al0.5CoCrFeNi`` as amounts; None where the text is no plain formula of two or more elements.

    Whether the symbols are elements is for `checks.composition_problems` to say.
    """
    amounts: dict[str, float] = {}
    end = 0
    for match in _AMOUNT.finditer(text):
        if match.start() != end:
            return None
        end = match.end()
        amounts[match.group(1)] = amounts.get(match.group(1), 0.0) + float(match.group(2) or 1.0)
    return amounts if end == len(text) and len(amounts) > 1 and min(amounts.values()) > 0 else None


def write_formula(amounts: Mapping[str, float]) -> str:
    """Write amounts as a formula, elements in alphabetical order, ones left out."""
    return "".join(e + ("" if amounts[e] == 1 else f"{amounts[e]:g}") for e in sorted(amounts))


@dataclass(frozen=True)
class AlloyPassages:
    """Passages that name an alloy by formula, one row each.

    Attributes
    ----------
    publications, texts
        Key of the publication, and the passage as it stands; length n.
    symbols
        Columns of `held`.
    held
        Whether a passage's alloy holds an element, shape ``(n, symbols)``.
    single
        1 where one solid-solution phase is reported, 0 where more or others, NaN where nothing is.
    celsius, hours
        Anneal or homogenisation given with its unit, else NaN; shape ``(n,)``.
    """

    publications: tuple[str, ...]
    texts: tuple[str, ...]
    formulas: tuple[str, ...]
    symbols: tuple[str, ...]
    held: NDArray[np.bool_]
    single: NDArray[np.float64]
    celsius: NDArray[np.float64]
    hours: NDArray[np.float64]

    def mentions(self, terms: Sequence[str]) -> NDArray[np.bool_]:
        """Tell which passages hold one of the terms (lower case), shape ``(n,)``."""
        return np.array([any(t in text for t in terms) for text in self._lower], dtype=bool)

    @cached_property
    def _lower(self) -> list[str]:
        return [text.lower() for text in self.texts]

    def overlap(self, elements: Sequence[str]) -> NDArray[np.float64]:
        """Return the Jaccard similarity of each passage's elements with these, shape ``(n,)``."""
        wanted = np.array([s in set(elements) for s in self.symbols], dtype=bool)
        common = (self.held & wanted).sum(axis=1)
        return np.asarray(common / np.maximum(self.held.sum(axis=1) + len(elements) - common, 1))


def read_passages(publications: Sequence[str], texts: Sequence[str]) -> AlloyPassages:
    """Read passages of the form ``formula; phases: …; processing: …``; others are left out."""
    rows = [
        (p, t, amounts)
        for p, t in zip(publications, texts, strict=True)
        if (amounts := parse_formula(t.split(";")[0].strip())) is not None
    ]
    symbols = tuple(sorted({s for _, _, amounts in rows for s in amounts}))
    column = {s: i for i, s in enumerate(symbols)}
    held = np.zeros((len(rows), len(symbols)), dtype=bool)
    for i, (_, _, amounts) in enumerate(rows):
        held[i, [column[s] for s in amounts]] = True
    return AlloyPassages(
        tuple(p for p, _, _ in rows),
        tuple(t for _, t, _ in rows),
        tuple(write_formula(a) for _, _, a in rows),
        symbols,
        held,
        np.array([_single(t) for _, t, _ in rows], dtype=float),
        np.array([_celsius(t) for _, t, _ in rows], dtype=float),
        np.array([_hours(t) for _, t, _ in rows], dtype=float),
    )


def slot_terms(slot: Slot) -> dict[str, tuple[str, ...]]:
    """Return for each option of a slot the words that name it in a text."""
    named = dict(slot.terms)
    return {**{o: (o.lower(),) for o in slot.options if o not in named}, **named}


def _single(text: str) -> float:
    found = _PHASES.search(text)
    if found is None or not found.group(1).strip():
        return float("nan")
    return float(_ONE_PHASE.fullmatch(found.group(1).strip()) is not None)


def _celsius(text: str) -> float:
    found = _HEAT.search(text)
    if found is None:
        return float("nan")
    value = float(found.group(1)) - (273.15 if found.group(2) == "K" else 0.0)
    return round(value / 50) * 50.0


def _hours(text: str) -> float:
    found = _TIME.search(text)
    return float(found.group(1)) if found else float("nan")


def reported(elements: Sequence[str], passages: AlloyPassages, most: int = 3) -> Ground:
    """Return passages on alloys of the same elements that report one phase (for) or several (against)."""
    like = passages.overlap(elements)
    sides: dict[float, list[tuple[str, str, float]]] = {0.0: [], 1.0: []}
    for i in np.lexsort((np.arange(len(like)), -like)):
        if like[i] < SAME:
            break
        side = sides.get(float(passages.single[i]))
        publication = passages.publications[i]
        if side is not None and len(side) < most and all(publication != old[0] for old in side):
            side.append((publication, passages.texts[i][:400], float(like[i])))
    return Ground(tuple(sides[1.0]), tuple(sides[0.0]), ())
