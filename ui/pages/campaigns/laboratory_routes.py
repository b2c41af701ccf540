"""A laboratory's campaign over HTTP: as JSON for robots and scripts, and as forms for its page."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Body, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, State, UploadFile
from starlette.exceptions import HTTPException

from hypograph.graph.campaigns import folder as folders
from hypograph.models.campaigns.optimizers.registry import METHODS
from hypograph.models.core.errors import InputError
from hypograph.models.core.typed_number import typed_number, typed_whole
from hypograph.ui.api.routes import ABSENT, CsvResponse, cell, file, found
from hypograph.ui.drawing.documents import Laboratory
from hypograph.ui.forms import FIELD
from hypograph.ui.pages.campaigns import commands, laboratory
from hypograph.ui.problems import FieldError
from hypograph.ui.rendering import show
from hypograph.ui.sent_once import BY_SCRIPT
from hypograph.ui.uploads import sent_file

router = APIRouter()
Id = Annotated[str, Path(max_length=200, description="The campaign's id (`group` in the list of campaigns).")]
Note = Annotated[str, Field(max_length=commands.LONGEST_NOTE, description="A remark to keep beside it.")]
Named = Annotated[str, Field(min_length=1, max_length=40, description="The experiment.", examples=["e3"])]
REFUSALS: dict[int | str, dict[str, object]] = {
    400: {"description": "What was given is wrong; `detail` says what, and what was expected."},
    401: {"description": "A token is needed."},
    403: {"description": "Not asked for by a page of this server, or without its token."},
    413: {"description": "Too long."},
    503: {"description": "The store or a folder cannot be reached, or it takes longer than anybody waits."},
}
PREFIX = "/api/v1/campaigns/{campaign}"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Wanted(_Strict):
    """How many experiments to suggest, and by which method."""

    count: int = Field(1, ge=1, le=commands.MOST, description="A plate is one call.")
    method: str = Field("", max_length=20, description="Another method than the campaign's, for this once.")


class Outcome(_Strict):
    """What an experiment gave: by its id, or by its parameters where nobody suggested it."""

    id: str = Field("", max_length=40, description="The experiment; leave out with `parameters`.", examples=["e3"])
    parameters: dict[str, object] | None = Field(None, description="A value for each parameter.")
    values: dict[str, float] = Field(description="A number for each objective.", examples=[{"yield": 71.5}])
    note: Note = ""


class Which(_Strict):
    """One experiment of a campaign."""

    id: Named
    note: Note = ""


@router.get(f"{PREFIX}/live", summary="A laboratory's campaign as it stands", tags=["live campaign"], responses=ABSENT)
def as_it_stands(request: Request, campaign: Id) -> Laboratory:
    """Return counts, the best, every experiment with what was predicted, and the history, or 404."""
    return found(laboratory.campaign(request.app.state.store, campaign))


@router.get(
    f"{PREFIX}/experiments.csv",
    summary="Its experiments as CSV",
    tags=["live campaign"],
    response_class=CsvResponse,
    responses=REFUSALS,
)
def as_csv(request: Request, campaign: Id, awaited: bool = False) -> Response:
    """Return the experiments as they stand; `awaited` gives those without an outcome, to be filled in and sent back."""
    store = request.app.state.store
    rows = list(csv.reader(io.StringIO(folders.export_csv(folders.load(folders.folder_of(store, campaign))))))
    head, text = rows[0], {rows[0].index(name) for name in ("reason", "note")}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    for row in rows[1:]:
        if not awaited or row[head.index("status")] == "pending":
            writer.writerow([cell(value) if i in text else value for i, value in enumerate(row)])
    return file(out.getvalue(), "text/csv", "experiments.csv")


@router.post(f"{PREFIX}/suggest", summary="Suggest the next experiments", tags=["live campaign"], responses=REFUSALS)
def suggest(request: Request, campaign: Id, wanted: Wanted) -> dict[str, object]:
    """Return the suggestions, each with its reason and what is expected of it; they are in the campaign then."""
    state = request.app.state
    events = commands.suggest(state.store, campaign, wanted.count, wanted.method, advisor=state.services.advisor)
    return {"campaign": campaign, "suggestions": events}


@router.post(f"{PREFIX}/repeat", summary="Repeat an experiment", tags=["live campaign"], responses=REFUSALS)
def repeat(request: Request, campaign: Id, which: Which) -> dict[str, object]:
    """Ask for an experiment once more, as noisy outcomes deserve, and return the event."""
    return commands.repeat(request.app.state.store, campaign, which.id)


@router.post(f"{PREFIX}/record", summary="Record an outcome", tags=["live campaign"], responses=REFUSALS)
def record(request: Request, campaign: Id, outcome: Outcome) -> dict[str, object]:
    """Record what an experiment gave and return the event."""
    store = request.app.state.store
    return commands.record(store, campaign, outcome.id, outcome.values, outcome.note, outcome.parameters)


@router.post(f"{PREFIX}/fail", summary="Mark an experiment as failed", tags=["live campaign"], responses=REFUSALS)
def fail(request: Request, campaign: Id, which: Which) -> dict[str, object]:
    """Note that an awaited experiment gave no outcome and return the event."""
    return commands.fail(request.app.state.store, campaign, which.id, which.note)


@router.post(f"{PREFIX}/undo", summary="Take an outcome back", tags=["live campaign"], responses=REFUSALS)
def undo(request: Request, campaign: Id, which: Which) -> dict[str, object]:
    """Take the outcome back, or withdraw the suggestion, and return the event; the history keeps both."""
    return commands.undo(request.app.state.store, campaign, which.id, which.note)


@router.post(f"{PREFIX}/csv", summary="Record outcomes from a CSV file", tags=["live campaign"], responses=REFUSALS)
def upload(
    request: Request,
    campaign: Id,
    content: Annotated[bytes, Body(media_type="text/csv", description="The column `id`, or each parameter's.")],
) -> dict[str, object]:
    """Record each good row and say of each bad one what is wrong with it."""
    events, problems = commands.upload(request.app.state.store, campaign, content, "")
    return {"recorded": [e["id"] for e in events], "problems": problems}


@router.post("/campaigns/{campaign}/{command}", include_in_schema=False)
async def by_form(request: Request, campaign: str, command: str) -> Response:
    """Make a change that the page asks for; answer with the page's live part, or send a plain form back to it."""
    if command not in FORMS:
        raise HTTPException(404, "There is no such change.")
    async with request.form() as form:
        file = await sent_file(form)
        said = await run_in_threadpool(_by_form, request.app.state, campaign, command, form, file)
    if not request.headers.get(BY_SCRIPT):
        return RedirectResponse(f"/campaigns/{campaign}", 303)
    return await run_in_threadpool(_part, request, campaign, said)


