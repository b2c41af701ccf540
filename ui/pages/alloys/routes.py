"""Bringing alloys: a file or a list is read and shown, then the predictor answers; a scan of amounts is drawn."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from hypograph.models.core.documents.evidence import Bounds, Predicted
from hypograph.models.core.errors import HypographError, InputError, UnavailableError
from hypograph.models.core.services import Metallurgist
from hypograph.models.core.typed_number import typed_number
from hypograph.ui.api.routes import cell, file
from hypograph.ui.drawing import scans
from hypograph.ui.problems import FieldError, needed
from hypograph.ui.rendering import show
from hypograph.ui.uploads import sent_file

router = APIRouter(include_in_schema=False)
Token = Annotated[str, Path(max_length=40)]
Text = Annotated[str, Query(max_length=300)]
SHOWN = 500
DOUBTFUL = 0.05  # a phase that is believed less is not named
LONGEST_LIST = 500_000
HEAD = ("alloy", "belief", "plausibility", "pignistic", "ignorance", "conflict", "records_single", "records_multi")


def metallurgist_of(request: Request) -> Metallurgist:
    """Return what answers questions about alloys."""
    service: Metallurgist | None = request.app.state.services.metallurgist
    return needed(service, "a predictor")


@router.get("/alloys/new", response_class=HTMLResponse)
def ask(request: Request) -> HTMLResponse:
    """Ask for a file, a list or a scan."""
    return show(request, "bring_alloys.html", read=None)


@router.post("/alloys/new")
async def brought(request: Request) -> Response:
    """Keep what was brought and show what it holds."""
    metallurgist_of(request)
    async with request.form() as form:
        name, content = await sent_file(form)
        typed = str(form.get("formulas") or "").strip()
    if not content and typed:
        if len(typed) > LONGEST_LIST:
            raise FieldError(f"a list of {len(typed):,} characters", where="formulas", expected="a file for so many")
        content, name = typed.encode(), "list.txt"
    try:
        token = await run_in_threadpool(request.app.state.uploads.keep, name, content)
    except HypographError as error:
        raise FieldError(error.what, where="file") from None
    return RedirectResponse(f"/alloys/new/{token}", 303)


@router.get("/alloys/new/{token}", response_class=HTMLResponse)
def echo(request: Request, token: Token) -> HTMLResponse:
    """Show what was read; nothing is predicted yet."""
    path = request.app.state.uploads.find(token)
    try:
        read, problem = metallurgist_of(request).read(path), ""
    except InputError as error:
        read, problem = None, str(error).replace(str(path), path.name)
    return show(request, "bring_alloys.html", read=read, problem=problem, token=token, file=path.name, most=SHOWN)


@router.get("/alloys/predicted/{token}", response_class=HTMLResponse)
def predicted(request: Request, token: Token, own: bool = False) -> HTMLResponse:
    """Show what the predictor says of the alloys that were brought."""
    path = request.app.state.uploads.find(token)
    metallurgist = metallurgist_of(request)
    read, document = metallurgist.read(path), metallurgist.predict(path, own)
    rows = []
    if document is not None:  # both are in the order of the file
        rows = [
            {**row, "said": said, "likely": _likely(row["phases"])}
            for row, said in zip(document["alloys"], read.rows, strict=True)
        ]
    values = {"token": token, "own": own, "file": path.name, "document": document, "most": SHOWN}
    return show(request, "predicted_alloys.html", read=read, rows=rows, **values)


@router.get("/alloys/predicted/{token}/alloys.csv")
def predicted_file(request: Request, token: Token, own: bool = False) -> Response:
    """Return the predictions as a file."""
    path = request.app.state.uploads.find(token)
    return _csv(metallurgist_of(request).predict(path, own), "predicted.csv")


@router.get("/alloys/scan", response_class=HTMLResponse)
def scan(
    request: Request,
    alloy: Text = "",
    element: Text = "",
    low: Text = "0",
    high: Text = "2",
    second: Text = "",
    low2: Text = "0",
    high2: Text = "2",
) -> HTMLResponse:
    """Draw what the predictor says along amounts of one element, or over those of two."""
    typed = {"alloy": alloy, "element": element, "low": low, "high": high}
    typed |= {"second": second, "low2": low2, "high2": high2}
    document, problem, text = None, "", ""
    if alloy and element:
        try:
            text = _scan_text(typed)
            document = metallurgist_of(request).scan(text)
        except InputError as error:
            problem = str(error)
    learning = bool(text) and document is None and not problem
    axes = [s for s in (element, second) if s]
    drawn = scans.draw(document["alloys"], axes, alloy) if document else []
    values = {"typed": typed, "document": document, "problem": problem, "learning": learning, "text": text}
    return show(request, "scan_alloys.html", drawn=drawn, **values)


@router.get("/alloys/scan.csv")
def scan_file(request: Request, of: Text) -> Response:
    """Return a scan as a file."""
    return _csv(metallurgist_of(request).scan(of), "scan.csv")


def _scan_text(typed: Mapping[str, str]) -> str:
    """Write a scan as `evidence predict --scan` takes it: twenty steps along one element, ten along each of two.

    Raises
    ------
    InputError
        Naming what is no number or no element.
    """
    steps = 10 if typed["second"] else 20
    ranges = [_range(typed["element"], typed["low"], typed["high"], steps)]
    if typed["second"]:
        ranges.append(_range(typed["second"], typed["low2"], typed["high2"], steps))
    return f"{', '.join(ranges)} in {typed['alloy'].strip()}"


def _range(symbol: str, start: str, end: str, steps: int) -> str:
    first, last = typed_number(start), typed_number(end)
    if not 0 <= first < last <= 1000 or last - first < 1e-4:
        raise InputError(f"amounts of {symbol.strip()[:3]} from {start[:20]} to {end[:20]}", expected="such as 0 to 2")
    low, high, step = (f"{v:.8f}".rstrip("0").rstrip(".") for v in (first, last, (last - first) / steps))
    return f"{symbol.strip()} {low}:{high}:{step}"


def _likely(phases: Mapping[str, Bounds]) -> list[tuple[str, float, float]]:
    """Return the two phases that are believed most, with belief and plausibility."""
    found = [(name, p["belief"], p["plausibility"]) for name, p in phases.items()]
    return sorted((row for row in found if row[1] >= DOUBTFUL), key=lambda row: -row[1])[:2]


def _csv(document: Predicted | None, name: str) -> Response:
    if document is None:
        raise UnavailableError("the predictor is still learning", hint="Ask again in half a minute.")
    rows = document["alloys"]
    elements = sorted({e for row in rows for e in row["atomic_percent"]})
    phases = list(rows[0]["phases"]) if rows else []
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    tail = [f"{re.sub('[^a-z0-9]+', '_', p.lower())}_{end}" for p in phases for end in ("belief", "plausibility")]
    writer.writerow([*HEAD, *(f"{e}_at_percent" for e in elements), *tail])
    for row in rows:
        records = row["records"]
        bounds = [row["belief"], row["plausibility"], row["pignistic"], row["ignorance"], row["conflict"]]
        numbers = [*bounds, records["single"], records["multi"]]
        percent = [row["atomic_percent"].get(e, 0) for e in elements]
        ends = [v for p in phases for v in (row["phases"][p]["belief"], row["phases"][p]["plausibility"])]
        writer.writerow([cell(row["alloy"]), *numbers, *percent, *ends])
    return file(out.getvalue(), "text/csv", name)
