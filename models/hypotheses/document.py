"""A hypothesis as a document: what is claimed, why, what to do, what to expect, and what would refute it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from hypograph.models.core.keys import digest

Relation = Literal[">", ">=", "<", "<=", "=", "increases", "decreases"]


def _listed(value: object) -> object:
    """Take one text for a list of one, and nothing for an empty list."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


class Prediction(_Part):
    """What the hypothesis predicts, so that an experiment can say no: a quantity, a relation and a threshold.

    `value` is None where only a direction is predicted.
    """

    quantity: str
    relation: Relation
    value: float | None
    unit: str

    def __str__(self) -> str:
        value = "" if self.value is None else f" {self.value:g} {self.unit}".rstrip()
        return f"{self.quantity} {self.relation}{value}"

    @property
    def maximise(self) -> bool:
        """Whether more of the quantity speaks for the hypothesis."""
        return self.relation in (">", ">=", "increases", "=")


class Component(_Part):
    """A substance, structure or device, with its amount as it is written."""

    name: str
    amount: str
    role: str


class Rival(_Part):
    """Another cause of the same effect, and the observation that tells them apart."""

    statement: str
    observation: str


class Alternative(_Part):
    """Another choice for one field, ranked after the main one and not part of the claim."""

    field: str
    value: str
    reason: str


class HypothesisDocument(_Part):
    """A hypothesis that an experimenter can act on.

    Each field holds one committed choice; what is only thought of stands in `alternatives`.
    """

    statement: str
    mechanisms: Texts
    intervention: str
    components: tuple[Component, ...]
    conditions: Texts
    procedure: str
    measurement: str
    prediction: Prediction | None
    controls: Texts
    rivals: tuple[Rival, ...]
    refuted_by: str
    assumptions: Texts
    nearest: str
    alternatives: tuple[Alternative, ...]

    @property
    def id(self) -> str:
        """Key of its content."""
        return digest("hypothesis-document", self.model_dump(mode="json"))


FIELDS = (
    ("mechanisms", "Mechanisms"),
    ("intervention", "Intervention"),
    ("components", "Components"),
    ("conditions", "Conditions"),
    ("procedure", "Procedure"),
    ("measurement", "Measurement"),
    ("prediction", "Prediction"),
    ("controls", "Controls"),
    ("rivals", "Rival explanations"),
    ("refuted_by", "Refuted if"),
    ("assumptions", "Assumptions"),
    ("nearest", "Nearest prior work"),
)


def from_statement(statement: str) -> HypothesisDocument:
    """Return the document of a bare idea: what nobody has stated stays empty."""
    return HypothesisDocument(
        statement=statement,
        mechanisms=(),
        intervention="",
        components=(),
        conditions=(),
        procedure="",
        measurement="",
        prediction=None,
        controls=(),
        rivals=(),
        refuted_by="",
        assumptions=(),
        nearest="",
        alternatives=(),
    )


def sections(document: HypothesisDocument) -> list[tuple[str, list[str]]]:
    """Return the filled fields as (title, lines), in the order in which they are read; alternatives are left out."""
    found = []
    for name, title in FIELDS:
        value = getattr(document, name)
        if lines := [line for line in _lines(value) if line]:
            found.append((title, lines))
    return found


def text_of(document: HypothesisDocument) -> str:
    """Write the committed choices of a document as plain text: what a judge reads and a grader grades."""
    parts = [document.statement]
    for title, lines in sections(document):
        joined = lines[0] if len(lines) == 1 else "".join(f"\n{i}. {line}" for i, line in enumerate(lines, start=1))
        parts.append(f"{title}: {joined}")
    return "\n".join(parts)


def named_text(document: HypothesisDocument) -> str:
    """Write everything that a document names, alternatives too."""
    named = [f"{a.field}: {a.value}" for a in document.alternatives]
    return "\n".join([text_of(document), *(["Alternatives: " + "; ".join(named)] if named else [])])


def _lines(value: object) -> Sequence[str]:
    if isinstance(value, str):
        return [value]
    if value is None:
        return []
    if isinstance(value, Prediction):
        return [str(value)]
    if not isinstance(value, tuple):
        raise TypeError(type(value).__name__)
    return [_line(part) for part in value]


def _line(part: object) -> str:
    if isinstance(part, Component):
        amount = f", {part.amount}" if part.amount else ""
        return f"{part.name}{amount}" + (f" ({part.role})" if part.role else "")
    if isinstance(part, Rival):
        return f"{part.statement} Told apart by: {part.observation}"
    return str(part)
