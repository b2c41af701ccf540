"""A statement with a name: the only form in which Cypher occurs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic

from typing_extensions import TypeVar

REGISTRY: Final[dict[str, Query[object]]] = {}

# What a row holds. Where a statement does not say, a row is what the driver gives.
Row_co = TypeVar("Row_co", covariant=True, default=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Query(Generic[Row_co]):
    """A Cypher constant, its parameters' example values, and whether it writes.

    The examples are what the conformance suite runs it with, on every server. `Row_co` types the rows that the
    statement returns: ``RUNS: Query[RunRow] = Query(...)``.
    """

    name: str
    text: str
    example: Mapping[str, object] = field(default_factory=dict)
    writes: bool = False

    def __post_init__(self) -> None:
        if self.name in REGISTRY and REGISTRY[self.name].text != self.text:
            raise ValueError(f"two queries are named {self.name}")
        REGISTRY[self.name] = self
