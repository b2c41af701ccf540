"""What is said when something goes wrong: in one sentence, as JSON, beside the field of a form, or as a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.templating import Jinja2Templates
from starlette.exceptions import HTTPException

from hypograph.models.core.errors import HypographError, InputError, SettingError
from hypograph.ui.sent_once import BY_SCRIPT

Answer = Callable[..., Response]


Service = TypeVar("Service")


def needed(found: Service | None, without: str) -> Service:
    """Return a service of the pages.

    Parameters
    ----------
    without
        What the pages lack where there is none.

    Raises
    ------
    SettingError
        If the pages were started without it.
    """
    if found is None:
        raise SettingError(f"these pages were started without {without}", hint="Start them with `hypograph ui`.")
    return found


class FieldError(InputError):
    """One field of a form is wrong; `where` is the field's name."""


def answer_with(templates: Jinja2Templates, headers: Mapping[str, str]) -> Answer:
    """Make what says a problem in the form that whoever asked can show.

    Parameters
    ----------
    templates
        Holds ``error.html``.
    headers
        Headers that go with every answer.
    """

    def answer(request: Request, status: int, text: str, field: str = "") -> Response:
        if request.url.path.startswith("/api/") or request.headers.get(BY_SCRIPT):
            found = {"detail": text} | ({"field": field} if field else {})
            return JSONResponse(found, status, headers=dict(headers))
        shown = {"status": status, "text": text, "back": request.method == "POST"}
        return templates.TemplateResponse(request, "error.html", shown, status_code=status, headers=dict(headers))

    return answer


def handle_errors(app: FastAPI, answer: Answer) -> None:
    """Say every error that a page or the interface meets in one sentence."""

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        return answer(request, error.status_code, str(error.detail))

    @app.exception_handler(HypographError)
    async def ours(request: Request, error: HypographError) -> Response:
        if isinstance(error, FieldError):
            text = f"{error.what}; expected {error.expected}" if error.expected else error.what
            return answer(request, 400, text, error.where)
        field = error.where if isinstance(error, InputError) else ""
        return answer(request, 400 if isinstance(error, InputError) else 503, str(error), field)

    @app.exception_handler(RequestValidationError)
    async def refused(request: Request, error: RequestValidationError) -> Response:
        field, text = sentence(error.errors())
        return answer(request, 422, text, field)


def sentence(errors: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Return the field of the first validation error, and a sentence about it."""
    first = errors[0] if errors else {"loc": (), "msg": "it cannot be read"}
    names = [str(part) for part in first["loc"] if part not in {"body", "query", "path", "form"}]
    field = ".".join(names)
    text = re.sub(r"^(Value error|Assertion failed), ", "", str(first["msg"]))
    text = text[:1].lower() + text[1:]
    return field, f"{field}: {text}" if field else text
