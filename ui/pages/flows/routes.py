"""Deployments, schedules and runs: the pages, and the same as JSON."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from typing_extensions import TypedDict

from hypograph import __version__
from hypograph.graph import GraphStore
from hypograph.models.core.errors import HypographError, InputError, UnavailableError
from hypograph.models.core.typed_number import typed_number, typed_whole
from hypograph.ui.config import UiConfig
from hypograph.ui.pages.campaigns.laboratory_routes import REFUSALS
from hypograph.ui.pages.flows import schedules
from hypograph.ui.prefect_client import DAYS, Deployment, Field, Prefect, Run, WholeRun
from hypograph.ui.rendering import show

router = APIRouter()


class Overview(TypedDict):
    """Deployments and runs; `problem` says why there are none."""

    problem: str | None
    address: str | None
    deployments: list[Deployment]
    runs: list[Run]


class StoreHealth(TypedDict):
    """Whether the store answers, and how fast."""

    kind: str
    reachable: bool
    problem: str | None
    schema: int | None
    milliseconds: float


class PrefectHealth(TypedDict):
    """Whether Prefect answers, and how many deployments it has."""

    answers: bool
    problem: str | None
    address: str | None
    deployments: int


class Health(TypedDict):
    """State of the parts that the pages stand on."""

    version: str
    store: StoreHealth
    prefect: PrefectHealth
    ok: bool


async def overview(request: Request) -> Overview:
    """Ask for deployments and runs; `problem` says why there are none."""
    try:
        async with Prefect(request.app.state.config) as prefect:
            return {
                "problem": None,
                "address": prefect.url,
                "deployments": await prefect.deployments(),
                "runs": await prefect.runs(),
            }
    except UnavailableError as error:
        return {"problem": str(error), "address": None, "deployments": [], "runs": []}


@router.get("/flows", response_class=HTMLResponse, include_in_schema=False)
async def flows(request: Request) -> HTMLResponse:
    """Show deployments with their schedules, and the latest runs."""
    workshop = request.app.state.services.workshop
    jobs = await run_in_threadpool(workshop.jobs) if workshop else []
    values = {**await overview(request), "guarded": bool(request.app.state.config.token), "jobs": jobs}
    return show(request, "flows.html", days=DAYS, **values)


@router.get("/flows/runs/{run}", response_class=HTMLResponse, include_in_schema=False)
async def flow_run(request: Request, run: UUID) -> HTMLResponse:
    """Show one run: progress, steps, log."""
    async with Prefect(request.app.state.config) as prefect:
        values = {"run": await prefect.run(run)}
    return show(request, "flow_run.html", **values)


@router.get("/api/v1/flows", summary="Deployments with schedules, and the latest runs")
async def flows_json(request: Request) -> Overview:
    """Return what the flows page shows; `problem` says why it is empty where no Prefect server runs."""
    return await overview(request)


@router.get("/api/v1/flows/runs/{run}", summary="One run with progress, steps and log", responses=REFUSALS)
async def flow_run_json(request: Request, run: UUID) -> WholeRun:
    """Return one run of the Prefect server; 503 where none runs."""
    async with Prefect(request.app.state.config) as prefect:
        return await prefect.run(run)


@router.post("/flows/{deployment}/run", include_in_schema=False)
async def run_now(request: Request, deployment: UUID) -> Response:
    """Start a run with the form's parameters and show it."""
    config = request.app.state.config
    form = await request.form()
    given = {name.removeprefix("p."): str(value) for name, value in form.items() if name.startswith("p.")}
    async with Prefect(config) as prefect:
        wanted = parameters(await _fields(prefect, deployment), given, config)
        run = await prefect.start(deployment, wanted)
    return RedirectResponse(f"/flows/runs/{run}", 303)


@router.post("/flows/{deployment}/pause", include_in_schema=False)
async def hold(request: Request, deployment: UUID, paused: Annotated[bool, Form()]) -> Response:
    """Hold the schedules of a deployment, or let them go on."""
    async with Prefect(request.app.state.config) as prefect:
        await prefect.pause(deployment, paused)
    return RedirectResponse("/flows", 303)


@router.post("/flows/{deployment}/schedule", include_in_schema=False)
async def set_schedule(
    request: Request,
    deployment: UUID,
    kind: Annotated[str, Form(pattern="^(daily|weekly|cron|interval|none)$")],
    cron: Annotated[str, Form(max_length=100)] = "",
    every: Annotated[str, Form(max_length=20)] = "1",
    unit: Annotated[int, Form(ge=1, le=86_400)] = 3_600,
    at: Annotated[str, Form(max_length=8)] = "06:00",
    day: Annotated[list[int], Form()] = [],  # noqa: B006  (FastAPI copies it)
    zone: Annotated[str, Form(max_length=64)] = "UTC",
) -> Response:
    """Give a deployment another schedule, or none."""
    line = schedules.cron_line(kind, cron, at, day)
    async with Prefect(request.app.state.config) as prefect:
        await prefect.schedule(
            deployment,
            cron=line,
            interval=schedules.seconds(every) * unit if kind == "interval" else None,
            zone=schedules.known_zone(zone) if kind in {"daily", "weekly"} else "UTC",
        )
    return RedirectResponse("/flows", 303)


