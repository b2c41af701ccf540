"""The graph servers of the tests: an embedded one for the whole session, and a real Neo4j where one is given."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from hypograph.graph import GraphStore, Query, StoreConfig, open_store
from hypograph.graph.store.migrations import MIGRATIONS

# Statements of the tests only: they clear a test server, of everything or of all but what tells of its schema.
CLEAR = Query("tests_clear", "MATCH (n) DETACH DELETE n", writes=True)
EMPTY = Query("tests_empty", "MATCH (n) WHERE NOT n:Migration DETACH DELETE n", writes=True)
STEPS = Query("tests_steps", "MATCH (m:Migration) RETURN m.version AS version ORDER BY version")
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
def open_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], GraphStore]]:
    """Open a server's store when it is first asked for; each stays open for the session."""
    known: dict[str, GraphStore] = {}
    with contextlib.ExitStack() as stack:

        def get(name: str) -> GraphStore:
            if name not in known:
                folder = tmp_path_factory.mktemp("store")
                config = StoreConfig(data_folder=folder) if name == "embedded" else neo4j_config(folder)
                known[name] = stack.enter_context(open_store(config))
                known[name].ensure_schema()
            return known[name]

        yield get


@pytest.fixture(scope="session")
def graph_server(request: pytest.FixtureRequest, open_servers: Callable[[str], GraphStore]) -> GraphStore:
    """An open store, one server a session."""
    return open_servers(request.param)


@pytest.fixture
def graph_store(graph_server: GraphStore) -> GraphStore:
    """An empty store with its schema in place; to make that anew takes longer than most tests."""
    graph_server.run_command(EMPTY)
    if [row["version"] for row in graph_server.read(STEPS)] != [one.version for one in MIGRATIONS]:
        graph_server.run_command(CLEAR)
        graph_server.ensure_schema()
    return graph_server


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test of a store on every server; those of odd requests, which end before the store, on one."""
    if "graph_server" in metafunc.fixturenames:
        servers = SERVERS[:1] if metafunc.definition.get_closest_marker("one_server") else SERVERS
        metafunc.parametrize("graph_server", servers, indirect=True, scope="session")


# There is one Neo4j for all processes of a run, and tests empty it: who uses it holds this lock until a test that
# does not.
_HELD: list[IO[bytes]] = []


def _needs_neo4j(item: pytest.Item | None) -> bool:
    return (
        isinstance(item, pytest.Function)
        and getattr(item, "callspec", None) is not None
        and (item.callspec.params.get("graph_server") == "neo4j")
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Wait until no other process uses the Neo4j."""
    if _needs_neo4j(item) and not _HELD:
        port = os.environ["NEO4J_TEST_URI"].rsplit(":", 1)[-1]
        lock = (Path(tempfile.gettempdir()) / f"hypograph-tests-neo4j-{port}.lock").open("wb")
        fcntl.flock(lock, fcntl.LOCK_EX)
        _HELD.append(lock)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Leave the Neo4j to others."""
    if _HELD and not _needs_neo4j(nextitem):
        _HELD.pop().close()
