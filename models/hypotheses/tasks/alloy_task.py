"""Alloy hypotheses: from a family or a keyword set to composition, route and anneal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hypograph.models.core.keys import digest
from hypograph.models.core.protocols import Proposer
from hypograph.models.hypotheses.checks import detail_problems, hypothesis_problems, melting_point
from hypograph.models.hypotheses.discipline import Discipline, Slot
from hypograph.models.hypotheses.hypothesis import Detail, Hypothesis
from hypograph.models.hypotheses.tasks.alloy_records import AlloyPassages, parse_formula, slot_terms, write_formula
from hypograph.models.hypotheses.tasks.grounding import Ground

NEAR = 0.5  # Jaccard similarity of element sets from which a passage speaks about an alloy
SAME = 0.99  # from which a passage is about the same elements
DEFAULT = "default list"
MOST = 6


@dataclass(frozen=True)
class Idea:
    """A root: what it says, the families it allows, and its numbers."""

    root: str
    kind: str
    families: tuple[tuple[str, ...], ...]
    keywords: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass
class AlloyTask:
    """Options, numbers and checks of alloy hypotheses.

    Attributes
    ----------
    discipline
        Levels and slots; it must have a slot of kind `composition`.
    ideas
        Roots by their text.
    passages
        The literature.
    belief
        Probability of a single phase by element set (``A-B-C``).
    proposer
        Asked for values beside those of the literature; None: the literature and the default list only.
    """

    discipline: Discipline
    ideas: Mapping[str, Idea]
    passages: AlloyPassages
    belief: Mapping[str, float]
    proposer: Proposer | None = None
    seed: int = 0
    _near: dict[tuple[str, ...], NDArray[np.float64]] = field(default_factory=dict)
    _named: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    _problems: dict[str, Sequence[str]] = field(default_factory=dict)

    def options(self, hypothesis: Hypothesis, slot: Slot) -> Sequence[Detail]:
        """Return details for a slot: from passages about similar alloys first, then the default list."""
        if slot.kind == "composition":
            return self._compositions(hypothesis, slot)
        elements = self._elements(hypothesis)
        near = self._overlap(elements) >= NEAR if elements else np.ones(len(self.passages.texts), dtype=bool)
        if slot.kind in ("temperature", "time"):
            values = self.passages.celsius if slot.kind == "temperature" else self.passages.hours
            found = self._numbers(slot, values, near)
        else:
            found = self._terms(slot, near)
        found += self._proposed(hypothesis, slot, [v for v, _ in found])
        default = [(o, DEFAULT) for o in slot.options if o not in dict(found)]
        return [self.discipline.detail(slot, value, why) for value, why in [*found, *default][:MOST]]

    def _proposed(self, hypothesis: Hypothesis, slot: Slot, known: Sequence[str]) -> list[tuple[str, str]]:
        if self.proposer is None:
            return []
        context = {
            "hypothesis": self.discipline.statement(hypothesis),
            "detail": slot.name,
            "unit": slot.unit,
            "known": list(known),
        }
        rng = np.random.default_rng(int(digest(self.seed, hypothesis.id, slot.name, length=15), 16))
        told = self.proposer.propose(self.discipline.question, context, (), 2, rng)
        fresh = [v.strip() for v in told if v.strip() and v.strip() not in known]
        usable = [v for v in fresh if not detail_problems(self.discipline.detail(slot, v, ""), slot)]
        return [(v, self.proposer.name) for v in usable]

    def features(self, hypothesis: Hypothesis) -> Mapping[str, float]:
        """Return belief, support, feasibility, novelty and what the idea brings, each in [0, 1]."""
        idea = self.ideas[hypothesis.root]
        elements = self._elements(hypothesis)
        family = elements or (idea.families[0] if idea.families else ())
        formula = next((d.value for d in hypothesis.details if d.kind == "composition"), "")
        return {
            **idea.numbers,
            "belief": self.belief.get("-".join(sorted(family)), 0.5),
            "support": self._support(hypothesis, family),
            "feasibility": self._feasibility(hypothesis),
            "novelty": idea.numbers.get("novelty", float(formula not in self.passages.formulas)),
        }

    def ground(self, hypothesis: Hypothesis, most: int = 3) -> Ground:
        """Return passages on the same elements that report one phase (for) or several (against).

        Similarity is one for the same formula, else the overlap of the element sets.
        """
        elements = self._elements(hypothesis)
        if not elements:
            return Ground((), (), ())
        formula = next(d.value for d in hypothesis.details if d.kind == "composition")
        like = self._overlap(elements)
        same = np.array([f == formula for f in self.passages.formulas], dtype=bool)
        order = np.lexsort((np.arange(len(like)), -like, ~same))
        sides: dict[float, list[tuple[str, str, float]]] = {0.0: [], 1.0: []}
        for i in order:
            if like[i] < SAME and not same[i]:
                break
            side = sides.get(float(self.passages.single[i]))
            publication = self.passages.publications[i]
            if side is not None and len(side) < most and all(publication != old[0] for old in side):
                side.append((publication, self.passages.texts[i][:400], 1.0 if same[i] else float(like[i])))
        return Ground(tuple(sides[1.0]), tuple(sides[0.0]), ())

    def problems(self, hypothesis: Hypothesis) -> Sequence[str]:
        """Return what code finds wrong."""
        if hypothesis.id not in self._problems:
            self._problems[hypothesis.id] = hypothesis_problems(hypothesis, self.discipline)
        return self._problems[hypothesis.id]

    def _elements(self, hypothesis: Hypothesis) -> tuple[str, ...]:
        detail = next((d for d in hypothesis.details if d.kind == "composition"), None)
        amounts = parse_formula(detail.value) if detail else None
        return tuple(sorted(amounts)) if amounts else ()

    def _overlap(self, elements: tuple[str, ...]) -> NDArray[np.float64]:
        if elements not in self._near:
            self._near[elements] = self.passages.overlap(elements)
        return self._near[elements]

    def _mentions(self, slot: Slot, value: str) -> NDArray[np.bool_]:
        if value not in self._named:
            terms = slot_terms(slot).get(value, (value.lower(),))
            self._named[value] = self.passages.mentions(terms)
        return self._named[value]

    def _compositions(self, hypothesis: Hypothesis, slot: Slot) -> Sequence[Detail]:
        """Equimolar first, then each element halved: families differ most in one element's amount."""
        idea = self.ideas[hypothesis.root]
        found = [(write_formula(dict.fromkeys(family, 1.0)), "equimolar") for family in idea.families]
        for family in idea.families[: max(1, MOST // max(len(idea.families), 1))]:
            for element in family:
                amounts = dict.fromkeys(family, 1.0) | {element: 0.5}
                found.append((write_formula(amounts), f"half of {element}"))
        return [self.discipline.detail(slot, value, why) for value, why in found[: 2 * MOST]]

    def _numbers(self, slot: Slot, values: NDArray[np.float64], near: NDArray[np.bool_]) -> list[tuple[str, str]]:
        rows = np.flatnonzero(near & np.isfinite(values))
        counts = Counter(float(values[i]) for i in rows)
        first = {float(values[i]): self.passages.publications[i] for i in reversed(rows)}
        ranked = sorted(counts, key=lambda v: (-counts[v], v))
        low, high = slot.low or -np.inf, slot.high or np.inf
        return [(f"{v:g}", first[v]) for v in ranked if low <= v <= high][: MOST - 2]

    def _terms(self, slot: Slot, near: NDArray[np.bool_]) -> list[tuple[str, str]]:
        rows = []
        for value in slot_terms(slot):
            hits = np.flatnonzero(near & self._mentions(slot, value))
            if len(hits):
                rows.append((-len(hits), value, self.passages.publications[hits[0]]))
        return [(value, source) for _, value, source in sorted(rows)]

    def _support(self, hypothesis: Hypothesis, elements: tuple[str, ...]) -> float:
        """Share of single phases among passages on similar alloys with the same route and anneal.

        Each choice has a prior of four passages at the share of all similar passages, so that one lucky
        passage does not carry a hypothesis.
        """
        base = self._overlap(elements) >= NEAR if elements else np.ones(len(self.passages.texts), dtype=bool)
        known = np.isfinite(self.passages.single)
        single = np.nan_to_num(self.passages.single)
        share = (single[base & known].sum() + 1.0) / ((base & known).sum() + 2.0)
        for detail in hypothesis.details:
            slot = self.discipline.slot(detail.slot)
            if slot is None or detail.kind == "composition":
                continue
            if detail.kind == "temperature":
                mask = np.abs(self.passages.celsius - float(detail.value)) <= 50
            elif detail.kind == "time":
                mask = np.abs(np.log2(self.passages.hours / float(detail.value))) <= 1
            else:
                mask = self._mentions(slot, detail.value)
            rows = base & known & mask
            share = (single[rows].sum() + 4.0 * share) / (rows.sum() + 4.0)
        return float(share)

    def _feasibility(self, hypothesis: Hypothesis) -> float:
        """Mean of: small size mismatch, high mixing entropy, an anneal that moves atoms and melts none."""
        detail = next((d for d in hypothesis.details if d.kind == "composition"), None)
        if detail is None:
            return 0.5
        mismatch, entropy, melts = _metallurgy(detail.value)
        # 6.6% is where solid solutions end in Zhang et al., Adv. Eng. Mater. 10 (2008) 534.
        parts = [1.0 / (1.0 + (mismatch / 0.066) ** 2), min(entropy / 1.5, 1.0)]
        heat = next((d for d in hypothesis.details if d.kind == "temperature"), None)
        if heat is not None and melts is not None:
            homologous = (float(heat.value) + 273.15) / (melts + 273.15)
            parts.append(float(np.exp(-(((homologous - 0.75) / 0.15) ** 2))))
        return float(np.mean(parts))


@lru_cache(maxsize=4096)
def _metallurgy(formula: str) -> tuple[float, float, float | None]:
    """Return atomic size mismatch, mixing entropy in units of R, melting point in °C of a formula."""
    from pymatgen.core.periodic_table import Element

    amounts = parse_formula(formula) or {}
    share = np.array(list(amounts.values())) / sum(amounts.values())
    radii = [Element(s).atomic_radius_calculated or Element(s).atomic_radius for s in amounts]
    melts = melting_point(amounts)
    entropy = float(-(share * np.log(share)).sum())
    known = [float(r) for r in radii if r is not None]
    if len(known) < len(radii):
        return 0.1, entropy, melts
    r = np.array(known)
    return float(np.sqrt((share * (1 - r / (share @ r)) ** 2).sum())), entropy, melts
