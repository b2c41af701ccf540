"""Results as plain text tables."""

from __future__ import annotations

from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> str:
    """Lay rows out as a plain text table that survives a pipe."""
    cells = [[str(c) for c in header], *[[_cell(c) for c in row] for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join([*([title] if title else []), *lines])


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if not isinstance(value, float):
        return str(value)
    # Three significant digits at least: a small number that is not 0 never reads 0.000.
    return f"{value:.3f}" if value == 0 or abs(value) >= 0.1 else f"{value:.3g}"
