"""The page of one campaign: a laboratory's, or a group of replicates."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from hypograph.ui.pages.campaigns import laboratory, views
from hypograph.ui.rendering import found, show

router = APIRouter(include_in_schema=False)


@router.get("/campaigns/{group}", response_class=HTMLResponse)
def campaign(request: Request, group: str) -> HTMLResponse:
    """Show a campaign."""
    store = request.app.state.store
    if (own := laboratory.campaign(store, group)) is not None:
        return show(request, "live.html", c=own, said=None)
    return show(request, "campaign.html", **found(views.experiments(store, group), group))
