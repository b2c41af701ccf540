"""The figures of the campaign pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Literal

from hypograph.ui.drawing.documents import Compared, Coverage, Laboratory, Series, Step
from hypograph.ui.drawing.svg import Plot, colour, frame_svg, padded, ticks


def course(campaign: Laboratory) -> str:
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
    plot.line(
        2, [(e["index"], e["best_so_far"]) for e in done if e["best_so_far"] is not None], "best so far", steps=True
    )
    for e in done:
        plot.dot(0, e["index"], e["values"][goal], f"{e['id']}: {goal} {e['values'][goal]:g}")
    return plot.svg()


def best(found: Compared) -> Plot:
    """Draw the best so far of each line: median with quartiles."""
    series = found["series"]
    heights = [v for s in series for name in ("q25", "q75") for v in s[name]]
    log = _log(found, heights)
    title = f"best so far ({found['unit']})"
    plot = Plot(_across(series), log or padded(heights), "experiment", title, "Best so far", log=bool(log))
    for s in series:
        plot.band(s["kind"], _points(s, "q25"), _points(s, "q75"))
    for s in series:
        plot.line(s["kind"], _points(s, "median"), s["label"])
    return plot


def regret(found: Compared) -> Plot:
    """Draw how far the best so far is from the optimum: median."""
    heights = [v for s in found["series"] for v in s["regret"]]
    log = _log(found, heights)
    ends, title = log or (0.0, padded([0.0, *heights])[1]), f"regret ({found['unit']})"
    plot = Plot(_across(found["series"]), ends, "experiment", title, "Regret", log=bool(log))
    for s in found["series"]:
        plot.line(s["kind"], _points(s, "regret"), s["label"])
    return plot


def _log(found: Compared, heights: Sequence[float]) -> tuple[float, float] | None:
    """Return the range of a logarithmic axis where one is asked for and something is above zero."""
    seen = [float(v) for v in heights if v is not None and v > 0]
    return (min(seen) / 1.15, max(seen) * 1.15) if found["axis"] == "log" and seen else None


def entropy(found: Compared) -> Plot:
    """Draw the cumulative entropy of exploration: mean."""
    title = "entropy of exploration (0 to 1)"
    plot = Plot(_across(found["series"]), (0.0, 1.0), "experiment", title, "Entropy of exploration")
    for s in found["series"]:
        plot.line(s["kind"], _points(s, "entropy"), s["label"])
    return plot


def survival(found: Compared) -> Plot:
    """Draw the share of replicates that have not reached the threshold (Kaplan & Meier)."""
    low, high = _across(found["series"])
    plot = Plot(
        (min(low, 0.0), high), (0.0, 1.02), "experiment", "share that is not there yet", "Survival to the threshold"
    )
    for s in found["series"]:
        if s["survival"]:
            plot.line(s["kind"], list(enumerate(s["survival"]["not_reached"])), s["label"], steps=True)
    return plot


def trade(found: Compared) -> Plot:
    """Put each line's final best over its final entropy."""
    rows = [(s, s["entropy"][-1]) for s in found["series"] if s["entropy"] and s["entropy"][-1] is not None]
    heights = [v for s, _ in rows for v in (s["q25"][-1], s["q75"][-1])]
    across, title = padded([e for _, e in rows], 0.12), f"best at the end ({found['unit']})"
    plot = Plot(across, padded(heights), "entropy of exploration at the end", title, "Entropy beside performance")
    for s, e in rows:
        plot.bar(s["kind"], e, s["q25"][-1], s["q75"][-1])
        told = f"{s['label']}: entropy {e:.2f}, best {s['median'][-1]:.4g}"
        plot.dot(s["kind"], e, s["median"][-1], told, 5.5)
    return plot


def coverage(part: Coverage, series: Sequence[Series], alone: bool = False) -> str:
    """Draw which options were tried: a row a line, a column an option, the darker the more often."""
    rows = [s for s in series if any(s["kind"] in p["shares"] for p in part["parameters"])]
    longest = max(len(o) for p in part["parameters"] for o in p["options"]) if part["parameters"] else 0
    left, top, cell, gap = 230, 26 + 5 * min(longest, 18), 24, 16
    body, across = [], float(left)
    for y, s in enumerate(rows):
        name = escape(shortened(s["label"], 36))
        place = f'x="{left - 8}" y="{top + cell * y + 16}" text-anchor="end" data-s="{s["kind"]}"'
        body.append(f'<text class="tick" {place}>{name}</text>')
    for p in part["parameters"]:
        middle = across + cell * len(p["options"]) / 2
        body.append(
            f'<text class="title" x="{middle:.0f}" y="{top + cell * len(rows) + 20}" text-anchor="middle">'
            f"{escape(shortened(p['name'], 4 + 3 * len(p['options'])))}</text>"
        )
        for option in p["options"]:
            turned = f'transform="translate({across + cell / 2 + 4:.0f} {top - 7}) rotate(-55)"'
            body.append(f'<text class="tick" {turned}>{escape(shortened(option, 18))}</text>')
            for y, s in enumerate(rows):
                share = p["shares"].get(s["kind"], {}).get(option, 0.0)
                told = escape(f"{s['label']}: {p['name']} = {option} in {100 * share:.1f} % of its experiments")
                place = f'x="{across:.0f}" y="{top + cell * y}" width="{cell - 2}" height="{cell - 2}" rx="3"'
                seen = f'fill-opacity="{0.06 + 0.94 * share**0.7:.2f}"'
                body.append(f'<rect class="cell" data-s="{s["kind"]}" {place} {seen}><title>{told}</title></rect>')
            across += cell
        across += gap
    label = f"Options tried on {part['table']}"
    return frame_svg(across + 60, top + cell * len(rows) + 30, label, "".join(body), alone, fixed=True)


