"""Free answers: drawn several times, and as sure as they agree in meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel

from hypograph.agents.gateway.gateway import Gateway
from hypograph.agents.gateway.questions import Question
from hypograph.agents.gateway.uncertainty import ignorance


@dataclass(frozen=True, slots=True)
class FreeAnswer:
    """The answer at the model's own temperature, and how unsure the model is of it.

    Attributes
    ----------
    value
        The answer, or None where it could not be used.
    ignorance
        Mass on "don't know", in [0, 1]: the larger of semantic entropy and semantic volume of the samples; 1
        where fewer than two samples could be used.
    texts
        What the samples say.
    """

    value: BaseModel | None
    ignorance: float
    texts: tuple[str, ...]


def ask_freely(gateway: Gateway, question: Question, says: Callable[[BaseModel], str], n: int = 5) -> FreeAnswer:
    """Ask a question with a free answer and measure how far repeated answers agree.

    Parameters
    ----------
    gateway
        The model; it must offer embeddings.
    question
        What is asked.
    says
        Takes the part of the answer whose meaning counts.
    n
        Number of samples, 2 or more.

    Raises
    ------
    CapabilityError
        If the endpoint has no embeddings.
    NetworkError, ModelError, BudgetSpentError
        As the gateway.
    """
    answer = gateway.ask(question)
    texts = tuple(says(a.value) for a in gateway.samples(question, n) if a.value is not None)
    if answer.value is None or len(texts) < 2:
        return FreeAnswer(answer.value, 1.0, texts)
    return FreeAnswer(answer.value, ignorance(gateway.embed(texts)), texts)
