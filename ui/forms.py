"""Changes that pages ask for: only from a page that this server made, for this browser, and of a bounded size.

Every request that is not a plain reading one is checked, whatever its address, so no new command can forget it:

* its `Origin` (where the browser names one) is this server;
* it carries the token that the page was made with: the form field ``csrf`` or the header ``X-CSRF-Token``. The token
  is an HMAC of the browser's own cookie, so another page, which can read neither, cannot make one. A program that
  shows the pages' token as a bearer is not a browser that can be led astray, and needs none.

See OWASP, Cross-Site Request Forgery Prevention: signed double-submit cookie, with verification of the origin.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BROWSER_COOKIE = "hypograph_browser"
HEADER = "X-CSRF-Token"
FIELD = "csrf"
READING = {"GET", "HEAD", "OPTIONS"}
LARGEST_BODY = 2_000_000
# Where files are brought: libraries of thousands of papers, workbooks.
UPLOADS, LARGEST_UPLOAD = ("/papers/new", "/campaigns/new", "/alloys/new"), 50_000_000
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Changes:
    """Makes the tokens of one server and checks them.

    Parameters
    ----------
    token
        The pages' token; with it several servers, and one that was started anew, take each other's pages.
    """

    def __init__(self, token: str | None) -> None:
        self._secret = hashlib.sha256(b"changes " + token.encode()).digest() if token else secrets.token_bytes(32)

    def token(self, request: Request) -> str:
        """Return the token that a page made for this request must send back."""
        return self._sign(request.state.browser)

    def _sign(self, browser: str) -> str:
        return hmac.new(self._secret, browser.encode(), hashlib.sha256).hexdigest()

    async def problem(self, request: Request) -> str | None:
        """Say why a change is refused, or None where it is not."""
        if foreign(request):
            return "This change was asked for by another site, so nothing was changed."
        given = request.headers.get(HEADER, "")
        if not given and request.headers.get("content-type", "").startswith(FORMS):
            await request.body()  # kept, so that whoever answers the request reads it again
            try:
                async with request.form() as form:
                    field = form.get(FIELD, "")
            except (HTTPException, MultiPartException, ValueError, LookupError):
                return "This form cannot be read, so nothing was changed."
            given = field if isinstance(field, str) else ""
        browser = request.cookies.get(BROWSER_COOKIE, "")
        if not browser or not hmac.compare_digest(given.encode(), self._sign(browser).encode()):
            return "This page is older than the server that it speaks to, so nothing was changed. Load it again."
        return None


def foreign(request: Request) -> bool:
    """Tell whether a browser says that another site sent the request."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("origin")
    try:
        return origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
    except ValueError:  # no origin that a browser sends
        return True


async def with_browser(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Answer a request; a browser that has no cookie of its own yet gets one with its first page."""
    known = request.cookies.get(BROWSER_COOKIE)
    request.state.browser = known or secrets.token_urlsafe(32)
    response = await call_next(request)
    shown = response.headers.get("content-type", "").startswith("text/html") or request.url.path == "/api/v1/session"
    if not known and shown:
        secure = request.url.scheme == "https"
        response.set_cookie(BROWSER_COOKIE, request.state.browser, httponly=True, samesite="strict", secure=secure)
    return response


class BodyLimit:
    """Reads a change's body before anybody else does, and stops where it is longer than any change needs.

    Parameters
    ----------
    answer
        Says to whoever asked what was refused.
    known
        Tells whether the request comes from somebody who may bring files; nobody else's are read into memory.
    most
        Bytes.
    """

    def __init__(
        self,
        app: ASGIApp,
        answer: Callable[[Request, int, str], Response],
        known: Callable[[Request], bool] = lambda request: True,
        most: int = LARGEST_BODY,
    ) -> None:
        self.app, self.answer, self.known, self.most = app, answer, known, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the whole body on, or answer 413."""
        if scope["type"] != "http" or scope["method"] in READING:
            await self.app(scope, receive, send)
            return
        brings = scope["path"].startswith(UPLOADS) and self.known(Request(scope))
        most = LARGEST_UPLOAD if brings else self.most
        body, more = bytearray(), True
        while more and len(body) <= most:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if len(body) > most:
            text = f"That is longer than {most // 1_000_000} MB, so it was not read."
            await self.answer(Request(scope), 413, text)(scope, receive, send)
            return
        whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def read() -> Message:
            return whole.pop() if whole else await receive()

        await self.app(scope, read, send)
