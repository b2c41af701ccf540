"""A language model as optimizer: it plans whole experiments, with the history in view and a reason for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hypograph.models.campaigns.core.trials import (
    Objective,
    Optimizer,
    Trial,
    context_lines,
    goal_text,
    ordered,
    suggestion,
    untried,
)
from hypograph.models.campaigns.optimizers.temperature import EntropyTarget
from hypograph.models.campaigns.space.candidates import candidates, distances, identity
from hypograph.models.campaigns.space.space import Parameter, Point, Space
from hypograph.models.core.errors import SpaceError
from hypograph.models.core.protocols import NO_PLANNING_CONTEXT, Planned, Planner, PlanningContext, Suggestion

RANGE_LEVELS = 9  # values offered of a range
MOST = 4  # plans asked for at once: more would not fit into an answer
ASKS = 2  # times that it is asked before a point is drawn at random; the second time for one plan more
SHOWN = 40  # trials in the context
PREDICTED = 4  # candidates with what a statistical model expects of them
FEWEST = 3  # results from which it is asked
SPELLED = 24  # characters; a parameter with a longer option is shown with its options numbered


# What stands for each level, and for the parameter, in the words that the model is shown.
_Levels = tuple[dict[str, object], str]


@dataclass(frozen=True, slots=True)
class RandomPlanner:
    """Plans without knowledge: every option as likely as the others."""

    name: str = "random planner"

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
        """Return n plans drawn evenly."""
        return [
            Planned({k: v[int(rng.integers(len(v)))] for k, v in options.items()}, "drawn at random") for _ in range(n)
        ]


@dataclass(frozen=True, slots=True)
class _Taken:
    """A plan that was taken, or none, in words what was refused before it, and the plans that came after it."""

    point: Point | None
    reason: str
    told: str
    rest: Sequence[Planned] = ()


def _told(refused: Mapping[str, int]) -> str:
    return ", ".join(f"{n} refused: {why}" for why, n in refused.items() if n)


@dataclass(frozen=True, slots=True)
class LanguageOptimizer:
    """Asks a planner; what was tried or is not allowed is refused, and then the next plan is taken.

    Where no plan is left a point is drawn at random, and its source says so. With `blind` the names of
    parameters, options and objectives are replaced by codes: what is left of an advantage is reasoning, not memory.
    Long options (SMILES) are spelled once and go by numbers after that: what a model reads and writes costs time.
    With `entropy_target` the temperature of the next plan follows from the options that were tried so far. With `model`
    the planner sees what a statistical model expects of some candidates.
    """

    space: Space
    objectives: tuple[Objective, ...]
    planner: Planner
    seed: int = 0
    blind: bool = False
    entropy_target: float | None = None
    name: str = "llm"
    context: PlanningContext = NO_PLANNING_CONTEXT
    model: Optimizer | None = None

    def ask(self, history: Sequence[Trial], n: int = 1) -> list[Suggestion]:
        """Return up to n points not tried before."""
        seen, found = ordered(history), list[Suggestion]()
        rest: Sequence[Planned] = ()
        for i in range(n):
            rng = np.random.default_rng([self.seed, len(history), i])
            made = self._planned(seen, rest, n - i, rng)
            rest = made.rest
            if made.point is None:
                try:
                    free = untried(candidates(self.space, rng), seen)
                except SpaceError:
                    if found:
                        break
                    raise
                point, source = free[int(rng.integers(len(free)))], "random"
                why = f"no plan could be taken ({made.told}): drawn at random"
            else:
                point, source = made.point, self.name
                why = f"{self.planner.name}: {made.reason or 'planned from the history'}"
                why += f" ({made.told})" if made.told else ""
            found.append(suggestion(point, source, why))
            seen = [*seen, Trial("", point)]
        return found

    def _planned(self, seen: Sequence[Trial], rest: Sequence[Planned], wanted: int, rng: np.random.Generator) -> _Taken:
        """Return the first plan that is allowed and new, and what became of those before it.

        The plans that are left of an earlier answer come first. A model plans numbers on a grid, which hardly ever
        sum to a mixture's total: where no plan is allowed as it stands, the first that only breaks a rule on numbers
        is moved to the nearest allowed point.
        """
        levels = self._levels()
        tried = {identity(t.parameters) for t in seen}
        refused, near = Counter[str](), None
        for turn in range(ASKS + 1):
            plans = rest
            if turn:
                plans = self._plans(seen, levels, min(wanted + turn - 1, MOST), rng)
                refused["empty answer"] += not plans
            for number, plan in enumerate(plans, start=1):
                if any(plan.values.get(label) not in values for values, label in levels):
                    refused["unknown value"] += 1
                    continue
                point = {
                    p.name: values[plan.values[label]]
                    for p, (values, label) in zip(self.space.parameters, levels, strict=True)
                }
                if self.space.forbids(point):
                    refused["not allowed"] += 1
                    near = near or (point, plan.reason)
                elif identity(point) in tried:
                    refused["tried before"] += 1
                else:
                    return _Taken(point, plan.reason, _told(refused), plans[number:])
        if near is None or self.space.finite:
            return _Taken(None, "", _told(refused))
        free = [p for p in candidates(self.space, rng) if identity(p) not in tried]
        apart = (distances(self.space, [near[0]], free) ** 2).sum(0)[0]
        return _Taken(free[int(apart.argmin())], near[1], f"{_told(refused)}; moved to the nearest allowed point")

    def _plans(
        self, seen: Sequence[Trial], levels: Sequence[_Levels], n: int, rng: np.random.Generator
    ) -> Sequence[Planned]:
        lines = self._lines(seen, levels)
        done = any(t.status == "done" for t in seen)
        units = {} if self.blind else {p.name: p.unit for p in self.space.parameters if p.unit}
        return self.planner.plan(
            goal_text(self._objectives()),
            {label: list(values) for values, label in levels},
            lines,
            n,
            rng,
            temperature=self._temperature(seen),
            names={} if self.blind else _names(levels),
            context=replace(
                self.context,
                units=units,
                best=lines[0] if done else "",
                predicted=self._expected(seen, levels) or self.context.predicted,
            ),
        )

    def _expected(self, seen: Sequence[Trial], levels: Sequence[_Levels]) -> tuple[tuple[str, float, float], ...]:
        """Return the candidates that the statistical model would try, in the planner's words, with what it expects."""
        if self.model is None or sum(t.status == "done" for t in seen) < FEWEST:
            return ()
        try:
            found = self.model.ask(seen, PREDICTED)
        except SpaceError:
            return ()
        said = [(self._worded(dict(s.parameters), levels), s.mean, s.sd) for s in found]
        return tuple((text, mean, sd) for text, mean, sd in said if mean is not None and sd is not None)

    def _temperature(self, seen: Sequence[Trial]) -> float | None:
        """Replay the trials through a controller a parameter and average their temperatures (geometric mean)."""
        if self.entropy_target is None:
            return None
        warm = []
        for parameter in self.space.parameters:
            size = len(parameter.levels) if parameter.levels else RANGE_LEVELS
            if size < 2:
                continue
            controller = EntropyTarget(self.entropy_target, size)
            # By their numbers, so that the order in which results came in changes nothing.
            for trial in sorted(seen, key=lambda t: (len(t.id), t.id)):
                controller.update(str(trial.parameters[parameter.name]))
            warm.append(controller.temperature)
        return float(np.exp(np.mean(np.log(warm)))) if warm else None

    def _objectives(self) -> list[Objective]:
        """Return the objectives under the names that the model is shown."""
        if not self.blind:
            return list(self.objectives)
        return [replace(o, name=f"outcome {i + 1}") for i, o in enumerate(self.objectives)]

    def _levels(self) -> list[_Levels]:
        return [self._shown(parameter, i) for i, parameter in enumerate(self.space.parameters)]

    def _shown(self, parameter: Parameter, i: int) -> _Levels:
        """Return what the model is shown for each level, and for the parameter."""
        levels: Sequence[object] = parameter.levels or parameter.at(np.linspace(0.0, 1.0, RANGE_LEVELS))
        if self.blind:
            return {f"level {k + 1}": v for k, v in enumerate(levels)}, f"parameter {i + 1}"
        if any(len(option) > SPELLED for option in parameter.options):
            return {f"{k + 1}": v for k, v in enumerate(levels)}, parameter.name
        return {f"{v:g}" if isinstance(v, float) else str(v): v for v in levels}, parameter.name

    def _words(self, point: Mapping[str, object], levels: Sequence[_Levels]) -> dict[str, str]:
        """Return a point under the names and levels that the model is shown."""
        found = {}
        for p, (values, label) in zip(self.space.parameters, levels, strict=True):
            texts = {value: text for text, value in values.items()}
            found[label] = texts.get(point[p.name], f"{point[p.name]}")
        return found

    def _worded(self, point: Mapping[str, object], levels: Sequence[_Levels]) -> str:
        return ", ".join(f"{label}={text}" for label, text in self._words(point, levels).items())

    def _lines(self, seen: Sequence[Trial], levels: Sequence[_Levels]) -> list[str]:
        """Write the trials that are over in the words that the model is shown, the best first."""
        objectives = self._objectives()
        shown = []
        for trial in (t for t in seen if t.status != "pending"):
            point = self._words(trial.parameters, levels)
            found = {new.name: trial.values[o.name] for o, new in zip(self.objectives, objectives, strict=True)
                     if o.name in trial.values}  # fmt: skip
            shown.append(Trial(trial.id, point, trial.status, found))
        return context_lines(shown, objectives)[:SHOWN]


def _names(levels: Sequence[_Levels]) -> dict[str, dict[str, str]]:
    """Return what the numbers stand for, by parameter; parameters whose options are spelled are left out."""
    return {label: {text: str(v) for text, v in values.items()} for values, label in levels
            if any(isinstance(v, str) and len(v) > SPELLED for v in values.values())}  # fmt: skip
