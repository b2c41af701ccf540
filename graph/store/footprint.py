"""What a unit wrote, as short hashes: enough to tell later which records no living unit wrote."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

# 64 bits: among 100 million records and a million doomed ones, one is mistaken with a chance of 5 in a million.
WIDTH: Final = 8
# Hashes a text: long properties are kept in pieces.
PIECE: Final = 12_000


def node_hash(label: str, key: Any) -> bytes:
    """Hash the name of a node."""
    return _hash("n", label, str(key))


def edge_hash(kind: tuple[str, str, str], start: Any, end: Any, key: str) -> bytes:
    """Hash the name of a relationship: (type, start label, end label), both ends, its own key."""
    return _hash("e", *kind, str(start), str(end), key)


def footprint(
    nodes: Mapping[str, Sequence[Mapping[str, Any]]],
    edges: Mapping[tuple[str, str, str], Sequence[Mapping[str, Any]]],
) -> list[str]:
    """Name what is about to be written, rows as `graph.store.validate` gives them, in base64 texts."""
    found = [node_hash(label, row["key"]) for label, rows in nodes.items() for row in rows]
    found += [edge_hash(kind, r["start"], r["end"], r["key"]) for kind, rows in edges.items() for r in rows]
    return [b64encode(b"".join(found[i : i + PIECE])).decode() for i in range(0, len(found), PIECE)]


def hashes(pieces: Iterable[str]) -> set[bytes]:
    """Read a footprint back."""
    whole = (b64decode(piece) for piece in pieces)
    return {piece[i : i + WIDTH] for piece in whole for i in range(0, len(piece), WIDTH)}


def _hash(*parts: str) -> bytes:
    # A length before each part: no two lists of parts are spelled alike.
    text = "".join(f"{len(p)}:{p}" for p in parts)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=WIDTH).digest()
