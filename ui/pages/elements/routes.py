"""The pages of elements and alloys."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from hypograph.ui.pages.elements import views
from hypograph.ui.pages.overview.views import alloy as one_alloy
from hypograph.ui.rendering import found, show

router = APIRouter(include_in_schema=False)


@router.get("/elements", response_class=HTMLResponse)
def elements(request: Request, symbol: str = "") -> HTMLResponse:
    """Show the periodic table, the substitutes of one element, and predicted alloys."""
    store = request.app.state.store
    return show(
        request,
        "elements.html",
        table=views.PERIODIC,
        alloys=views.alloys(store),
        measure_next=views.measure_next(store, symbol or None),
        **views.substitutability(store, symbol or None),
    )


@router.get("/alloys/{key}", response_class=HTMLResponse)
def alloy(request: Request, key: str) -> HTMLResponse:
    """Show one alloy with the evidence about it."""
    return show(request, "alloy.html", **found(one_alloy(request.app.state.store, key), key))
