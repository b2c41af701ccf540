"""Hypotheses in free text: options from a proposer or, without one, from phrases of survey and corpus."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hypograph.models.core.keys import digest
from hypograph.models.core.protocols import Proposer
from hypograph.models.core.records import Publication
from hypograph.models.hypotheses.checks import hypothesis_problems
from hypograph.models.hypotheses.discipline import Discipline, Slot
from hypograph.models.hypotheses.hypothesis import Detail, Hypothesis
from hypograph.models.hypotheses.tasks.corpus import Passages, words
from hypograph.models.hypotheses.values import numbers_in, settle
from hypograph.models.literature.keywords.extraction import PhraseExtractor

_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")
MOST = 6


def phrases(text: str) -> list[str]:
    """Return the key phrases of a text, best first (see `models.literature.keywords.extraction`)."""
    found = PhraseExtractor().extract(Publication("text", abstract=text))
    return [m.keyword for m in found if m.kind not in ("element", "phase")]


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
    told
        Characters of the survey that the proposer is shown.
    longest
        Characters of a value at most.
    most
        Values a slot.
    """

    discipline: Discipline
    question: str
    survey: str
    passages: Passages
    proposer: Proposer | None = None
    seed: int = 0
    limit: int | None = None
    told: int = 2000
    longest: int = 120
    most: int = MOST
    proposed: int = 0
    _scores: dict[str, float] = field(default_factory=dict)

    def options(self, hypothesis: Hypothesis, slot: Slot) -> Sequence[Detail]:
        """Return details for a slot, those of the proposer first."""
        known: list[tuple[str, str]] = self._proposed(hypothesis, slot)
        if len(known) < self.most:
            known += [(v, "corpus") for v in self._found(hypothesis, slot)]
            known += [(v, "default list") for v in slot.options]
        fresh = dict.fromkeys(v for v, _ in known if v.strip())
        why = dict(reversed(known))
        left = self.most if self.limit is None else min(self.most, max(self.limit - self.proposed, 0))
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
        # What stays the same comes first: a server that keeps the start of a prompt reads it once.
        context = {
            "survey": self.survey[: self.told],
            "hypothesis": self.discipline.statement(hypothesis),
            "detail": f"{slot.name}, each in at most {max(self.longest // 8, 1)} words",
            "unit": slot.unit,
        }
        rng = np.random.default_rng(int(digest(self.seed, hypothesis.id, slot.name, length=15), 16))
        told = self.proposer.propose(self.question, context, (), self.most, rng)
        return [(v, self.proposer.name) for text in told for v in settle(text, slot, self.longest)]

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
