"""The graph servers of the tests: an embedded one for the whole session, and a real Neo4j where one is given."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hypograph.graph import GraphStore, Query, StoreConfig, open_store

# A statement of the tests only: it clears a test server.
CLEAR = Query("tests_clear", "MATCH (n) DETACH DELETE n", writes=True)
SERVERS = ["embedded", *(["neo4j"] if os.environ.get("NEO4J_TEST_URI") else [])]


def neo4j_config(folder: Path) -> StoreConfig:
    """Where the real Neo4j of this run is."""
    return StoreConfig(
        data_folder=folder,
        uri=os.environ["NEO4J_TEST_URI"],
        username=os.environ["NEO4J_TEST_USER"],
        password=os.environ["NEO4J_TEST_PASSWORD"],
    )


@pytest.fixture(scope="session")
def graph_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphStore]:
    """An open store, one server a session."""
    folder = tmp_path_factory.mktemp("store")
    config = StoreConfig(data_folder=folder) if request.param == "embedded" else neo4j_config(folder)
    with open_store(config) as store:
        store.ensure_schema()
        yield store


@pytest.fixture
def graph_store(graph_server: GraphStore) -> GraphStore:
    """An empty store with its schema in place."""
    graph_server.run_command(CLEAR)
    graph_server.ensure_schema()
    return graph_server


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test of a store on every server."""
    if "graph_server" in metafunc.fixturenames:
        metafunc.parametrize("graph_server", SERVERS, indirect=True, scope="session")
