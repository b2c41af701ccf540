"""What a proposer of documents is asked, and what it answers: one operator a request.

All requests of a search begin with the same block, so that a server can keep it. Which prompt an operator has is the
business of whoever implements `DocumentProposer`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from hypograph.models.core.knowledge_free import KnowledgeFree
from hypograph.models.hypotheses.document import HypothesisDocument

Operator = Literal[
    "direct",
    "readings",
    "propose",
    "critique",
    "revise",
    "combine",
    "simplify",
    "counter",
    "lessons",
]
OPERATORS: tuple[Operator, ...] = (
    "direct",
    "readings",
    "propose",
    "critique",
    "revise",
    "combine",
    "simplify",
    "counter",
    "lessons",
)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


class Reading(_Answer):
    """One reading of the question's unusual words, and what a laboratory would change under it."""

    reading: str
    change: str


class Readings(_Answer):
    """All readings of a question."""

    readings: tuple[Reading, ...]


class Fault(_Answer):
    """One fault that a critic finds.

    `passage` is a sentence of the survey or of a passage, word for word; empty where the critic has none: then the
    fault is an opinion, whatever its severity.
    """

    severity: Literal["fatal", "major", "minor"]
    claim: str
    reason: str
    passage: str
    observation: str
    repair: str


class Critique(_Answer):
    """What must survive, what is wrong, and what is missing."""

    keep: tuple[str, ...]
    faults: tuple[Fault, ...]
    missing: tuple[str, ...]


class Change(_Answer):
    """What a rewriting did to one fact."""

    fact: str
    status: Literal["keep", "replace", "drop", "add"]
    reason: str
    evidence: str


class Rewriting(_Answer):
    """A rewritten document with the account of its facts."""

    changes: tuple[Change, ...]
    document: HypothesisDocument


class Lesson(_Answer):
    """A recurring reason of losing, as a question; the verdicts behind it by number."""

    question: str
    verdicts: tuple[int, ...]


class Lessons(_Answer):
    """What verdicts taught."""

    lessons: tuple[Lesson, ...] = Field(max_length=6)


@dataclass(frozen=True, slots=True)
class Block:
    """What every request of a search begins with.

    Attributes
    ----------
    question, survey, idea
        The research question, what is known around it, and the coarse idea.
    passages
        Retrieved passages as (publication, text).
    leads
        Lines of what tables, evidence or experiments say.
    criterion
        What makes an answer good.
    """

    question: str
    survey: str = ""
    idea: str = ""
    passages: tuple[tuple[str, str], ...] = ()
    leads: tuple[str, ...] = ()
    criterion: str = ""

    @property
    def known(self) -> tuple[str, ...]:
        """Every text that a claim may be quoted from."""
        return (self.survey, *(text for _, text in self.passages), *self.leads)


A = TypeVar("A", bound=BaseModel)


class DocumentProposer(Protocol):
    """Writes, criticises and rewrites documents."""

    name: str

    def ask(self, operator: Operator, block: Block, parts: Mapping[str, str], schema: type[A], sample: int) -> A | None:
        """Return the answer to one request; None where nothing usable came back, which has cost a call as well.

        `parts` are the texts that the operator needs beside the block; `sample` tells repeated requests apart.
        """
        ...


class NoProposer(KnowledgeFree):
    """The knowledge-free `DocumentProposer`: it writes nothing, and a question is answered by leads."""

    def ask(self, operator: Operator, block: Block, parts: Mapping[str, str], schema: type[A], sample: int) -> None:
        """Answer nothing."""


NO_PROPOSER = NoProposer()
