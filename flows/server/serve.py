"""One process that a laboratory leaves running: Prefect server, worker, schedules, notifications, metrics."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import secrets
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hypograph.flows.runtime.settings import Settings
from hypograph.flows.server.access import USER, configured_auth, write_secret
from hypograph.flows.server.deployments import DEPLOYABLES, DEPLOYMENT, Deployable, build, deployable, validated
from hypograph.flows.server.prefect_address import serving_file
from hypograph.flows.server.prefect_server import Orchestrator
from hypograph.graph.core.processes import ProcessName
from hypograph.graph.files.serving import Serving, read_serving
from hypograph.models.core.errors import PortTakenError
from hypograph.models.core.locks import file_lock

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun, StateType
    from prefect.client.schemas.responses import DeploymentResponse

DEFAULT_PORT = 4200
# Beside serving.json, of mode 0600, new at each start: for a browser, and for whatever reads /metrics.
PASSWORD, METRICS_TOKEN = "serving.password", "metrics.token"
HEARTBEAT_SECONDS = 30
# A run's process starts this long before its time, about what Python needs to import the flow. Much longer,
# and it would ask for the slot that the run before it still has.
PREFETCH_SECONDS = 4
QUERY_SECONDS = 2
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What `hypograph flows serve` was asked for.

    Attributes
    ----------
    flows
        Names of the flows that the schedule is for.
    schedule
        A Prefect schedule, or None to keep the schedules that are there.
    parameters
        Parameters for those flows, by name.
    port
        Port of the Prefect server; None: 4200, or a free one where that is taken.
    metrics_port
        Port of ``/metrics``; 0 takes a free one.
    limit
        Runs at once.
    notify
        Address that is called when a run fails.
    """

    flows: Sequence[str] = ("discovery",)
    schedule: Any = None
    parameters: Mapping[str, Any] | None = None
    port: int | None = None
    metrics_port: int = 0
    limit: int = 2
    notify: str | None = None


def serve(settings: Settings, wish: Wish, say: Say) -> None:
    """Serve until interrupted or told to stop; every child ends with this process.

    Raises
    ------
    InputError
        For an unknown flow or a bad parameter.
    UnavailableError
        If server or store do not start, or another `flows serve` runs on the same data folder.
    """
    from hypograph.flows.discovery.scheduled import SERVE_PID
    from hypograph.graph import open_store

    chosen = {deployable(name).name for name in wish.flows}
    arguments = {name: validated(DEPLOYABLES.get(name), wish.parameters or {}) for name in sorted(chosen)}
    with _started(settings, wish) as orchestrator, open_store(settings.store_config()):
        os.environ[SERVE_PID] = str(os.getpid())
        with orchestrator.connected(pulse=True):
            from prefect.runner import Runner

            from hypograph.flows.server.automations import set_automations
            from hypograph.flows.server.metrics import Collector, metrics_server

            runner: Any = Runner(
                name="hypograph",
                pause_on_shutdown=False,  # what the user paused stays paused, nothing else does
                limit=wish.limit,
                query_seconds=QUERY_SECONDS,
                prefetch_seconds=PREFETCH_SECONDS,
                heartbeat_seconds=HEARTBEAT_SECONDS,
            )
            with clients() as client:
                for which in DEPLOYABLES:
                    mine = which.name in chosen
                    _deploy(runner, client, which, wish.schedule if mine else None, arguments.get(which.name))
                tidy(client, own_server=orchestrator.owned, say=say)
                set_automations(client, wish.notify)
            token = secrets.token_urlsafe(32)
            scraped = Collector(orchestrator.api_url, orchestrator.auth_string or configured_auth(), settings)
            with metrics_server(scraped, token, wish.metrics_port) as metrics:
                # Prefect's own handler leaves a coroutine behind; an interrupt unwinds everything in order.
                runner.handle_sigterm = _interrupt
                with contextlib.suppress(KeyboardInterrupt):
                    signal.signal(signal.SIGTERM, _interrupt)  # the runner's own handler comes after what we say
                    write_secret(orchestrator.folder / METRICS_TOKEN, token)
                    _announce(orchestrator, metrics)
                    say(f"watch at {orchestrator.api_url.removesuffix('/api')}; metrics at {metrics}")
                    if orchestrator.auth_string is not None:
                        say(f"user {USER}, password in {orchestrator.folder / PASSWORD}")
                    say("serving " + ", ".join(DEPLOYABLES.names()) + "; Ctrl-C stops")
                    with _watching_campaigns(say):
                        asyncio.run(runner.start())
                say("stopped")


