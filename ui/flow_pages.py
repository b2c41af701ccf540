"""Deployments, schedules and runs: the pages, and the same as JSON."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from hypograph import __version__
from hypograph.graph import GraphStore
from hypograph.models.errors import HypographError, UnavailableError
from hypograph.ui.prefect import Prefect

router = APIRouter()


async def overview(request: Request) -> dict[str, Any]:
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
    found: HTMLResponse = request.app.state.templates.TemplateResponse(request, "flows.html", await overview(request))
    return found


@router.get("/flows/runs/{run}", response_class=HTMLResponse, include_in_schema=False)
async def flow_run(request: Request, run: UUID) -> HTMLResponse:
    """Show one run: progress, steps, log."""
    async with Prefect(request.app.state.config) as prefect:
        values = {"run": await prefect.run(run)}
    found: HTMLResponse = request.app.state.templates.TemplateResponse(request, "flow_run.html", values)
    return found


@router.get("/api/v1/flows", summary="Deployments with schedules, and the latest runs")
async def flows_json(request: Request) -> dict[str, Any]:
    """Return what the flows page shows; `problem` says why it is empty where no Prefect server runs."""
    return await overview(request)


@router.get("/api/v1/flows/runs/{run}", summary="One run with progress, steps and log")
async def flow_run_json(request: Request, run: UUID) -> dict[str, Any]:
    """Return one run of the Prefect server; 503 where none runs."""
    async with Prefect(request.app.state.config) as prefect:
        return await prefect.run(run)


@router.get("/api/v1/health", summary="Whether store and Prefect answer")
async def health(request: Request) -> dict[str, Any]:
    """Return the state of the parts that the pages stand on; never an error."""
    found = await overview(request)
    prefect = {
        "answers": found["problem"] is None,
        "problem": found["problem"],
        "address": found["address"],
        "deployments": len(found["deployments"]),
    }
    store = await run_in_threadpool(_store, request.app.state.store)
    return {"version": __version__, "store": store, "prefect": prefect, "ok": store["reachable"]}


def _store(store: GraphStore) -> dict[str, Any]:
    began = time.perf_counter()
    row: dict[str, Any] = {"kind": "neo4j" if store.config.uri else "embedded", "reachable": True, "problem": None}
    try:
        row["schema"] = store.schema_version()
    except HypographError as error:
        row |= {"schema": None, "reachable": False, "problem": str(error)}
    return row | {"milliseconds": round(1e3 * (time.perf_counter() - began), 1)}
