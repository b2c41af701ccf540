"""Ask/tell optimizers over any space: random, Sobol', Bayesian, language-model and hybrid.

All keep no state: the history says everything, so results may come late, in any order, or never. A seed and
the number of trials fix every random choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hypograph.models.campaigns.bayes.coding import canonical
from hypograph.models.campaigns.bayes.optimizer import Acquisition, Bayesian
from hypograph.models.campaigns.optimizers.language import LanguageOptimizer
from hypograph.models.campaigns.optimizers.trials import Objective, Optimizer, Trial, suggestion, untried
from hypograph.models.campaigns.space.candidates import candidates, identity, spread
from hypograph.models.campaigns.space.space import Point, Space
from hypograph.models.core.errors import InputError, SpaceError
from hypograph.models.core.protocols import OptionScorer, Planner, Suggestion

METHODS = ("random", "sobol", "bo", "llm", "hybrid")


@dataclass(frozen=True, slots=True)
class Random:
    """Draws allowed points without repetition."""

    space: Space
    seed: int = 0
    name: str = "random"

    def ask(self, history: Sequence[Trial], n: int = 1) -> list[Suggestion]:
        """Return up to n points not tried before."""
        rng = np.random.default_rng([self.seed, len(history)])
        free = canonical(untried(candidates(self.space, rng), history), self.space)
        chosen = random_pick(len(free), n, self.seed, len(history))
        return [suggestion(free[i], self.name, "drawn at random without repetition") for i in chosen]


def random_pick(free: int, n: int, seed: int, tried: int) -> list[int]:
    """Draw n of the candidates that are free, by the seed and how many were tried."""
    return [int(i) for i in np.random.default_rng([seed, tried, 1]).permutation(free)[:n]]


@dataclass(frozen=True, slots=True)
class Sobol:
    """Fills the space evenly, whatever the outcomes."""

    space: Space
    seed: int = 0
    name: str = "sobol"

    def ask(self, history: Sequence[Trial], n: int = 1) -> list[Suggestion]:
        """Return the next n points of the sequence that were not tried before."""
        tried = {identity(t.parameters) for t in history}
        points = [p for p in spread(self.space, len(tried) + n, self.seed) if identity(p) not in tried][:n]
        if len(points) < n:
            more = (
                Random(self.space, self.seed).ask([*history, *(Trial("", p) for p in points)], n - len(points))
                if _left(self.space, history, points)
                else []
            )
            points += [dict(s.parameters) for s in more]
        if not points:
            raise SpaceError("every allowed combination was tried", where="the space")
        return [suggestion(p, self.name, "fills the space evenly (Sobol' sequence)") for p in points]


def _left(space: Space, history: Sequence[Trial], points: Sequence[Point]) -> bool:
    tried = {identity(t.parameters) for t in history} | {identity(p) for p in points}
    return any(identity(p) not in tried for p in candidates(space, np.random.default_rng(len(history))))


def make_optimizer(
    method: str,
    space: Space,
    objectives: Sequence[Objective],
    *,
    initial: int = 5,
    seed: int = 0,
    scorer: OptionScorer | None = None,
    planner: Planner | None = None,
    acquisition: Acquisition = "ei",
    blind: bool = False,
    entropy_target: float | None = None,
    fixed: Mapping[str, Any] | None = None,
) -> Optimizer:
    """Make an optimizer by its name.

    Parameters
    ----------
    initial
        Experiments that fill the space before a surrogate is believed.
    scorer
        Knowledge of options; `hybrid` needs it.
    planner
        A language model that plans experiments; `llm` needs it.
    acquisition
        ``ei`` (expected improvement), ``ucb`` or ``thompson``.
    blind
        Show a language model codes instead of names.
    entropy_target
        Lowest entropy of exploration that Bayesian suggestions may lead to, in [0, 1]; for `llm` the entropy that its
        temperature is steered to, in (0, 1).
    fixed
        Levels that some parameters are held at; results at others are learnt from all the same.

    Raises
    ------
    InputError
        For an unknown method, or one whose source is missing.
    """
    if method not in METHODS:
        raise InputError("no such method", where=method, expected=", ".join(METHODS))
    held = space.held(fixed or {})
    if method == "random":
        return Random(held, seed)
    if method == "sobol":
        return Sobol(held, seed)
    if method == "llm":
        if planner is None:
            raise InputError("this method needs a language model", where="llm", hint="Configure one, or use bo.")
        if entropy_target is not None and not 0.0 < entropy_target < 1.0:
            raise InputError(
                "a temperature cannot reach this entropy",
                where=f"{entropy_target}",
                expected="a target between 0 and 1",
            )
        return LanguageOptimizer(held, tuple(objectives), planner, seed, blind, entropy_target)
    if method == "hybrid" and scorer is None:
        raise InputError(
            "this method needs a source of knowledge", where="hybrid", hint="Configure a model, or use bo."
        )
    knowledge = scorer if method == "hybrid" else None
    return Bayesian(space, tuple(objectives), initial, seed, knowledge, acquisition, entropy_target, held)
