"""Small bars in rows of tables: mass, an interval, a duel. Every length is clamped here, so none is ever negative."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import SupportsFloat

from jinja2 import Undefined
from markupsafe import Markup

Number = SupportsFloat | None
_FRAME = Markup('<svg class="{}" viewBox="0 0 100 {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>')
_PART = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"></rect>')


def share(value: Number) -> float:
    """Return a share within [0, 1]: what is missing, not finite or below counts as 0, what is above as 1."""
    if value is None or isinstance(value, Undefined):
        return 0.0
    number = float(value)
    return min(max(number, 0.0), 1.0) if math.isfinite(number) else 0.0


def mass(belief: Number, ignorance: Number, style: str = "") -> Markup:
    """Draw belief, what is unknown, and what speaks against, one beside the other; nothing where one is missing."""
    if belief is None or ignorance is None or isinstance(belief, Undefined) or isinstance(ignorance, Undefined):
        return Markup()
    told = f"belief {share(belief):.2f}, unknown {share(ignorance):.2f}"
    parts = (("m-for", share(belief)), ("m-unknown", share(ignorance)), ("m-against", 1.0))
    return _FRAME.format(f"mass {style}".strip(), 8, told, _beside(parts, 8))


def part(value: Number) -> Markup:
    """Draw one share of a whole."""
    body = _beside((("m-for", share(value)), ("m-unknown", 1.0)), 8)
    return _FRAME.format("mass", 8, f"{share(value):.2f}", body)


def duel(first: Number) -> Markup:
    """Draw the probability that the first of two is better."""
    if first is None or isinstance(first, Undefined):
        return Markup()
    body = _beside((("win", share(first)), ("lose", 1.0)), 10) + Markup('<path class="mid" d="M50 0V10"></path>')
    return _FRAME.format("duel", 10, f"{share(first):.2f}", body)


def interval(low: Number, high: Number, point: Number = None) -> Markup:
    """Draw an interval within [0, 1] and the point in it."""
    if low is None or high is None or isinstance(low, Undefined) or isinstance(high, Undefined):
        return Markup()
    start, end = 100 * share(low), 100 * max(share(high), share(low))
    end = min(100.0, max(end, start + 0.8))
    body = Markup('<path class="track" d="M0 7H100"></path><path class="span" d="M{:.2f} 7H{:.2f}"></path>').format(
        start, end
    )
    if point is not None and not isinstance(point, Undefined):
        body += _PART.format("point", f"{max(0.0, 100 * share(point) - 0.7):.2f}", 1, 1.4, 12)
    return _FRAME.format("interval", 14, f"from {share(low):.3f} to {share(high):.3f}", body)


def _beside(parts: Sequence[tuple[str, float]], height: int) -> Markup:
    """Put parts side by side until the bar is full: what would go beyond it is cut off."""
    body, at = Markup(), 0.0
    for style, size in parts:
        width = min(size, 1.0 - at)
        body += _PART.format(style, f"{100 * at:.2f}", 0, f"{100 * max(width, 0.0):.2f}", height)
        at = min(1.0, at + max(width, 0.0))
    return body
