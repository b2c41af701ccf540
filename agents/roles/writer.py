"""The writer of concepts over a language model: every answer is checked, and cites by number only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, Field

from hypograph.agents.gateway.questions import Answer, Question
from hypograph.agents.prompts import data, one_line, write
from hypograph.agents.roles.judgement import Role
from hypograph.models.literature.inspiration.concept import Critique, Sentence, scrub
from hypograph.models.literature.inspiration.logic_graph import Claim

LONGEST = 600
# Passages shown in one prompt, and characters of each: together below what a prompt holds of one value.
SHOWN, PASSAGE, PASSAGE_FULL = 12, 450, 1_500


class _Concept(BaseModel):
    concept: str


class _Goal(BaseModel):
    goal: str


class _Thesis(BaseModel):
    thesis: str


class _Rationale(BaseModel):
    text: str
    passages: list[int] = Field(max_length=6)


class _Intermediate(BaseModel):
    text: str
    rationales: list[int] = Field(max_length=6)


class _Logic(BaseModel):
    rationales: list[_Rationale] = Field(max_length=4)
    intermediates: list[_Intermediate] = Field(max_length=3)


class _Critique(BaseModel):
    text: str
    severity: Literal["fatal", "major", "minor", "negligible"]


class _Critiques(BaseModel):
    critiques: list[_Critique] = Field(max_length=4)


class _Sentence(BaseModel):
    text: str
    passages: list[int] = Field(max_length=6)


class _Statement(BaseModel):
    sentences: list[_Sentence] = Field(max_length=8)


class ModelWriter(Role):
    """Writes concept, goal, thesis, logic, critiques and statement, one question each.

    Whatever does not fit its schema is nothing; citations within texts are taken out. A model with room reads passages
    of `PASSAGE_FULL` characters, and revises its statement once against its own critiques.
    """

    role = "writer"

    def _ask(self, schema: type[BaseModel], name: str, **values: str) -> Answer:
        return self._gateway.ask(self._question(schema, name, 0, **values))

    def concept(self, keywords: Sequence[str], passages: Sequence[str]) -> str:
        """Link the keywords."""
        answer = self._ask(
            _Concept, "manifest_concept", keywords="; ".join(keywords), passages=self._numbered(passages)
        )
        return _clean(answer.value.concept) if answer.value else ""

    def goal(self, keywords: Sequence[str], concept: str) -> str:
        """Propose a goal."""
        answer = self._ask(_Goal, "manifest_goal", keywords="; ".join(keywords), concept=concept)
        return _clean(answer.value.goal) if answer.value else ""

    def thesis(self, keywords: Sequence[str], concept: str, goal: str) -> str:
        """Write the thesis."""
        answer = self._ask(_Thesis, "manifest_thesis", keywords="; ".join(keywords), concept=concept, goal=goal)
        return _clean(answer.value.thesis) if answer.value else ""

    def logic(self, thesis: str, passages: Sequence[str]) -> list[Claim]:
        """Give rationales r1, r2, … and intermediates i1, i2, … with what they rest on."""
        answer = self._ask(_Logic, "manifest_logic", thesis=thesis, passages=self._numbered(passages))
        if answer.value is None:
            return []
        claims = [
            Claim(f"r{i}", _clean(r.text), (), _within(r.passages, min(len(passages), SHOWN)))
            for i, r in enumerate(answer.value.rationales, 1)
        ]
        claims += [
            Claim(f"i{i}", _clean(s.text), tuple(f"r{n}" for n in _within(s.rationales, len(claims))))
            for i, s in enumerate(answer.value.intermediates, 1)
        ]
        # An intermediate that follows from nothing is no step of the argument.
        return [c for c in claims if c.text and (c.grounds or c.id.startswith("r"))]

    def critiques(self, thesis: str, passages: Sequence[str]) -> list[Critique]:
        """Object, gravest first as the model orders them."""
        answer = self._ask(_Critiques, "manifest_critiques", thesis=thesis, passages=self._numbered(passages))
        found = answer.value.critiques if answer.value else []
        return [Critique(text, c.severity) for c in found if (text := _clean(c.text))]

    def statement(self, thesis: str, claims: Sequence[Claim], passages: Sequence[str]) -> list[Sentence]:
        """Write it up; numbers of passages that were not shown are kept for the caller to drop and count."""
        reasons = "\n".join(f"{c.id}: {c.text}" for c in claims)
        answer = self._ask(
            _Statement, "manifest_statement", thesis=thesis, claims=reasons, passages=self._numbered(passages)
        )
        found = self._revised(thesis, reasons, passages, answer.value.sentences) if answer.value else []
        return [Sentence(data(s.text, LONGEST).strip(), tuple(s.passages)) for s in found]

    def _revised(self, thesis: str, reasons: str, passages: Sequence[str], draft: list[_Sentence]) -> list[_Sentence]:
        """Revise a draft once; the draft stands where the revision cannot be used."""
        if not self._full or not draft:
            return draft
        text = write(
            "manifest_revise",
            thesis=thesis,
            claims=reasons or "(none)",
            passages=self._numbered(passages),
            draft="\n".join(f"{one_line(s.text)} {[*s.passages] or ''}".strip() for s in draft),
            critiques=[f"{c.severity}: {c.text}" for c in self.critiques(thesis, passages)],
        )
        answer = self._gateway.ask(Question(self.role, self._system, text, _Statement))
        return answer.value.sentences if answer.value and answer.value.sentences else draft

    @property
    def _full(self) -> bool:
        return self._gateway.config.size == "full"

    def _numbered(self, passages: Sequence[str]) -> str:
        return numbered(passages, PASSAGE_FULL if self._full else PASSAGE)


def numbered(passages: Sequence[str], longest: int = PASSAGE) -> str:
    """Number passages from 1, one a line: a passage cannot begin a line of its own."""
    shown = (one_line(p)[:longest] for p in passages[:SHOWN])
    return "\n".join(f"{i}. {text}" for i, text in enumerate(shown, 1)) or "(none)"


def _clean(text: str) -> str:
    return scrub(data(" ".join(text.split()), LONGEST))[0]


def _within(numbers: Sequence[int], most: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys(n for n in numbers if 1 <= n <= most))
