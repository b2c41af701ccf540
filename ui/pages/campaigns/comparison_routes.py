"""The comparison of campaigns: its page, and the same as JSON, CSV and figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from hypograph.graph import GraphStore
from hypograph.models.core.errors import InputError
from hypograph.ui.api.routes import CsvResponse, cell, file
from hypograph.ui.drawing import figures
from hypograph.ui.drawing.documents import Compared, Group
from hypograph.ui.pages.campaigns import comparison, exploration, views
from hypograph.ui.pages.campaigns.choice import Choice, chosen
from hypograph.ui.rendering import show

router = APIRouter()
Chosen = Annotated[Choice, Query()]
WRONG: dict[int | str, dict[str, object]] = {400: {"description": "What was chosen does not fit together."}}
MOST_TICKS = 400  # replicates that are listed to be left out one by one
TITLES = {
    "best": ("Best so far", "Median over replicates; band: quartiles."),
    "regret": ("Regret", "Distance to the optimum, median over replicates."),
    "entropy": ("Entropy of exploration", "How evenly options were tried, as published; mean over replicates."),
    "trade": ("Entropy beside performance", "At the end of the campaigns; bar: quartiles."),
    "survival": ("Survival to the threshold", "Share of replicates that have not reached it (Kaplan–Meier)."),
}


class Drawn(Choice):
    """A figure of a comparison."""

    figure: Annotated[str, Field(max_length=20, description=f"{', '.join(figures.FIGURES)}, coverage or parallel.")]
    table: Annotated[str, Field(max_length=400, description="The table, for coverage and parallel.")] = ""


class SvgResponse(Response):
    """A figure as a file."""

    media_type = "image/svg+xml"


@router.get("/campaigns", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request) -> HTMLResponse:
    """Show every group, and the chosen ones side by side."""
    store, choice = request.app.state.store, chosen(request.query_params)
    groups = views.groups(store)
    values: dict[str, object] = {"groups": groups, "choice": choice, "found": None, "titles": TITLES}
    if choice.group:
        values |= _side_by_side(store, choice, groups)
    return show(request, "campaigns.html", **values)


def _side_by_side(store: GraphStore, choice: Choice, groups: list[Group]) -> dict[str, object]:
    found, lines = comparison.compare(store, choice, groups)
    if not lines:
        return {"found": found}
    drawn = {name: draw(found).svg() for name, draw in figures.FIGURES.items()}
    series = found["series"]
    coverage = exploration.coverage(store, lines)
    steps = exploration.steps(store, lines, choice.replicate)
    tables = list(dict.fromkeys(s["table"] for s in steps))
    parallel = {t: figures.parallel(t, [s for s in steps if s["table"] == t], found["outcome"]) for t in tables}
    return {
        "found": found,
        "drawn": drawn,
        "coverage": [(part["table"], figures.coverage(part, series)) for part in coverage],
        "parallel": parallel,
        "steps": steps,
        "replicates": _replicates(store, [g for g in groups if g["group"] in choice.group]),
        "most": max(s["replicates"] for s in series),
    }


def _replicates(store: GraphStore, groups: list[Group]) -> list[dict[str, object]]:
    """List the replicates of the groups groups, to be left out one by one, where they are not too many."""
    if sum(g["replicates"] for g in groups) > MOST_TICKS:
        return []
    read = views.trajectories(store, groups)
    return [
        {"label": f"{g['table']}, {g['method']}", "rows": list(zip(t.ids, t.seeds, t.best[:, -1], strict=True))}
        for g in groups
        if (t := read[g["group"]]).index
    ]


@router.get("/api/v1/campaigns/compare", summary="Groups side by side", responses=WRONG)
def compare(request: Request, choice: Chosen) -> Compared:
    """Return the lines with best so far, regret, entropy, survival and the difference to one of them."""
    found, _ = comparison.compare(request.app.state.store, choice)
    return found


@router.get(
    "/api/v1/campaigns/compare.csv",
    summary="The same as CSV, a row a line and experiment",
    response_class=CsvResponse,
    responses=WRONG,
)
def compare_csv(request: Request, choice: Chosen) -> Response:
    """Return best so far, regret, entropy and survival experiment by experiment."""
    found, _ = comparison.compare(request.app.state.store, choice)
    header = ["line", "replicates", "experiment", "median", "q25", "q75", "regret", "entropy", "not_reached", "unit"]
    return _table(header, _curves(found))


def _curves(found: Compared) -> Iterator[list[object]]:
    for s in found["series"]:
        left = s["survival"]["not_reached"] if s["survival"] else []
        columns = zip(s["index"], s["median"], s["q25"], s["q75"], s["regret"], s["entropy"], strict=True)
        for index, *row in columns:
            waits = left[index] if index < len(left) else None
            yield [s["label"], s["replicates"], index, *row, waits, found["unit"]]


@router.get(
    "/api/v1/campaigns/summary.csv",
    summary="A row a line: end, threshold, difference, cost",
    response_class=CsvResponse,
    responses=WRONG,
)
def summary_csv(request: Request, choice: Chosen) -> Response:
    """Return what the comparison's table shows."""
    found, _ = comparison.compare(request.app.state.store, choice)
    header = [
        *("line", "replicates", "experiments", "median", "q25", "q75", "mean", "sd", "entropy", "reached"),
        *("mean_experiments_to_threshold", "difference", "low", "high", "pairs", "superiority", "seconds"),
    ]
    return _table(header, _ends(found))


def _ends(found: Compared) -> Iterator[list[object]]:
    for s in found["series"]:
        ends = [s["median"][-1], s["q25"][-1], s["q75"][-1]]
        d, survival = s["difference"], s["survival"]
        compared = [d["mean"], d["low"], d["high"], d["pairs"], d["superiority"]] if d else [None] * 5
        waits = [survival["reached"], survival["restricted_mean_time"]] if survival else [None] * 2
        spread = [s["final"]["mean"], s["final"]["sd"], s["entropy"][-1]]
        yield [s["label"], s["replicates"], s["experiments"], *ends, *spread, *waits, *compared, s["seconds"]]


def _table(header: list[str], rows: Iterator[list[object]]) -> Response:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([cell(v) if isinstance(v, str) else v for v in row])
    return file(out.getvalue(), "text/csv", "campaigns.csv")


@router.get(
    "/api/v1/campaigns/figure.svg",
    summary="One figure of the comparison as SVG",
    response_class=SvgResponse,
    responses=WRONG,
)
def figure(request: Request, choice: Annotated[Drawn, Query()]) -> Response:
    """Return a figure with its legend, to be used elsewhere."""
    store, figure, table = request.app.state.store, choice.figure, choice.table
    found, lines = comparison.compare(store, choice)
    if not lines:
        raise InputError("there is nothing to draw", where="group", expected="groups with results")
    if figure in figures.FIGURES:
        body = figures.with_legend(figures.FIGURES[figure](found), found["series"])
    elif figure == "coverage":
        parts = exploration.coverage(store, lines)
        body = figures.coverage(next((p for p in parts if p["table"] == table), parts[0]), found["series"], alone=True)
    elif figure == "parallel":
        steps = exploration.steps(store, lines, choice.replicate)
        name = table if any(s["table"] == table for s in steps) else steps[0]["table"]
        body = figures.parallel(name, [s for s in steps if s["table"] == name], found["outcome"], alone=True)
    else:
        known = ", ".join([*figures.FIGURES, "coverage", "parallel"])
        raise InputError("no such figure", where=f"figure {figure}", expected=known)
    return file(body, "image/svg+xml", f"{figure}.svg")
