"""A laboratory's campaign through its page and over HTTP: the same events in the same folder as the commands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hypograph.graph import GraphStore, StoreConfig
from hypograph.graph.campaigns import folder as folders
from hypograph.models.core.errors import UnavailableError
from hypograph.ui.app import create_app
from hypograph.ui.config import UiConfig
from hypograph.ui.pages.campaigns import commands
from hypograph.ui.sent_once import BY_SCRIPT

HOSTILE = "<script>alert('x')</script>"
RECORD: dict[str, Any] = {
    "name": f"lab {HOSTILE}",
    "parameters": [{"name": "ligand", "options": ["A", "B", HOSTILE]}, {"name": "heat", "values": [20, 40, 60]}],
    "objectives": [{"name": "yield"}],
    "initial": 2,
}
TOKEN = {"authorization": "Bearer a long secret"}


@pytest.fixture
def folder(graph_store: GraphStore, tmp_path: Path) -> Path:
    campaign = folders.create(tmp_path / "lab", RECORD)
    folders.keep(graph_store, campaign)
    return tmp_path / "lab"


@pytest.fixture
def client(graph_store: GraphStore, tmp_path: Path) -> TestClient:
    app = create_app(UiConfig(StoreConfig(tmp_path), token="a long secret"), graph_store)
    app.state.store = graph_store
    return TestClient(app, base_url="http://127.0.0.1:8347", headers=TOKEN, follow_redirects=False)


@pytest.fixture
def id(folder: Path) -> str:
    return folders.load(folder).definition.id


def test_from_a_suggestion_to_the_next(client: TestClient, folder: Path, id: str) -> None:
    at = f"/api/v1/campaigns/{id}"
    told = client.post(f"{at}/suggest", json={"count": 3}).json()["suggestions"]
    assert [s["id"] for s in told] == ["e1", "e2", "e3"]
    assert client.post(f"{at}/record", json={"id": "e1", "values": {"yield": 10}, "note": HOSTILE}).status_code == 200
    assert client.post(f"{at}/fail", json={"id": "e2"}).status_code == 200
    answer = client.post(f"{at}/csv", content="id,yield\ne3,30\ne9,1\ne3,x\n", headers={"content-type": "text/csv"})
    assert answer.json()["recorded"] == ["e3"]
    assert [p.split(":")[0] for p in answer.json()["problems"]] == ["the file, row 3", "the file, row 4"]
    (fourth,) = client.post(f"{at}/suggest", json={}).json()["suggestions"]
    assert fourth["source"] == "bo"
    assert fourth["mean"] is not None
    assert client.post(f"{at}/undo", json={"id": "e1", "note": "wrong flask"}).status_code == 200
    assert client.post(f"{at}/repeat", json={"id": "e3"}).json()["parameters"] == told[2]["parameters"]
    shown = client.get(f"{at}/live").json()
    assert (shown["done"], shown["failed"], shown["pending"]) == (1, 1, 3)
    assert shown["history"][0]["number"] == len(folders.load(folder).events) == 9
    assert [e["event"] for e in folders.load(folder).events][-2:] == ["undo", "suggest"]
    awaited = client.get(f"{at}/experiments.csv?awaited=true").text.splitlines()
    assert [line.split(",")[0] for line in awaited] == ["id", "e1", "e4", "e5"]


def test_what_the_commands_wrote_is_on_the_page_at_once(client: TestClient, folder: Path, id: str) -> None:
    with folders.changing(folder) as campaign:
        campaign.append(
            [{"event": "suggest", "id": "e1", "parameters": {"ligand": "A", "heat": 20}, "reason": HOSTILE}]
        )
    text = client.get(f"/campaigns/{id}").text
    assert "e1" in text
    assert "&lt;script&gt;" in text
    assert "<script>alert" not in text


def test_the_page_works_without_scripts_and_with_them(client: TestClient, folder: Path, id: str) -> None:
    page = client.get(f"/campaigns/{id}").text
    assert "Nothing is awaited" not in page
    csrf = re.search(r'name="csrf" value="(\w+)"', page)
    assert csrf is not None
    plain = client.post(f"/campaigns/{id}/suggest", data={"csrf": csrf[1], "count": "2"})
    assert (plain.status_code, plain.headers["location"]) == (303, f"/campaigns/{id}")
    part = client.post(f"/campaigns/{id}/record", data={"id": "e1", "value:yield": "7.5"}, headers={BY_SCRIPT: "1"})
    assert "e1 recorded" in part.text
    assert "<html" not in part.text
    sent = {"file": ("plate.csv", b"id,yield\ne2,oops\n", "text/csv")}
    part = client.post(f"/campaigns/{id}/csv", files=sent, headers={BY_SCRIPT: "1"})
    assert "plate.csv, row 2" in part.text
    assert client.post(f"/campaigns/{id}/record", data={"id": "e2", "failed": "1"}).status_code == 303
    assert [e["event"] for e in folders.load(folder).events] == ["suggest", "suggest", "record", "fail"]


@pytest.mark.parametrize(
    ("command", "body", "says"),
    [
        ("record", {"id": "e7", "values": {"yield": 1}}, "no such experiment"),
        ("record", {"id": "e1", "values": {"mass": 1}}, "no such objective"),
        ("record", {"parameters": {"ligand": "Z", "heat": 20}, "values": {"yield": 1}}, "is no option"),
        ("fail", {"id": "e7"}, "no such experiment"),
        ("suggest", {"method": "llm"}, "asks a language model"),
        ("suggest", {"method": "magic"}, "no such method"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    client: TestClient, folder: Path, id: str, command: str, body: dict[str, Any], says: str
) -> None:
    client.post(f"/api/v1/campaigns/{id}/suggest", json={})
    before = (folder / "events.jsonl").read_bytes()
    answer = client.post(f"/api/v1/campaigns/{id}/{command}", json=body)
    assert answer.status_code == 400
    assert says in answer.json()["detail"]
    assert (folder / "events.jsonl").read_bytes() == before


def test_a_folder_elsewhere_is_only_looked_at(client: TestClient, folder: Path, id: str) -> None:
    client.post(f"/api/v1/campaigns/{id}/suggest", json={"count": 2})
    folder.rename(folder.with_name("moved"))
    page = client.get(f"/campaigns/{id}").text
    assert "Only to look at from here" in page
    assert "Record</button>" not in page
    assert client.get(f"/api/v1/campaigns/{id}/live").json()["pending"] == 2
    assert client.post(f"/api/v1/campaigns/{id}/suggest", json={}).status_code == 400
    assert client.get("/api/v1/campaigns/nobody/live").status_code == 404


def test_who_waits_too_long_is_told_and_the_suggestion_comes(graph_store: GraphStore, folder: Path, id: str) -> None:
    with pytest.raises(UnavailableError, match="longer than"):
        commands.suggest(graph_store, id, 2, patience=0.0)
    with folders.changing(folder):
        pass
    commands._making[id].result(60)
    assert [e.get("id") for e in folders.load(folder).events] == ["e1", "e2"]


@pytest.mark.parametrize(("wells", "order", "second"), [(0, "rows", "A2"), (6, "columns", "B1"), (96, "rows", "A2")])
def test_a_plate_sheet_is_printed_and_sent_back(
    client: TestClient, folder: Path, id: str, wells: int, order: str, second: str
) -> None:
    told = client.post(f"/api/v1/campaigns/{id}/suggest", json={"count": 3}).json()["suggestions"]
    page = client.get(f"/campaigns/{id}/plates", params={"wells": wells, "order": order}).text
    assert "<script>alert" not in page
    table = client.get(f"/campaigns/{id}/plates.csv", params={"wells": wells, "order": order}).text
    head, *rows = table.splitlines()
    assert head == "plate,well,id,ligand,heat,yield"
    assert [row.split(",")[:3] for row in rows][:2] == [["1", "A1", told[0]["id"]], ["1", second, told[1]["id"]]]
    filled = "\n".join([head, *(row + "7" for row in rows)]) + "\n"
    answer = client.post(f"/api/v1/campaigns/{id}/csv", content=filled, headers={"content-type": "text/csv"}).json()
    assert (answer["recorded"], answer["problems"]) == ([s["id"] for s in told], [])
    assert "Nothing is awaited" in client.get(f"/campaigns/{id}/plates").text
