"""The figures of the campaign pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypograph.ui.charts import Plot, padded


def course(campaign: Mapping[str, Any]) -> str:
    """Draw a laboratory's campaign: outcomes, what was predicted of them, the best so far."""
    goal = campaign["objectives"][0]["name"]
    done = [e for e in campaign["experiments"] if e["status"] == "done"]
    told = [p for e in campaign["experiments"] if (p := e["predicted"]) and e["status"] in {"done", "pending"}]
    heights = [e["values"][goal] for e in done] + [p[end] for p in told for end in ("low", "high")]
    last = max(e["index"] for e in campaign["experiments"])
    plot = Plot((0.5, last + 0.5), padded(heights), "experiment", goal, f"{goal} by experiment, with the best so far")
    for e in campaign["experiments"]:
        if e["predicted"] and e["status"] in {"done", "pending"}:
            plot.bar(1, e["index"], e["predicted"]["low"], e["predicted"]["high"])
    plot.line(2, [(e["index"], e["best_so_far"]) for e in done], "best so far", steps=True)
    for e in done:
        plot.dot(0, e["index"], e["values"][goal], f"{e['id']}: {goal} {e['values'][goal]:g}")
    return plot.svg()
