"""The map and the papers: everything in the store is there, found, and said without a script."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from ui_planted import HOSTILE, planted

from hypograph.graph import GraphStore, StoreConfig
from hypograph.graph.maps import kept, places
from hypograph.graph.maps.kept import opened, world, write
from hypograph.models.core.records import Node, Outcome, Unit
from hypograph.ui.app import create_app
from hypograph.ui.config import UiConfig


@pytest.fixture
def client(graph_store: GraphStore, tmp_path: Path) -> TestClient:
    graph_store.commit(planted())
    app = create_app(UiConfig(StoreConfig(tmp_path)), graph_store)
    app.state.store = graph_store
    return TestClient(app, base_url="http://127.0.0.1:8347")


def test_the_map_holds_everything_in_the_store(client: TestClient, graph_store: GraphStore) -> None:
    drawn = client.get("/api/v1/map").json()
    counts = graph_store.counts()
    by_kind = {kind: drawn["kind"].count(i) for i, kind in enumerate(drawn["kinds"])}
    assert by_kind == {
        "keyword": counts["Keyword"],
        "publication": counts["Publication"],
        "alloy": counts["Alloy"],
        "hypothesis": counts["Hypothesis"],
    }
    n = len(drawn["kind"])
    assert all(len(drawn[name]) == n for name in ("group", "x", "y", "use", "first", "last"))
    assert all(0 <= v <= drawn["grid"] for name in "xy" for v in drawn[name])
    assert max(drawn["lines"], default=0) < n
    again = client.get("/api/v1/map", headers={"if-none-match": f'"{drawn["version"]}"'})
    assert again.status_code == 304


def test_a_search_finds_keywords_papers_and_hypotheses(client: TestClient) -> None:
    for text, key in (("anneal", "k:annealing"), ("10.1/x", "p:10.1/x"), ("idea", "h:h0"), ("CoCr", "a:Co-Cr")):
        assert key in [row["key"] for row in client.get("/api/v1/map/search", params={"text": text}).json()]
    node = client.get("/api/v1/map/node", params={"key": "h:h1"}).json()
    assert node["node"]["label"] == "refined"
    assert client.get("/api/v1/map/node", params={"key": "k:nothing"}).status_code == 404
    page = client.get("/map", params={"text": "anneal"}).text
    assert "/keywords/annealing" in page


def test_names_are_of_the_map_that_was_drawn(client: TestClient, graph_store: GraphStore) -> None:
    drawn = world(graph_store)
    row = drawn.index["p:10.1/x"]
    found = client.get("/api/v1/map/names", params={"of": str(row), "version": drawn.version}).json()
    assert found[0][:2] == [row, "p:10.1/x"]
    old = client.get("/api/v1/map/names", params={"of": str(row), "version": "older"})
    assert (old.status_code, "anew" in old.json()["detail"]) == (404, True)


@settings(max_examples=20)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=12), st.integers(0, 5))
def test_islands_do_not_overlap_and_stay_where_they_are(sizes: list[int], seed: int) -> None:
    joins = {(i, i + 1): float(seed + 1) for i in range(len(sizes) - 1)}
    centres, radii = places.islands(np.array(sizes), joins)
    apart = np.sqrt(((centres[:, None] - centres[None]) ** 2).sum(-1)) + np.eye(len(sizes)) * 1e9
    assert (apart > 0.9 * (radii[:, None] + radii[None])).all()
    assert np.array_equal(centres, places.islands(np.array(sizes), joins)[0])


def test_papers_are_listed_filtered_and_taken_along(client: TestClient) -> None:
    page = client.get("/papers").text
    assert "1 of 1 papers" in page
    assert "<script>alert" not in page
    assert client.get("/api/v1/papers", params={"text": "nowhere"}).json()["matching"] == 0
    assert "doi = {10.1/x}" in client.get("/api/v1/papers.bib").text
    one = client.get("/papers/10.1/x")
    assert one.status_code == 200
    assert HOSTILE not in one.text
    refused = client.get("/papers", params={"low": "soon"})
    assert (refused.status_code, "a year" in refused.text) == (400, True)
    assert client.get("/papers/10.1/none").status_code == 404


def test_an_element_is_replaced_in_an_alloy(client: TestClient) -> None:
    page = client.get("/elements", params={"symbol": "Co", "alloy": "CoCrFeNi"}).text
    assert "Instead of Co in CoCrFeNi" in page
    assert "Co 25" in page
    assert "is not in" in client.get("/elements", params={"symbol": "W", "alloy": "CoCr"}).text
    assert 'role="alert"' in client.get("/elements", params={"symbol": "Co", "alloy": "Xx2"}).text
    assert ">Nd<" in page  # the f block is there


def test_a_map_is_kept_in_a_file_and_a_broken_file_is_none(graph_store: GraphStore, tmp_path: Path) -> None:
    graph_store.commit(planted())
    drawn, path = world(graph_store), tmp_path / "map.json.gz"
    write(path, drawn)
    again = opened(path)
    assert again is not None
    assert (again.nodes, again.group, again.drawn, again.mentions) == (
        drawn.nodes,
        drawn.group,
        drawn.drawn,
        drawn.mentions,
    )
    assert (again.version, again.near) == (drawn.version, drawn.near)
    whole = path.read_bytes()
    torn = (b"", whole[: len(whole) // 2], whole[:20] + b"\x00" * 8 + whole[28:])
    for broken in (*torn, gzip.compress(b'{"format": 1}')):
        path.write_bytes(broken)
        assert opened(path) is None
    assert opened(tmp_path / "none") is None


def test_a_large_store_is_shown_as_it_was_and_read_behind(
    client: TestClient, graph_store: GraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "WORTH", 1)
    monkeypatch.setattr(kept, "place", lambda store: tmp_path / "maps" / "map.json.gz")
    path = kept.keep(graph_store)
    assert path is not None
    kept._kept.pop(graph_store, None)
    drawn = client.get("/api/v1/map").json()  # of the file
    graph_store.commit(Unit("more", "test", Outcome({}, [Node("Keyword", "quenching", {"df": 1})], ()), "test"))
    client.get("/map")
    kept.settle()
    later = client.get("/api/v1/map").json()
    assert len(later["kind"]) == len(drawn["kind"]) + 1
    assert later["version"] != drawn["version"]
    again = opened(path)
    assert again is not None
    assert "k:quenching" in again.index
