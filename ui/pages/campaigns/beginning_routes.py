"""Beginning a campaign: by a form or from a spreadsheet, with an echo before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from hypograph.models.campaigns.laboratory.table_definition import described
from hypograph.models.campaigns.optimizers.registry import self_sufficient
from hypograph.models.core.errors import HypographError
from hypograph.ui.pages.campaigns import beginning
from hypograph.ui.problems import FieldError
from hypograph.ui.rendering import show
from hypograph.ui.sent_once import BY_SCRIPT
from hypograph.ui.uploads import sent_file

router = APIRouter(include_in_schema=False)
Token = Annotated[str, Path(max_length=40)]
ROWS = 4
Form = Mapping[str, Sequence[str]]


@router.get("/campaigns/new", response_class=HTMLResponse)
def ask(request: Request) -> HTMLResponse:
    """Ask for a spreadsheet, or for what is varied and measured."""
    return show(request, "new_campaign.html", **_empty())


@router.post("/campaigns/new")
async def by_hand(request: Request) -> Response:
    """Echo the form, or begin the campaign that it describes."""
    async with request.form() as given:
        form = _lists(given)
    return await run_in_threadpool(_by_hand, request, form)


def _by_hand(request: Request, form: Form) -> Response:
    record = beginning.by_hand({**_columns(), **form})
    definition = beginning.checked(record)
    if form.get("act") == ["begin"]:
        state = request.app.state
        id, _ = beginning.begin(state.store, state.config.campaigns, record)
        return RedirectResponse(f"/campaigns/{id}", 303)
    rows = definition.record()
    echo = {"parameters": described(rows["parameters"]), "objectives": rows["objectives"]}
    values = {**_empty(), "form": form, "echo": echo, "record": record}
    return show(request, "new_campaign.html", **values, **_layout(request))


@router.post("/campaigns/new/sheet")
async def brought(request: Request) -> Response:
    """Keep a spreadsheet and show what was understood of it."""
    async with request.form() as form:
        name, content = await sent_file(form)
    try:
        token = await run_in_threadpool(request.app.state.uploads.keep, name, content)
        await run_in_threadpool(beginning.read_sheet, request.app.state.uploads.find(token))
    except HypographError as error:
        raise FieldError(str(error), where="file") from None
    return RedirectResponse(f"/campaigns/new/sheet/{token}", 303)


@router.get("/campaigns/new/sheet/{token}", response_class=HTMLResponse)
def echo(request: Request, token: Token) -> HTMLResponse:
    """Show what was understood of a spreadsheet."""
    file = request.app.state.uploads.find(token)
    return show(request, "sheet.html", **_echoed(file.stem, token, beginning.read_sheet(file), {}))


@router.post("/campaigns/new/sheet/{token}")
async def corrected(request: Request, token: Token) -> Response:
    """Read the spreadsheet again as it was corrected, or begin the campaign."""
    async with request.form() as given:
        form = _lists(given)
    return await run_in_threadpool(_corrected, request, token, form)


def _corrected(request: Request, token: str, form: Form) -> Response:
    state = request.app.state
    file = state.uploads.find(token)
    found = beginning.read_sheet(file, form)
    if form.get("act") != ["begin"] or found.understood is None:
        values = _echoed(form.get("name", [file.stem])[0], token, found, form)
        return show(request, "sheet.html", **values, **_layout(request))
    name = form.get("name", [""])[0].strip()
    record = {"name": name, **found.understood.definition(), **beginning.settings(form)}
    table = found.table if form.get("results") else None
    beginning.checked(record)
    id, recorded = beginning.begin(state.store, state.config.campaigns, record, table)
    state.uploads.forget(token)
    told = {"recorded": len(recorded.events), "skipped": len(recorded.problems)} if recorded else {}
    return RedirectResponse(f"/campaigns/{id}?{urlencode(told)}" if told else f"/campaigns/{id}", 303)


def _echoed(name: str, token: str, found: beginning.SheetEcho, form: Form) -> dict[str, object]:
    understood = found.understood
    said = {row["name"]: row for row in described(understood.parameters)} if understood else {}
    samples = {h: [t for row in found.table.rows[:6] if (t := row.cells[i])] for i, h in enumerate(found.table.header)}
    return {
        "name": name,
        "token": token,
        "sheet": found,
        "columns": [
            {"name": h, "role": found.roles.get(h) or "record", "type": found.types.get(h, ""), "said": said.get(h)}
            | {"samples": samples[h][:4]}
            for h in found.table.header
        ],
        "roles": beginning.ROLES,
        "methods": self_sufficient(),
        "form": form,
    }


def _empty() -> dict[str, object]:
    return {"methods": self_sufficient(), "rows": ROWS, "form": {}, "echo": None}


def _columns() -> dict[str, list[str]]:
    return {name: [] for name in ("p.name", "p.values", "p.unit", "o.name", "o.direction", "o.target")}


def _lists(form: FormData) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        found.setdefault(name, []).append(str(value))
    return found


def _layout(request: Request) -> dict[str, str]:
    return {"layout": "part.html"} if request.headers.get(BY_SCRIPT) else {}
