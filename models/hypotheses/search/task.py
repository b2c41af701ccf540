"""The parts of a search: its task, its settings, its lines and its comparisons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hypograph.models.core.protocols import Candidate, Verdict
from hypograph.models.hypotheses.discipline import Discipline, Slot
from hypograph.models.hypotheses.hypothesis import Detail, Hypothesis

Ask = Callable[[Candidate, Candidate], Verdict]


class Task(Protocol):
    """What the search needs to know of its subject."""

    discipline: Discipline

    def options(self, hypothesis: Hypothesis, slot: Slot) -> Sequence[Detail]:
        """Return the details that may settle a slot of this hypothesis, most plausible first."""
        ...

    def features(self, hypothesis: Hypothesis) -> Mapping[str, float]:
        """Return named numbers that speak for or against it, on a scale of about one."""
        ...

    def problems(self, hypothesis: Hypothesis) -> Sequence[str]:
        """Return what code finds wrong with it; such a hypothesis is never judged."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """How a search spends its calls.

    Attributes
    ----------
    calls
        Judge calls at most.
    temper
        Share of a Thompson draw's deviation from the mean that counts (0 greedy, 1 untempered).
    final
        Share of the calls kept for deciding between the lines' best.
    patience
        Rejections in a row after which a line's level counts as done.
    repeats
        How often one ordered pair may be asked.
    certain
        Probability of being best at which the final comparison stops.
    slope
        Measured skill of the judge: slope of its log-odds against utility.
    """

    calls: int
    temper: float = 0.5
    final: float = 0.2
    patience: int = 4
    repeats: int = 1
    certain: float = 0.95
    slope: float = 1.0
    pool: int = 48


@dataclass(frozen=True, slots=True)
class Comparison:
    """One verdict as it was asked: `first` was shown first."""

    sequence: int
    first: str
    second: str
    verdict: Verdict
    level: int


@dataclass
class Line:
    """One line of the race."""

    seed: Hypothesis
    incumbent: Hypothesis
    judged: dict[str, Hypothesis] = field(default_factory=dict)
    rejected: int = 0
    parents: dict[str, str] = field(default_factory=dict)
