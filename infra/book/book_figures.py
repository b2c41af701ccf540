"""The page of measured figures, from the results that the benchmarks wrote."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

ROWS = 40
COLUMNS = 12


def measurements_page(folder: Path) -> str:
    """Write each file of results: what was asked, by which command, when, and its tables."""
    parts = [
        "# All results",
        "Each section is one file that a benchmark wrote. Figures from tables that are not part of the project are "
        "made on supplied data.",
    ]
    for path in sorted(folder.glob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        parts += [f"## {path.stem}", *_said(path), *_tables(document)]
    return "\n\n".join(parts) + "\n"


def _said(path: Path) -> list[str]:
    script = path.parents[1] / f"{path.stem}.py"
    parts = []
    if script.exists():
        doc = ast.get_docstring(ast.parse(script.read_text("utf-8"))) or ""
        parts.append(doc.split("\n\n")[0].replace("\n", " "))
    document = json.loads(path.read_text("utf-8"))
    made = document.get("made") if isinstance(document, dict) else None
    if made:
        parts.append(f"Made on {made['date']} at `{made['commit']}` by `{made['command']}`.")
    return parts


def _tables(document: Any, name: str = "") -> list[str]:
    """Lay out what can be a table: lists of records, and records of records."""
    if isinstance(document, list):
        return [_table(document, name)] if document and all(isinstance(r, dict) for r in document) else []
    if not isinstance(document, dict):
        return []
    values = {k: v for k, v in document.items() if k != "made"}
    if values and all(isinstance(v, dict) and not _deep(v) for v in values.values()):
        return [_table([{"": k, **v} for k, v in values.items()], name)]
    flat = {k: v for k, v in values.items() if _short(v)}
    parts = [_table([flat], name)] if flat else []
    for key, value in values.items():
        if key not in flat:
            parts += _tables(value, f"{name} {key}".strip())
    return parts


def _deep(record: dict[str, Any]) -> bool:
    return any(not _short(v) for v in record.values())


def _short(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) <= {"mean", "value", "low", "high", "sd", "median", "q25", "q75", "p95", "max"}
    return value is None or isinstance(value, str | int | float)


def _table(rows: list[dict[str, Any]], name: str) -> str:
    columns = [c for c in dict.fromkeys(k for row in rows for k in row) if any(_short(r.get(c)) for r in rows)][
        :COLUMNS
    ]
    lines = [f"**{name}**\n"] if name else []
    lines += ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(_cell(row.get(c)) for c in columns) + " |" for row in rows[:ROWS]]
    if len(rows) > ROWS:
        lines.append(f"\n… and {len(rows) - ROWS} more rows in the file.")
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        middle = value.get("mean", value.get("value", value.get("median")))
        ends = (value.get("low"), value.get("high"))
        return f"{_cell(middle)} [{_cell(ends[0])}, {_cell(ends[1])}]" if ends[0] is not None else _cell(middle)
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None or isinstance(value, list) else str(value).replace("|", "\\|")
