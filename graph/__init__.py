"""The store: schema, Cypher constants, embedded server, campaign folders, import and export."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hypograph.graph.core.query import Query
    from hypograph.graph.opening import open_store
    from hypograph.graph.store.config import StoreConfig
    from hypograph.graph.store.store import FlowRun, GraphStore

__all__ = ["FlowRun", "GraphStore", "Query", "StoreConfig", "open_store"]
_HOMES = {"StoreConfig": "store.config", "Query": "core.query", "open_store": "opening"}


def __getattr__(name: str) -> object:
    """Import a name when it is first used: the driver takes a second, and locks and folders need none."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'store.store')}"), name)
