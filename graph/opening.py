"""The way into the graph: a store that is whole, whatever happened to a restore before."""

from __future__ import annotations

from hypograph.graph.files.restore import recover
from hypograph.graph.store.config import StoreConfig
from hypograph.graph.store.store import GraphStore, connect


def open_store(config: StoreConfig, *, reader: bool = False) -> GraphStore:
    """Connect to the configured server, or to the embedded one, which is started if none runs on the folder.

    Parameters
    ----------
    reader
        Read under a credential that cannot write: the embedded server's, or the configured reader of a Neo4j
        server (without one, only the transaction's READ mode guards, which Neo4j enforces).

    Raises
    ------
    StoreError
        If the server cannot be reached or started.
    """
    return connect(config, recover, reader=reader)
