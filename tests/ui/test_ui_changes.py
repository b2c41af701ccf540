"""A change is made only where a page of this server asks for it, and by a credential that browsing lacks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from hypograph.graph import GraphStore, StoreConfig, open_store
from hypograph.graph.core.query import REGISTRY
from hypograph.models.core.errors import InputError, StoreError
from hypograph.ui.app import create_app
from hypograph.ui.config import UiConfig
from hypograph.ui.forms import FIELD, HEADER, LARGEST_BODY
from hypograph.ui.sent_once import BY_SCRIPT

Make = Callable[..., TestClient]


@pytest.fixture
def changed() -> list[str]:
    return []


@pytest.fixture
def make(graph_store: GraphStore, tmp_path: Path, changed: list[str]) -> Make:
    """Serve the pages with one change more, which notes that it was made."""

    def made(token: str | None = None) -> TestClient:
        app: FastAPI = create_app(UiConfig(StoreConfig(tmp_path), token=token), graph_store)
        app.state.store = graph_store

        @app.post("/api/v1/noted")
        @app.post("/noted")
        async def noted(request: Request) -> dict[str, int]:
            async with request.form() as form:
                if form.get("wrong"):
                    raise InputError("it is wrong", where="the form")
                changed.append(str(form.get("what", "")))
            return {"fields": len(form)}

        return TestClient(app, base_url="http://127.0.0.1:8347", follow_redirects=False)

    return made


def token_of(client: TestClient) -> str:
    found = re.search(r'data-csrf="(\w+)"', client.get("/flows").text)
    assert found is not None
    return found[1]


def test_a_page_of_ours_may_change_by_field_or_header(make: Make, changed: list[str]) -> None:
    client = make()
    token = token_of(client)
    assert client.post("/noted", data={FIELD: token, "what": "field"}).status_code == 200
    assert client.post("/noted", data={"what": "header"}, headers={HEADER: token}).status_code == 200
    assert client.post("/noted", files={"file": b"x"}, data={FIELD: token, "what": "file"}).status_code == 200
    told = client.get("/api/v1/session").json()
    assert client.post("/noted", data={"what": "session"}, headers={told["header"]: told["value"]}).status_code == 200
    assert changed == ["field", "header", "file", "session"]


@pytest.mark.parametrize("secret", [None, "a long secret"])
def test_nobody_else_changes_anything(make: Make, changed: list[str], secret: str | None) -> None:
    client = make(secret)
    if secret:
        client.post("/login", content=f"token={secret}")
    token = token_of(client)
    other = make(secret)
    refused = [
        client.post("/noted", data={"what": "no token"}),
        client.post("/noted", data={FIELD: token[::-1]}),
        client.post("/noted", data={FIELD: token}, headers={"origin": "http://evil.example"}),
        client.post("/noted", data={FIELD: token}, headers={"origin": "null"}),
        client.post("/noted", data={FIELD: token}, headers={"origin": "http://127.0.0.1:9999"}),
        client.post("/noted", data={FIELD: token}, headers={"sec-fetch-site": "cross-site"}),
        client.put("/noted", headers={"origin": "http://evil.example", HEADER: token}),
        client.post("/api/v1/noted", json={}, headers={"origin": "http://evil.example", HEADER: token}),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert "nothing was changed" in refused[0].text
    # Another browser's token, and no session at all.
    assert other.post("/noted", data={FIELD: token}).status_code in {303, 403}
    assert changed == []
    assert client.post("/login", content="token=x", headers={"origin": "http://evil.example"}).status_code == 403


def test_a_program_with_the_token_needs_no_page(make: Make, changed: list[str]) -> None:
    client = make("a long secret")
    right = {"authorization": "Bearer a long secret"}
    assert client.post("/api/v1/noted", data={"what": "robot"}, headers=right).status_code == 200
    assert client.post("/api/v1/noted", headers={"authorization": "Bearer wrong"}).status_code == 401
    assert changed == ["robot"]


def test_a_problem_is_one_sentence_in_the_form_that_was_asked_for(make: Make) -> None:
    client = make()
    token = token_of(client)
    form = {FIELD: token, "wrong": "1"}
    page = client.post("/noted", data=form)
    assert (page.status_code, "the form: it is wrong" in page.text, "<html" in page.text) == (400, True, True)
    part = client.post("/noted", data=form, headers={BY_SCRIPT: "1"})
    assert (part.status_code, part.json()) == (400, {"detail": "the form: it is wrong", "field": "the form"})
    told = client.post("/api/v1/noted", data=form)
    assert (told.status_code, told.json()) == (400, {"detail": "the form: it is wrong", "field": "the form"})


def test_what_is_too_long_is_not_read(make: Make, changed: list[str]) -> None:
    client = make()
    headers = {HEADER: token_of(client), "content-type": "application/x-www-form-urlencoded"}

    def endless() -> object:
        for _ in range(50):
            yield b"x" * (LARGEST_BODY // 20)

    assert client.post("/noted", content=endless(), headers=headers).status_code == 413
    assert client.post("/noted", content=b"x" * (LARGEST_BODY + 1)).status_code in {403, 413}
    assert changed == []


def test_who_browses_cannot_write(graph_server: GraphStore, tmp_path: Path) -> None:
    """The pages' reading credential is refused by the server itself, whatever the statement."""
    if graph_server.config.uri is not None:
        pytest.skip("Neo4j Community has no roles")
    with open_store(graph_server.config, reader=True) as store:
        writing = REGISTRY["tests_clear"]
        with pytest.raises(StoreError, match="refused"):
            store.read(writing)
        assert store.counts()
        store.run_command(writing)
