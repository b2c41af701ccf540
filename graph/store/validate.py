"""The boundary of the store: only what the schema lists, only values that both servers keep."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from hypograph.graph.core.schema import LABELS, RELATIONS
from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Edge, Node

LONGEST_TEXT = 200_000


def checked_nodes(nodes: Iterable[Node]) -> dict[str, list[dict[str, Any]]]:
    """Group nodes by label into rows ``{"key", "props"}``, later ones of a key laid over earlier ones.

    Raises
    ------
    InputError
        For an unknown label or property, an empty key or a value the store cannot keep.
    """
    rows: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for node in nodes:
        label = LABELS.get(node.label)
        if label is None:
            raise InputError("no such node label", where=node.label, expected=", ".join(LABELS))
        if not node.key:
            raise InputError("a node without a key", where=node.label)
        if unknown := set(node.props) - label.props - {label.key}:
            raise InputError(f"no such property: {sorted(unknown)}", where=f"{node.label} {node.key!r}")
        props = {k: _value(v, node.label, k) for k, v in node.props.items() if k != label.key}
        rows[node.label].setdefault(node.key, {}).update({k: v for k, v in props.items() if v is not None})
    return {label: [{"key": k, "props": p} for k, p in sorted(found.items())] for label, found in sorted(rows.items())}


def checked_edges(edges: Iterable[Edge]) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """Group relationships by (type, start label, end label) into rows ``{"start", "end", "key", "props"}``.

    Raises
    ------
    InputError
        For an unknown type or property, or ends that the type does not join.
    """
    rows: dict[tuple[str, str, str], dict[tuple[str, str, str], dict[str, Any]]] = defaultdict(dict)
    for edge in edges:
        relation = RELATIONS.get(edge.type)
        if relation is None:
            raise InputError("no such relationship type", where=edge.type, expected=", ".join(RELATIONS))
        ends = (edge.start[0], edge.end[0])
        if ends not in relation.joins:
            raise InputError(f"{edge.type} does not join {ends[0]} to {ends[1]}", where=f"{edge.start} to {edge.end}")
        if unknown := set(edge.props) - relation.props:
            raise InputError(f"no such property: {sorted(unknown)}", where=edge.type)
        props = {k: _value(v, edge.type, k) for k, v in edge.props.items() if v is not None}
        rows[edge.type, *ends].setdefault((edge.start[1], edge.end[1], edge.key), {}).update(props)
    return {
        kind: [{"start": s, "end": e, "key": k, "props": p} for (s, e, k), p in sorted(found.items())]
        for kind, found in sorted(rows.items())
    }


def _value(value: Any, owner: str, name: str) -> Any:
    kind = type(value)
    # Most values are of these; the rest of the function is for what is left.
    if kind is int or kind is bool or value is None:
        return value
    if kind is float and math.isfinite(value):
        return value + 0.0
    where = f"{owner}.{name}"
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InputError("a number that is not finite cannot be kept", where=where)
        return value + 0.0
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise InputError(f"text of {len(value):,} characters", where=where, expected=f"at most {LONGEST_TEXT:,}")
        return value.replace("\x00", "")
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple):
        return [_value(v, owner, name) for v in value]
    raise InputError(
        f"a {type(value).__name__} cannot be kept",
        where=where,
        expected="text, number, truth value or a list of them",
    )
