"""The list of hypotheses, and the page of one."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from hypograph.models.campaigns.optimizers.registry import self_sufficient
from hypograph.ui.pages.hypotheses import listing
from hypograph.ui.pages.overview import views
from hypograph.ui.rendering import found, show

router = APIRouter(include_in_schema=False)


@router.get("/hypotheses", response_class=HTMLResponse)
def hypotheses(request: Request, text: str = "", low: int = 0, high: int = 99, of: str = "") -> HTMLResponse:
    """Show the hypotheses that pass a filter, by question."""
    values = listing.grouped(request.app.state.store, text, low, high, of)
    return show(request, "hypotheses.html", text=text, low=low, high=high, of=of, **values)


@router.get("/hypotheses/{key}", response_class=HTMLResponse)
def hypothesis(request: Request, key: str) -> HTMLResponse:
    """Show one hypothesis."""
    values = found(views.hypothesis(request.app.state.store, key), key)
    return show(request, "hypothesis.html", methods=self_sufficient(), **values)