@router.post("/flows/runs/{run}/cancel", include_in_schema=False)
async def cancel(request: Request, run: UUID) -> Response:
    """Ask a run to stop."""
    async with Prefect(request.app.state.config) as prefect:
        await prefect.cancel(run)
    return RedirectResponse(f"/flows/runs/{run}", 303)


@router.post("/api/v1/flows/{deployment}/run", summary="Start a run now", tags=["changes"], responses=REFUSALS)
async def run_now_json(
    request: Request, deployment: UUID, given: Annotated[dict[str, object], Body(alias="parameters", embed=True)]
) -> dict[str, str]:
    """Start a run; parameters that are not named keep the deployment's values. Return its id."""
    config = request.app.state.config
    async with Prefect(config) as prefect:
        fields = await _fields(prefect, deployment)
        refuse_files(fields, given, config)
        return {"run": await prefect.start(deployment, given)}


@router.post(
    "/api/v1/flows/{deployment}/pause",
    summary="Hold the schedules, or let them go on",
    tags=["changes"],
    responses=REFUSALS,
)
async def hold_json(request: Request, deployment: UUID, paused: Annotated[bool, Body(embed=True)]) -> list[Deployment]:
    """Hold or let go, and return the deployments as they stand."""
    async with Prefect(request.app.state.config) as prefect:
        await prefect.pause(deployment, paused)
        return await prefect.deployments()


@router.post(
    "/api/v1/flows/{deployment}/schedule", summary="Set the schedule, or none", tags=["changes"], responses=REFUSALS
)
async def set_schedule_json(
    request: Request,
    deployment: UUID,
    cron: Annotated[str | None, Body(max_length=100)] = None,
    interval: Annotated[float | None, Body(gt=0, le=1e8)] = None,
) -> list[Deployment]:
    """Give a deployment one schedule in UTC (`cron`, or `interval` in seconds; neither for none)."""
    if cron and interval:
        raise InputError("two schedules", where="schedule", expected="cron or interval")
    async with Prefect(request.app.state.config) as prefect:
        await prefect.schedule(deployment, cron, interval)
        return await prefect.deployments()


async def _fields(prefect: Prefect, deployment: UUID) -> list[Field]:
    for row in await prefect.deployments():
        if row["id"] == str(deployment):
            return row["fields"]
    raise InputError("no such deployment", where=str(deployment), expected="one that the flows page lists")


def parameters(fields: list[Field], given: Mapping[str, str], config: UiConfig) -> dict[str, object]:
    """Read a form: each value in the kind of its field; Prefect checks them against the flow's own model.

    Raises
    ------
    InputError
        Naming the field that is not of its kind, or names a file where that is not allowed.
    """
    found: dict[str, object] = {}
    for field in fields:
        text = given.get(field["name"], "").strip()
        if field["kind"] == "boolean":
            found[field["name"]] = text in {"on", "true"}
        elif text:
            found[field["name"]] = _value(field, text)
    refuse_files(fields, found, config)
    return found


def _value(field: Field, text: str) -> object:
    if field["kind"] not in {"integer", "number"}:
        return text
    value = typed_whole(text, field["name"]) if field["kind"] == "integer" else typed_number(text, field["name"])
    low, high = field["least"], field["most"]
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"{'…' if low is None else low} to {'…' if high is None else high}"
        raise InputError(f"{value} is out of bounds", where=field["name"], expected=bounds)
    return value


def refuse_files(fields: list[Field], given: Mapping[str, object], config: UiConfig) -> None:
    """Let only who sits at this machine name files of it.

    Raises
    ------
    InputError
        If a file is named and the pages are open to others.
    """
    named = [field["name"] for field in fields if field["kind"] == "file" and given.get(field["name"])]
    changed = [name for name in named if given[name] != next(f["value"] for f in fields if f["name"] == name)]
    if changed and config.token:
        raise InputError(
            "a file of the server cannot be named from a page that others may open",
            where=changed[0],
            hint="Use `hypograph flows run` on the server.",
        )


@router.get("/api/v1/health", summary="Whether store and Prefect answer")
async def health(request: Request) -> Health:
    """Return the state of the parts that the pages stand on; never an error."""
    found = await overview(request)
    prefect: PrefectHealth = {
        "answers": found["problem"] is None,
        "problem": found["problem"],
        "address": found["address"],
        "deployments": len(found["deployments"]),
    }
    store = await run_in_threadpool(_store, request.app.state.store)
    return {"version": __version__, "store": store, "prefect": prefect, "ok": store["reachable"]}


def _store(store: GraphStore) -> StoreHealth:
    began = time.perf_counter()
    schema, problem = None, None
    try:
        schema = store.schema_version()
    except HypographError as error:
        problem = str(error)
    return {
        "kind": "neo4j" if store.config.uri else "embedded",
        "reachable": problem is None,
        "problem": problem,
        "schema": schema,
        "milliseconds": round(1e3 * (time.perf_counter() - began), 1),
    }
