"""Asking a question: what is asked, what is known, where to look, and what it may cost."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hypograph.graph import GraphStore
from hypograph.graph.queries import pages
from hypograph.models.core.errors import InputError
from hypograph.models.core.typed_number import typed_whole
from hypograph.ui.pages.flows.begin_run import begin, corpus_path, workshop_of
from hypograph.ui.problems import FieldError
from hypograph.ui.rendering import show

router = APIRouter(include_in_schema=False)
FLOW = "hypothesis-search"
LONGEST, LONGEST_SURVEY, MOST_CALLS = 20_000, 200_000, 1_000_000


def per_call(store: GraphStore) -> dict[str, float]:
    """Return what a call of a language model has taken so far, on average: tokens and cost; empty without calls."""
    spent = store.read(pages.SPENT)
    calls = sum(int(row["calls"] or 0) for row in spent)
    if not calls:
        return {}
    tokens = sum(float(row["tokens_in"] or 0) + float(row["tokens_out"] or 0) for row in spent)
    return {"calls": calls, "tokens": tokens / calls, "cost": sum(float(row["cost"] or 0) for row in spent) / calls}


def _calls(request: Request) -> dict[str, object]:
    """Return the field of the flow that holds the budget: its default and its explanation."""
    flow = next(f for f in workshop_of(request).flows() if f.name == FLOW)
    found: dict[str, object] = flow.schema["properties"]["calls"]
    return found


@router.get("/questions/new", response_class=HTMLResponse)
def ask(request: Request, corpus: str = "") -> HTMLResponse:
    """Ask for the question."""
    workshop, shelf = workshop_of(request), request.app.state.services.shelf
    return show(
        request,
        "new_question.html",
        disciplines=workshop.disciplines(),
        corpora=shelf.names() if shelf else [],
        corpus=corpus,
        model=workshop.model,
        per_call=per_call(request.app.state.store),
        calls=_calls(request).get("default", 40),
    )


@router.post("/questions/new")
async def asked(request: Request) -> Response:
    """Begin the search and show how it goes."""
    async with request.form() as form:
        given = {name: str(value).strip() for name, value in form.items()}
    question = given.get("question", "")
    if not question:
        raise FieldError("there is no question yet", where="question", expected="one in a sentence")
    for field, most in (("question", LONGEST), ("coarse", LONGEST), ("survey", LONGEST_SURVEY)):
        if len(given.get(field, "")) > most:
            raise FieldError(
                f"{len(given[field]):,} characters are too many", where=field, expected=f"at most {most:,}"
            )
    try:
        calls = typed_whole(given.get("calls", ""), "", 1, MOST_CALLS)
    except InputError as error:
        raise FieldError(error.what, where="calls", expected=error.expected) from None
    values: dict[str, object] = {"question": question, "calls": calls, "discipline": given.get("discipline", "")}
    values |= {field: given[field] for field in ("coarse", "survey") if given.get(field)}
    if given.get("corpus"):
        values["papers"] = corpus_path(request, given["corpus"])
    if values["discipline"] not in workshop_of(request).disciplines():
        raise FieldError("no such discipline", where="discipline")
    try:
        place = await begin(request, FLOW, values, question)
    except FieldError as error:
        raise FieldError(error.what, where=error.where.removeprefix("p."), expected=error.expected) from None
    return RedirectResponse(place, 303)
