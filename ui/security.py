"""Who may ask for a page, and what a page may load: itself."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from hypograph.ui.config import LOOPBACK, UiConfig

COOKIE = "hypograph_session"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
OPEN_PATHS = ("/login", "/static/", "/healthz")


def session_value(token: str) -> str:
    """Return the cookie that a right token earns; the token itself is never stored in the browser."""
    return hmac.new(token.encode(), b"hypograph pages", hashlib.sha256).hexdigest()


def guard(app: FastAPI, config: UiConfig) -> None:
    """Check host names (against DNS rebinding) and the session of each request, and set the headers."""
    allowed = {*LOOPBACK, config.host}

    @app.middleware("http")
    async def _check(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        name = (request.url.hostname or "").strip("[]")
        if config.token is None and name not in allowed:
            return PlainTextResponse("This server answers to 127.0.0.1 and localhost only.", 421, headers=HEADERS)
        if config.token and not request.url.path.startswith(OPEN_PATHS) and not _knows(request, config.token):
            if request.url.path.startswith("/api/"):
                return PlainTextResponse("A token is needed.", 401, headers=HEADERS)
            return RedirectResponse("/login", 303, headers=HEADERS)
        response = await call_next(request)
        for header, value in HEADERS.items():
            response.headers.setdefault(header, value)
        return response


def _knows(request: Request, token: str) -> bool:
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    cookie = request.cookies.get(COOKIE, "")
    return hmac.compare_digest(bearer.encode(), token.encode()) or hmac.compare_digest(
        cookie.encode(), session_value(token).encode()
    )
