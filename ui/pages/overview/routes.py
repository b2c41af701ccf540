"""The first page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from hypograph.ui.pages.overview import views
from hypograph.ui.rendering import show

router = APIRouter(include_in_schema=False)


@router.get("/", response_class=HTMLResponse)
def overview(request: Request) -> HTMLResponse:
    """Show what needs a person, what is new, and how much there is."""
    return show(request, "overview.html", **views.overview(request.app.state.store))
