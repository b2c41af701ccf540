"""The pages of elements and alloys."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from hypograph.graph.maps.atlas import counts
from hypograph.models.evidence.alloys.state import STATES
from hypograph.ui.pages.elements import exchange, views
from hypograph.ui.pages.overview.views import alloy as one_alloy
from hypograph.ui.rendering import found, show

SHOWN = 25
router = APIRouter(include_in_schema=False)


@router.get("/elements", response_class=HTMLResponse)
def elements(
    request: Request,
    symbol: Annotated[str, Query(max_length=3)] = "",
    alloy: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[str, Query(max_length=40)] = "",
    every: bool = False,
) -> HTMLResponse:
    """Show the periodic table, the substitutes of one element, what replaces it in an alloy, and predicted alloys."""
    store = request.app.state.store
    token = counts(store)
    known = views.substitutability(store, symbol or None, token)
    wish = exchange.asked(alloy, symbol, state)
    predicted = views.alloys(store, token=token)
    return show(
        request,
        "elements.html",
        table=views.PERIODIC,
        alloys=predicted if every else predicted[:SHOWN],
        predicted=len(predicted),
        measure_next=views.measure_next(store, symbol or None, token=token),
        wish=wish,
        states=STATES,
        replaced=exchange.replacements(store, wish, request.app.state.services.metallurgist) if wish else None,
        **known,
    )


@router.get("/alloys/{key}", response_class=HTMLResponse)
def alloy(request: Request, key: str) -> HTMLResponse:
    """Show one alloy with the evidence about it."""
    values = found(one_alloy(request.app.state.store, key), key)
    composition = exchange.composition_of(values["alloy"]["formula"] or key)
    return show(request, "alloy.html", composition=composition, **values)
