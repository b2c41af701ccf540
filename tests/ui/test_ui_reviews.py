"""What a person decides on the pages: comparisons, merge candidates, a campaign from a hypothesis."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from ui_planted import planted

from hypograph.flows.literature.merges import decided_merges
from hypograph.graph import GraphStore, StoreConfig
from hypograph.graph.campaigns import folder as folders
from hypograph.graph.people.reviews import answer_comparison
from hypograph.models.core.errors import InputError
from hypograph.ui.app import create_app
from hypograph.ui.config import UiConfig

Send = Callable[..., int]


@pytest.fixture
def client(graph_store: GraphStore, tmp_path: Path) -> TestClient:
    graph_store.commit(planted())
    app = create_app(UiConfig(StoreConfig(tmp_path), campaigns=tmp_path / "campaigns"), graph_store)
    app.state.store = graph_store
    return TestClient(app, base_url="http://127.0.0.1:8347", follow_redirects=False)


@pytest.fixture
def send(client: TestClient) -> Send:
    """Send a form as its page does."""
    token = re.search(r'name="csrf" value="(\w+)"', client.get("/reviews").text)
    assert token is not None

    def sent(path: str, **fields: str) -> int:
        return client.post(path, data={"csrf": token[1], **fields}).status_code

    return sent


def test_an_answer_is_written_once(client: TestClient, send: Send, graph_store: GraphStore) -> None:
    assert [c["id"] for c in client.get("/api/v1/reviews").json()["comparisons"]] == ["w"]
    assert send("/reviews/comparisons", comparison="w", better="nobody") == 400
    assert send("/reviews/comparisons", comparison="w", better="second") == 303
    assert client.get("/api/v1/reviews").json()["comparisons"] == []
    assert send("/reviews/comparisons", comparison="w", better="first") == 400
    told = {row["key"]: row["props"] for row in graph_store.nodes("Comparison")}
    assert (told["w"]["probability_first"], told["w"]["answer"], told["w"]["valid"]) == (0.0, "second", True)
    with pytest.raises(InputError, match="no such comparison waits"):
        answer_comparison(graph_store, "c", "first")  # a model's judgement is nobody's to overwrite


def test_a_decision_reaches_the_next_build_and_can_be_taken_back(send: Send, graph_store: GraphStore) -> None:
    assert send("/reviews/merges", candidate="m", status="accepted") == 303
    assert [row[2] for row in decided_merges(graph_store)] == ["accepted"]
    assert send("/reviews/merges", candidate="m", status="perhaps") == 400
    assert send("/reviews/merges", candidate="none", status="rejected") == 400
    assert send("/reviews/merges", candidate="m", status="open") == 303
    assert decided_merges(graph_store) == []


def test_nothing_is_decided_without_the_page(client: TestClient, graph_store: GraphStore) -> None:
    assert client.post("/reviews/merges", data={"candidate": "m", "status": "accepted"}).status_code == 403
    assert client.post("/api/v1/reviews/comparisons", data={"comparison": "w", "better": "first"}).status_code == 403
    assert decided_merges(graph_store) == []


def test_a_campaign_begins_with_the_space_of_the_hypothesis(client: TestClient, send: Send, tmp_path: Path) -> None:
    assert send("/hypotheses/h1/campaign", name="../../Heat it!", method="sobol") == 303
    found = folders.load(tmp_path / "campaigns" / "Heat-it")
    assert found.definition.method == "sobol"
    assert [p.name for p in found.definition.space.parameters] == ["heat"]
    page = client.get("/hypotheses/h1").text
    assert f"/campaigns/{found.definition.id}" in page
    assert client.get(f"/campaigns/{found.definition.id}").status_code == 200


@pytest.mark.parametrize(("key", "name"), [("h0", "x"), ("none", "x"), ("h1", "..."), ("h1", "")])
def test_no_campaign_begins_from_nothing(send: Send, tmp_path: Path, key: str, name: str) -> None:
    assert send(f"/hypotheses/{key}/campaign", name=name) in {400, 422}
    assert not (tmp_path / "campaigns").exists()
