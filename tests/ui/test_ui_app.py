"""The pages over a store with planted, hostile text: right, safe, and said plainly when empty or absent."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from ui_planted import HOSTILE, planted

from hypograph.graph import GraphStore, StoreConfig
from hypograph.graph.maps.layout import layout
from hypograph.models.core.errors import SettingError
from hypograph.ui.app import PAGES, create_app
from hypograph.ui.config import UiConfig
from hypograph.ui.security import HEADERS

VENDOR = Path(__file__).parents[2] / "ui" / "static" / "vendor"


@pytest.fixture
def client(graph_store: GraphStore, tmp_path: Path) -> TestClient:
    graph_store.commit(planted())
    app = create_app(UiConfig(StoreConfig(tmp_path)), graph_store)
    app.state.store = graph_store
    return TestClient(app, base_url="http://127.0.0.1:8347")


ADDRESSES = [
    *(page.path for page in PAGES),
    "/hypotheses/h0",
    "/hypotheses/h1",
    "/alloys/Co-Cr",
    "/elements?symbol=Co",
    "/reviews",
    "/graph?focus=h:h1&to=k:annealing&hops=1",
    "/campaigns?group=g",
    "/graph?text=" + "idea",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_page_escapes_what_it_shows(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    for name, value in HEADERS.items():
        assert answer.headers[name] == value


def test_a_keyword_with_a_hostile_name_has_a_page(client: TestClient) -> None:
    from urllib.parse import quote

    answer = client.get("/keywords/" + quote(HOSTILE, safe=""))
    assert answer.status_code == 200
    assert "&lt;script&gt;" in answer.text
    assert "<script>alert" not in answer.text


def test_the_graph_joins_what_it_shows(client: TestClient) -> None:
    found = client.get("/api/v1/graph").json()
    keys = {n["key"] for n in found["nodes"]}
    assert {"h:h0", "h:h1", "a:Co-Cr", "k:annealing"} <= keys
    assert all(e["start"] in keys and e["end"] in keys for e in found["edges"])
    assert all(-1 <= n["x"] <= 1 and -1 <= n["y"] <= 1 for n in found["nodes"])
    assert client.get("/api/v1/graph").json() == found
    assert {n["key"] for n in client.get("/api/v1/graph?low=1").json()["nodes"] if n["kind"] == "hypothesis"} == {
        "h:h1"
    }


def test_campaigns_are_compared_over_replicates(client: TestClient) -> None:
    (series,) = client.get("/api/v1/campaigns/compare?group=g").json()["series"]
    assert (series["index"], series["median"], series["replicates"]) == ([1, 2], [1.5, 2.5], 2)
    text = client.get("/api/v1/campaigns/compare.csv?group=g").text
    assert text.splitlines()[1].startswith('"\'=1+1, bo",2,1,1.5')


def test_exports_can_be_read_back(client: TestClient, tmp_path: Path) -> None:
    import networkx as nx

    path = tmp_path / "g.graphml"
    path.write_bytes(client.get("/api/v1/graph.graphml").content)
    made = nx.read_graphml(path, force_multigraph=True)
    assert made.number_of_nodes() == len(client.get("/api/v1/graph").json()["nodes"])


@pytest.mark.parametrize("address", ["/hypotheses/none", "/keywords/none", "/alloys/none", "/nothing"])
def test_what_is_not_there_is_said(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "Back to the overview" in answer.text
    assert client.get("/api/v1" + address).status_code == 404


def test_an_empty_store_says_what_to_run(graph_store: GraphStore, tmp_path: Path) -> None:
    app = create_app(UiConfig(StoreConfig(tmp_path)), graph_store)
    app.state.store = graph_store
    client = TestClient(app, base_url="http://localhost")
    assert "hypograph demo" in client.get("/").text
    assert client.get("/api/v1/graph").json() == {"nodes": [], "edges": [], "path": []}


def test_another_host_name_is_refused(client: TestClient) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421


def test_a_token_is_needed_beyond_this_machine(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="token"):
        UiConfig(StoreConfig(tmp_path), host="0.0.0.0")  # noqa: S104  (that it is refused is the point)


def test_the_token_opens_and_nothing_else_does(graph_store: GraphStore, tmp_path: Path) -> None:
    app = create_app(UiConfig(StoreConfig(tmp_path), host="10.0.0.1", token="a long secret"), graph_store)
    app.state.store = graph_store
    client = TestClient(app, base_url="http://10.0.0.1", follow_redirects=False)
    assert client.get("/").status_code == 303
    assert client.get("/api/v1/overview").status_code == 401
    assert client.post("/login", content="token=wrong").status_code == 403
    assert client.get("/api/v1/overview", headers={"authorization": "Bearer a long secret"}).status_code == 200
    assert client.post("/login", content="token=" + "x" * 5000).status_code == 413
    opened = client.post("/login", content="token=a+long+secret")
    assert opened.status_code == 303
    assert "HttpOnly" in opened.headers["set-cookie"]
    assert "secret" not in opened.headers["set-cookie"]
    assert client.get("/").status_code == 200


def test_vendored_files_are_the_locked_ones() -> None:
    lock = json.loads((VENDOR / "vendor.lock.json").read_text("utf-8"))
    held = {name for row in lock.values() for name in row["files"]}
    for row in lock.values():
        for name, entry in row["files"].items():
            assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == entry["sha256"]
    assert {p.name for p in VENDOR.iterdir() if p.suffix in {".js", ".css"}} == held
    assert all((VENDOR / f"LICENSE-{package}.txt").is_file() for package in lock)


def test_layout_is_the_same_each_time_and_keeps_neighbours_near() -> None:
    edges = np.array([[0, 1], [1, 2], [3, 4], [4, 5], [0, 2], [3, 5]])
    names = list("abcdef")
    places = layout(names, edges, np.ones(6))
    assert np.array_equal(places, layout(names, edges, np.ones(6)))
    assert np.abs(places).max() <= 1.0
    near = np.linalg.norm(places[0] - places[1])
    far = np.linalg.norm(places[0] - places[4])
    assert near < far
    assert layout([], np.zeros((0, 2), dtype=np.int64), np.zeros(0)).shape == (0, 2)
