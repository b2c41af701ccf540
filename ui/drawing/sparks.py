"""Small lines beside a figure: the course of entropy or of the best value, drawn on the server."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

WIDTH, HEIGHT = 120, 26


def spark(values: Sequence[float | None], low: float | None = None, high: float | None = None) -> str:
    """Draw a course as the `d` of an SVG path in a box of 120 × 26.

    Parameters
    ----------
    values
        The course; None leaves a gap.
    low, high
        What the lower and the upper edge stand for; the smallest and largest value by default.

    Returns
    -------
    str
        Empty where fewer than two values are known.
    """
    y = np.array([np.nan if v is None else v for v in values], dtype=float)
    known = np.isfinite(y)
    if known.sum() < 2:
        return ""
    bottom = float(y[known].min()) if low is None else low
    top = float(y[known].max()) if high is None else high
    across = np.linspace(0, WIDTH, len(y))
    down = HEIGHT - HEIGHT * np.clip((y - bottom) / max(top - bottom, 1e-12), 0, 1)
    steps, pen = [], "M"
    for x, at, there in zip(across, down, known, strict=True):
        if there:
            steps.append(f"{pen}{x:.1f} {at:.1f}")
        pen = "L" if there else "M"
    return "".join(steps)
