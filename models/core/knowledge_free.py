"""Sources of judgement that know nothing: what stands in a role where no language model does.

Each gives the answer that moves nothing. Steps take them in place of a missing argument; what is asked of one is not
kept as a unit, see `informed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from hypograph.models.core.protocols import (
    NO_CONTEXT,
    NO_PLANNING_CONTEXT,
    Candidate,
    JudgingContext,
    Opinion,
    Planned,
    PlanningContext,
    Verdict,
)

S = TypeVar("S")


class KnowledgeFree:
    """Marks an implementation of a role that rests on no knowledge of the field."""

    name = "nobody"


def informed(source: object) -> bool:
    """Whether a source knows anything of the field, so that its answers are worth asking for and keeping."""
    return not isinstance(source, KnowledgeFree)


def if_informed(source: S) -> S | None:
    """Return a source, None where it knows nothing: for methods of campaigns, which cannot begin without theirs."""
    return source if informed(source) else None


class NoExpert(KnowledgeFree):
    """The knowledge-free `Expert`: all mass on ignorance."""

    def assess(self, pairs: Sequence[tuple[str, str]], domain: str = "materials science") -> list[Opinion]:
        """Know nothing of any pair."""
        return [Opinion(0.0, 0.0, 1.0)] * len(pairs)


class NoJudge(KnowledgeFree):
    """The knowledge-free `Judge`: no verdict can be used."""

    def prefer(
        self, question: str, pairs: Sequence[tuple[Candidate, Candidate]], context: JudgingContext = NO_CONTEXT
    ) -> list[Verdict]:
        """Prefer neither."""
        return [Verdict(0.5, valid=False)] * len(pairs)


class NoPlanner(KnowledgeFree):
    """The knowledge-free `Planner`: it plans nothing."""

    def plan(
        self,
        goal: str,
        options: Mapping[str, Sequence[str]],
        history: Sequence[str],
        n: int,
        rng: np.random.Generator,
        temperature: float | None = None,
        names: Mapping[str, Mapping[str, str]] | None = None,
        context: PlanningContext = NO_PLANNING_CONTEXT,
    ) -> list[Planned]:
        """Plan nothing."""
        return []


class NoScorer(KnowledgeFree):
    """The knowledge-free `OptionScorer`: all options are equally good, and no two are alike."""

    def utilities(self, goal: str, parameter: str, options: Sequence[str], results: Sequence[str] = ()) -> np.ndarray:
        """Rate all options 0."""
        return np.zeros(len(options))

    def similarities(self, goal: str, parameter: str, options: Sequence[str]) -> np.ndarray:
        """Return the identity."""
        return np.eye(len(options))


NO_EXPERT, NO_JUDGE, NO_PLANNER, NO_SCORER = NoExpert(), NoJudge(), NoPlanner(), NoScorer()