FORMS = ("suggest", "repeat", "record", "fail", "undo", "csv", "never", "change")


def _by_form(state: State, campaign: str, command: str, form: FormData, file: tuple[str, bytes]) -> dict[str, object]:
    store = state.store
    given = {name: str(value) for name, value in form.items() if name != FIELD and not isinstance(value, UploadFile)}
    id, note = given.get("id", ""), given.get("note", "")
    if command == "suggest":
        count = typed_whole(given.get("count", "1"), "count", 1, commands.MOST)
        method, advisor = given.get("method", ""), state.services.advisor
        events = commands.suggest(store, campaign, count, method, advisor=advisor)
        return {"text": f"{len(events)} suggested: {', '.join(str(e['id']) for e in events[:8])}.", "problems": []}
    if command == "csv":
        name, content = file
        if not content:
            raise InputError("no file was chosen, or it is empty", expected="a CSV file with a header")
        events, problems = commands.upload(store, campaign, content, name)
        return {"text": f"{len(events)} outcomes recorded from {name}.", "problems": problems}
    if command == "fail" or given.get("failed"):
        commands.fail(store, campaign, id, note)
        return {"text": f"{id} is marked as failed.", "problems": [], "undo": id}
    if command == "never":
        event = commands.never(store, campaign, id, note)
        return {"text": f"What {id} tried is never suggested again.", "problems": [], "undo": event["id"]}
    if command == "change":
        chosen, option = given.get("parameter", ""), given.get("add", "").strip()
        event, near = commands.change(store, campaign, chosen, given.get("drop", ""), option, note)
        text = ". ".join([f"The options of {chosen} are changed from here on", *near])
        return {"text": f"{text}.", "problems": [], "undo": event["id"]}
    if command == "repeat":
        commands.repeat(store, campaign, id)
        return {"text": f"{id} is to be repeated.", "problems": []}
    if command == "undo":
        commands.undo(store, campaign, id, note)
        return {"text": f"{id}: taken back; the history keeps what it said.", "problems": []}
    values = _numbers(given)
    commands.record(store, campaign, id, values, note)
    told = ", ".join(f"{name} {value:.12g}" for name, value in values.items())
    return {"text": f"{id} recorded: {told}.", "problems": [], "undo": id}


def _part(request: Request, campaign: str, said: dict[str, object]) -> HTMLResponse:
    values = {"c": found(laboratory.campaign(request.app.state.store, campaign)), "said": said}
    return show(request, "live_part.html", **values, **asking(request))


def asking(request: Request) -> dict[str, object]:
    """Return the language model that can be asked for suggestions, and the methods that ask it."""
    advisor = request.app.state.services.advisor
    model = advisor.model if advisor is not None else ""
    return {"model": model, "asking": [method.name for method in METHODS if method.needs] if model else []}


@router.get("/campaigns/{campaign}/foreseen", response_class=HTMLResponse, include_in_schema=False)
def foreseen(request: Request, campaign: str, count: str = "1") -> HTMLResponse:
    """Say what suggestions of a language model would cost."""
    advisor = request.app.state.services.advisor
    text = advisor.foreseen(typed_whole(count, "count", 1, commands.MOST)) if advisor is not None else ""
    return show(request, "foreseen.html", text=text)


def _numbers(given: Mapping[str, str]) -> dict[str, float]:
    """Read the outcomes that a form holds, with comma or point; a field that was left empty is no outcome.

    Raises
    ------
    FieldError
        Naming the field that holds no number, or the first one where all are empty.
    """
    fields = {name: text for name, text in given.items() if name.startswith("value:")}
    values = {}
    for name, text in fields.items():
        try:
            if text.strip():
                values[name.removeprefix("value:")] = typed_number(text)
        except InputError as error:
            raise FieldError(error.what, where=name, expected=error.expected) from None
    if fields and not values:
        raise FieldError("a number is missing", where=next(iter(fields)), expected="71.5")
    return values
