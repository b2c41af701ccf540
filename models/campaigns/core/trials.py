"""What an optimizer sees of a campaign: objectives, and experiments with what became of them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.space.candidates import identity
from hypograph.models.campaigns.space.space import Point
from hypograph.models.core.errors import InputError, SpaceError
from hypograph.models.core.protocols import Suggestion


@dataclass(frozen=True, slots=True)
class Objective:
    """What is wanted of an outcome: ``max``, ``min`` or ``target`` (then `target` is the value to meet).

    `noise` is the standard deviation of a repeated measurement in the outcome's unit, None if unknown.
    """

    name: str
    direction: str = "max"
    target: float | None = None
    noise: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise InputError("an objective has no name", where="objectives", expected="name, and direction")
        for key, value in (("target", self.target), ("noise", self.noise)):
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
                raise InputError(f"{key} is {value!r}", where=self.name, expected="a number")
            if value is not None and not math.isfinite(value):
                raise InputError(f"{key} is {value}", where=self.name, expected="a finite number")
        if self.noise is not None and self.noise < 0:
            raise InputError(f"noise is {self.noise:g}", where=self.name, expected="a standard deviation of 0 or more")
        if self.direction not in {"max", "min", "target"}:
            raise InputError("no such direction", where=f"{self.name}: {self.direction}", expected="max, min or target")
        if (self.direction == "target") != (self.target is not None):
            raise InputError("direction and target do not fit", where=self.name, expected="target with a value")

    def utility(self, value: float) -> float:
        """Return the outcome turned so that larger is better."""
        if self.target is not None:
            return -abs(value - self.target)
        return value if self.direction == "max" else -value


@dataclass(frozen=True, slots=True)
class Trial:
    """An experiment: `pending`, `done` (with values by objective) or `failed`."""

    id: str
    parameters: Point
    status: str = "pending"
    values: Mapping[str, float] = field(default_factory=dict)


class Optimizer(Protocol):
    """Suggests experiments from what is known; the history tells it everything, each time anew."""

    @property
    def name(self) -> str:
        """Name of the method."""
        ...

    def ask(self, history: Sequence[Trial], n: int = 1) -> list[Suggestion]:
        """Return up to n new points, none tried, pending or failed before; fewer where the space is used up.

        The order of the history does not matter.

        Raises
        ------
        SpaceError
            If no allowed point is left.
        """
        ...


def ordered(history: Sequence[Trial]) -> list[Trial]:
    """Sort trials by their ids (e2 before e10), so that the order in which results came in changes nothing."""

    def key(t: Trial) -> tuple[object, ...]:
        parts = [(0, int(x), "") if x.isdigit() else (1, 0, x) for x in re.split(r"(\d+)", t.id)]
        return parts, identity(t.parameters), t.status, sorted(t.values.items())

    return sorted(history, key=key)


def outcomes(history: Sequence[Trial], objectives: Sequence[Objective]) -> NDArray[np.float64]:
    """Return utilities of finished and failed trials, shape ``(t, o)``.

    A failed experiment counts as the worst outcome seen: its neighbourhood is avoided but not forbidden.
    """
    rows: list[list[float]] = [
        [o.utility(t.values[o.name]) for o in objectives] if t.status == "done" else [np.nan] * len(objectives)
        for t in history
    ]
    found = np.array(rows, dtype=float).reshape(len(rows), len(objectives))
    known = ~np.isnan(found).any(1)
    worst = found[known].min(0) if known.any() else np.zeros(len(objectives))
    return np.where(np.isnan(found), worst, found)


def levels(history: Sequence[Trial], objective: Objective) -> NDArray[np.float64]:
    """Return outcomes as measured, shape ``(t,)``; a failed experiment counts as the worst one seen.

    As `outcomes`, for a surrogate of the outcome itself where a target is to be met.
    """
    done = [t.values[objective.name] for t in history if t.status == "done"]
    worst = min(done, key=objective.utility, default=0.0)
    return np.array([t.values[objective.name] if t.status == "done" else worst for t in history], dtype=float)


def measured(history: Sequence[Trial]) -> list[Trial]:
    """Return the finished trials and, once there are any, the failed ones."""
    done = [t for t in history if t.status == "done"]
    return [t for t in history if t.status in {"done", "failed"}] if done else []


def context_lines(history: Sequence[Trial], objectives: Sequence[Objective]) -> list[str]:
    """Write trials as lines of text, the best first objective's outcomes first."""

    def rank(trial: Trial) -> float:
        return -objectives[0].utility(trial.values[objectives[0].name])

    def line(trial: Trial) -> str:
        point = ", ".join(f"{k}={v}" for k, v in trial.parameters.items())
        return f"{point} -> " + ", ".join(f"{o.name} {trial.values[o.name]:.4g}" for o in objectives)

    done = sorted((t for t in history if t.status == "done"), key=rank)
    failed = [", ".join(f"{k}={v}" for k, v in t.parameters.items()) for t in history if t.status == "failed"]
    return [line(t) for t in done] + [f"{p} -> failed" for p in failed]


def goal_text(objectives: Sequence[Objective]) -> str:
    """Say in words what is wanted."""
    return " and ".join(
        f"bring {o.name} to {o.target:g}" if o.target is not None else f"{o.direction}imise {o.name}"
        for o in objectives
    )


def untried(points: Sequence[Point], history: Sequence[Trial]) -> list[Point]:
    """Return the points that no trial has.

    Raises
    ------
    SpaceError
        If none is left.
    """
    tried = {identity(t.parameters) for t in history}
    free = [p for p in points if identity(p) not in tried]
    if not free:
        raise SpaceError("every allowed combination was tried", where="the space", hint="Widen the space.")
    return free


def suggestion(point: Mapping[str, object], source: str, reason: str) -> Suggestion:
    """Make a suggestion that predicts nothing."""
    return Suggestion(dict(point), source, reason)
