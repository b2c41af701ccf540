"""Running a flow from a page: through `flows serve` where one runs, else as a job of this server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hypograph.models.core.errors import InputError, UnavailableError
from hypograph.models.core.services import Workshop
from hypograph.ui.pages.flows.routes import parameters
from hypograph.ui.prefect_client import Prefect, fields_of
from hypograph.ui.problems import FieldError, needed
from hypograph.ui.rendering import show

router = APIRouter(include_in_schema=False)
Id = Annotated[str, Path(max_length=40)]
# What a flow that needs a person's own folder is begun with elsewhere: on the page of a campaign, or with a question.
ELSEWHERE = {"campaign-live"}


def workshop_of(request: Request) -> Workshop:
    """Return what begins long work."""
    service: Workshop | None = request.app.state.services.workshop
    return needed(service, "a way to run flows")


async def begin(request: Request, flow: str, values: Mapping[str, object], title: str) -> str:
    """Begin a run and return the address of its page.

    Raises
    ------
    FieldError
        Naming the parameter that cannot be used.
    UnavailableError
        If it cannot begin now.
    """
    try:
        async with Prefect(request.app.state.config) as prefect:
            for row in await prefect.deployments():
                if row["flow"] == flow and row["ready"]:
                    return f"/flows/runs/{await prefect.start(UUID(row['id']), values)}"
    except UnavailableError:
        pass  # no `flows serve`: the run is a job of this server
    try:
        id = await run_in_threadpool(workshop_of(request).begin, flow, values, title)
    except InputError as error:
        field = error.where.rpartition(": ")[2]
        raise FieldError(f"{error.what}", where=f"p.{field}", expected=error.expected) from None
    return f"/runs/jobs/{id}"


@router.get("/runs/new", response_class=HTMLResponse)
def ask(request: Request, flow: str = "", corpus: str = "") -> HTMLResponse:
    """Ask which flow is to run, and with what."""
    flows = [f for f in workshop_of(request).flows() if f.name not in ELSEWHERE]
    chosen = next((f for f in flows if f.name == flow), None)
    shelf = request.app.state.services.shelf
    return show(
        request,
        "new_run.html",
        flows=flows,
        flow=chosen,
        fields=fields_of(chosen.schema) if chosen else [],
        corpora=shelf.names() if shelf else [],
        corpus=corpus,
        guarded=bool(request.app.state.config.token),
    )


@router.post("/runs/new/{flow}")
async def run(request: Request, flow: Annotated[str, Path(max_length=60)]) -> Response:
    """Begin the run and show it."""
    known = next((f for f in workshop_of(request).flows() if f.name == flow), None)
    if known is None or flow in ELSEWHERE:
        raise HTTPException(404, "There is no such flow.")
    async with request.form() as form:
        given = {name.removeprefix("p."): str(v) for name, v in form.items() if name.startswith("p.")}
        corpus = str(form.get("corpus", ""))
    fields = fields_of(known.schema)
    try:
        values = parameters(fields, given, request.app.state.config)
    except InputError as error:
        raise FieldError(error.what, where=f"p.{error.where}", expected=error.expected) from None
    values = {f["name"]: values[f["name"]] for f in fields if f["name"] in values and values[f["name"]] != f["value"]}
    if corpus:
        values["papers"] = corpus_path(request, corpus)
    return RedirectResponse(await begin(request, flow, values, known.name), 303)


def corpus_path(request: Request, corpus: str) -> str:
    """Return the file of a corpus.

    Raises
    ------
    FieldError
        If there is none of this name.
    """
    shelf = request.app.state.services.shelf
    if shelf is None or corpus not in shelf.names():
        raise FieldError(f"there is no corpus {corpus[:60]!r}", where="corpus")
    return str(shelf.path(corpus))


@router.get("/runs/jobs/{id}", response_class=HTMLResponse)
def job(request: Request, id: Id) -> HTMLResponse:
    """Show a run that is a job of this server."""
    found = workshop_of(request).job(id)
    if found is None:
        raise HTTPException(404, "There is no such run.")
    return show(request, "job.html", job=found)


@router.post("/runs/jobs/{id}/stop")
def stop(request: Request, id: Id) -> Response:
    """Ask a job to end."""
    workshop_of(request).stop(id)
    return RedirectResponse(f"/runs/jobs/{id}", 303)