def parallel(table: str, rows: Sequence[Step], unit: str, alone: bool = False) -> str:
    """Draw each experiment as a line over its parameters to its outcome."""
    names = list(dict.fromkeys(n for r in rows for n in r["parameters"]))[:9]
    scales = [_scale([r["parameters"][n] for r in rows if n in r["parameters"]]) for n in names]
    heights = padded([r["value"] for r in rows if r["value"] is not None])
    width, height, left, top = 960, 360, 70, 26
    step, floor = (width - left - 90) / max(len(names), 1), height - 40

    def down(share: float) -> float:
        return floor - share * (floor - top)

    body = []
    for r in sorted(rows, key=lambda r: r["value"] if r["value"] is not None else -float("inf")):
        if r["value"] is None or any(n not in r["parameters"] for n in names):
            continue
        shares = [scale(r["parameters"][n]) for n, (scale, _) in zip(names, scales, strict=True)]
        shares.append((r["value"] - heights[0]) / (heights[1] - heights[0]))
        path = "L".join(f"{left + step * i:.1f} {down(s):.1f}" for i, s in enumerate(shares))
        told = escape(f"{r['label']}, experiment {r['index']}: {r['value']:.4g}")
        body.append(f'<path class="line thin" {colour(r["kind"])} d="M{path}"><title>{told}</title></path>')
    ends = [(f"{v:g}", (v - heights[0]) / (heights[1] - heights[0])) for v in ticks(*heights)]
    for i, (name, marks) in enumerate([*zip(names, (m for _, m in scales), strict=True), (unit, ends)]):
        x = left + step * i
        body.append(f'<path class="axis" d="M{x:.1f} {top}V{floor}"/>')
        place = f'x="{x:.0f}" y="{height - 14}" text-anchor="middle"'
        body.append(f'<text class="title" {place}>{escape(shortened(name, 22))}</text>')
        for text, share in marks:
            place = f'x="{x + 6:.0f}" y="{down(share) + 4:.1f}"'
            body.append(f'<text class="tick halo" {place}>{escape(shortened(text, 16))}</text>')
    return frame_svg(width, height, f"Experiments on {table}", "".join(body), alone)


def _scale(values: Sequence[str | float]) -> tuple[Callable[[str | float], float], list[tuple[str, float]]]:
    """Return where on an axis from 0 to 1 a value is, and the axis's marks."""
    numbers = [v for v in values if isinstance(v, float)]
    if values and len(numbers) == len(values):
        low, high = min(numbers), max(numbers)
        room = (high - low) or 1.0
        return lambda v: (float(v) - low) / room, [(f"{v:g}", (v - low) / room) for v in ticks(low, high, 4)]
    options = sorted({str(v) for v in values}, key=natural)
    place = {o: (i + 0.5) / len(options) for i, o in enumerate(options)}
    marks = list(place.items())
    return lambda v: place[str(v)], marks if len(marks) <= 14 else marks[:: -(-len(marks) // 14)]


def natural(text: str) -> list[tuple[int, int, str]]:
    """Return what sorts l2 before l10."""
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.split(r"(\d+)", text)]


def shortened(text: str, most: int) -> str:
    """Return a text that fits."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _across(series: Sequence[Series]) -> tuple[float, float]:
    found = [i for s in series for i in s["index"]]
    return (float(min(found)), float(max(found))) if found else (0.0, 1.0)


def _points(s: Series, name: Literal["median", "q25", "q75", "regret", "entropy"]) -> list[tuple[float, float]]:
    return [(i, float("nan") if v is None else v) for i, v in zip(s["index"], s[name], strict=True)]


FIGURES: dict[str, Callable[[Compared], Plot]] = {
    "best": best,
    "regret": regret,
    "entropy": entropy,
    "survival": survival,
    "trade": trade,
}


def with_legend(plot: Plot, series: Sequence[Series]) -> str:
    """Return a figure that stands alone: its lines are named below it."""
    body = plot.body()
    for i, s in enumerate(series):
        down = plot.height + 18 + 18 * i
        body += f'<path class="line" {colour(s["kind"])} d="M{plot.left} {down}h26"/>'
        name = escape(f"{s['label']} ({s['replicates']} replicates)")
        body += f'<text class="tick" x="{plot.left + 34}" y="{down + 4}">{name}</text>'
    return frame_svg(plot.width, plot.height + 18 * len(series) + 16, plot.label, body, alone=True)
