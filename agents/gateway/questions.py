"""What is asked of a model, and what comes back."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, Field, create_model

from hypograph.agents.gateway.schemas import parse as parse
from hypograph.models.core.keys import digest

LETTERS, REASONED, SILENT = "letters", "reasoned", "silent"
LETTER_ONLY = "Answer with the letter only."


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose answer fits a schema: instructions, text, schema, and what for.

    `sample` tells repeated samples of one question apart; each is drawn with its own seed. `temperature` is that of
    samples; None takes the model's. `max_tokens` is what the answer may take, None as much as the model's settings say.
    """

    purpose: str
    system: str
    user: str
    schema: type[BaseModel]
    sample: int = 0
    temperature: float | None = None
    max_tokens: int | None = None

    @property
    def prompt_hash(self) -> str:
        """Hash of everything that the model is shown, and of a temperature of its own."""
        warmth = () if self.temperature is None else (round(self.temperature, 4),)
        return digest(self.system, self.user, _schema_hash(self.schema), *warmth)


@dataclass(frozen=True, slots=True)
class Answer:
    """A validated answer, or None where the model gave nothing that could be used ("no knowledge").

    `fault` says what came back instead.
    """

    value: Any
    text: str
    prompt_hash: str
    cached: bool
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One wording of a closed question; the letter i (A, B, …) stands for the option ``order[i]``.

    `user` is the compact text, `full` the one for models with room, where there is one. `shots` are questions with
    their letters, shown before as earlier turns.
    """

    user: str
    order: tuple[int, ...]
    shots: tuple[tuple[str, str], ...] = ()
    full: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """A question with a few fixed answers, in one or more orders and wordings."""

    purpose: str
    system: str
    readings: tuple[Reading, ...]

    @property
    def size(self) -> int:
        """Number of options."""
        return len(self.readings[0].order)

    @property
    def orders(self) -> tuple[Reading, ...]:
        """The first reading of each order of the options: what a model that gives reasons is asked."""
        return tuple(
            {r.order: r for r in reversed(self.readings)}[o] for o in dict.fromkeys(r.order for r in self.readings)
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """What a model holds of the options of a closed question.

    Attributes
    ----------
    p
        Mean over the readings, shape ``(options,)``, sum 1; uniform where nothing could be read.
    readings
        One row a reading; NaN where it could not be read.
    labels
        The option each reading's likeliest answer names, −1 where it names none.
    valid
        Whether any reading could be read.
    method
        ``letters (log-probabilities)`` or ``reasoned (stated probabilities)``.
    reasons
        What the model says for its answer, one text a reading; empty for letters.
    fault
        What came back where nothing could be read.
    """

    p: np.ndarray
    readings: np.ndarray
    labels: tuple[int, ...]
    valid: bool
    method: str
    prompt_hash: str
    reasons: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a gateway has used since it was made.

    Attributes
    ----------
    interrupted
        Requests under way when an earlier run was killed. They may have been paid: they count in the budget, and
        `tokens` and `cost` hold an estimate of their prompts.
    """

    calls: int
    tokens: int
    cost: float
    cached: int = 0
    thought: int = 0
    interrupted: int = 0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the endpoint can do; found by asking."""

    structured_output: bool
    logprobs: bool = False
    seed: bool = False
    embeddings: bool = False
    instead: dict[str, str] = field(default_factory=dict)
    thinks: bool = False

    def as_dict(self) -> dict[str, bool]:
        """Return the capabilities by name."""
        return {
            "structured_output": self.structured_output,
            "logprobs": self.logprobs,
            "seed": self.seed,
            "embeddings": self.embeddings,
        }


@cache
def _schema_hash(schema: type[BaseModel]) -> str:
    return digest(schema.model_json_schema())


def _share(value: object) -> object:
    """Read a percentage as the share that it is: not every server keeps to the limits of a schema."""
    if isinstance(value, str) and (percent := re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*%\s*", value)):
        return float(percent[1].replace(",", ".")) / 100
    return value / 100 if isinstance(value, int | float) and 1.0 < value <= 100.0 else value


@cache
def reasoned_schema(n: int) -> type[BaseModel]:
    """Make the schema of an answer with reasons: the letter, and a probability for each of n options."""
    letters = tuple(string.ascii_uppercase[:n])
    fields: dict[str, Any] = {
        "reasons": (str, Field(description="The strongest reasons for and against, in two to four sentences.")),
        "answer": (Literal[letters], Field(description="The letter of the likeliest option.")),
    }
    for letter in letters:
        told = f"Probability that option {letter} is right."
        share = Annotated[float, BeforeValidator(_share)]
        fields[f"probability_{letter.lower()}"] = (share, Field(ge=0.0, le=1.0, description=told))
    return create_model("Reasoned", **fields)


def stated(value: BaseModel, n: int) -> tuple[np.ndarray, int]:
    """Return the probabilities that a reasoned answer states, shape ``(n,)``, sum 1, and the index of its letter."""
    letters = string.ascii_uppercase[:n]
    p = np.array([float(getattr(value, f"probability_{c.lower()}")) for c in letters])
    total = float(p.sum())
    return (p / total if total > 0 else np.full(n, 1.0 / n)), letters.index(str(getattr(value, "answer")))  # noqa: B009


def choice(
    rows: Sequence[np.ndarray | None],
    closed: Closed,
    readings: Sequence[Reading],
    method: str,
    prompt_hash: str,
    reasons: Sequence[str] = (),
    fault: str = "",
) -> Choice:
    """Bring readings in their own letters back to the order of the options, and average them.

    Letters are averaged as they are; stated probabilities in log-odds, together with how often the letters agree.
    """
    n = closed.size
    table = np.full((len(rows), n), np.nan)
    for i, (row, reading) in enumerate(zip(rows, readings, strict=True)):
        if row is not None:
            table[i, list(reading.order)] = row
    known = ~np.isnan(table[:, 0])
    p = table[known].mean(axis=0) if known.any() else np.full(n, 1.0 / n)
    labels = tuple(int(np.argmax(r)) if ok and np.ptp(r) > 0 else -1 for r, ok in zip(table, known, strict=True))
    return Choice(p, table, labels, bool(known.any()), method, prompt_hash, tuple(reasons), fault)
