"""The list of hypotheses, and the page of one."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from hypograph.ui.pages.hypotheses import start_campaign
from hypograph.ui.pages.overview import views
from hypograph.ui.rendering import found, show

router = APIRouter(include_in_schema=False)


@router.get("/hypotheses", response_class=HTMLResponse)
def hypotheses(request: Request, text: str = "", low: int = 0, high: int = 99) -> HTMLResponse:
    """Show the hypotheses that pass a filter."""
    rows = views.hypotheses(request.app.state.store, text, low, high, 500)
    return show(request, "hypotheses.html", text=text, low=low, high=high, rows=rows)


@router.get("/hypotheses/{key}", response_class=HTMLResponse)
def hypothesis(request: Request, key: str) -> HTMLResponse:
    """Show one hypothesis."""
    values = found(views.hypothesis(request.app.state.store, key), key)
    return show(request, "hypothesis.html", methods=start_campaign.METHODS, **values)
