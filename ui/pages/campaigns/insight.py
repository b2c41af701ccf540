"""What a campaign's surrogate says: what counts, along each parameter, at any point, and when to stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse
from typing_extensions import TypedDict

from hypograph.graph import GraphStore
from hypograph.graph.campaigns import folder as folders
from hypograph.models.campaigns.laboratory.insight import insight
from hypograph.models.core.documents.campaigns import Insight, Level
from hypograph.models.core.errors import InputError
from hypograph.models.core.typed_number import typed_number
from hypograph.ui.drawing import slices
from hypograph.ui.pages.campaigns.laboratory_routes import REFUSALS
from hypograph.ui.problems import FieldError
from hypograph.ui.rendering import show

router = APIRouter()
Id = Annotated[str, Path(max_length=200, description="The campaign's id.")]
PREFIX = "x:"


class Dimension(TypedDict):
    """A parameter with its levels, for the form that asks for a point."""

    name: str
    levels: list[Level]
    unit: str


class InsightPage(Insight):
    """What the surrogate says, and the space that it says it of."""

    space: list[Dimension]


def told(store: GraphStore, campaign: str, given: Mapping[str, str] | None = None) -> InsightPage:
    """Return what the surrogate says, with a prediction at a point that somebody typed.

    Raises
    ------
    InputError
        With fewer than two finished experiments.
    FieldError
        Naming the value that cannot be used.
    """
    found = folders.load(folders.folder_of(store, campaign))
    space = found.definition.space
    point: dict[str, Level] = {}
    for p in space.parameters if given else ():
        text, field = (given or {}).get(PREFIX + p.name, "").strip(), PREFIX + p.name
        try:
            point[p.name] = text if p.options else typed_number(text)
        except InputError as error:
            raise FieldError(error.what, where=field, expected=error.expected) from None
    try:
        document = insight(found.definition, found.events, at=[point] if point else [])
    except InputError as error:
        if not point:
            raise
        raise FieldError(str(error), where=PREFIX + space.parameters[0].name) from None
    return {**document, "space": [{"name": p.name, "levels": list(p.levels), "unit": p.unit} for p in space.parameters]}


@router.get("/campaigns/{campaign}/insight", response_class=HTMLResponse, include_in_schema=False)
def part(request: Request, campaign: Id) -> HTMLResponse:
    """Show it as a part of the campaign's page."""
    given = {name: value for name, value in request.query_params.items() if name.startswith(PREFIX)}
    document = told(request.app.state.store, campaign, given)
    drawn = [(o["name"], [slices.predicted(s, o["name"]) for s in o["slices"]]) for o in document["objectives"]]
    values = {"i": document, "drawn": drawn, "given": given, "campaign": campaign}
    return show(request, "insight_model.html", layout="part.html", **values)


@router.get("/api/v1/campaigns/{campaign}/insight", summary="What counts, and when to stop", responses=REFUSALS)
def as_json(request: Request, campaign: Id, ahead: Annotated[int, Query(ge=1, le=1000)] = 5) -> Insight:
    """Return importance of parameters, slices through the best point, and the chance of a gain."""
    found = folders.load(folders.folder_of(request.app.state.store, campaign))
    return insight(found.definition, found.events, ahead=ahead)
