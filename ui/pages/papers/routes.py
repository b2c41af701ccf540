"""The pages of papers, and the same as JSON and BibTeX."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from hypograph.models.core.errors import InputError
from hypograph.models.core.typed_number import typed_whole
from hypograph.models.literature.bibliography import bibtex
from hypograph.ui.api.routes import ABSENT, file
from hypograph.ui.api.routes import found as or_absent
from hypograph.ui.pages.graph.routes import BibtexResponse
from hypograph.ui.pages.papers import views
from hypograph.ui.problems import FieldError
from hypograph.ui.rendering import found, show

router = APIRouter()
Year = Annotated[str, Query(max_length=6, description="A year; empty for any.")]


def wanted(
    text: Annotated[str, Query(max_length=200, description="Words of title, authors, venue or DOI.")] = "",
    venue: Annotated[str, Query(max_length=300)] = "",
    low: Year = "",
    high: Year = "",
    sort: Annotated[views.Sort, Query()] = "year",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> views.Wanted:
    """Read the filters of the list from the address."""
    return views.Wanted(text, venue, _year(low, "low"), _year(high, "high"), sort, page)


def _year(text: str, field: str) -> int | None:
    try:
        return typed_whole(text, field, 0, 9999) if text.strip() else None
    except InputError as error:
        raise FieldError(error.what, where=field, expected="a year, such as 2019") from None


WRONG: dict[int | str, dict[str, object]] = {400: {"description": "A year is no year; `detail` says which."}}
Wish = Annotated[views.Wanted, Depends(wanted)]


@router.get("/papers", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, wish: Wish) -> HTMLResponse:
    """Show the list."""
    corpora = request.app.state.services.shelf
    names = corpora.names() if corpora else []
    return show(request, "papers.html", wish=wish, corpora=names, **views.overview(request.app.state.store, wish))


@router.get("/papers/{key:path}", response_class=HTMLResponse, include_in_schema=False)
def one(request: Request, key: str) -> HTMLResponse:
    """Show one paper."""
    return show(request, "paper.html", **found(views.paper(request.app.state.store, key), key))


@router.get("/api/v1/papers", summary="Papers with authors, venue and year", tags=["papers"], responses=WRONG)
def as_json(request: Request, wish: Wish) -> dict[str, object]:
    """Return one page of the list, and how many papers match."""
    found = views.overview(request.app.state.store, wish)
    plain = [{k: v for k, v in row.items() if k != "sought"} for row in found["rows"]]
    return {"papers": plain, "matching": found["matching"], "total": found["total"], "page": wish.page}


@router.get(
    "/api/v1/papers.bib",
    summary="The same papers as BibTeX",
    response_class=BibtexResponse,
    tags=["papers"],
    responses=WRONG,
)
def as_bibtex(request: Request, wish: Wish) -> Response:
    """Return every paper that matches, with titles and authors where they are known."""
    rows = views.listed(views.rows(request.app.state.store), wish)
    return file(bibtex(rows), "application/x-bibtex", "papers.bib")


@router.get("/api/v1/paper", summary="One paper with keywords, claims and citations", tags=["papers"], responses=ABSENT)
def one_as_json(request: Request, key: Annotated[str, Query(min_length=1, max_length=500)]) -> dict[str, object]:
    """Return one paper, or 404."""
    return or_absent(views.paper(request.app.state.store, key))
