"""The page of one campaign: a laboratory's, or a group of replicates."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from hypograph.ui.pages.campaigns import laboratory, views
from hypograph.ui.pages.campaigns.laboratory_routes import asking
from hypograph.ui.rendering import found, show

router = APIRouter(include_in_schema=False)


@router.get("/campaigns/{group}", response_class=HTMLResponse)
def campaign(request: Request, group: str, recorded: int = -1, skipped: int = 0) -> HTMLResponse:
    """Show a campaign; the numbers say what became of the rows of a spreadsheet that it was begun from."""
    store = request.app.state.store
    if (own := laboratory.campaign(store, group)) is not None:
        text = f"Begun. {recorded} rows are recorded as results" + (f", {skipped} were left out." if skipped else ".")
        said = {"text": text, "problems": []} if recorded >= 0 else None
        return show(request, "live.html", c=own, said=said, **asking(request))
    return show(request, "campaign.html", **found(views.experiments(store, group), group))
