"""Hypotheses in free text: options from a proposer or, without one, from phrases of survey and corpus."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hypograph.models.keys import digest
from hypograph.models.keywords.extraction import PhraseExtractor
from hypograph.models.protocols import Proposer
from hypograph.models.records import Publication
from hypograph.models.search.checks import hypothesis_problems
from hypograph.models.search.corpus import Passages, words
from hypograph.models.search.discipline import Discipline, Slot
from hypograph.models.search.hypothesis import Detail, Hypothesis

_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")
_NUMBER = re.compile(
    r"(-?\d{1,4}(?:\.\d+)?)\s*(°\s*C|K|h|hours?|min|minutes?)(?![\w/])",
)
MOST = 6


def phrases(text: str) -> list[str]:
    """Return the key phrases of a text, best first (see `models.keywords.extraction`)."""
    found = PhraseExtractor().extract(Publication("text", abstract=text))
    return [m.keyword for m in found if m.kind not in ("element", "phase")]


def numbers_in(texts: Sequence[str], kind: str) -> list[str]:
    """Return temperatures in °C or times in h that texts give, most frequent first."""
    counts: Counter[str] = Counter()
    for text in texts:
        for value, unit in _NUMBER.findall(text):
            number, heat = float(value), unit.endswith("C") or unit == "K"
            if heat != (kind == "temperature"):
                continue
            if unit == "K":
                number -= 273.15
            elif unit.startswith("min"):
                number /= 60
            counts[f"{number:.4g}"] += 1
    return [v for v, _ in sorted(counts.items(), key=lambda item: (-item[1], float(item[0])))]


@dataclass
class TextTask:
    """Options, numbers and checks of hypotheses in free text.

    Attributes
    ----------
    discipline
        Levels and slots.
    question, survey
        The research question and what is known around it.
    passages
        The corpus: for options, support and novelty.
    proposer
        Asked for values; None takes phrases instead.
    seed
        Seed of what the proposer is asked.
    limit
        Proposals at most; None is no limit.
    """

    discipline: Discipline
    question: str
    survey: str
    passages: Passages
    proposer: Proposer | None = None
    seed: int = 0
    limit: int | None = None
    proposed: int = 0
    _scores: dict[str, float] = field(default_factory=dict)

    def options(self, hypothesis: Hypothesis, slot: Slot) -> Sequence[Detail]:
        """Return details for a slot, those of the proposer first."""
        known: list[tuple[str, str]] = self._proposed(hypothesis, slot)
        if len(known) < MOST:
            known += [(v, "corpus") for v in self._found(hypothesis, slot)]
            known += [(v, "default list") for v in slot.options]
        fresh = dict.fromkeys(v for v, _ in known if v.strip())
        why = dict(reversed(known))
        left = MOST if self.limit is None else min(MOST, max(self.limit - self.proposed, 0))
        chosen = list(fresh)[:left]
        self.proposed += len(chosen)
        return [self.discipline.detail(slot, v, why[v]) for v in chosen]

    def features(self, hypothesis: Hypothesis) -> Mapping[str, float]:
        """Return relevance, support, novelty and specificity in [0, 1]; none of them knows chemistry."""
        text = self.discipline.statement(hypothesis)
        asked = set(words(self.question + " " + self.survey))
        told = set(words(text))
        nearest = self.passages.nearest_publications(text, 1) if self.passages.texts else []
        similarity = nearest[0][1] if nearest else 0.0
        slots = [s for level in self.discipline.levels for s in level.slots]
        return {
            "relevance": len(told & asked) / max(len(told), 1),
            "support": similarity,
            "novelty": 1.0 - similarity,
            "specificity": len(hypothesis.details) / len(slots),
        }

    def problems(self, hypothesis: Hypothesis) -> Sequence[str]:
        """Return what code finds wrong."""
        return hypothesis_problems(hypothesis, self.discipline)

    def _proposed(self, hypothesis: Hypothesis, slot: Slot) -> list[tuple[str, str]]:
        if self.proposer is None or (self.limit is not None and self.proposed >= self.limit):
            return []
        context = {
            "hypothesis": self.discipline.statement(hypothesis),
            "detail": slot.name,
            "unit": slot.unit,
            "survey": self.survey[:2000],
        }
        rng = np.random.default_rng(int(digest(self.seed, hypothesis.id, slot.name, length=15), 16))
        told = self.proposer.propose(self.question, context, (), MOST, rng)
        return [(v.strip(), self.proposer.name) for v in told if v.strip()]

    def _found(self, hypothesis: Hypothesis, slot: Slot) -> list[str]:
        near = [self.passages.texts[i] for i, _ in self.passages.nearest(f"{self.question} {hypothesis.root}", 20)]
        texts = [self.survey, *near]
        if slot.kind in ("temperature", "time"):
            return numbers_in(texts, slot.kind)[:MOST]
        if slot.kind != "text":
            return []
        held = {d.value for d in hypothesis.details}
        text = "\n".join([hypothesis.root, *texts])
        # Each slot takes its own stretch of the ranked phrases, so that levels do not repeat each other.
        names = [s.name for level in self.discipline.levels for s in level.slots if s.kind == "text"]
        start = names.index(slot.name) * MOST
        usable = [p for p in phrases(text) if p not in held]
        return (usable[start:] + usable[:start])[:MOST]


def sentences(text: str) -> list[str]:
    """Split a text at the ends of sentences."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]
