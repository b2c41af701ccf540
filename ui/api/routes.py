"""The HTTP interface: what the pages show, as JSON and files."""

from __future__ import annotations

from typing import Annotated, TypeVar

from fastapi import APIRouter, HTTPException, Query, Request, Response

from hypograph.graph.queries.hypothesis_rows import HypothesisRow
from hypograph.models.core.tabular import guarded
from hypograph.ui.drawing import structures
from hypograph.ui.drawing.documents import Group
from hypograph.ui.forms import HEADER
from hypograph.ui.pages.campaigns import views as campaign_views
from hypograph.ui.pages.elements import views as element_views
from hypograph.ui.pages.overview import views

router = APIRouter(prefix="/api/v1")
T = TypeVar("T")
ABSENT: dict[int | str, dict[str, object]] = {404: {"description": "There is nothing of that name."}}
Text = Annotated[str, Query(max_length=200, description="Text that the statement holds.")]


class TomlResponse(Response):
    """A definition as a file."""

    media_type = "application/toml"


class CsvResponse(Response):
    """A table as a file."""

    media_type = "text/csv"


Level = Annotated[int, Query(ge=0, le=99)]


@router.get("/session", summary="The token that a change must carry", tags=["changes"])
def session(request: Request) -> dict[str, str]:
    """Return the header's name and its value for the cookie that comes with this answer.

    A program that sends the pages' token as `Authorization: Bearer` needs neither.
    """
    return {"header": HEADER, "value": request.app.state.changes.token(request)}


@router.get("/overview", summary="Counts, latest runs, sources, what was spent")
def overview(request: Request) -> dict[str, object]:
    """Return what the overview page shows."""
    return views.overview(request.app.state.store)


@router.get("/hypotheses", summary="Hypotheses, the most probable best first")
def hypotheses(
    request: Request,
    text: Text = "",
    low: Level = 0,
    high: Level = 99,
    limit: Annotated[int, Query(ge=1, le=5000)] = 100,
) -> list[HypothesisRow]:
    """Return hypotheses that match."""
    return views.hypotheses(request.app.state.store, text, low, high, limit)


@router.get("/hypotheses/{key}", summary="One hypothesis with tree, comparisons and evidence", responses=ABSENT)
def hypothesis(request: Request, key: str) -> views.OneHypothesis:
    """Return one hypothesis, or 404."""
    return found(views.hypothesis(request.app.state.store, key))


@router.get(
    "/hypotheses/{key}/space.toml",
    summary="The campaign space of a hypothesis, for `hypograph campaign new`",
    response_class=TomlResponse,
    responses=ABSENT,
)
def space(request: Request, key: str) -> Response:
    """Return the space as TOML, or 404 where the hypothesis has none."""
    row = found(views.hypothesis(request.app.state.store, key))["hypothesis"]
    if not row["space"]:
        raise HTTPException(404, "This hypothesis leaves nothing for an experiment to vary.")
    return file(row["space"], "application/toml", "space.toml")


@router.get("/keywords/{name:path}", summary="One keyword with neighbours, papers and hypotheses", responses=ABSENT)
def keyword(request: Request, name: str) -> dict[str, object]:
    """Return one keyword, or 404."""
    return found(views.keyword(request.app.state.store, name))


@router.get("/elements", summary="Elements with evidence, and the substitutes of one")
def elements(request: Request, symbol: Annotated[str, Query(max_length=3)] = "") -> element_views.Substitutability:
    """Return belief and plausibility of each substitute."""
    return element_views.substitutability(request.app.state.store, symbol or None)


@router.get("/alloys", summary="Predicted alloys")
def alloys(request: Request, limit: Annotated[int, Query(ge=1, le=5000)] = 200) -> list[element_views.Reasoned]:
    """Return predicted alloys, the most probable single-phase first."""
    return element_views.alloys(request.app.state.store, limit)


@router.get("/alloys/next", summary="What to measure next: the alloys expected to cut most ignorance")
def measure_next(
    request: Request,
    symbol: Annotated[str, Query(max_length=3, description="Only alloys that hold this element.")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 10,
) -> list[element_views.Cutting]:
    """Return predicted alloys by the ignorance that measuring each is expected to cut."""
    return element_views.measure_next(request.app.state.store, symbol or None, limit)


@router.get("/alloys/{key}", summary="One alloy with its evidence", responses=ABSENT)
def alloy(request: Request, key: str) -> views.OneAlloy:
    """Return one alloy, or 404."""
    return found(views.alloy(request.app.state.store, key))


@router.get("/campaigns", summary="Groups of replicate campaigns")
def campaigns(request: Request) -> list[Group]:
    """Return every group with mean best and entropy."""
    return campaign_views.groups(request.app.state.store)


@router.get("/campaigns/{group}", summary="One group of replicates with its experiments", responses=ABSENT)
def campaign(request: Request, group: str, limit: Annotated[int, Query(ge=1, le=20_000)] = 1000) -> dict[str, object]:
    """Return the experiments of a group, who chose them and why, or 404."""
    return found(campaign_views.experiments(request.app.state.store, group, limit))


class SvgResponse(Response):
    """A drawing as a file."""

    media_type = "image/svg+xml"


@router.get(
    "/structure.svg",
    summary="A chemical structure, drawn from SMILES",
    response_class=SvgResponse,
    responses={400: {"description": "The text is no SMILES."}},
)
def structure(request: Request, smiles: Annotated[str, Query(min_length=1, max_length=1000)]) -> Response:
    """Return a drawing, or 400 where the text is no SMILES."""
    kept = {"Cache-Control": "private, max-age=86400"}
    return SvgResponse(structures.drawing(smiles), headers=kept)


def cell(text: object) -> str:
    """Keep a spreadsheet from reading text as a formula."""
    return str(guarded(str(text)))


def file(body: str, kind: str, name: str) -> Response:
    """Answer with a file to keep."""
    return Response(body, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def found(value: T | None) -> T:
    """Answer 404 where there is nothing."""
    if value is None:
        raise HTTPException(404, "There is nothing of that name in the graph.")
    return value
