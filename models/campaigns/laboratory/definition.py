"""What a laboratory's campaign is about, as written in its folder, and an experiment of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypograph.models.campaigns.optimizers.registry import METHODS
from hypograph.models.campaigns.optimizers.trials import Objective
from hypograph.models.campaigns.space.space import Point, Space, space_from
from hypograph.models.core.errors import InputError

FORMAT = 1
KEYS = {
    *("format", "id", "name", "method", "initial", "seed", "replicates", "objectives"),
    *("parameters", "mixtures", "constraints", "exclusions"),
}


@dataclass(frozen=True, slots=True)
class Definition:
    """What a campaign is about; it does not change while it runs.

    `initial` counts different points; each point that is suggested becomes `replicates` experiments.
    """

    id: str
    name: str
    space: Space
    objectives: tuple[Objective, ...]
    method: str = "bo"
    initial: int = 5
    seed: int = 0
    replicates: int = 1

    def record(self) -> dict[str, Any]:
        """Return the mapping that `definition_from` reads back."""
        return {
            "format": FORMAT,
            "id": self.id,
            "name": self.name,
            "method": self.method,
            "initial": self.initial,
            "seed": self.seed,
            "replicates": self.replicates,
            "objectives": [
                {k: v for k, v in zip(Objective.__slots__, _values(o), strict=True) if v is not None}
                for o in self.objectives
            ],
            **self.space.record(),
        }


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment as it stands after all events: ``pending``, ``done``, ``failed`` or ``withdrawn``."""

    id: str
    parameters: Point
    status: str
    values: Mapping[str, float]
    source: str
    reason: str = ""
    mean: float | None = None
    sd: float | None = None
    note: str = ""
    recorded_at: str = ""


def definition_from(record: Mapping[str, Any]) -> Definition:
    """Read a campaign's definition.

    Raises
    ------
    InputError
        For a newer format, an unknown key or method.
    SpaceError
        For a space that cannot be read.
    """
    if int(record.get("format", FORMAT)) > FORMAT:
        raise InputError(
            f"the campaign has format {record['format']}",
            expected=f"{FORMAT} or older",
            hint="Update hypograph.",
        )
    if unknown := sorted(set(record) - KEYS):
        # A rule whose name is misspelt would allow what must not be tried.
        raise InputError(f"no such key: {unknown[0]}", where="definition", expected=", ".join(sorted(KEYS)))
    method = str(record.get("method", "bo"))
    if method not in METHODS:
        raise InputError("no such method", where=method, expected=", ".join(METHODS))
    rows = record.get("objectives") or [{"name": "outcome"}]
    try:
        objectives = tuple(Objective(**row) for row in rows)
        initial, seed = int(record.get("initial", 5)), int(record.get("seed", 0))
        replicates = int(record.get("replicates", 1))
    except (TypeError, ValueError) as error:
        raise InputError(f"cannot be read ({error})", where="objectives, initial, seed or replicates") from error
    if initial < 1 or replicates < 1:
        raise InputError("too few experiments", where="initial or replicates", expected="at least 1")
    space = space_from(record)
    taken = {p.name for p in space.parameters}
    if clash := [o.name for o in objectives if o.name in taken]:
        raise InputError("an objective is named like a parameter", where=clash[0])
    name = str(record.get("name", "campaign"))
    return Definition(str(record.get("id", "")), name, space, objectives, method, initial, seed, replicates)


def _values(objective: Objective) -> tuple[Any, ...]:
    return objective.name, objective.direction, objective.target, objective.noise
