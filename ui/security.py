"""Who may ask for a page, and what a page may load: itself."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse

from hypograph.ui.config import LOOPBACK, UiConfig
from hypograph.ui.forms import READING, BodyLimit, Changes, foreign, with_browser

COOKIE = "hypograph_session"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # To this server only: with no referrer at all a browser hides from where it posts a form, even from us.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
OPEN_PATHS = ("/login", "/static/", "/healthz")


def session_value(token: str) -> str:
    """Return the cookie that a right token earns; the token itself is never stored in the browser."""
    return hmac.new(token.encode(), b"hypograph pages", hashlib.sha256).hexdigest()


def guard(app: FastAPI, config: UiConfig, answer: Callable[[Request, int, str], Response]) -> None:
    """Check host names (against DNS rebinding), the session and each change, and set the headers.

    Parameters
    ----------
    answer
        Says to whoever asked, in the form they asked for, what was refused.
    """
    allowed = {*LOOPBACK, config.host}
    changes = app.state.changes = Changes(config.token)

    @app.middleware("http")
    async def _check(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if (problem := unreadable(request)) is not None:
            if request.scope["path"].startswith("/api/"):
                return JSONResponse({"detail": problem}, 400, headers=HEADERS)
            return PlainTextResponse(problem, 400, headers=HEADERS)
        name = (request.url.hostname or "").strip("[]")
        if config.token is None and name not in allowed:
            return PlainTextResponse("This server answers to 127.0.0.1 and localhost only.", 421, headers=HEADERS)
        if config.token and not request.url.path.startswith(OPEN_PATHS) and not _knows(request, config.token):
            if request.url.path.startswith("/api/"):
                return JSONResponse({"detail": "A token is needed."}, 401, headers=HEADERS)
            return RedirectResponse("/login", 303, headers=HEADERS)
        refused = await _refused(request, config, changes)
        response = answer(request, 403, refused) if refused else await with_browser(request, call_next)
        for header, value in HEADERS.items():
            response.headers.setdefault(header, value)
        return response

    def known(request: Request) -> bool:
        return config.token is None or _knows(request, config.token)

    app.add_middleware(BodyLimit, answer=answer, known=known)


def unreadable(request: Request) -> str | None:
    """Say what of an address no page can read, before anything looks at it; None where all is in order."""
    try:
        _ = request.url.hostname, request.url.port
        parts = [
            request.scope["path"],
            *(x for pair in parse_qsl(request.url.query, keep_blank_values=True, errors="strict") for x in pair),
        ]
    except ValueError:  # also bytes that are no text, and more fields than anybody sends
        return "This address cannot be read."
    if any("\x00" in part or any("\ud800" <= c <= "\udfff" for c in part) for part in parts):
        return "This address holds characters that no text has."
    return None


async def _refused(request: Request, config: UiConfig, changes: Changes) -> str | None:
    if request.method in READING or _bears(request, config.token):
        return None
    if request.url.path == "/login":  # who signs in has no page of ours yet, but a browser still says from where
        return "Another site tried to sign in here." if foreign(request) else None
    return await changes.problem(request)


def _bears(request: Request, token: str | None) -> bool:
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return token is not None and hmac.compare_digest(given.encode(), token.encode())


def _knows(request: Request, token: str) -> bool:
    cookie = request.cookies.get(COOKIE, "")
    return _bears(request, token) or hmac.compare_digest(cookie.encode(), session_value(token).encode())
