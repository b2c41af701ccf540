"""Signing in with the pages' token."""

from __future__ import annotations

import hmac
from urllib.parse import parse_qs

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hypograph.ui.rendering import show
from hypograph.ui.security import COOKIE, session_value

router = APIRouter(include_in_schema=False)


@router.get("/login", response_class=HTMLResponse)
def ask(request: Request) -> HTMLResponse:
    """Ask for the token."""
    return show(request, "login.html", wrong=False)


@router.post("/login")
async def login(request: Request) -> Response:
    """Take the token and open the pages."""
    token = request.app.state.config.token
    given = parse_qs((await _short_body(request)).decode("utf-8", "replace")).get("token", [""])[0]
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        return show(request, "login.html", 403, wrong=True)
    response = RedirectResponse("/", 303)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, session_value(token), httponly=True, samesite="strict", secure=secure)
    return response


async def _short_body(request: Request, limit: int = 4096) -> bytes:
    """Read a body that nobody has signed in for, and stop before it fills the memory."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413, "That is too long for a token.")
    return body
