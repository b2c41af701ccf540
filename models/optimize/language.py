"""A language model as optimizer: it names each parameter's value in turn, with the history in view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from hypograph.models.errors import SpaceError
from hypograph.models.optimize.candidates import candidates, identity
from hypograph.models.optimize.space import Parameter, Point, Space
from hypograph.models.optimize.trials import (
    Objective,
    Trial,
    context_lines,
    goal_text,
    ordered,
    suggestion,
    untried,
)
from hypograph.models.protocols import Proposer, Suggestion

RANGE_LEVELS = 9  # values offered of a range
KEPT = 3  # proposals kept a parameter, to step past duplicates
SHOWN = 40  # trials in the context


@dataclass(frozen=True, slots=True)
class LanguageOptimizer:
    """Asks a proposer; what was tried or is not allowed is refused, and then the next best proposal is taken.

    Where no proposal is left a point is drawn at random, and its source says so. With `blind` the names of
    parameters and options are replaced by codes: what is left of an advantage is reasoning, not memory.
    """

    space: Space
    objectives: tuple[Objective, ...]
    proposer: Proposer
    seed: int = 0
    blind: bool = False
    name: str = "llm"

    def ask(self, history: Sequence[Trial], n: int = 1) -> list[Suggestion]:
        """Return up to n points not tried before."""
        seen, found = ordered(history), list[Suggestion]()
        for i in range(n):
            rng = np.random.default_rng([self.seed, len(history), i])
            point, source = self._proposed(seen, rng), self.name
            why = f"proposed by {self.proposer.name} from the history"
            if point is None:
                try:
                    free = untried(candidates(self.space, rng), seen)
                except SpaceError:
                    if found:
                        break
                    raise
                point, source = free[int(rng.integers(len(free)))], "random"
                why = "the model's proposals were duplicates or not allowed: drawn at random"
            found.append(suggestion(point, source, why))
            seen = [*seen, Trial("", point)]
        return found

    def _proposed(self, seen: Sequence[Trial], rng: np.random.Generator) -> Point | None:
        """Ask for each parameter in turn and return the best allowed new combination of the answers."""
        kept: list[list[object]] = []
        context = {"results": "\n".join(self._coded(seen)) or "none yet"}
        for i, parameter in enumerate(self.space.parameters):
            levels, label = self._levels(parameter, i)
            answers = self.proposer.propose(
                f"Which value of {label} should the next experiment have, to {self._goal()}?",
                context,
                list(levels),
                KEPT,
                rng,
            )
            chosen = [levels[a] for a in answers if a in levels]
            if not chosen:
                return None
            context[label] = next(text for text, level in levels.items() if level == chosen[0])
            kept.append(chosen)
        tried = {identity(t.parameters) for t in seen}
        names = [p.name for p in self.space.parameters]
        ranks = sorted(product(*(range(len(k)) for k in kept)), key=sum)
        for rank in ranks:
            point = dict(zip(names, (k[r] for k, r in zip(kept, rank, strict=True)), strict=True))
            if not self.space.forbids(point) and identity(point) not in tried:
                return point
        return None

    def _goal(self) -> str:
        return "get the best outcome" if self.blind else goal_text(self.objectives)

    def _levels(self, parameter: Parameter, i: int) -> tuple[dict[str, object], str]:
        """Return what the model is shown for each level, and for the parameter."""
        levels: Sequence[object] = parameter.levels or [
            float(v) for v in np.linspace(parameter.low, parameter.high, RANGE_LEVELS)
        ]
        if self.blind:
            return {f"level {k + 1}": v for k, v in enumerate(levels)}, f"parameter {i + 1}"
        return {f"{v:g}" if isinstance(v, float) else str(v): v for v in levels}, parameter.name

    def _coded(self, seen: Sequence[Trial]) -> list[str]:
        """Write the finished trials as text, by codes where the names are hidden."""
        if not self.blind:
            return context_lines([t for t in seen if t.status != "pending"], self.objectives)[:SHOWN]
        lines = []
        for trial in [t for t in seen if t.status == "done"][:SHOWN]:
            shown = []
            for i, parameter in enumerate(self.space.parameters):
                levels, label = self._levels(parameter, i)
                value = trial.parameters[parameter.name]
                text = next((t for t, level in levels.items() if level == value), f"{value}")
                shown.append(f"{label}={text}")
            outcomes = ", ".join(f"outcome {trial.values[o.name]:.4g}" for o in self.objectives)
            lines.append(f"{', '.join(shown)} -> {outcomes}")
        return lines
