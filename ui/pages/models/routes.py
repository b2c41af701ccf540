"""Which language models are set up, which role each fills, how it is asked, and what it is worth there."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from hypograph.graph.queries import pages
from hypograph.ui.rendering import show

router = APIRouter()
# What each role of the program asks of a model.
ROLES = {
    "judge": "compares hypotheses",
    "expert": "says which elements can stand for each other",
    "proposer": "writes hypotheses",
    "planner": "plans experiments",
    "option scorer": "rates the options of a parameter",
    "passage reader": "reads what passages say for and against",
}


@router.get("/models", response_class=HTMLResponse, include_in_schema=False)
def models(request: Request) -> HTMLResponse:
    """Show the page at once; what has to be asked of the models comes with its own part."""
    store, advisor = request.app.state.store, request.app.state.services.advisor
    return show(request, "models.html", spent=store.read(pages.SPENT), asked=advisor is not None)


@router.get("/models/state", response_class=HTMLResponse, include_in_schema=False)
def part(request: Request) -> HTMLResponse:
    """Show what the models answer now."""
    return show(request, "models_state.html", state=_state(request), about=ROLES)


@router.get("/api/v1/models", summary="The language models that are set up, with their roles and measured skill")
def state(request: Request) -> dict[str, object]:
    """Return the entry `llm` of `hypograph doctor --json`: empty where no model is set up."""
    return dict(_state(request) or {})


def _state(request: Request) -> Mapping[str, object] | None:
    advisor = request.app.state.services.advisor
    return advisor.state() if advisor is not None else None
