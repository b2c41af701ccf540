"""The list of hypotheses: by question, ranked within each and never across."""

from __future__ import annotations

from collections import defaultdict

from hypograph.graph import GraphStore
from hypograph.graph.queries.hypothesis_rows import HypothesisRow
from hypograph.ui.pages.overview import attention
from hypograph.ui.pages.overview.views import hypotheses

MOST, FIRST, GROUPS = 2000, 4, 40


def grouped(store: GraphStore, text: str, low: int, high: int, of: str) -> dict[str, object]:
    """Return the hypotheses that pass a filter, by question, or by search where none was asked.

    Parameters
    ----------
    of
        Key of one group, which is then shown whole; empty for the first of each.

    Returns
    -------
    dict
        `groups`, the latest first, each `key`, `title`, `asked`, `rows` and `count`; `matching`, how many there are.
    """
    rows = hypotheses(store, text, low, high, MOST)
    found: dict[str, list[HypothesisRow]] = defaultdict(list)
    for row in rows:
        found[str(row["question"] or row["root"] or row["id"])].append(row)
    asked = {q["id"]: q for q in attention.questions(store)}
    groups = []
    for key, members in found.items():
        root = next((row for row in members if row["id"] == key), members[0])
        question = asked.get(key)
        title = question["text"] if question else root["statement"]
        latest = max(str(row["created_at"] or "") for row in members)
        shown = members if key == of else members[:FIRST]
        group = {"key": key, "title": title, "asked": bool(question), "rows": shown, "count": len(members)}
        groups.append({**group, "latest": latest})
    groups.sort(key=lambda g: (bool(g["asked"]), str(g["latest"])), reverse=True)
    if of:
        groups = [g for g in groups if g["key"] == of]
    return {"groups": groups[:GROUPS], "left": max(0, len(groups) - GROUPS), "matching": len(rows)}
