"""The boundary of the store: only what the schema lists, only values that both servers keep."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from hypograph.graph.core.schema import LABELS, RELATIONS
from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Edge, Node

LONGEST_TEXT: Final = 200_000
LONGEST_KEY: Final = 8_000  # an index of Neo4j takes 8,167 bytes
LARGEST_INTEGER: Final = 2**63 - 1


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
        _check_key(node.key, node.label)
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
        for key in (edge.start[1], edge.end[1]):
            _check_key(key, f"an end of {edge.type}")
        props = {k: _value(v, edge.type, k) for k, v in edge.props.items() if v is not None}
        rows[edge.type, *ends].setdefault((edge.start[1], edge.end[1], edge.key), {}).update(props)
    return {
        kind: [{"start": s, "end": e, "key": k, "props": p} for (s, e, k), p in sorted(found.items())]
        for kind, found in sorted(rows.items())
    }


def _check_key(key: object, owner: str) -> None:
    # A key of another type is kept beside the same text, and nothing that sorts keys works any more.
    if not isinstance(key, str):
        raise InputError(f"a key that is a {type(key).__name__}", where=owner, expected="text")
    if not key:
        raise InputError("a node without a key", where=owner)
    if len(key) > LONGEST_KEY:
        raise InputError(f"a key of {len(key):,} characters", where=owner, expected=f"at most {LONGEST_KEY:,}")


def _value(value: Any, owner: str, name: str) -> Any:
    where = f"{owner}.{name}"
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return _listed([_scalar(v, where) for v in value], where)
    return _scalar(value, where)


def _listed(values: list[Any], where: str) -> list[Any]:
    """Keep a list of one scalar type: neither server takes another; whole numbers among others become such."""
    kinds = {type(v) for v in values}
    if kinds == {int, float}:
        return [float(v) for v in values]
    if len(kinds) > 1 or None in values:
        raise InputError("a list of several types cannot be kept", where=where, expected="texts, or numbers")
    return values


def _scalar(value: Any, where: str) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise InputError("an integer of more than 64 bits cannot be kept", where=where)
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InputError("a number that is not finite cannot be kept", where=where)
        return value + 0.0
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise InputError(f"text of {len(value):,} characters", where=where, expected=f"at most {LONGEST_TEXT:,}")
        return value.replace("\x00", "")
    raise InputError(
        f"a {type(value).__name__} cannot be kept",
        where=where,
        expected="text, number, truth value or a list of them",
    )
