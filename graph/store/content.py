"""The hash of what a graph says, record by record: equal graphs have equal hashes, whatever the order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from hypograph.graph.core.schema import LABELS

HASHED: Final = frozenset(label for label, spec in LABELS.items() if spec.hashed)


class ContentHash:
    """A sum of SHA-256 over records, so that their order does not matter.

    Example
    -------
    >>> ContentHash().text() == "0" * 64
    True
    """

    def __init__(self) -> None:
        self._total = 0

    def add_node(self, label: str, key: str, props: Mapping[str, Any]) -> None:
        """Count a node in, with all its properties, its key among them; bookkeeping counts nothing."""
        if label in HASHED:
            volatile = LABELS[label].volatile
            self._total += _hash([label, key, {k: v for k, v in props.items() if k not in volatile}])

    def add_edge(self, kind: tuple[str, str, str], start: str, end: str, props: Mapping[str, Any]) -> None:
        """Count a relationship in, its own key among its properties; one between bookkeeping counts nothing."""
        if {kind[1], kind[2]} <= HASHED:
            self._total += _hash([kind[0], kind[1], start, kind[2], end, dict(props)])

    def add(self, record: Mapping[str, Any]) -> None:
        """Count in a record as graph files write it (`hypograph.graph.files.lines`)."""
        props = {k: v for k, v in record["props"].items() if v is not None}
        if "node" in record:
            label = record["node"]
            self.add_node(label, record["key"], {**props, LABELS[label].key: record["key"]})
        else:
            (a, start), (b, end) = record["start"], record["end"]
            self.add_edge((record["edge"], a, b), start, end, {**props, "key": record["key"]})

    def text(self) -> str:
        """Return the hash: 64 hexadecimal digits."""
        return f"{self._total % (1 << 256):064x}"


def _hash(value: Any) -> int:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
