"""Odd requests: numbers of no machine, bytes of no text, forms of no form. None of them is a fault of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from hypograph.graph import GraphStore, StoreConfig
from hypograph.graph.campaigns import folder as folders
from hypograph.ui.app import create_app
from hypograph.ui.config import UiConfig

pytestmark = pytest.mark.one_server
TOKEN = {"authorization": "Bearer a long secret"}
RECORD: dict[str, Any] = {"parameters": [{"name": "heat", "values": [20, 40, 60]}], "objectives": [{"name": "yield"}]}
VALUES = ["99999999999999999999", "-99999999999999999999", "9" * 5000, "1e400", "nan", "inf", "-1", "0", "1.5"]
VALUES += ["%00", "%ED%A0%80", "%FF%FE", "%0D%0A", "..%2F..%2Fetc%2Fpasswd", "x" * 3000, "[", "%25", "%F0%9F%98%80"]
BODIES: list[tuple[str, bytes]] = [
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=", b"--\r\n"),
    ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\nx'),
    ("application/x-www-form-urlencoded", b"count=99999999999999999999&value=nan&id=%00&csrf=%ED%A0%80"),
    ("application/x-www-form-urlencoded; charset=nonsense", b"\xff=\xfe&" * 2000),
    ("application/json", b"[" * 20_000),
    ("application/json", b'{"count": 99999999999999999999, "value": 1e999, "id": "\\ud800", "values": {"yield": NaN}}'),
    ("application/json", b'{"count": ' + b"9" * 5000 + b"}"),
    ("application/json", b"\xff\xfe"),
    ("application/json", b""),
    ("text/plain; charset=nonsense", b"{}"),
    ("\xff/\xff", b"{}"),
]


@pytest.fixture
def pages(graph_store: GraphStore, tmp_path: Path) -> FastAPI:
    from ui_planted import planted

    graph_store.commit(planted())
    laboratory = folders.create(tmp_path / "lab", RECORD)
    folders.keep(graph_store, laboratory)
    app = create_app(UiConfig(StoreConfig(tmp_path), token="a long secret", campaigns=tmp_path / "more"), graph_store)
    app.state.store = graph_store
    return app


def routes(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    # A newer FastAPI keeps an included router as it is.
    members = (getattr(one, "original_router", None) for one in app.routes)
    every = [*app.routes, *(route for router in members if router is not None for route in router.routes)]
    for route in every:
        if isinstance(route, APIRoute) and "/flows" not in route.path and "/runs" not in route.path:
            for method in sorted(route.methods - {"HEAD", "OPTIONS"}):
                yield method, route


def named(route: APIRoute, kind: str) -> list[str]:
    """Names of a route's parameters of a kind: Path or Query."""
    return [p.alias for p in get_flat_params(route.dependant) if type(p.field_info).__name__ == kind]


def addresses(app: FastAPI) -> Iterator[tuple[str, str]]:
    for method, route in routes(app):
        names, fields = (named(route, kind) for kind in ("Path", "Query"))
        sound = route.path.replace(":path}", "}")
        for name in names:
            sound = sound.replace(f"{{{name}}}", "x")
        yield method, sound
        for value in VALUES:
            filled = route.path.replace(":path}", "}")
            for name in names:
                filled = filled.replace(f"{{{name}}}", value)
            if names:
                yield method, filled
            for name in fields:
                yield method, f"{sound}?{quote(name)}={value}"
        yield method, f"{sound}?{'&'.join(f'a{i}=1' for i in range(3000))}"


def ask(app: FastAPI, requests: list[tuple[str, str, dict[str, Any]]]) -> list[str]:
    """Ask the pages; returns what they answered with 500 and above."""

    async def work() -> list[str]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        faults = []
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8347", timeout=60) as client:
            for method, path, more in requests:
                headers = TOKEN | more.pop("headers", {})
                answer = await client.request(method, path, headers=headers, **more)
                if answer.status_code >= 500:
                    faults.append(f"{answer.status_code} {method} {path[:160]} {str(more)[:120]}")
        return faults

    return asyncio.run(work())


@pytest.mark.slow
def test_odd_addresses_are_answered(pages: FastAPI) -> None:
    tried = {path.partition("?")[2].partition("=")[0] for _, path in addresses(pages)}
    assert {"low", "high", "symbol"} <= tried
    faults = ask(pages, [(method, path, {}) for method, path in addresses(pages) if method == "GET"])
    assert not faults, "\n".join(faults)


@pytest.mark.slow
# A form that breaks off leaves its temporary file to the collector of garbage (python-multipart).
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_odd_bodies_are_answered(pages: FastAPI) -> None:
    requests = []
    for method, route in routes(pages):
        if method == "GET":
            continue
        path = route.path.replace(":path}", "}")
        for name in named(route, "Path"):
            path = path.replace(f"{{{name}}}", "x")
        for kind, body in BODIES:
            more: dict[str, Any] = {"content": body, "headers": {"content-type": kind.encode("latin-1")}}
            requests.append((method, path, more))
            requests.append((method, path, {**more, "headers": {**more["headers"], "authorization": ""}}))
    faults = ask(pages, requests)
    assert not faults, "\n".join(faults)


def test_odd_headers_are_answered(pages: FastAPI) -> None:
    odd: list[dict[str, Any]] = [
        {"origin": "http://["},
        {"host": "["},
        {"host": ""},
        {"host": "127.0.0.1:99999999"},
        {"cookie": "hypograph_session=\xff; hypograph_browser=\xff"},
        {"x-csrf-token": "\xff"},
        {"authorization": "Bearer \xff"},
        {"accept-encoding": "\xff"},
        {"if-none-match": "\xff"},
        {"range": "bytes=9-1"},
        {"content-length": "nonsense"},
    ]
    rows = [{k: v.encode("latin-1") for k, v in row.items()} for row in odd]
    static = "/static/icon.svg"
    requests = [
        (method, path, {"headers": row})
        for row in rows
        for method, path in (("GET", "/hypotheses"), ("POST", "/login"), ("POST", "/api/v1/campaigns"), ("GET", static))
    ]
    assert ask(pages, requests) == []
