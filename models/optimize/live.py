"""A laboratory's campaign as a list of events: nothing is ever changed, an undo is one more event.

A campaign is a definition (name, space, objectives, method) and its events in order. Folding the events gives
the experiments as they stand. All functions are pure: who keeps the events, and what time it is, is the
caller's matter.

Events (JSON objects): ``{"event": "suggest", "id", "parameters", "source", "reason", "mean", "sd"}``,
``{"event": "record", "id", "values", "note"}`` (with ``parameters`` where nobody suggested the experiment),
``{"event": "fail", "id", "note"}``, ``{"event": "undo", "id", "note"}``: takes the experiment's last
record or failure back, or else withdraws the suggestion. The caller may add ``"at"``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypograph.models.errors import InputError
from hypograph.models.optimize.candidates import identity
from hypograph.models.optimize.optimizers import METHODS, make_optimizer
from hypograph.models.optimize.space import Point, Space, space_from
from hypograph.models.optimize.trials import Objective, Trial
from hypograph.models.protocols import OptionScorer, Proposer, Suggestion

FORMAT = 1
Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Definition:
    """What a campaign is about; it does not change while it runs."""

    id: str
    name: str
    space: Space
    objectives: tuple[Objective, ...]
    method: str = "bo"
    initial: int = 5
    seed: int = 0

    def record(self) -> dict[str, Any]:
        """Return the mapping that `definition_from` reads back."""
        return {
            "format": FORMAT,
            "id": self.id,
            "name": self.name,
            "method": self.method,
            "initial": self.initial,
            "seed": self.seed,
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
        For a newer format, an unknown method, or no objective.
    SpaceError
        For a space that cannot be read.
    """
    if int(record.get("format", FORMAT)) > FORMAT:
        raise InputError(
            f"the campaign has format {record['format']}",
            expected=f"{FORMAT} or older",
            hint="Update hypograph.",
        )
    method = str(record.get("method", "bo"))
    if method not in METHODS:
        raise InputError("no such method", where=method, expected=", ".join(METHODS))
    rows = record.get("objectives") or [{"name": "outcome"}]
    try:
        objectives = tuple(Objective(**row) for row in rows)
        initial, seed = int(record.get("initial", 5)), int(record.get("seed", 0))
    except (TypeError, ValueError) as error:
        raise InputError(f"cannot be read ({error})", where="objectives, initial or seed") from error
    space = space_from(record)
    taken = {p.name for p in space.parameters}
    if clash := [o.name for o in objectives if o.name in taken]:
        raise InputError("an objective is named like a parameter", where=clash[0])
    name = str(record.get("name", "campaign"))
    return Definition(str(record.get("id", "")), name, space, objectives, method, initial, seed)


def fold(definition: Definition, events: Sequence[Event]) -> list[Experiment]:
    """Return the experiments as they stand, in the order they first appeared.

    Raises
    ------
    InputError
        Naming the event that cannot be applied.
    """
    found: dict[str, Experiment] = {}
    for number, event in enumerate(events, 1):
        try:
            _apply(definition, found, event)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"event {number} cannot be read ({error!r})", where=definition.name) from error
    return list(found.values())


def suggest(
    definition: Definition,
    events: Sequence[Event],
    n: int = 1,
    *,
    method: str = "",
    scorer: OptionScorer | None = None,
    proposer: Proposer | None = None,
    entropy_target: float | None = None,
) -> list[dict[str, Any]]:
    """Return events that suggest up to n experiments (a plate is one call).

    Raises
    ------
    InputError
        If `n` is not positive, or the method needs a source that is missing.
    SpaceError
        If nothing is left to try.
    """
    if n < 1:
        raise InputError(f"{n} suggestions", expected="at least one")
    optimizer = make_optimizer(
        method or definition.method,
        definition.space,
        definition.objectives,
        initial=definition.initial,
        seed=definition.seed,
        scorer=scorer,
        proposer=proposer,
        entropy_target=entropy_target,
    )
    found = fold(definition, events)
    first = len(found) + 1
    return [_suggest_event(f"e{first + i}", s) for i, s in enumerate(optimizer.ask(trials(found), n))]


def record(
    definition: Definition, events: Sequence[Event], id: str, values: Mapping[str, Any], note: str = ""
) -> dict[str, Any]:
    """Return the event that gives an experiment its outcome.

    Raises
    ------
    InputError
        If there is no such experiment, it has an outcome already, or a value is no number.
    """
    experiment = _named(definition, events, id)
    if experiment.status in {"done", "failed"}:
        raise InputError(f"it is {experiment.status} already", where=id, hint="Undo it first.")
    return {"event": "record", "id": id, "values": _outcomes(definition, values, id), "note": note}


