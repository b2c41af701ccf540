"""Access to what `hypograph` opens on loopback: secrets, their files, and the guard that asks for them.

The guard stands before a whole ASGI application, pages and sockets included, because Prefect's own check leaves its
event streams and pages out. It answers 421 to a foreign host name (DNS rebinding), 403 to a page of another origin, and
401 to whoever shows no credentials; only the two paths that say "alive" are open.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from hypograph.graph.files.serving import basic
from hypograph.models.core.errors import DiskError

# Names as ASGI gives them: https://asgi.readthedocs.io/en/latest/specs/www.html
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

USER: Final = "hypograph"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
OPEN_PATHS: Final = frozenset({"/api/health", "/api/ready"})
# Environment variable by which `hypograph` tells the server that it starts what opens it.
SECRET_VARIABLE: Final = "_HYPOGRAPH_SERVER_AUTH"  # noqa: S105  (a name)


def new_auth_string() -> str:
    """Make credentials of a server: ``hypograph:SECRET``, the form of `PREFECT_API_AUTH_STRING`."""
    return f"{USER}:{secrets.token_urlsafe(32)}"


def configured_auth() -> str | None:
    """Credentials of a Prefect server that the user configured (`PREFECT_API_AUTH_STRING`), or None."""
    return os.environ.get("PREFECT_API_AUTH_STRING") or None


def bearer(token: str) -> str:
    """Return the value of the `Authorization` header for a token."""
    return f"Bearer {token}"


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all.

    Raises
    ------
    DiskError
        If it cannot be written.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.unlink(missing_ok=True)
        with open(part, "x", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(text)
        os.replace(part, path)
    except OSError as error:
        raise DiskError(f"cannot be written ({error.strerror})", where=str(path)) from error


def refusal(headers: Iterable[tuple[bytes, bytes]], wanted: str | None) -> tuple[int, str] | None:
    """Say why a request is refused: status and sentence; None where it is let through.

    Parameters
    ----------
    headers
        Names in lower case, and values.
    wanted
        Value of `Authorization` that opens; None where the path is open to all.
    """
    given = [(name, value.decode("latin-1")) for name, value in headers]
    hosts = [value for name, value in given if name == b"host"]
    port = _port(hosts[0]) if len(hosts) == 1 else None
    if port is None:
        return 421, "This server answers to 127.0.0.1 and localhost only."
    for origin in (value for name, value in given if name == b"origin"):
        scheme, _, rest = origin.partition("://")
        # Another port of this machine is another user's page as likely as ours.
        if scheme != "http" or _port(rest) != port:
            return 403, "Another site asked; this server answers to its own pages only."
    if wanted is None:
        return None
    shown = [value for name, value in given if name == b"authorization"]
    if len(shown) != 1 or not hmac.compare_digest(shown[0].encode("latin-1"), wanted.encode("latin-1")):
        return 401, "Credentials are needed."
    return None


def _port(host: str) -> int | None:
    """Port of a loopback host; None for any other host."""
    try:
        parts = urlsplit(f"//{host}")
        own = parts.hostname in LOOPBACK and not parts.path and parts.username is None
        return (parts.port or 80) if own else None
    except ValueError:
        return None


class Guard:
    """An ASGI application behind credentials.

    Parameters
    ----------
    application
        What is guarded: HTTP requests and sockets.
    auth_string
        Credentials ``user:password``.
    """

    def __init__(self, application: Application, auth_string: str) -> None:
        self.application, self._wanted = application, basic(auth_string)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on what shows the credentials."""
        if scope["type"] not in {"http", "websocket"}:
            await self.application(scope, receive, send)
            return
        is_open = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} and scope["path"] in OPEN_PATHS
        refused = refusal(scope["headers"], None if is_open else self._wanted)
        if refused is None:
            await self.application(scope, receive, send)
        elif scope["type"] == "http":
            await _answer(send, *refused)
        else:
            await receive()  # the client's "connect"
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: the handshake gets a 403


async def _answer(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"detail": sentence}).encode("utf-8")
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode("ascii"))]
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="hypograph", charset="UTF-8"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
