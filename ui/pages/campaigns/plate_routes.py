"""The plate sheets of a laboratory's campaign: to print, and as a table."""

from __future__ import annotations

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from hypograph.ui.api.routes import cell, file
from hypograph.ui.pages.campaigns import laboratory, plates
from hypograph.ui.rendering import found, show

router = APIRouter(include_in_schema=False)
Id = Annotated[str, Path(max_length=80)]
Wells = Annotated[int, Query(ge=0, le=1536)]


@router.get("/campaigns/{campaign}/plates", response_class=HTMLResponse)
def sheet(request: Request, campaign: Id, wells: Wells = 0, order: plates.Order = "rows") -> HTMLResponse:
    """Show where each awaited experiment goes."""
    c = found(laboratory.campaign(request.app.state.store, campaign), campaign)
    made = plates.sheets(c, wells, order)
    size = len(made[0].rows) * len(made[0].columns) if made else wells
    chosen = {"wells": size, "order": order, "formats": list(plates.FORMATS)}
    return show(request, "plates.html", c=c, plates=made, **chosen)


@router.get("/campaigns/{campaign}/plates.csv")
def sheet_file(request: Request, campaign: Id, wells: Wells = 0, order: plates.Order = "rows") -> Response:
    """Return the sheets as a table to fill in."""
    c = found(laboratory.campaign(request.app.state.store, campaign), campaign)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in plates.table(c, plates.sheets(c, wells, order)):
        writer.writerow([cell(v) if isinstance(v, str) else v for v in row])
    return file(out.getvalue(), "text/csv", "plates.csv")
