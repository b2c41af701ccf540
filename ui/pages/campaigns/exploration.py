"""Where the campaigns of a comparison looked: options covered, and single replicates step by step."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from hypograph.graph import GraphStore
from hypograph.ui.drawing.documents import Coverage, Shares, Step
from hypograph.ui.drawing.figures import natural
from hypograph.ui.pages.campaigns import views
from hypograph.ui.pages.campaigns.comparison import Line

MOST_OPTIONS = 24
PARTS = 10
Value = str | float


def coverage(store: GraphStore, lines: Sequence[Line]) -> list[Coverage]:
    """Return for each table which share of the experiments used each option, line by line.

    A parameter with more than 24 numbers is shown in ten equal parts; of more than 24 options the most used ones
    are shown.
    """
    read = views.picks(store, [g for line in lines for g in line.members])
    tables: dict[str, dict[int, Counter[str]]] = {}
    for kind, line in enumerate(lines):
        kept = set(line.ids)
        for g in line.members:
            points = tables.setdefault(str(g["table"]), {}).setdefault(kind, Counter())
            for id, found in read[g["group"]].items():
                if id in kept:
                    points.update(found)
    return [{"table": table, "parameters": _shares(rows)} for table, rows in tables.items()]


def _shares(rows: Mapping[int, Counter[str]]) -> list[Shares]:
    used: dict[str, dict[int, Counter[Value]]] = {}
    for kind, points in rows.items():
        for text, n in points.items():
            for name, value in point(text).items():
                used.setdefault(name, {}).setdefault(kind, Counter())[value] += n
    found: list[Shares] = []
    for name, kinds in used.items():
        labels = _labels(sum(kinds.values(), Counter[Value]()))
        shares = {}
        for kind, counts in kinds.items():
            total, sums = sum(counts.values()), Counter[str]()
            for value, n in counts.items():
                sums[labels.get(value, "other")] += n
            shares[kind] = {option: n / total for option, n in sums.items()}
        options = list(
            dict.fromkeys([*labels.values(), *(["other"] if any("other" in s for s in shares.values()) else [])])
        )
        found.append({"name": name, "options": options, "shares": shares})
    return found


def _labels(counts: Counter[Value]) -> dict[Value, str]:
    """Return the option under which each value is shown, in the order of the options."""
    numbers = [v for v in counts if isinstance(v, float)]
    if len(numbers) < len(counts):
        most = sorted(counts, key=lambda v: (-counts[v], str(v)))[:MOST_OPTIONS]
        return {v: str(v) for v in sorted(most, key=lambda v: natural(str(v)))}
    if len(numbers) <= MOST_OPTIONS:
        return {v: f"{v:g}" for v in sorted(numbers)}
    low, high = min(numbers), max(numbers)
    edge = [low + i * (high - low) / PARTS for i in range(PARTS + 1)]
    part = {v: min(int(PARTS * (v - low) / (high - low)), PARTS - 1) for v in sorted(numbers)}
    return {v: f"{edge[i]:.3g} to {edge[i + 1]:.3g}" for v, i in part.items()}


def point(text: str) -> dict[str, Value]:
    """Read an experiment's parameters; numbers as numbers, everything else as text."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        str(k): float(v) if isinstance(v, int | float) and not isinstance(v, bool) else str(v) for k, v in found.items()
    }


def steps(store: GraphStore, lines: Sequence[Line], replicate: int) -> list[Step]:
    """Return the experiments of one replicate of each line, step by step, with who chose them and why."""
    of_line = [(line, (replicate - 1) % len(line.ids)) for line in lines]
    place = {line.ids[i]: (kind, line, i) for kind, (line, i) in enumerate(of_line)}
    found: list[Step] = []
    for row in views.courses(store, {line.ids[i]: line.members for line, i in of_line}):
        kind, line, i = place[row["id"]]
        found.append(
            {
                **row,
                "kind": kind,
                "label": line.label,
                "seed": line.seeds[i],
                "table": line.tables[i],
                "parameters": point(row["parameters"] or "{}"),
            }
        )
    return found
