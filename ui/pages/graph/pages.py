"""The page of the hypothesis graph, and the page of a keyword."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from hypograph.graph.maps.atlas import atlas
from hypograph.ui.pages.graph import routes
from hypograph.ui.pages.graph.views import surroundings
from hypograph.ui.pages.overview import views
from hypograph.ui.rendering import found, show

TABLE_ROWS = 200
router = APIRouter(include_in_schema=False)


@router.get("/graph", response_class=HTMLResponse)
def graph(request: Request, wanted: routes.Chosen) -> HTMLResponse:
    """Show the graph with its filters, and the same as a table."""
    whole = atlas(request.app.state.store)
    rows = routes.matching(whole, wanted)
    return show(
        request,
        "graph.html",
        wanted=wanted,
        rows=rows[:TABLE_ROWS],
        matching=len(rows),
        query=request.url.query,
        no_path=bool(wanted.focus and wanted.to) and not surroundings(whole, wanted)[0],
        sources=sorted({s for node in whole.hypotheses for s in node["sources"]}),
        communities=sorted({n["community"] for n in whole.nodes.values() if "community" in n}),
    )


@router.get("/keywords/{name:path}", response_class=HTMLResponse)
def keyword(request: Request, name: str) -> HTMLResponse:
    """Show a keyword with its neighbours, papers and hypotheses."""
    return show(request, "keyword.html", **found(views.keyword(request.app.state.store, name), name))
