"""Bringing papers: a file is read and shown before a corpus takes it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from hypograph.models.core.errors import HypographError
from hypograph.models.core.services import Shelf
from hypograph.ui.problems import FieldError, needed
from hypograph.ui.rendering import show
from hypograph.ui.uploads import sent_file

router = APIRouter(include_in_schema=False)
Token = Annotated[str, Path(max_length=40)]


def _shelf(request: Request) -> Shelf:
    """Return the corpora."""
    service: Shelf | None = request.app.state.services.shelf
    return needed(service, "corpora")


@router.get("/papers/new", response_class=HTMLResponse)
def ask(request: Request, added: str = "", corpus: str = "") -> HTMLResponse:
    """Ask for a file; say what the last one brought."""
    names = _shelf(request).names() if request.app.state.services.shelf else []
    return show(request, "bring_papers.html", names=names, read=None, added=added, corpus=corpus)


@router.post("/papers/new")
async def brought(request: Request) -> Response:
    """Keep a file and show what it holds."""
    _shelf(request)
    async with request.form() as form:
        name, content = await sent_file(form)
    try:
        token = await run_in_threadpool(request.app.state.uploads.keep, name, content)
    except HypographError as error:
        raise FieldError(error.what, where="file") from None
    return RedirectResponse(f"/papers/new/{token}", 303)


@router.get("/papers/new/{token}", response_class=HTMLResponse)
def echo(request: Request, token: Token) -> HTMLResponse:
    """Show what a file holds; nothing is written yet."""
    shelf = _shelf(request)
    file = request.app.state.uploads.find(token)
    values = {"names": shelf.names(), "token": token, "file": file.name, "added": "", "corpus": ""}
    return show(request, "bring_papers.html", read=shelf.read(file), **values)


@router.post("/papers/new/{token}")
def added(
    request: Request,
    token: Token,
    corpus: Annotated[str, Form(max_length=64)] = "main",
    other: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Add the file's papers to a corpus."""
    name = other.strip() or corpus
    file = request.app.state.uploads.find(token)
    try:
        new, total = _shelf(request).add(name, file)
    except HypographError as error:
        raise FieldError(error.what, where="other" if other.strip() else "corpus", expected=error.expected) from None
    request.app.state.uploads.forget(token)
    return RedirectResponse(f"/papers/new?added={new}-{total}&corpus={name}", 303)
