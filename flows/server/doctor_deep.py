"""Each dependency exercised end to end, for `hypograph doctor --deep`."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from hypograph.flows.runtime.settings import Settings
from hypograph.models.core.documents.system import Check
from hypograph.models.core.errors import HypographError


def deep_checks(settings: Settings) -> list[Check]:
    """Try disk, store, Prefect, language model and workers for real.

    Returns
    -------
    list of dict
        `name`, `ok`, `seconds`, `detail` (what was seen, or what is wrong) for each.
    """
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("disk", check_disk),
        ("store", check_store),
        ("prefect", check_prefect),
        ("language model", check_model),
    ]
    if settings.workers or settings.dask_address:
        checks.append(("workers", check_workers))
    return [_timed(name, check, settings) for name, check in checks]


def _timed(name: str, check: Callable[[Settings], str], settings: Settings) -> Check:
    began = time.monotonic()
    try:
        ok, detail = True, check(settings)
    except HypographError as error:
        ok, detail = False, str(error)
    return {"name": name, "ok": ok, "seconds": round(time.monotonic() - began, 2), "detail": detail}


def check_disk(settings: Settings) -> str:
    """Write a file of one megabyte, read it back, remove it."""
    from hypograph.models.core.errors import DiskError

    wanted, path = secrets.token_bytes(1 << 20), settings.home / f"doctor-{secrets.token_hex(8)}"
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(wanted)
        found = path.read_bytes()
    except OSError as error:
        raise DiskError(f"cannot be written ({error.strerror})", where=str(settings.home)) from error
    finally:
        path.unlink(missing_ok=True)
    if found != wanted:
        raise DiskError("what was read is not what was written", where=str(settings.home))
    return f"{settings.home} can be written"


def check_store(settings: Settings) -> str:
    """Commit a unit, find it, refuse it the second time, remove it; the content hash stays what it was."""
    from hypograph.graph import open_store
    from hypograph.graph.queries.operations import FORGET_UNIT
    from hypograph.models.core.errors import StoreError
    from hypograph.models.core.records import Outcome, Unit

    key = f"doctor-{secrets.token_hex(8)}"
    with open_store(settings.store_config()) as store:
        store.ensure_schema()
        before = store.content_hash()
        try:
            answers = (store.commit(Unit(key, "doctor", Outcome())), store.has_unit(key))
            again = store.commit(Unit(key, "doctor", Outcome()))
        finally:
            store.run_command(FORGET_UNIT, key=key)
        if answers != (True, True) or again or store.has_unit(key) or store.content_hash() != before:
            raise StoreError("a unit was not written, found and removed as it should be", where=store.uri)
        return f"{store.server_version()}: wrote, read and removed a unit"


def check_prefect(settings: Settings) -> str:
    """Run a flow of one task."""
    from hypograph.flows.server.prefect_server import Orchestrator, OrchestratorError

    with Orchestrator(settings.home, settings.prefect_api_url) as orchestrator, orchestrator.connected():
        from prefect import flow, task

        add = task(name="add", persist_result=False)(_add_one)

        @flow(name="doctor", persist_result=False)
        def probe(x: int) -> int:
            return int(add(x))

        if probe(1) != 2:
            raise OrchestratorError("a flow gave a wrong answer", where=orchestrator.api_url)
        whose = "a child of this command" if orchestrator.owned else orchestrator.api_url
    return f"ran a flow on {whose}"


def _add_one(x: int) -> int:
    return x + 1


def check_model(settings: Settings) -> str:
    """Ask the configured language model one question through the gateway."""
    from hypograph.flows.runtime.sources import NO_MODEL, open_knowledge

    class Nowhere:
        def record(self, calls: object) -> None:
            """Keep nothing: a check is no part of the ledger."""

    with open_knowledge(settings, Nowhere()) as knowledge:
        if knowledge.gateway is None:
            return NO_MODEL
        from hypograph.agents import ModelExpert

        opinion = ModelExpert(knowledge.gateway).assess([("Ti", "Zr")])[0]
        return (
            f"{knowledge.gateway.config.model} answers: Ti for Zr similar {opinion.similar:.2f}, "
            f"unknown {opinion.unknown:.2f}"
        )


def check_workers(settings: Settings) -> str:
    """Compute on every worker and compare with computing here."""
    import functools

    from hypograph.flows.runtime.workers import spread
    from hypograph.flows.server.prefect_server import Orchestrator
    from hypograph.models.core.errors import NetworkError
    from hypograph.models.core.keys import digest

    works = [functools.partial(digest, i) for i in range(2 * max(1, settings.workers))]
    with Orchestrator(settings.home, settings.prefect_api_url) as orchestrator, orchestrator.connected():
        found = spread(works, workers=settings.workers, address=settings.dask_address)
    if found != spread(works):
        raise NetworkError("workers give other results than this process")
    return f"{len(works)} pieces, the same results"
