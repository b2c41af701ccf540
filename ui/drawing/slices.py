"""What the outcomes of a laboratory's campaign say, as small charts: one a parameter, and the front of two goals."""

from __future__ import annotations

from collections.abc import Sequence

from hypograph.models.core.documents.campaigns import Slice
from hypograph.ui.drawing.documents import Experiment, Laboratory
from hypograph.ui.drawing.figures import natural, shortened
from hypograph.ui.drawing.svg import Plot, padded

MOST_OPTIONS, WIDTH, HEIGHT = 14, 420, 250


def slices(campaign: Laboratory) -> list[tuple[str, str]]:
    """Draw the first outcome over each parameter; return the parameter's name and its chart.

    Parameters
    ----------
    campaign
        As the page of a laboratory's campaign shows it.
    """
    goal = campaign["objectives"][0]["name"]
    done = [e for e in campaign["experiments"] if e["status"] == "done" and goal in e["values"]]
    if len(done) < 2:
        return []
    best = campaign["best"]["id"] if campaign["best"] else None
    return [(p["name"], _slice(done, str(p["name"]), str(p["unit"] or ""), goal, best)) for p in campaign["parameters"]]


def _slice(done: Sequence[Experiment], name: str, unit: str, goal: str, best: str | None) -> str:
    values = [e["parameters"][name] for e in done]
    heights = padded([e["values"][goal] for e in done])
    title = f"{name}, {unit}" if unit and unit not in name else name
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        plot = Plot(padded(values), heights, title, goal, f"{goal} over {name}", WIDTH, HEIGHT)
        across = [float(v) for v in values]
    else:
        options = sorted({str(v) for v in values}, key=natural)[:MOST_OPTIONS]
        place = {option: float(i) for i, option in enumerate(options)}
        names = [shortened(option, max(4, 60 // len(options))) for option in options]
        plot = Plot((-0.6, len(options) - 0.4), heights, title, goal, f"{goal} over {name}", WIDTH, HEIGHT, names=names)
        across = [place.get(str(v), float("nan")) for v in values]
    for e, x in zip(done, across, strict=True):
        if x == x:
            plot.dot(2 if e["id"] == best else 0, x, e["values"][goal], told(e), 5.5 if e["id"] == best else 3.5)
    return plot.svg()


def predicted(told: Slice, goal: str) -> str:
    """Draw what is expected along one parameter: mean with the 95% interval of a measurement.

    Parameters
    ----------
    told
        `parameter`, and `levels` each with `level`, `mean`, `low`, `high`.
    """
    name, rows = str(told["parameter"]), told["levels"]
    heights = padded([row[end] for row in rows for end in ("low", "high")])
    if all(isinstance(row["level"], int | float) for row in rows):
        plot = Plot(padded([row["level"] for row in rows]), heights, name, goal, f"{goal} along {name}", WIDTH, HEIGHT)
        points = [(float(row["level"]), row) for row in rows]
        plot.band(0, [(x, row["low"]) for x, row in points], [(x, row["high"]) for x, row in points])
        plot.line(0, [(x, row["mean"]) for x, row in points])
        return plot.svg()
    rows = rows[:MOST_OPTIONS]
    names = [shortened(str(row["level"]), max(4, 60 // len(rows))) for row in rows]
    plot = Plot((-0.6, len(rows) - 0.4), heights, name, goal, f"{goal} along {name}", WIDTH, HEIGHT, names=names)
    for x, row in enumerate(rows):
        plot.bar(0, x, row["low"], row["high"])
        plot.dot(0, x, row["mean"], f"{row['level']}: {row['mean']:.4g} ({row['low']:.4g} to {row['high']:.4g})")
    return plot.svg()


def front(campaign: Laboratory) -> str:
    """Draw two outcomes against each other, with those that no other experiment is better than in both."""
    goals = [o["name"] for o in campaign["objectives"]]
    done = [e for e in campaign["experiments"] if e["status"] == "done" and all(g in e["values"] for g in goals[:2])]
    if len(goals) < 2 or len(done) < 2:
        return ""
    first, second = goals[:2]
    x, y = [[e["values"][g] for e in done] for g in (first, second)]
    plot = Plot(padded(x), padded(y), first, second, f"{second} over {first}", 560, 320)
    best = {e["id"] for e in campaign.get("front") or ()}
    edge = sorted((e["values"][first], e["values"][second]) for e in done if e["id"] in best)
    plot.line(2, edge, steps=False)
    for e in done:
        on = e["id"] in best
        plot.dot(2 if on else 0, e["values"][first], e["values"][second], told(e), 5.5 if on else 3.5)
    return plot.svg()


def told(experiment: Experiment) -> str:
    """Say everything of an experiment: what the pointer shows."""
    parts = [f"{n} {_shown(v)}" for n, v in experiment["parameters"].items()]
    values = [f"{n} {_shown(v)}" for n, v in experiment["values"].items()]
    return f"{experiment['id']}: {', '.join(values)} at {', '.join(parts)}"


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
