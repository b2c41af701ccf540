"""Runs as the overview tells of them: the latest ones, and what one changed since the run before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hypograph.graph import GraphStore
from hypograph.graph.core.schema import LABELS
from hypograph.graph.queries import pages

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


def latest(store: GraphStore) -> list[dict[str, Any]]:
    """Read the latest runs, newest first; the summary of each as a mapping."""
    runs = [dict.fromkeys(LABELS["FlowRun"].props) | row["run"] for row in store.read(pages.RUNS, limit=READ)]
    for run in runs:
        run["summary"] = _read(run["summary"])
    return runs


def _read(text: str | None) -> dict[str, Any]:
    found = json.loads(text or "{}")
    return found if isinstance(found, dict) else {}


def changes(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
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
    old: Mapping[str, Any] = before["summary"] if before else {}
    new: Mapping[str, Any] = now["summary"]
    seal = new.get("graph_hash")
    return {
        "flow": now["flow"],
        "run": now["started_at"],
        "before": before["started_at"] if before else None,
        "same": bool(before and seal and seal == old.get("graph_hash")),
        "rows": [*_counted(old, new), *_campaigns(old, new), *_best(old, new)],
    }


def _counted(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, what in COUNTED.items():
        was, value = _at(old, path), _at(new, path)
        if value is not None:
            yield _row(what, was, value)


def _campaigns(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    was = {(c.get("table"), c.get("method")): _at(c, "best.mean") for c in old.get("campaigns") or ()}
    for campaign in new.get("campaigns") or ():
        value = _at(campaign, "best.mean")
        if value is not None:
            name = (campaign.get("table"), campaign.get("method"))
            yield _row(f"best of {name[1]} on {name[0]}", was.get(name), value)


def _best(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    best = (new.get("hypotheses") or {}).get("best") or {}
    was = (old.get("hypotheses") or {}).get("best") or {}
    if best.get("id"):
        yield {
            "what": "the most promising hypothesis",
            "id": best["id"],
            "before": was.get("statement"),
            "now": best.get("statement"),
            "difference": None if best["id"] == was.get("id") else "new",
        }


def _row(what: str, was: float | None, value: float) -> dict[str, Any]:
    return {"what": what, "before": was, "now": value, "difference": None if was is None else value - was}


def _at(found: Mapping[str, Any], path: str) -> float | None:
    value: Any = found
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value if isinstance(value, int | float) else None
