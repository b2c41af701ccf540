"""The whole path, and the graph it writes, in Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypograph.flows.facade.documents import Document, documented

if TYPE_CHECKING:
    from hypograph.graph import GraphStore


def open_graph(**settings: Any) -> GraphStore:
    """Open the graph store that the settings name; use it in a ``with`` statement.

    Parameters
    ----------
    **settings
        Settings that go before the environment's, such as ``home`` or ``neo4j_uri``.

    Raises
    ------
    SettingError
        If a setting cannot be used.
    StoreError
        If the store cannot be reached.

    Examples
    --------
    >>> import hypograph as hg, tempfile
    >>> with hg.open_graph(home=tempfile.mkdtemp()) as store:
    ...     store.counts()["Hypothesis"]
    0
    """
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.graph import open_store

    store = open_store(load_settings(**settings).store_config())
    try:
        store.ensure_schema()
    except BaseException:
        store.close()
        raise
    return store


def run(
    papers: Path | str | None = None,
    alloys: Path | str | None = None,
    table: Path | str | None = None,
    *,
    small: bool = False,
    seed: int = 0,
    **parameters: Any,
) -> Document:
    """Run the flow ``discovery``: literature, evidence, hypotheses, campaigns.

    Parameters
    ----------
    papers, alloys, table
        Files of your own; where none is named, the data that ships with the package.
    small
        Take the fixed small subset of the packaged data.
    seed
        Seed of every random choice.
    **parameters
        Further parameters of the flow.

    Returns
    -------
    Document
        That of ``hypograph run --json``.

    Raises
    ------
    InputError
        If a file cannot be used.
    UnavailableError
        If store, disk or language model fail.
    """
    from hypograph.flows.discovery.flow import DiscoveryParameters, discovery
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.server.prefect_server import Orchestrator

    files = {"papers": papers, "alloys": alloys, "table": table}
    wanted = DiscoveryParameters.model_validate({**files, "small": small, "seed": seed, **parameters})
    with Orchestrator(load_settings().home) as server, server.connected():
        return Document(documented(discovery(wanted)))
