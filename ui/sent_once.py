"""Forms that are sent twice do their work once: a double press, a resent request, a page that was loaded again.

Each form carries a token of its own (field `once`, or the header that our script sends). What the first request with
a token was answered is kept for a while, and the second is given the same answer. A refusal is not kept: what was
corrected may be sent again.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections import OrderedDict
from http.cookies import SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hypograph.ui.forms import BROWSER_COOKIE

HEADER = "X-Once"
BY_SCRIPT = "X-Form"  # our script asks for the place to go instead of being sent there
KEPT, LARGEST = 500, 300_000
_FIELD = re.compile(rb'(?:^|&)once=([\w-]{16,64})(?:&|$)|name="once"\r\n\r\n([\w-]{16,64})\r\n')
Answer = list[Message]


def fresh() -> str:
    """Return a token for one form."""
    return secrets.token_urlsafe(18)


class SentOnce:
    """Answers a form that was sent before with the answer that it got then.

    Parameters
    ----------
    app
        What answers; requests reach it with their whole body in one message.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._answers: OrderedDict[tuple[str, str, str], asyncio.Future[Answer]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a form on, or give the answer that it got before."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"].startswith("/api/"):
            await self.app(scope, receive, send)
            return
        body = await receive()
        headers = Headers(scope=scope)
        key = (_browser(headers), scope["path"], _token(headers, body.get("body", b"")))
        if not key[2]:
            await _replay(await self._answered(scope, body, receive), headers, send)
            return
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = asyncio.get_running_loop().create_future()
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)
            try:
                answer = await self._answered(scope, body, receive)
            except BaseException:
                del self._answers[key]
                known.cancel()
                raise
            if answer[0]["status"] >= 400 or sum(len(m.get("body", b"")) for m in answer) > LARGEST:
                self._answers.pop(key, None)
            known.set_result(answer)
        await _replay(await asyncio.shield(known), headers, send)

    async def _answered(self, scope: Scope, body: Message, receive: Receive) -> Answer:
        given, answer = [body], list[Message]()

        async def read() -> Message:
            return given.pop() if given else await receive()

        async def keep(message: Message) -> None:
            answer.append(message)

        await self.app(scope, read, keep)
        return answer


def _token(headers: Headers, body: bytes) -> str:
    if given := headers.get(HEADER, ""):
        return given[:64] if re.fullmatch(r"[\w-]{16,64}", given) else ""
    found = _FIELD.search(body[:20_000])
    return (found[1] or found[2]).decode() if found else ""


def _browser(headers: Headers) -> str:
    cookie = SimpleCookie(headers.get("cookie", "")).get(BROWSER_COOKIE)
    return cookie.value if cookie else ""


async def _replay(answer: Answer, headers: Headers, send: Send) -> None:
    start, *rest = [dict(message) for message in answer]
    sent = MutableHeaders(raw=list(start["headers"]))
    if start["status"] == 303 and headers.get(BY_SCRIPT):
        text = json.dumps({"go": sent["location"]}).encode()
        kept = [(name, value) for name, value in sent.raw if name not in {b"location", b"content-length"}]
        kept += [(b"content-type", b"application/json"), (b"content-length", str(len(text)).encode())]
        start, rest = {**start, "status": 200, "headers": kept}, [{"type": "http.response.body", "body": text}]
    for message in (start, *rest):
        await send(message)
