"""The lines of a search over documents: what was written, from what, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hypograph.models.core.protocols import Verdict
from hypograph.models.hypotheses.document import HypothesisDocument
from hypograph.models.hypotheses.search.operators import Critique, Lesson, Reading


@dataclass
class Line:
    """One document of a search.

    Attributes
    ----------
    place
        Its place in the preference model.
    operator
        Who wrote it: `direct`, `propose`, `revise`, …
    parents
        Places of the documents it was made from.
    beside
        Whether it gave up a core claim of its parent: it is another hypothesis, not a better version.
    """

    place: int
    document: HypothesisDocument
    operator: str
    parents: tuple[int, ...] = ()
    beside: bool = False
    critique: Critique | None = None
    revised: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One verdict: places in the order in which they were shown, and what the judge said."""

    number: int
    first: int
    second: int
    verdict: Verdict


@dataclass
class Log:
    """Everything that happened, in order."""

    lines: list[Line] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    lessons: list[Lesson] = field(default_factory=list)
    moves: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    missing: int = 0
    duplicates: int = 0
    exchanged: int = 0  # moves that went to another operator than planned

    def verdicts_on(self, place: int) -> int:
        """Count the usable verdicts in which a line took part."""
        return sum(a.verdict.valid and place in (a.first, a.second) for a in self.asked)

    def times(self, first: int, second: int) -> int:
        """Count how often a pair was asked in this order."""
        return sum((a.first, a.second) == (first, second) for a in self.asked)


def operator_entropy(moves: Sequence[str]) -> list[float]:
    """Return the entropy of the operators used after each move, 0 for one kind alone and 1 for all kinds alike."""
    written = [m for m in moves if m != "judge"]
    kinds = sorted(set(written))
    found = []
    for end in range(1, len(written) + 1):
        shares = np.array([written[:end].count(k) for k in kinds], dtype=float) / end
        shares = shares[shares > 0]
        found.append(float(-(shares * np.log(shares)).sum() / np.log(len(kinds))) if len(kinds) > 1 else 0.0)
    return found
