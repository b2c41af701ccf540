"""What the predictor says along amounts of an element: probability, phases and descriptors; over two, a field."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from html import escape
from typing import Final, Literal

from hypograph.models.core.documents.evidence import PredictedAlloy
from hypograph.ui.drawing.svg import Plot, frame_svg, padded, ticks

Rows = Sequence[PredictedAlloy]
WIDTH, HEIGHT = 560, 300
MOST_PHASES = 6
DESCRIPTORS: Final[dict[Literal["valence_electrons", "size_mismatch", "mixing_enthalpy", "omega"], str]] = {
    "valence_electrons": "valence electrons per atom",
    "size_mismatch": "size mismatch δ, %",
    "mixing_enthalpy": "mixing enthalpy, kJ/mol",
    "omega": "Ω",
}


def draw(rows: Rows, axes: Sequence[str], alloy: str) -> list[tuple[str, str]]:
    """Draw a scan; return titles and charts.

    Parameters
    ----------
    rows
        As `evidence predict --scan` gives them, each with its `descriptors`.
    axes
        One element or two.
    alloy
        The alloy that the amounts are added to.
    """
    if len(axes) > 1:
        return [("Probability of a single phase", field(rows, axes))]
    across = [amount(str(row["alloy"]), axes[0]) for row in rows]
    title = f"amount of {axes[0]} in {alloy}"
    found = [("Probability of a single phase", _probability(rows, across, title))]
    if phases := _phases(rows, across, title):
        found.append(("Belief of each phase", phases))
    for name, text in DESCRIPTORS.items():
        points = [
            (x, v)
            for x, row in zip(across, rows, strict=True)
            if "descriptors" in row and (v := row["descriptors"][name]) is not None
        ]
        if len(points) > 1:
            plot = Plot(_ends(across), padded([y for _, y in points]), title, text, f"{text}: {title}", WIDTH, HEIGHT)
            plot.line(3, points, text)
            found.append((text, plot.svg()))
    return found


def amount(formula: str, symbol: str) -> float:
    """Return how much of an element a formula of a scan holds: Al0.5CoCr has 0.5 of Al, 1 of Co and 0 of W."""
    for element, number in re.findall(r"([A-Z][a-z]?)(\d[\d.]*(?:e[+-]?\d+)?)?", formula):
        if element == symbol:
            return float(number) if number else 1.0
    return 0.0


def _ends(across: Sequence[float]) -> tuple[float, float]:
    return min(across), max(across)


def _probability(rows: Rows, across: Sequence[float], title: str) -> str:
    plot = Plot(_ends(across), (0.0, 1.0), title, "single phase", f"Probability: {title}", WIDTH, HEIGHT)
    low = [(x, float(row["belief"])) for x, row in zip(across, rows, strict=True)]
    high = [(x, float(row["plausibility"])) for x, row in zip(across, rows, strict=True)]
    plot.band(0, low, high)
    plot.line(0, [(x, float(row["pignistic"])) for x, row in zip(across, rows, strict=True)], "probability")
    for x, row in zip(across, rows, strict=True):
        single, multi = row["records"]["single"], row["records"]["multi"]
        if single + multi:
            told = f"{row['alloy']}: {single} records single, {multi} not"
            plot.dot(2 if single >= multi else 1, x, single / (single + multi), told, 4.5)
    return plot.svg()


def _phases(rows: Rows, across: Sequence[float], title: str) -> str:
    names = list(rows[0]["phases"])
    top = {name: max(float(row["phases"][name]["belief"]) for row in rows) for name in names}
    shown = sorted((n for n in names if top[n] >= 0.05), key=lambda n: -top[n])[:MOST_PHASES]
    if not shown:
        return ""
    plot = Plot(_ends(across), (0.0, 1.0), title, "belief", f"Belief of each phase: {title}", WIDTH, HEIGHT)
    for kind, name in enumerate(shown):
        points = [(x, float(row["phases"][name]["belief"])) for x, row in zip(across, rows, strict=True)]
        plot.line(kind, points, name)
        x, y = max(points, key=lambda p: p[1])
        at, down = plot.at(x, y)
        end = "end" if at > WIDTH / 2 else "start"
        place = f'x="{at:.0f}" y="{max(24.0, down - 6):.0f}" text-anchor="{end}"'
        plot.parts.append(f'<text class="tick halo" {place}>{escape(name)}</text>')
    return plot.svg()


def field(rows: Rows, axes: Sequence[str]) -> str:
    """Draw the probability over amounts of two elements: the fuller a cell, the likelier a single phase."""
    points = [(amount(str(row["alloy"]), axes[0]), amount(str(row["alloy"]), axes[1]), row) for row in rows]
    xs, ys = sorted({x for x, _, _ in points}), sorted({y for _, y, _ in points})
    left, top, wide, high = 62.0, 12.0, 480.0, 360.0
    step_x, step_y = wide / len(xs), high / len(ys)
    parts = []
    for x, y, row in points:
        p = float(row["pignistic"])
        told = f"{row['alloy']}: {p:.3f} (belief {row['belief']:.3f}, plausibility {row['plausibility']:.3f})"
        across, down = left + xs.index(x) * step_x, top + high - (ys.index(y) + 1) * step_y
        parts.append(
            f'<rect class="cell" data-c="0" x="{across:.1f}" y="{down:.1f}" width="{step_x:.1f}" height="{step_y:.1f}" '
            f'fill-opacity="{0.06 + 0.94 * p:.3f}"><title>{escape(told)}</title></rect>'
        )
    for values, down in ((xs, False), (ys, True)):
        for value in ticks(values[0], values[-1]) if len(values) > 1 else values:
            i = min(range(len(values)), key=lambda k: abs(values[k] - value))
            if not math.isclose(values[i], value, abs_tol=(values[-1] - values[0]) / (2 * len(values)) or 1.0):
                continue
            at = (
                f'x="{left - 8}" y="{top + high - (i + 0.5) * step_y + 4:.1f}" text-anchor="end"'
                if down
                else f'x="{left + (i + 0.5) * step_x:.1f}" y="{top + high + 17}" text-anchor="middle"'
            )
            parts.append(f'<text class="tick" {at}>{value:g}</text>')
    bottom = top + high + 38
    under = f'x="{left + wide / 2}" y="{bottom}" text-anchor="middle"'
    parts.append(f'<text class="title" {under}>amount of {escape(axes[0])}</text>')
    turned = f'transform="translate(14 {top + high / 2}) rotate(-90)" text-anchor="middle"'
    parts.append(f'<text class="title" {turned}>amount of {escape(axes[1])}</text>')
    label = f"Probability of a single phase over amounts of {axes[0]} and {axes[1]}"
    return frame_svg(left + wide + 14, bottom + 8, label, "".join(parts), fixed=True)
