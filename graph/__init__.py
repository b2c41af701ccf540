"""The store: schema, Cypher constants, embedded server, import and export."""

from hypograph.graph.config import StoreConfig
from hypograph.graph.query import Query
from hypograph.graph.store import FlowRun, GraphStore, open_store

__all__ = ["FlowRun", "GraphStore", "Query", "StoreConfig", "open_store"]
