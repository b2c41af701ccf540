"""A laboratory's campaign as a list of events: nothing is ever changed, an undo is one more event.

A campaign is a definition (name, space, objectives, method) and its events in order. Folding the events gives
the experiments as they stand. All functions are pure: who keeps the events, and what time it is, is the
caller's matter.

Events (JSON objects): ``{"event": "suggest", "id", "parameters", "source", "reason", "mean", "sd"}``,
``{"event": "record", "id", "values", "note"}`` (with ``parameters`` where nobody suggested the experiment),
``{"event": "fail", "id", "note"}``, ``{"event": "undo", "id", "note"}``: takes the experiment's last
record or failure back, or else withdraws the suggestion, ``{"event": "edit", "id", "changes", "note"}``: changes the
space (see `edits`). ``values`` may hold some of several outcomes; the experiment is done once all are there. The caller
may add ``"at"``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from hypograph.models.campaigns.core.trials import Objective, Trial
from hypograph.models.campaigns.laboratory import plates
from hypograph.models.campaigns.laboratory.definition import Definition, Experiment, definition_from
from hypograph.models.campaigns.optimizers.registry import Method, make_optimizer
from hypograph.models.campaigns.space.candidates import identity
from hypograph.models.core.errors import InputError
from hypograph.models.core.protocols import NO_PLANNING_CONTEXT, OptionScorer, Planner, PlanningContext, Suggestion
from hypograph.models.core.typed_number import typed_number

__all__ = [
    "Definition",
    "Event",
    "Experiment",
    "concerns_space",
    "definition_from",
    "fail",
    "fold",
    "fresh",
    "noise",
    "outcome_of",
    "own_failure",
    "own_outcome",
    "record",
    "record_point",
    "repeat",
    "suggest",
    "trials",
    "undo",
]
Event = Mapping[str, Any]
EDIT_ID: Final = re.compile(r"edit-\d+")


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
            if not concerns_space(event):
                _apply(definition, found, event)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"event {number} cannot be read ({error!r})", where=definition.name) from error
    return list(found.values())


def suggest(
    definition: Definition,
    events: Sequence[Event],
    n: int = 1,
    *,
    method: str | Method = "",
    scorer: OptionScorer | None = None,
    planner: Planner | None = None,
    entropy_target: float | None = None,
    context: PlanningContext = NO_PLANNING_CONTEXT,
) -> list[dict[str, Any]]:
    """Return events that suggest up to n points (a plate is one call), each with its replicates.

    Raises
    ------
    InputError
        If `n` is not positive, or the method needs a source that is missing.
    SpaceError
        If nothing is left to try.
    """
    if n < 1:
        raise InputError(f"{n} suggestions", expected="at least one")
    found = fold(definition, events)
    make = partial(
        make_optimizer,
        method or definition.method,
        definition.space,
        _with_noise(definition, found),
        initial=definition.initial * definition.replicates,
        seed=definition.seed,
        scorer=scorer,
        planner=planner,
        entropy_target=entropy_target,
        context=context,
    )
    if definition.plate is None:
        asked = make().ask(trials(found), n)
    else:
        asked = plates.ask(definition.plate, lambda fixed: make(fixed=fixed), trials(found), n, definition.replicates)
    copies = [(s, k) for s in asked for k in range(1, definition.replicates + 1)]
    first = fresh(e.id for e in found)
    return [_suggest_event(f"e{first + i}", s, k, definition) for i, (s, k) in enumerate(copies)]


def repeat(definition: Definition, events: Sequence[Event], id: str, n: int = 1) -> list[dict[str, Any]]:
    """Return events that ask for an experiment again, n times: outcomes that are noisy deserve it.

    Raises
    ------
    InputError
        If there is no such experiment, or `n` is not positive.
    """
    if n < 1:
        raise InputError(f"{n} repetitions", expected="at least one")
    old, first = _named(definition, events, id), fresh(e.id for e in fold(definition, events))
    again = Suggestion(dict(old.parameters), "person", f"repeats {id}")
    return [_suggest_event(f"e{first + i}", again, 1, definition) for i in range(n)]


def noise(definition: Definition, experiments: Sequence[Experiment]) -> dict[str, float | None]:
    """Estimate the standard deviation of a repeated measurement, by objective, pooled over repeated points.

    None below three degrees of freedom: fewer say too little.
    """
    points: dict[tuple[str, ...], list[Experiment]] = {}
    for e in (e for e in experiments if e.status == "done"):
        points.setdefault(identity(e.parameters), []).append(e)
    groups = [g for g in points.values() if len(g) > 1]
    freedom = sum(len(g) - 1 for g in groups)
    found: dict[str, float | None] = {}
    for objective in definition.objectives:
        values = [[e.values[objective.name] for e in g] for g in groups]
        squares = sum(sum((v - sum(g) / len(g)) ** 2 for v in g) for g in values)
        found[objective.name] = math.sqrt(squares / freedom) if freedom >= 3 else None
    return found


def _with_noise(definition: Definition, experiments: Sequence[Experiment]) -> tuple[Objective, ...]:
    """Tell the optimizer the noise that replicates show, where the person gave none."""
    seen = noise(definition, experiments)
    return tuple(replace(o, noise=seen[o.name]) if o.noise is None else o for o in definition.objectives)


def record(
    definition: Definition, events: Sequence[Event], id: str, values: Mapping[str, Any], note: str = ""
) -> dict[str, Any]:
    """Return the event that gives an experiment its outcome.

    Raises
    ------
    InputError
        If there is no such experiment, it has an outcome already, or a value is no number.
    """
    return outcome_of(definition, _named(definition, events, id), values, note)


def outcome_of(
    definition: Definition, experiment: Experiment, values: Mapping[str, Any], note: str = ""
) -> dict[str, Any]:
    """Return the event that gives an experiment, as it stands, some or all of its outcomes; raises as `record`."""
    id = experiment.id
    if experiment.status in {"done", "failed"}:
        raise InputError(f"it is {experiment.status} already", where=id, hint="Undo it first.")
    given = _outcomes(definition, values, id)
    for name, value in given.items():
        if (before := experiment.values.get(name)) is not None and before != value:
            raise InputError(f"{name} is {before:g} already, not {value:g}", where=id, hint="Undo it first.")
    return {"event": "record", "id": id, "values": given, "note": note}


def record_point(
    definition: Definition,
    events: Sequence[Event],
    parameters: Mapping[str, Any],
    values: Mapping[str, Any],
    note: str = "",
) -> dict[str, Any]:
    """Return the event for an outcome by its parameters: a suggestion's, or a person's own experiment."""
    point = definition.space.done(parameters)
    found = fold(definition, events)
    for experiment in found:
        if experiment.status == "pending" and identity(experiment.parameters) == identity(point):
            return outcome_of(definition, experiment, values, note)
    return own_outcome(definition, f"e{fresh(e.id for e in found)}", point, values, note)


def own_outcome(
    definition: Definition, id: str, point: Mapping[str, Any], values: Mapping[str, Any], note: str = ""
) -> dict[str, Any]:
    """Return the event for an experiment that nobody suggested."""
    outcomes = _outcomes(definition, values, id)
    return {"event": "record", "id": id, "parameters": point, "values": outcomes, "note": note}


def own_failure(id: str, point: Mapping[str, Any], note: str = "") -> dict[str, Any]:
    """Return the event for an experiment that nobody suggested and that gave no outcome."""
    return {"event": "fail", "id": id, "parameters": point, "note": note}


def fresh(ids: Iterable[str]) -> int:
    """Return the number of the next experiment: ids are e1, e2, …, and a person may have brought others."""
    taken = list(ids)
    numbers = [int(i[1:]) for i in taken if re.fullmatch(r"e\d{1,12}", i)]
    return max([len(taken), *numbers]) + 1


def concerns_space(event: Event) -> bool:
    """Tell an event that changes the space, or takes such a change back."""
    return event["event"] == "edit" or (event["event"] == "undo" and bool(EDIT_ID.fullmatch(str(event.get("id", "")))))


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
    if kind == "suggest" or (kind in {"record", "fail"} and id not in found and "parameters" in event):
        if id in found or EDIT_ID.fullmatch(id):
            raise InputError("the id is taken", where=id)
        point = definition.space.done({**definition.space.before, **event["parameters"]})
        source, reason = str(event.get("source", "person")), str(event.get("reason", ""))
        told = event.get("mean"), event.get("sd")
        found[id] = Experiment(id, point, "pending", {}, source, reason, *told, suggested=kind == "suggest")
    if id not in found:
        raise InputError("no such experiment", where=id)
    if kind == "record":
        values = {**found[id].values, **_outcomes(definition, event["values"], id)}
        at = str(event.get("at", ""))
        status = "done" if len(values) == len(definition.objectives) else "pending"
        if found[id].values:  # what was said with the outcomes that came first stays
            note = "; ".join(dict.fromkeys(t for t in (found[id].note, note) if t))
        found[id] = replace(found[id], status=status, values=values, note=note, recorded_at=at)
    elif kind == "fail":
        found[id] = replace(found[id], status="failed", values={}, note=note, recorded_at=str(event.get("at", "")))
    elif kind == "undo":
        recorded = found[id].status in {"done", "failed"} or bool(found[id].values)
        back = "pending" if recorded and found[id].suggested else "withdrawn"
        found[id] = replace(found[id], status=back, values={}, note=note, recorded_at="")
    elif kind != "suggest":
        raise InputError("no such event", where=str(kind), expected="suggest, record, fail, undo or edit")


def _named(definition: Definition, events: Sequence[Event], id: str) -> Experiment:
    found = {e.id: e for e in fold(definition, events)}
    if id not in found:
        raise InputError("no such experiment", where=id, expected=", ".join(list(found)[-8:]) or "none yet")
    return found[id]


def _outcomes(definition: Definition, values: Mapping[str, Any], where: str) -> dict[str, float]:
    """Read outcomes, all or some of them, in the objectives' order."""
    names = [o.name for o in definition.objectives]
    units = {o.name: o.unit for o in definition.objectives}
    if unknown := [n for n in values if n not in names]:
        raise InputError(f"no such objective: {unknown[0]}", where=where, expected=", ".join(names))
    if not values:
        raise InputError("no outcome", where=where, expected=", ".join(names))
    found = {}
    for name in (n for n in names if n in values):
        try:
            if isinstance(values[name], bool):
                raise TypeError
            value = values[name]
            typed = isinstance(value, str) and value.strip().casefold() not in {"nan", "inf", "-inf"}
            found[name] = _typed(value, units[name], f"{where}, {name}") if typed else float(value)
        except (TypeError, ValueError):
            raise InputError(
                f"{values[name]!r} is no number", where=f"{where}, {name}", expected="the measured outcome"
            ) from None
        if not math.isfinite(found[name]):
            raise InputError(f"{found[name]} is no outcome", where=f"{where}, {name}", expected="a finite number")
    return found


def _typed(text: str, unit: str, where: str) -> float:
    """Read an outcome that somebody typed, with the objective's unit behind it or not."""
    bare = text.strip().removesuffix(unit).strip() if unit else text.strip()
    return typed_number(bare, where)


def _suggest_event(id: str, found: Suggestion, copy: int, definition: Definition) -> dict[str, Any]:
    several = f" (replicate {copy} of {definition.replicates})" if definition.replicates > 1 else ""
    return {
        "event": "suggest",
        "id": id,
        "parameters": dict(found.parameters),
        "source": found.source,
        "reason": found.reason + several,
        "mean": found.mean,
        "sd": found.sd,
    }
