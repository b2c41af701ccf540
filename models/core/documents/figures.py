"""Figures with their uncertainty, as every document writes them."""

from __future__ import annotations

from typing_extensions import TypedDict


class Mean(TypedDict):
    """A mean with its 95% interval."""

    mean: float
    low: float
    high: float


class Value(TypedDict):
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


class Skill(Mean):
    """How far from a coin's answers are: 0 a coin, 1 always right; `weight` is what an answer counts for."""

    weight: float


class Reliability(TypedDict):
    """Of `n` answers with about this probability, the share that was true."""

    probability: float
    share: float
    n: int


class Risk(TypedDict):
    """Share of errors among the most certain share of predictions."""

    coverage: float
    risk: float


class Spending(TypedDict):
    """What a command's language models were asked and cost.

    `interrupted` counts answers that were under way when a run was killed; `mode` and `why` say how each role is asked.
    """

    model: str
    calls: int
    cached: int
    interrupted: int
    tokens: int
    reasoning_tokens: int
    cost: float
    mode: dict[str, str]
    why: str
