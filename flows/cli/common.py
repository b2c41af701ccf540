"""What every command shares: the one JSON document, messages, errors turned into exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Seed of every random choice.")]


def say(text: str) -> None:
    """Write one line of prose to standard error."""
    sys.stderr.write(text.rstrip("\n") + "\n")
    sys.stderr.flush()


def emit(document: Mapping[str, Any], as_json: bool, text: str) -> None:
    """Print the document as JSON, or its text form, to standard output."""
    if as_json:
        sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False, default=_plain) + "\n")
    else:
        sys.stdout.write(text.rstrip("\n") + "\n")
    sys.stdout.flush()


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


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no JSON form")
