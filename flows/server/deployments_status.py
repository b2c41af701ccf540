"""Looking at deployments and changing them: list, run, schedule, pause."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from prefect.client.schemas.responses import DeploymentResponse

from hypograph.flows.runtime.settings import Settings
from hypograph.flows.server.deployments import DEPLOYABLES, Deployable, build, flow_of, parameters_of
from hypograph.flows.server.prefect_server import Orchestrator
from hypograph.flows.server.serve import known
from hypograph.models.core.documents.system import DeploymentRow, FlowRun

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

POLL_SECONDS = 1.0


def overview(client: SyncPrefectClient) -> list[DeploymentRow]:
    """One row a flow: name, flow, schedule, paused, last_run, next_run, summary."""
    there = known(client)
    return [_row(client, which, there.get(which.name)) for which in DEPLOYABLES]


def row_of(client: SyncPrefectClient, which: Deployable) -> DeploymentRow:
    """The row of one flow."""
    return _row(client, which, known(client).get(which.name))


def _row(client: SyncPrefectClient, which: Deployable, there: DeploymentResponse | None) -> DeploymentRow:
    row: DeploymentRow = {
        "name": which.name,
        "flow": which.name,
        "schedule": None,
        "paused": False,
        "last_run": None,
        "next_run": None,
        "summary": which.summary,
    }
    if there is None:
        return row
    row["schedule"] = ", ".join(_words(s.schedule) for s in there.schedules if s.active) or None
    row["paused"] = bool(there.paused)
    last, following = _last(client, there.id), None if there.paused else _next(client, there.id)
    if last is not None:
        row["last_run"] = {
            "run": str(last.id),
            "state": last.state_type.value.lower() if last.state_type else None,
            "started": _time(last.start_time),
            "seconds": round(last.total_run_time.total_seconds(), 1),
        }
    row["next_run"] = _time(following)
    return row


def _words(schedule: Any) -> str:
    if cron := getattr(schedule, "cron", None):
        return str(cron)
    if interval := getattr(schedule, "interval", None):
        return f"every {interval.total_seconds():g} s"
    return str(getattr(schedule, "rrule", schedule))


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _last(client: SyncPrefectClient, deployment: Any) -> Any:
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterDeploymentId,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.client.schemas.sorting import FlowRunSort

    begun: list[Any] = [t for t in StateType if t not in {StateType.SCHEDULED, StateType.PENDING}]
    only = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[deployment]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=begun)),
    )
    found = client.read_flow_runs(flow_run_filter=only, sort=FlowRunSort.START_TIME_DESC, limit=1)
    return found[0] if found else None


def _next(client: SyncPrefectClient, deployment: Any) -> datetime | None:
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterDeploymentId,
        FlowRunFilterNextScheduledStartTime,
    )
    from prefect.client.schemas.sorting import FlowRunSort

    now: Any = datetime.now(UTC)
    only = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[deployment]),
        next_scheduled_start_time=FlowRunFilterNextScheduledStartTime(after_=now),
    )
    found = client.read_flow_runs(flow_run_filter=only, sort=FlowRunSort.NEXT_SCHEDULED_START_TIME_ASC, limit=1)
    return found[0].next_scheduled_start_time if found else None


def _deployment(client: SyncPrefectClient, which: Deployable) -> Any:
    """The flow's deployment, made if the flow was never served."""
    there = known(client).get(which.name)
    if there is None:
        build(which).apply()
        there = known(client)[which.name]
    return there


def set_schedule(client: SyncPrefectClient, which: Deployable, schedule: Any) -> None:
    """Give the flow one schedule instead of those it has; None leaves it without."""
    there = _deployment(client, which)
    for old in there.schedules:
        client.delete_deployment_schedule(there.id, old.id)
    if schedule is not None:
        from prefect.client.schemas.schedules import construct_schedule

        made = construct_schedule(
            cron=schedule.cron,
            interval=schedule.interval,
            timezone=schedule.timezone,
            anchor_date=schedule.anchor_date,
        )
        client.create_deployment_schedules(there.id, [(made, True)])


def set_paused(client: SyncPrefectClient, which: Deployable, paused: bool) -> None:
    """Hold the flow's schedules, or let them go on."""
    there = _deployment(client, which)
    (client.pause_deployment if paused else client.resume_deployment)(there.id)


def run_there(client: SyncPrefectClient, which: Deployable, arguments: Mapping[str, Any], *, wait: bool) -> FlowRun:
    """Hand a run to the serving process; with `wait` until it ended, or waits for somebody itself.

    Returns
    -------
    dict
        `run`, `state` (lower case), `message`, `seconds`.
    """
    run = client.create_flow_run_from_deployment(_deployment(client, which).id, parameters=dict(arguments))
    while wait and not (run.state and (run.state.is_final() or run.state.is_paused())):
        time.sleep(POLL_SECONDS)
        run = client.read_flow_run(run.id)
    return {
        "run": str(run.id),
        "state": run.state.type.value.lower() if run.state else "scheduled",
        "message": run.state.message if run.state else None,
        "seconds": round(run.total_run_time.total_seconds(), 1),
    }


def run_here(settings: Settings, which: Deployable, arguments: Mapping[str, Any]) -> FlowRun:
    """Run the flow in this process; errors of the work are raised as they are."""
    document = document_here(settings, which, arguments)
    state = document.get("state", "completed")
    return {"run": document["run"], "state": state, "message": None, "seconds": document["seconds"]}


def document_here(settings: Settings, which: Deployable, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run the flow in this process and return its whole document; errors of the work are raised as they are."""
    with Orchestrator(settings.home, settings.prefect_api_url) as orchestrator:
        from hypograph.graph import open_store

        with open_store(settings.store_config()):
            flow: Any = flow_of(which)
            parameters = parameters_of(which).model_validate(arguments["parameters"])
            with orchestrator.connected():
                document: dict[str, Any] = flow(parameters=parameters)
    return document