def record_point(
    definition: Definition,
    events: Sequence[Event],
    parameters: Mapping[str, Any],
    values: Mapping[str, Any],
    note: str = "",
) -> dict[str, Any]:
    """Return the event for an outcome by its parameters: a suggestion's, or a person's own experiment."""
    point = definition.space.read(parameters)
    found = fold(definition, events)
    for experiment in found:
        if experiment.status == "pending" and identity(experiment.parameters) == identity(point):
            return record(definition, events, experiment.id, values, note)
    id = f"e{len(found) + 1}"
    outcomes = _outcomes(definition, values, id)
    return {"event": "record", "id": id, "parameters": point, "values": outcomes, "note": note}


def fail(definition: Definition, events: Sequence[Event], id: str, note: str = "") -> dict[str, Any]:
    """Return the event that marks an experiment as failed: it will not be suggested again."""
    experiment = _named(definition, events, id)
    if experiment.status != "pending":
        raise InputError(f"it is {experiment.status}", where=id, expected="a pending experiment")
    return {"event": "fail", "id": id, "note": note}


def undo(definition: Definition, events: Sequence[Event], id: str, note: str = "") -> dict[str, Any]:
    """Return the event that takes back the experiment's outcome, or withdraws a suggestion."""
    if _named(definition, events, id).status == "withdrawn":
        raise InputError("it is withdrawn already", where=id)
    return {"event": "undo", "id": id, "note": note}


def trials(experiments: Sequence[Experiment]) -> list[Trial]:
    """Return what an optimizer may know; what was withdrawn may be suggested again."""
    return [Trial(e.id, e.parameters, e.status, e.values) for e in experiments if e.status != "withdrawn"]


def _apply(definition: Definition, found: dict[str, Experiment], event: Event) -> None:
    kind, id, note = event["event"], str(event["id"]), str(event.get("note", ""))
    if kind == "suggest" or (kind == "record" and id not in found):
        if id in found:
            raise InputError("the id is taken", where=id)
        point = definition.space.read(event["parameters"])
        source, reason = str(event.get("source", "person")), str(event.get("reason", ""))
        found[id] = Experiment(id, point, "pending", {}, source, reason, event.get("mean"), event.get("sd"))
    if id not in found:
        raise InputError("no such experiment", where=id)
    if kind == "record":
        values = _outcomes(definition, event["values"], id)
        at = str(event.get("at", ""))
        found[id] = replace(found[id], status="done", values=values, note=note, recorded_at=at)
    elif kind == "fail":
        found[id] = replace(found[id], status="failed", values={}, note=note, recorded_at=str(event.get("at", "")))
    elif kind == "undo":
        back = "pending" if found[id].status in {"done", "failed"} and found[id].source != "person" else "withdrawn"
        found[id] = replace(found[id], status=back, values={}, note=note, recorded_at="")
    elif kind != "suggest":
        raise InputError("no such event", where=str(kind), expected="suggest, record, fail or undo")


def _named(definition: Definition, events: Sequence[Event], id: str) -> Experiment:
    found = {e.id: e for e in fold(definition, events)}
    if id not in found:
        raise InputError("no such experiment", where=id, expected=", ".join(list(found)[-8:]) or "none yet")
    return found[id]


def _outcomes(definition: Definition, values: Mapping[str, Any], where: str) -> dict[str, float]:
    names = [o.name for o in definition.objectives]
    if unknown := [n for n in values if n not in names]:
        raise InputError(f"no such objective: {unknown[0]}", where=where, expected=", ".join(names))
    found = {}
    for name in names:
        try:
            found[name] = float(values[name])
        except (KeyError, TypeError, ValueError):
            raise InputError(
                f"{values.get(name)!r} is no number",
                where=f"{where}, {name}",
                expected="the measured outcome",
            ) from None
        if not math.isfinite(found[name]):
            raise InputError(f"{found[name]} is no outcome", where=f"{where}, {name}", expected="a finite number")
    return found


def _suggest_event(id: str, found: Suggestion) -> dict[str, Any]:
    return {
        "event": "suggest",
        "id": id,
        "parameters": dict(found.parameters),
        "source": found.source,
        "reason": found.reason,
        "mean": found.mean,
        "sd": found.sd,
    }


def _values(objective: Objective) -> tuple[Any, ...]:
    return objective.name, objective.direction, objective.target, objective.noise
