"""What is asked of a model, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from hypograph.models.core.keys import digest


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose answer fits a schema: instructions, text, schema, and what for.

    `sample` tells repeated samples of one question apart; each is drawn with its own seed. `temperature` is that of
    samples; None takes the model's.
    """

    purpose: str
    system: str
    user: str
    schema: type[BaseModel]
    sample: int = 0
    temperature: float | None = None

    @property
    def prompt_hash(self) -> str:
        """Hash of everything that the model is shown, and of a temperature of its own."""
        warmth = () if self.temperature is None else (round(self.temperature, 4),)
        return digest(self.system, self.user, _schema_hash(self.schema), *warmth)


@dataclass(frozen=True, slots=True)
class Answer:
    """A validated answer, or None where the model gave nothing that could be used ("no knowledge")."""

    value: Any
    text: str
    prompt_hash: str
    cached: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """One wording of a closed question; the letter i (A, B, …) stands for the option ``order[i]``.

    `shots` are questions with their letters, shown before as earlier turns.
    """

    user: str
    order: tuple[int, ...]
    shots: tuple[tuple[str, str], ...] = ()


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
        ``log-probabilities`` or ``samples``.
    """

    p: np.ndarray
    readings: np.ndarray
    labels: tuple[int, ...]
    valid: bool
    method: str
    prompt_hash: str


class Letter(BaseModel):
    """The answer to a closed question where log-probabilities are not offered."""

    answer: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What a gateway has used since it was made."""

    calls: int
    tokens: int
    cost: float
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the endpoint can do; found by asking."""

    structured_output: bool
    logprobs: bool = False
    seed: bool = False
    embeddings: bool = False
    instead: dict[str, str] = field(default_factory=dict)

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


def parse(schema: type[BaseModel], text: str) -> tuple[BaseModel | None, str]:
    """Validate JSON text; a code fence around it is no fault, anything else is.

    Returns
    -------
    tuple
        The value, or None with the fault in words.
    """
    body = text.strip()
    if body.startswith("```") and body.endswith("```"):
        body = body.strip("`").removeprefix("json").strip()
    try:
        return schema.model_validate_json(body), ""
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(p) for p in first["loc"])
        return None, f"{place}: {first['msg']}" if place else first["msg"]


def choice(rows: Sequence[np.ndarray | None], closed: Closed, method: str, prompt_hash: str) -> Choice:
    """Bring readings in their own letters back to the order of the options, and average them."""
    n = closed.size
    table = np.full((len(rows), n), np.nan)
    for i, (row, reading) in enumerate(zip(rows, closed.readings, strict=True)):
        if row is not None:
            table[i, list(reading.order)] = row
    known = ~np.isnan(table[:, 0])
    p = table[known].mean(axis=0) if known.any() else np.full(n, 1.0 / n)
    labels = tuple(int(np.argmax(r)) if ok and np.ptp(r) > 0 else -1 for r, ok in zip(table, known, strict=True))
    return Choice(p, table, labels, bool(known.any()), method, prompt_hash)
