"""Runs as the overview tells of them: the latest ones, and what one changed since the run before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from hypograph.graph import GraphStore
from hypograph.graph.queries import pages
from hypograph.graph.queries.rows import KnownRun, whole

SHOWN = 12
# Runs among which the one before is looked for.
READ = 60
# Summary of a run → what the overview calls it. Figures that only tell how long something took are left out.
COUNTED = {
    "literature.publications": "publications",
    "literature.keywords": "keywords",
    "literature.edges": "links between keywords",
    "evidence.pairs": "pairs of elements with evidence",
    "evidence.predictions": "predicted alloys",
    "hypotheses.count": "hypotheses",
}


class Latest(KnownRun):
    """A run with its summary as a mapping."""

    summary: Mapping[str, object]


class Change(TypedDict):
    """A figure of the run before and of the last one; `id` names the hypothesis that it is about."""

    what: str
    id: NotRequired[str]
    before: float | str | None
    now: float | str | None
    difference: float | str | None


class Changes(TypedDict):
    """What the latest run changed; `same` where the graph is exactly the same."""

    flow: str | None
    run: str | None
    before: str | None
    same: bool
    rows: list[Change]


def latest(store: GraphStore) -> list[Latest]:
    """Read the latest runs, newest first; the summary of each as a mapping."""
    runs = [whole("FlowRun", row["run"]) for row in store.read(pages.RUNS, limit=READ)]
    return [{**run, "summary": _read(run["summary"])} for run in runs]


def _read(text: str | None) -> Mapping[str, object]:
    return _mapping(json.loads(text or "{}"))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def changes(runs: Sequence[Latest]) -> Changes | None:
    """Say what the latest completed run changed since the run of the same flow before it.

    Parameters
    ----------
    runs
        As `latest` gives them, newest first.

    Returns
    -------
    dict or None
        `run` and `before` (their times), `same` (the graph is exactly the same) and `rows`, each with `what`,
        `before`, `now` and `difference`. None where no run was completed; `before` is None for a first run.
    """
    done = [run for run in runs if run["state"] == "completed"]
    if not done:
        return None
    now = done[0]
    before = next((run for run in done[1:] if run["flow"] == now["flow"]), None)
    old, new = before["summary"] if before else {}, now["summary"]
    seal = new.get("graph_hash")
    return {
        "flow": now["flow"],
        "run": now["started_at"],
        "before": before["started_at"] if before else None,
        "same": bool(before and seal and seal == old.get("graph_hash")),
        "rows": [*_counted(old, new), *_campaigns(old, new), *_best(old, new)],
    }


def _counted(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    for path, what in COUNTED.items():
        was, value = _at(old, path), _at(new, path)
        if value is not None:
            yield _row(what, was, value)


def _campaigns(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    was = {(c.get("table"), c.get("method")): _at(c, "best.mean") for c in _listed(old.get("campaigns"))}
    for campaign in _listed(new.get("campaigns")):
        value = _at(campaign, "best.mean")
        if value is not None:
            name = (campaign.get("table"), campaign.get("method"))
            yield _row(f"best of {name[1]} on {name[0]}", was.get(name), value)


def _listed(value: object) -> list[Mapping[str, object]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, Sequence) else []


def _best(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    best = _mapping(_mapping(new.get("hypotheses")).get("best"))
    was = _mapping(_mapping(old.get("hypotheses")).get("best"))
    if best.get("id"):
        yield {
            "what": "the most promising hypothesis",
            "id": str(best["id"]),
            "before": _text(was.get("statement")),
            "now": _text(best.get("statement")),
            "difference": None if best["id"] == was.get("id") else "new",
        }


def _row(what: str, was: float | None, value: float) -> Change:
    return {"what": what, "before": was, "now": value, "difference": None if was is None else value - was}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _at(found: Mapping[str, object], path: str) -> float | None:
    value: object = found
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value if isinstance(value, int | float) else None
