"""Fixtures that every room shares: no live network, supplied data, the two graph servers."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

# Set before anything imports numpy, which reads the first but once: two workers on two cores need no more threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["PREFECT_LOGGING_TO_API_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
# Embedded servers live for seconds here: the full compiler takes half of a start and never earns it back.
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")

pytest_plugins = ["graph_servers", "browser_pages", "demo_runs", "documents_checked"]

# How long an example takes says more of what else the machine is doing than of the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.register_profile("quick", deadline=None, max_examples=20)
hypothesis.settings.load_profile("untimed")

# Files of minutes are handed out first: at the end no process waits for another that began a long one late.
LONGEST = (
    *("e2e", "test_docs.py", "test_package.py", "test_notebooks.py", "test_scale.py"),
    *("test_hypotheses_evaluate.py", "test_search_simulation.py", "test_compare_hierarchy.py", "test_ui_odd.py"),
)
LOOPBACK = ["127.0.0.1", "localhost", "::1"]


def pytest_configure(config: pytest.Config) -> None:
    """Keep stray settings out of the suite."""
    for name in [n for n in os.environ if n.startswith("HYPOGRAPH_") and n != "HYPOGRAPH_DATA_DIR"]:
        del os.environ[name]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave files that start servers unread where their tests are left out: importing them takes seconds."""
    left_out = "not server" in (config.getoption("markexpr") or "") and collection_path.name in SERVER_FOLDERS
    return True if left_out else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests of supplied data where there is none; allow sockets to this machine only; the longest first."""
    items.sort(key=lambda item: not set(LONGEST) & set(item.path.parts))
    _mark_what_is_needed(items)
    absent = pytest.mark.skip(reason="HYPOGRAPH_DATA_DIR is not set: supplied data is not there")
    for item in items:
        item.add_marker(pytest.mark.block_network(allowed_hosts=LOOPBACK))
        if "supplied" in item.keywords and not os.environ.get("HYPOGRAPH_DATA_DIR"):
            item.add_marker(absent)


SERVER_FIXTURES = {"graph_server", "graph_store", "open_servers", "demo_run", "served", "home"}
SERVER_FOLDERS = {"e2e", "conformance", "test_package.py", "test_scale.py", "test_serve_server.py", "test_docs.py"}


def _mark_what_is_needed(items: list[pytest.Item]) -> None:
    """Mark tests by what they start, from their fixtures and folders, so that no test can forget it."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if names & {"browser", "page"}:
            item.add_marker(pytest.mark.browser)
        if names & SERVER_FIXTURES or SERVER_FOLDERS & set(item.path.parts):
            item.add_marker(pytest.mark.server)


@pytest.fixture(scope="session")
def supplied() -> Path:
    """Folder of the supplied data."""
    return Path(os.environ["HYPOGRAPH_DATA_DIR"])


@pytest.fixture(scope="session")
def cases_dir() -> Path:
    """Folder of the shared cases: inputs of every kind with their right values."""
    if not os.environ.get("CASES_DIR"):
        pytest.skip("CASES_DIR is not set: the shared cases are not there")
    return Path(os.environ["CASES_DIR"])
