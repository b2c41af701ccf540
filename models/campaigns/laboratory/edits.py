"""Changes of a running campaign's space: each one an event, each can be undone.

An edit is a list of changes, applied in order to the definition as it was written first::

    {"add": "ligand", "levels": ["SPhos"]}          a further option or level
    {"drop": "base", "levels": ["Cs2CO3"]}          not to be suggested any more; what was done with it stays
    {"range": "T", "low": 20, "high": 120}          other bounds of a range
    {"fix": "solvent", "level": "THF"}              this level only
    {"never": {"ligand": "XPhos", "T": 80}}         a point or a pattern that is not to be tried (again)
    {"allow": {"ligand": "XPhos", "T": 80}}         takes such a rule back
    {"parameter": {"name": "water", "low": 0, "high": 5, "had": 0}}    a further parameter, with what earlier
                                                    experiments had
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypograph.models.campaigns.laboratory.definition import Definition, definition_from
from hypograph.models.campaigns.laboratory.events import Event, concerns_space, fold
from hypograph.models.campaigns.space.parameter import Parameter, parameter_from
from hypograph.models.campaigns.space.spelling import nearly_same
from hypograph.models.core.errors import InputError, SpaceError

Change = Mapping[str, Any]


def edit(definition: Definition, events: Sequence[Event], changes: Sequence[Change], note: str = "") -> dict[str, Any]:
    """Return the event that changes the space; `definition` is the one that the campaign began with.

    Raises
    ------
    InputError, SpaceError
        If a change cannot be made.
    """
    if not changes:
        raise InputError(
            "nothing is to be changed", expected="--add, --drop, --low, --high, --fix, --never, --allow or --parameter"
        )
    number = 1 + sum(e["event"] == "edit" for e in events)
    event = {"event": "edit", "id": f"edit-{number}", "changes": [dict(c) for c in changes], "note": note}
    edited(definition, [*events, event])
    return event


def nearly_same_options(after: Definition, changes: Sequence[Change]) -> list[str]:
    """Say which options that were added are spelled almost as another one is; `after` is the changed definition."""
    notes: list[str] = []
    for change in changes:
        parameter = after.space[str(change["add"])] if "add" in change else None
        if parameter is not None and parameter.options:
            notes += nearly_same(parameter.name, parameter.options, map(str, change["levels"]))
    return notes


def undo_edit(definition: Definition, events: Sequence[Event], id: str, note: str = "") -> dict[str, Any]:
    """Return the event that takes an edit back; `definition` is the one that the campaign began with.

    Raises
    ------
    InputError
        If there is no such edit, it is taken back already, or a later one rests on it.
    """
    if id not in {e["id"] for e in active(events)}:
        raise InputError("no such change", where=id, expected=", ".join(e["id"] for e in active(events)) or "none yet")
    event = {"event": "undo", "id": id, "note": note}
    try:
        after = edited(definition, [*events, event])
    except InputError as error:
        raise InputError(f"a later change rests on it ({error})", where=id, hint="Undo that one first.") from error
    try:
        fold(after, [*events, event])
    except InputError as error:
        raise InputError(f"experiments were made with it ({error})", where=id, hint="Use --fix instead.") from error
    return event


def active(events: Sequence[Event]) -> list[Event]:
    """Return the edits that were not taken back, in order."""
    found: dict[str, Event] = {}
    for event in events:
        if event["event"] == "edit":
            found[str(event["id"])] = event
        elif concerns_space(event):
            found.pop(str(event["id"]), None)
    return list(found.values())


def edited(definition: Definition, events: Sequence[Event]) -> Definition:
    """Return the definition as it stands after all edits.

    Options that were ever in the space stay known, as `Parameter.former`: experiments may have them.

    Raises
    ------
    InputError, SpaceError
        If a change cannot be made.
    """
    if not any(concerns_space(e) for e in events):
        return definition
    record = definition.record()
    for event in active(events):
        for change in event["changes"]:
            try:
                _apply(record, change)
            except (KeyError, TypeError, AttributeError) as error:
                raise InputError(f"the change cannot be read ({error!r})", where=str(event["id"])) from error
    changes = [c for e in events if e["event"] == "edit" for c in e["changes"]]
    came = [parameter_from(c["parameter"], 1) for e in active(events) for c in e["changes"] if "parameter" in c]
    first = {p.name: p for p in (*definition.space.parameters, *came)}
    for row in record["parameters"]:
        if row.get("options"):
            _remember(row, first[row["name"]], [c for c in changes if c.get("add") == row["name"]])
    return replace(definition_from(record), id=definition.id)


def _apply(record: dict[str, Any], change: Change) -> None:
    if "never" in change:
        record["exclusions"] = [*record["exclusions"], dict(change["never"])]
        definition_from({**record, "exclusions": [dict(change["never"])]})
        return
    if "allow" in change:
        kept = [e for e in record["exclusions"] if _spelled(e) != _spelled(change["allow"])]
        if len(kept) == len(record["exclusions"]):
            raise InputError(
                "there is no such rule", where=str(dict(change["allow"])), expected="one that --never made"
            )
        record["exclusions"] = kept
        return
    if "parameter" in change:
        _bring(record, change["parameter"])
        return
    kind = next((k for k in ("add", "drop", "range", "fix") if k in change), "")
    row = next((p for p in record["parameters"] if p["name"] == change.get(kind)), None)
    if not kind or row is None:
        names = ", ".join(p["name"] for p in record["parameters"])
        raise SpaceError("no such parameter", where=str(change.get(kind, change)), expected=names)
    if kind == "range":
        if "low" not in row:
            raise SpaceError("its levels are listed", where=row["name"], expected="--add or --drop")
        row |= {k: float(change[k]) for k in ("low", "high") if k in change}
        return
    if kind == "add":
        _add(row, change["levels"])
        return
    gone = change["levels"] if kind == "drop" else None
    _keep(record, row, gone, change.get("level"))


def _bring(record: dict[str, Any], row: Mapping[str, Any]) -> None:
    """Add a parameter that earlier experiments had at one level."""
    found = parameter_from(row, 1)
    if found.name in {p["name"] for p in record["parameters"]} | {o["name"] for o in record["objectives"]}:
        raise SpaceError("there is one of this name already", where=found.name)
    if found.had is None:
        expected = "--had PARAMETER=LEVEL; results count only where all parameters are known"
        raise InputError("what did the earlier experiments have?", where=found.name, expected=expected)
    record["parameters"] = [*record["parameters"], found.record()]


def _add(row: dict[str, Any], levels: Sequence[Any]) -> None:
    key = "options" if row.get("options") else "values"
    if key not in row:
        raise SpaceError("it is a range", where=row["name"], expected="--low and --high")
    if there := [v for v in levels if v in row[key]]:
        raise SpaceError(f"{there[0]!r} is there already", where=row["name"])
    row[key] = [*row[key], *levels]


def _keep(record: dict[str, Any], row: dict[str, Any], gone: Sequence[Any] | None, only: Any) -> None:
    """Leave levels out, or all but one."""
    if "low" in row:
        if gone is not None:
            raise SpaceError("it is a range", where=row["name"], expected="--low, --high or --fix")
        del row["low"], row["high"]
        row["values"] = [float(only)]
        return
    key = "options" if row.get("options") else "values"
    wanted = list(gone) if gone is not None else [only]
    if unknown := [v for v in wanted if v not in row[key]]:
        raise SpaceError(f"{unknown[0]!r} is no level", where=row["name"], expected=", ".join(map(str, row[key][:8])))
    kept = [v for v in row[key] if (v not in wanted if gone is not None else v == only)]
    if not kept:
        raise SpaceError("no level would be left", where=row["name"])
    left = set(row[key]) - set(kept)
    row[key] = kept
    if key == "options":
        row["former"] = [
            *row.get("former", ()),
            *(v for v in wanted if v in left),
            *(v for v in left if v not in wanted),
        ]
    record["exclusions"] = [e for e in record["exclusions"] if e.get(row["name"]) not in left]
    # A limit that holds for a level which is gone holds for the others still.
    for rule in record.get("limits", ()):
        if row["name"] in rule["when"]:
            rule["when"][row["name"]] = [v for v in rule["when"][row["name"]] if v not in left]
    record["limits"] = [r for r in record.get("limits", ()) if all(r["when"].values())]
    if row.get("values"):
        row["costs"] = {k: v for k, v in row.get("costs", {}).items() if k in {f"{x:g}" for x in kept}}


def _remember(row: dict[str, Any], before: Parameter, added: Sequence[Change]) -> None:
    """Keep options that are gone as former ones, and what is known of the likeness of all."""
    ever = dict.fromkeys([*before.options, *before.former, *(v for c in added for v in c["levels"])])
    row["former"] = [o for o in ever if o not in row["options"]]
    order = [*row["options"], *row["former"]]
    if before.descriptors:
        vectors = dict(zip([*before.options, *before.former], before.descriptors, strict=False))
        width = len(before.descriptors[0])
        row["descriptors"] = [[None] * width if o not in vectors else list(vectors[o]) for o in order]
    pairs: dict[frozenset[str], float] = {}
    _pair(pairs, [*before.options, *before.former], before.distances)
    for change in added:
        _pair(pairs, change.get("of", ()), change.get("distances", ()))
    if pairs:
        row["distances"] = [[0.0 if a == b else pairs.get(frozenset((a, b)), 1.0) for b in order] for a in order]


def _pair(pairs: dict[frozenset[str], float], names: Sequence[str], matrix: Sequence[Sequence[float]]) -> None:
    for a, row in zip(names, matrix, strict=False):
        for b, value in zip(names, row, strict=False):
            if a != b:
                pairs[frozenset((a, b))] = float(value)


def _spelled(rule: Mapping[str, Any]) -> dict[str, str]:
    return {
        k: f"{v:.9g}" if isinstance(v, float | int) and not isinstance(v, bool) else str(v) for k, v in rule.items()
    }
