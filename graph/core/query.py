"""A statement with a name: the only form in which Cypher occurs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

REGISTRY: Final[dict[str, Query]] = {}


@dataclass(frozen=True, slots=True)
class Query:
    """A Cypher constant, its parameters' example values, and whether it writes.

    The examples are what the conformance suite runs it with, on every server.
    """

    name: str
    text: str
    example: Mapping[str, Any] = field(default_factory=dict)
    writes: bool = False

    def __post_init__(self) -> None:
        if self.name in REGISTRY and REGISTRY[self.name].text != self.text:
            raise ValueError(f"two queries are named {self.name}")
        REGISTRY[self.name] = self
