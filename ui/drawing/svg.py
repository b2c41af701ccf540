"""Charts as SVG: drawn by the server, the same on screen, on paper and in a file.

Colours are classes (``s0`` to ``s19``), so that one chart serves light and dark; a chart that leaves the pages
carries its own sheet.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import numpy as np

SHEET = Path(__file__).parents[1] / "static" / "css" / "charts.css"
KINDS = 20
Points = Sequence[tuple[float, float]]


@dataclass
class Plot:
    """A frame with axes, in which lines, bands, points and bars are put.

    Attributes
    ----------
    x, y
        Ranges of the axes, in the user's units.
    x_title, y_title
        What the axes show, with the unit.
    log
        Whether the second axis is logarithmic: what is not above zero has no place on it.
    names
        Names at 0, 1, 2 … of the first axis, where it has names and no numbers.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    x_title: str
    y_title: str
    label: str
    width: int = 640
    height: int = 320
    left: int = 62
    log: bool = False
    names: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    read: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.y[0] == self.y[1]:
            self.y = (self.y[0] / 2, self.y[1] * 2) if self.log else (self.y[0] - 0.5, self.y[1] + 0.5)
        if self.x[0] == self.x[1]:
            self.x = (self.x[0] - 0.5, self.x[1] + 0.5)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a point in the drawing."""
        across = self.left + (x - self.x[0]) / (self.x[1] - self.x[0]) * (self.width - self.left - 14)
        low, high, value = map(self._height, (*self.y, y))
        return across, 12 + (high - value) / (high - low) * (self.height - 12 - 46)

    def _height(self, y: float) -> float:
        return math.log10(max(y, self.y[0])) if self.log else y

    def _placed(self, points: Points) -> Points:
        return [(x, y if y > 0 else math.nan) for x, y in points] if self.log else points

    def line(self, kind: int, points: Points, name: str = "", steps: bool = False) -> None:
        """Draw a line through points; gaps (NaN) part it. A named one can be read with the pointer."""
        points = self._placed(points)
        shown = "".join(
            f"M{p}" if i == 0 else f"L{p}" for run in _runs(points) for i, p in enumerate(self._path(run, steps))
        )
        self.parts.append(f'<path class="line" {colour(kind)} d="{shown}"/>')
        if name:
            values = [[round(x, 6), float(f"{y:.6g}")] for x, y in points if math.isfinite(y)]
            self.read.append({"s": kind, "name": name, "points": values})

    def band(self, kind: int, low: Points, high: Points) -> None:
        """Fill between two lines."""
        low, high = self._placed(low), self._placed(high)
        pairs = [(a, b) for a, b in zip(low, high, strict=True) if math.isfinite(a[1]) and math.isfinite(b[1])]
        if pairs:
            edge = [*self._path([b for _, b in pairs], False), *self._path([a for a, _ in reversed(pairs)], False)]
            self.parts.append(f'<path class="band" {colour(kind)} d="M{"L".join(edge)}Z"/>')

    def dot(self, kind: int, x: float, y: float, title: str, radius: float = 4) -> None:
        """Put a point that says what it is."""
        across, down = self.at(x, y)
        told = f"<title>{escape(title)}</title>"
        self.parts.append(
            f'<circle class="dot" {colour(kind)} cx="{across:.1f}" cy="{down:.1f}" r="{radius}">{told}</circle>'
        )

    def bar(self, kind: int, x: float, low: float, high: float) -> None:
        """Draw an interval, upright."""
        (across, top), (_, bottom) = self.at(x, high), self.at(x, low)
        self.parts.append(f'<path class="bar" {colour(kind)} d="M{across:.1f} {top:.1f}V{bottom:.1f}"/>')

    def span(self, kind: int, y: float, low: float, high: float) -> None:
        """Draw an interval, lying."""
        (start, down), (end, _) = self.at(low, y), self.at(high, y)
        self.parts.append(f'<path class="bar" {colour(kind)} d="M{start:.1f} {down:.1f}H{end:.1f}"/>')

    def level(self, y: float, text: str) -> None:
        """Mark a height across the whole frame."""
        _, down = self.at(self.x[0], y)
        self.parts.append(
            f'<path class="mark" d="M{self.left} {down:.1f}H{self.width - 14}"/>'
            f'<text class="tick" x="{self.width - 16}" y="{down - 4:.1f}" text-anchor="end">{escape(text)}</text>'
        )

    def body(self) -> str:
        """Return axes and parts, without the frame."""
        return self._axes() + "".join(self.parts)

    def svg(self) -> str:
        """Return the drawing; what can be read of it with the pointer goes along."""
        frame = {"x": self.x, "left": self.left, "right": self.width - 14, "title": self.x_title, "lines": self.read}
        data = f' data-plot="{escape(json.dumps(frame, separators=(",", ":")))}"' if self.read else ""
        return frame_svg(self.width, self.height, self.label, self.body(), data=data)

    def _path(self, points: Points, steps: bool) -> list[str]:
        found: list[str] = []
        for x, y in points:
            across, down = self.at(x, y)
            if steps and found:
                found.append(f"{across:.1f} {found[-1].split()[1]}")
            found.append(f"{across:.1f} {down:.1f}")
        return found

    def _axes(self) -> str:
        bottom, right = self.height - 46, self.width - 14
        parts = []
        for value in (decades if self.log else ticks)(*self.y):
            _, down = self.at(self.x[0], value)
            parts.append(f'<path class="grid" d="M{self.left} {down:.1f}H{right}"/>')
            parts.append(
                f'<text class="tick" x="{self.left - 8}" y="{down + 4:.1f}" text-anchor="end">{value:g}</text>'
            )
        marks = [(float(i), name) for i, name in enumerate(self.names)] or [(v, f"{v:g}") for v in ticks(*self.x)]
        for value, name in marks:
            across, _ = self.at(value, self.y[0])
            place = f'x="{across:.1f}" y="{bottom + 17}" text-anchor="middle"'
            parts.append(f'<path class="axis" d="M{across:.1f} {bottom}v4"/>')
            parts.append(f'<text class="tick" {place}>{escape(name)}</text>')
        parts.append(f'<path class="axis" d="M{self.left} {bottom}H{right}"/>')
        middle = (self.left + right) / 2
        place = f'x="{middle:.0f}" y="{self.height - 8}" text-anchor="middle"'
        parts.append(f'<text class="title" {place}>{escape(self.x_title)}</text>')
        turned = f'transform="translate(14 {(12 + bottom) / 2:.0f}) rotate(-90)" text-anchor="middle"'
        parts.append(f'<text class="title" {turned}>{escape(self.y_title)}</text>')
        return "".join(parts)


def frame_svg(
    width: float, height: float, label: str, body: str, alone: bool = False, data: str = "", fixed: bool = False
) -> str:
    """Put a drawing, whose texts are escaped, into its frame; a fixed one keeps its size where there is room."""
    head = f'viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}"'
    size = f'width="{width:g}" height="{height:g}"'
    if not alone:
        return f'<svg class="plot{" fixed" if fixed else ""}" {size if fixed else ""} {head}{data}>{body}</svg>'
    sheet = f"<style>{SHEET.read_text('utf-8')}</style>"
    ground = f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>'
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" class="plot alone" {size} {head}>'
    return f"{opened}{sheet}{ground}{body}</svg>"


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers in a range (Heckbert 1990, Nice numbers for graph labels)."""
    raw = (high - low) / most
    size = 10.0 ** math.floor(math.log10(raw)) if raw > 0 else 1.0
    step = next(size * m for m in (1, 2, 5, 10) if size * m >= raw)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(i * step, 12) + 0.0 for i in range(first, last + 1)]


def decades(low: float, high: float) -> list[float]:
    """Return round numbers for a logarithmic axis: powers of ten, and 2 and 5 times them where those are few."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for steps in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)):
        found = [m * 10.0**k for k in range(first, last + 1) for m in steps if low <= m * 10.0**k <= high]
        if len(found) >= 3:
            break
    every = max(1, len(found) // 8)
    return [float(f"{v:.6g}") for v in found[::every]]


def padded(values: object, share: float = 0.06) -> tuple[float, float]:
    """Return a range that holds the finite values with some room around."""
    found = np.asarray(values, dtype=float).ravel()
    found = found[np.isfinite(found)]
    if not len(found):
        return 0.0, 1.0
    low, high = float(found.min()), float(found.max())
    room = share * (high - low or abs(high) or 1.0)
    return low - room, high + room


def _runs(points: Points) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if math.isfinite(y):
            runs[-1].append((x, y))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def colour(kind: int) -> str:
    """Return the attributes that give a part its colour."""
    return f'data-s="{kind}" data-c="{kind % KINDS}"'