@contextlib.contextmanager
def _watching_campaigns(say: Say) -> Iterator[None]:
    """Resume campaigns that wait for results as soon as these are recorded, by whatever way."""
    from hypograph.flows.campaigns.laboratory_flow import WATCH_SECONDS, resume_ready
    from hypograph.flows.runtime.observe import log

    stopped = threading.Event()

    def watch() -> None:
        while not stopped.wait(WATCH_SECONDS):
            try:
                with clients() as client:
                    resume_ready(client, _suspended(client, "campaign-live"), say)
            except Exception as error:  # whatever it was: the next look may go well, an ended watch never does
                log("campaigns not watched", level="WARNING", error=f"{type(error).__name__}: {error}")

    # A thread starts without the settings of the connection: it gets a copy of where we are.
    thread = threading.Thread(target=contextvars.copy_context().run, args=(watch,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(WATCH_SECONDS)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _started(settings: Settings, wish: Wish) -> Iterator[Orchestrator]:
    wanted = DEFAULT_PORT if wish.port is None else wish.port
    with file_lock(settings.home / "prefect" / "serve.lock"):
        first = Orchestrator(settings.home, settings.prefect_api_url, schedules=True, port=wanted)
        try:
            first.__enter__()
        except PortTakenError:
            if wish.port is not None:
                raise
            first = Orchestrator(settings.home, settings.prefect_api_url, schedules=True)
            first.__enter__()
        if first.auth_string is not None:
            write_secret(first.folder / PASSWORD, first.auth_string.partition(":")[2])
        _announce(first)
    try:
        yield first
    finally:
        for path in (serving_file(first.folder), first.folder / PASSWORD, first.folder / METRICS_TOKEN):
            path.unlink(missing_ok=True)
        first.__exit__(None, None, None)


def _announce(orchestrator: Orchestrator, metrics: str = "") -> None:
    own = ProcessName.of(os.getpid())
    if own is None:
        raise OSError("the system does not tell of this process")
    document = Serving(own, orchestrator.api_url, orchestrator.server, orchestrator.auth_string, metrics)
    write_secret(serving_file(orchestrator.folder), document.to_text())


@contextlib.contextmanager
def clients() -> Iterator[SyncPrefectClient]:
    """Give a client of the connected server."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        yield client


def known(client: SyncPrefectClient) -> dict[str, DeploymentResponse]:
    """Our deployments on the server, by flow name."""
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName

    only = DeploymentFilter(name=DeploymentFilterName(any_=[DEPLOYMENT]))
    found = client.read_deployments(deployment_filter=only, limit=200)
    by_entrypoint = {d.entrypoint: d.name for d in DEPLOYABLES}
    return {by_entrypoint[d.entrypoint]: d for d in found if d.entrypoint in by_entrypoint}


def _deploy(
    runner: Any,
    client: SyncPrefectClient,
    which: Deployable,
    schedule: Any,
    arguments: Mapping[str, Any] | None,
) -> None:
    before = known(client).get(which.name)
    schedules = [schedule] if schedule is not None else []
    paused = False
    if before is not None:
        # Deploying replaces everything: hand back what the user set and did not change now.
        paused = bool(before.paused)
        if schedule is None:
            schedules = [s.schedule for s in before.schedules]
        if arguments is None:
            arguments = before.parameters
    runner.add_deployment(build(which, schedules=schedules, paused=paused, parameters=arguments))


def tidy(client: SyncPrefectClient, *, own_server: bool, say: Say) -> None:
    """Put right what an earlier stop or crash left: runs whose process is gone, and missed schedules.

    However many times a schedule was missed, it runs once now. On a server of one's own no other worker
    exists, so whatever it calls running is not.
    """
    from prefect.client.schemas.objects import StateType
    from prefect.states import AwaitingRetry, Crashed

    deployed = {d.id: name for name, d in known(client).items()}
    now = datetime.now(UTC)
    missed: dict[UUID, int] = {}
    for run in runs_of(client, list(deployed), [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING]):
        if run.deployment_id is None:  # the filter leaves out such runs
            continue
        if run.state_type == StateType.SCHEDULED:
            late = run.expected_start_time is not None and run.expected_start_time < now
            if late and run.auto_scheduled:
                missed[run.deployment_id] = missed.get(run.deployment_id, 0) + 1
                client.delete_flow_run(run.id)
        elif own_server and deployed[run.deployment_id] == "campaign-live":
            # Its folder says where it was: the same run starts again and goes on.
            client.set_flow_run_state(run.id, AwaitingRetry(), force=True)
            say(f"campaign-live: run {run.id} had been cut off; it goes on")
        elif own_server:
            client.set_flow_run_state(run.id, Crashed(message="its process ended with `flows serve`"), force=True)
            say(f"{deployed[run.deployment_id]}: run {run.id} had been cut off; its finished units are kept")
    for deployment, count in missed.items():
        client.create_flow_run_from_deployment(deployment)
        say(f"{deployed[deployment]}: {count} scheduled times passed while nothing served; it runs once now")


def _suspended(client: SyncPrefectClient, name: str) -> list[FlowRun]:
    """Runs of a flow that wait."""
    from prefect.client.schemas.objects import StateType

    there = known(client).get(name)
    return [] if there is None else runs_of(client, [there.id], [StateType.PAUSED])


def runs_of(client: SyncPrefectClient, deployments: list[UUID], states: list[StateType]) -> list[FlowRun]:
    """Return the runs of deployments that are in one of the states."""
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterDeploymentId,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )

    only = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=deployments),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)),
    )
    found: list[FlowRun] = []
    while page := client.read_flow_runs(flow_run_filter=only, limit=200, offset=len(found)):
        found.extend(page)
    return found


def serving_document(home: Path) -> dict[str, object] | None:
    """What may be shown of the living `flows serve` of this data folder, or None."""
    found = read_serving(serving_file(home / "prefect"))
    return None if found is None else found.public()
