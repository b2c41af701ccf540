"""What a laboratory's campaign is about, as written in its folder, and an experiment of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from hypograph.models.campaigns.core.trials import Objective
from hypograph.models.campaigns.laboratory.plates import Plate, plate_from
from hypograph.models.campaigns.optimizers.registry import METHODS
from hypograph.models.campaigns.space.space import Point, Space, space_from
from hypograph.models.core.errors import InputError

FORMAT = 1
KEYS = {
    *("format", "id", "name", "method", "initial", "seed", "replicates", "objectives"),
    *("parameters", "mixtures", "constraints", "exclusions", "limits", "choices", "cost", "plate"),
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
    plate: Plate | None = None

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
                {f.name: v for f in fields(o) if (v := getattr(o, f.name)) not in (None, "")} for o in self.objectives
            ],
            **self.space.record(),
            **({"plate": self.plate.record()} if self.plate else {}),
        }


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment as it stands after all events: ``pending``, ``done``, ``failed`` or ``withdrawn``.

    One that waits for some of several outcomes is pending and has the others in `values`. `suggested` tells what was
    asked for from what somebody did without being asked.
    """

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
    suggested: bool = True

    def __repr__(self) -> str:
        point = ", ".join(f"{k} = {v if isinstance(v, str) else f'{v:.12g}'}" for k, v in self.parameters.items())
        values = ", ".join(f"{k} {v:.6g}" for k, v in self.values.items())
        spread = f" ± {1.96 * self.sd:.3g}" if self.sd is not None else ""
        expected = f"; expected {self.mean:.4g}{spread}" if self.mean is not None and not self.values else ""
        return f"{self.id} ({self.status}): {point}" + (f"; {values}" if values else expected)


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
        raise InputError("no such method", where=method, expected=", ".join(METHODS.names()))
    objectives = _objectives(record)
    initial, seed = _whole(record, "initial", 5, 1), _whole(record, "seed", 0, 0)
    replicates = _whole(record, "replicates", 1, 1)
    space = space_from(record)
    taken = {p.name for p in space.parameters}
    if clash := [o.name for o in objectives if o.name in taken]:
        raise InputError("an objective is named like a parameter", where=clash[0])
    name = str(record.get("name", "campaign"))
    plate = plate_from(record, space)
    return Definition(str(record.get("id", "")), name, space, objectives, method, initial, seed, replicates, plate)


def _whole(record: Mapping[str, Any], key: str, default: int, least: int) -> int:
    value = record.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**63:
        expected = f"a whole number, at least {least}, of at most 64 bits"
        raise InputError(f"{key} is {value!r:.40}", where="definition", expected=expected)
    return value


def _objectives(record: Mapping[str, Any]) -> tuple[Objective, ...]:
    rows = record.get("objectives") or [{"name": "outcome"}]
    if isinstance(rows, str | Mapping) or not all(isinstance(row, Mapping) for row in rows):
        raise InputError("objectives cannot be read", where="definition", expected="[[objectives]] with a name each")
    known = [f.name for f in fields(Objective)]
    for row in rows:
        if unknown := sorted(set(row) - set(known)):
            raise InputError(f"no such key: {unknown[0]}", where=str(row.get("name", "")), expected=", ".join(known))
        if "name" not in row:
            raise InputError("an objective has no name", where="objectives", expected="name, and direction")
    names = [str(row["name"]) for row in rows]
    if twice := [n for n in names if names.count(n) > 1]:
        raise InputError("an objective is named twice", where=twice[0])
    return tuple(Objective(**row) for row in rows)
