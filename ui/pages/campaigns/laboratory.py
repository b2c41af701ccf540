"""What the page of a laboratory's campaign shows: what is awaited, what came of the rest, what happened when."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from hypograph.graph import GraphStore
from hypograph.graph.campaigns import folder as folders
from hypograph.graph.queries import pages
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory import progress
from hypograph.models.campaigns.optimizers.registry import self_sufficient
from hypograph.models.campaigns.space.space import Parameter
from hypograph.models.core.documents.campaigns import Interval
from hypograph.models.core.errors import MissingFileError
from hypograph.ui.drawing.documents import Experiment, Happened, Laboratory
from hypograph.ui.drawing.structures import structures_of

SAYS = {
    "suggest": "suggested",
    "record": "recorded",
    "fail": "marked as failed",
    "undo": "taken back",
    "edit": "space changed",
}


def campaign(store: GraphStore, id: str) -> Laboratory | None:
    """Return the campaign as it stands, or None if the store has no such laboratory campaign.

    The folder is read where it is on this machine, for it is the truth; elsewhere what the store keeps of it is
    shown, and `problem` says why nothing can be changed.
    """
    rows = store.read(pages.LIVE_CAMPAIGN, id=id)
    if not rows or not rows[0]["live"]:
        return None
    try:
        found = folders.load(folders.folder_of(store, id))
        return _shown(found.definition, found.events, found.notices)
    except MissingFileError as error:
        if not rows[0]["definition"]:
            return None
        definition = live.definition_from(json.loads(rows[0]["definition"]))
        events = [json.loads(e) for e in rows[0]["events"] or []]
        return _shown(definition, events, [], str(error))


def _shown(
    definition: live.Definition, events: Sequence[live.Event], notices: list[str], problem: str | None = None
) -> Laboratory:
    rows = progress.progress(definition, events)
    at = {str(e["id"]): str(e.get("at", "")) for e in reversed(events)}
    return {
        **progress.status(definition, events),
        "objectives": [{"name": o.name, "direction": o.direction, "target": o.target} for o in definition.objectives],
        "parameters": [
            {"name": p.name, "range": _range(p), "unit": p.unit, "options": list(p.options)}
            for p in definition.space.parameters
        ],
        "methods": list(self_sufficient()),
        "plate": definition.plate.record() if definition.plate else None,
        "structures": structures_of(definition.space.record()["parameters"]),
        "experiments": [_experiment(i, row, at) for i, row in enumerate(rows, 1)],
        "history": [_happened(number, event) for number, event in enumerate(events, 1)][::-1],
        "started": str(events[0].get("at", "")) if events else "",
        "updated": str(events[-1].get("at", "")) if events else "",
        "problem": problem,
        "notices": notices,
    }


def _experiment(index: int, row: progress.Progress, at: Mapping[str, str]) -> Experiment:
    e = row.experiment
    predicted: Interval | None = None
    if e.mean is not None and e.sd is not None:
        predicted = {"mean": e.mean, "low": e.mean - 1.96 * e.sd, "high": e.mean + 1.96 * e.sd}
    return {
        "id": e.id,
        "index": index,
        "parameters": dict(e.parameters),
        "values": dict(e.values),
        "status": e.status,
        "source": e.source,
        "reason": e.reason,
        "note": e.note,
        "predicted": predicted,
        "best_so_far": row.best_so_far,
        "entropy": row.entropy,
        "begun_at": at.get(e.id, ""),
        "recorded_at": e.recorded_at,
    }


def _happened(number: int, event: live.Event) -> Happened:
    values = event.get("values") or {}
    what = ", ".join(f"{name} {value:.12g}" for name, value in values.items() if isinstance(value, int | float))
    what = what or "; ".join(_changed(change) for change in event.get("changes") or ())
    kind = str(event["event"])
    return {
        "number": number,
        "id": str(event["id"]),
        "event": kind,
        "says": SAYS.get(kind, kind),
        "what": what,
        "note": str(event.get("note", "")),
        "at": str(event.get("at", "")),
    }


def _changed(change: Mapping[str, object]) -> str:
    """Say one change of the space."""
    for word in ("never", "allow"):
        if isinstance(rule := change.get(word), Mapping):
            return f"{word} {', '.join(f'{n} {v}' for n, v in rule.items())}"
    if isinstance(row := change.get("parameter"), Mapping):
        return f"parameter {row.get('name', '')}, before at {row.get('had', '')}"
    kind = next((word for word in ("add", "drop", "range", "fix") if word in change), "change")
    rest = ", ".join(str(v) for n, v in change.items() if n != kind)
    return f"{kind} {change.get(kind, '')}: {rest}"


def _range(parameter: Parameter) -> str:
    if parameter.options or parameter.values:
        levels = [f"{v:g}" if isinstance(v, float) else str(v) for v in parameter.levels]
        return ", ".join(levels[:12]) + (f" and {len(levels) - 12} more" if len(levels) > 12 else "")
    return f"{parameter.low:g} to {parameter.high:g}"
