"""Campaigns side by side: every figure is what a person with a pencil gets, whatever is pooled or left out."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import numpy as np
import pytest
from fastapi.testclient import TestClient

from hypograph.graph import GraphStore, StoreConfig
from hypograph.models.campaigns.analysis.rank_tests import superiority
from hypograph.models.core.records import Edge, Node
from hypograph.models.statistics.intervals import bootstrap_mean
from hypograph.ui.app import create_app
from hypograph.ui.config import UiConfig
from hypograph.ui.drawing.svg import ticks

HOSTILE = "</svg><script>alert('x')</script>"
# Outcomes by method and seed on a table whose maximum is 50, and on another whose maximum is 10.
ONE = {"bo": [[10, 50, 20], [30, 20, 40]], "random": [[10, 20, 15], [30, 5, 35]]}
TWO = {"bo": [[8, 10, 1], [2, 4, 3]]}


def campaign(table: str, top: float, method: str, seed: int, values: list[float], goal: str = "max") -> Any:
    best = np.maximum.accumulate(values) if goal == "max" else np.minimum.accumulate(values)
    key, group = f"{table} {method} {seed}", f"{table} {method}"
    percent = {"best_percent": 100 * float(best[-1]) / top} if top else {}
    props = {"table": table, "method": method, "seed": seed, "group": group, "goal": goal, "objectives": "yield"}
    nodes = [Node("Campaign", key, {**props, **percent, "best": float(best[-1]), "count": len(values), "live": False})]
    edges = []
    for i, (value, so_far) in enumerate(zip(values, best, strict=True), 1):
        point = json.dumps({"ligand": HOSTILE if i == 1 else "B", "heat": 20 * i})
        row: dict[str, Any] = {
            "index": i,
            "value": float(value),
            "best_so_far": float(so_far),
            "entropy_published": 0.1 * i,
        }
        nodes.append(
            Node("Experiment", f"{key} {i}", {**row, "parameters": point, "source": method, "reason": HOSTILE})
        )
        edges.append(Edge("IN_CAMPAIGN", ("Experiment", f"{key} {i}"), ("Campaign", key)))
    return nodes, edges


@pytest.fixture
def client(graph_store: GraphStore, tmp_path: Path) -> TestClient:
    for table, top, methods in (("one", 50.0, ONE), ("two", 10.0, TWO)):
        for method, runs in methods.items():
            for seed, values in enumerate(runs):
                graph_store.merge(*campaign(table, top, method, seed, [float(v) for v in values]))
    graph_store.merge(*campaign("cost", 0.0, "bo", 0, [5.0, 3.0, 4.0], goal="min"))
    app = create_app(UiConfig(StoreConfig(tmp_path)), graph_store)
    app.state.store = graph_store
    return TestClient(app, base_url="http://127.0.0.1:8347")


def series(client: TestClient, **query: Any) -> dict[str, Any]:
    answer = client.get("/api/v1/campaigns/compare", params=query)
    assert answer.status_code == 200, answer.text
    return {s["key"]: s for s in answer.json()["series"]}


BOTH = ["one bo", "one random"]


def test_curves_and_ends(client: TestClient) -> None:
    found = series(client, group=BOTH, against="one random", threshold=80)
    bo = found["one bo"]
    assert bo["median"] == [40.0, 80.0, 90.0]  # percent of 50
    assert bo["regret"] == [60.0, 20.0, 10.0]
    assert bo["entropy"] == pytest.approx([0.1, 0.2, 0.3])
    assert bo["survival"]["not_reached"] == [1.0, 1.0, 0.5, 0.0]
    assert bo["survival"]["restricted_mean_time"] == 2.5
    assert bo["difference"]["mean"] == pytest.approx(np.mean([100 - 40, 80 - 70]))
    assert (bo["difference"]["pairs"], bo["difference"]["superiority"]) == (2, 1.0)
    random = found["one random"]
    assert random["survival"]["reached"] == 0.0
    assert random["difference"] is None


def test_a_replicate_is_left_out_and_groups_are_joined(client: TestClient) -> None:
    found = series(client, group=BOTH, without="one bo 0")
    assert (found["one bo"]["replicates"], found["one bo"]["left_out"]) == (1, 1)
    assert found["one bo"]["median"] == [60.0, 60.0, 80.0]
    joined = series(client, group=[*BOTH, "two bo"], by="method")
    assert {k: s["replicates"] for k, s in joined.items()} == {"bo": 4, "random": 2}
    assert joined["bo"]["median"][-1] == pytest.approx(np.median([100, 80, 100, 40]))


def test_outcomes_as_measured_and_a_goal_that_is_a_minimum(client: TestClient) -> None:
    assert series(client, group=BOTH, scale="value")["one bo"]["median"] == [20.0, 40.0, 45.0]
    answer = client.get("/api/v1/campaigns/compare", params={"group": "cost bo", "threshold": 3.5}).json()
    assert (answer["percent"], answer["goal"]) == (False, "min")
    assert answer["series"][0]["regret"] == [2.0, 0.0, 0.0]
    assert answer["series"][0]["survival"]["not_reached"] == [1.0, 1.0, 0.0, 0.0]
    mixed = client.get("/api/v1/campaigns/compare", params={"group": ["cost bo", "one bo"]})
    assert mixed.status_code == 400
    assert "maximised" in mixed.json()["detail"]


def test_files_say_the_same(client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/api/v1/campaigns/compare.csv", params={"group": BOTH}).text)))
    assert [float(r["median"]) for r in rows if r["line"] == "one, bo"] == [40.0, 80.0, 90.0]
    ends = list(csv.DictReader(io.StringIO(client.get("/api/v1/campaigns/summary.csv", params={"group": BOTH}).text)))
    assert [r["experiments"] for r in ends] == ["6", "6"]


@pytest.mark.parametrize("figure", ["best", "regret", "entropy", "survival", "trade", "coverage", "parallel"])
def test_figures_are_whole_and_hold_no_markup_of_others(client: TestClient, figure: str) -> None:
    answer = client.get("/api/v1/campaigns/figure.svg", params={"group": BOTH, "figure": figure, "table": "one"})
    drawing = Xml.fromstring(answer.content)  # noqa: S314  (our own answer)
    assert not list(drawing.iter("{http://www.w3.org/2000/svg}script"))
    assert len(list(drawing.iter())) > 10


def test_coverage_counts_shares(client: TestClient) -> None:
    page = client.get("/campaigns", params={"group": BOTH}).text
    assert "<script>alert" not in page
    assert "one, bo: ligand = B in 66.7 % of its experiments" in page
    assert "one, bo: heat = 40 in 33.3 % of its experiments" in page
    assert "In numbers" in page


@pytest.mark.parametrize(
    "query", ["scale=magic", "threshold=nan", "replicate=0", "&".join(f"group={i}" for i in range(21))]
)
def test_an_address_that_makes_no_sense_is_said(client: TestClient, query: str) -> None:
    answer = client.get(f"/campaigns?{query}")
    assert answer.status_code == 400
    assert "This did not work" in answer.text
    assert client.get(f"/api/v1/campaigns/compare?{query}").status_code == 422


def test_groups_that_are_gone_are_said(client: TestClient) -> None:
    assert "not in the store any more" in client.get("/campaigns?group=gone&group=one+bo").text
    assert "Nothing to compare yet" in client.get("/campaigns?group=gone").text


def test_the_bootstrap_covers_and_superiority_counts_ties_half() -> None:
    rng = np.random.default_rng(1)
    held = 0
    for i in range(200):
        low, high = bootstrap_mean(rng.normal(1.0, 2.0, 40), resamples=500, seed=i)
        held += low <= 1.0 <= high
    assert held >= 0.88 * 200
    assert superiority(np.array([1.0, 2.0]), np.array([1.0, 0.0])) == pytest.approx((0.5 + 1 + 1 + 1) / 4)


def test_ticks_are_round_and_inside() -> None:
    for low, high in [(0, 1), (-3.2, 17), (95.2, 95.9), (0, 1e-6), (-5e8, 4e9)]:
        found = ticks(low, high)
        assert 2 <= len(found) <= 8
        assert all(low - 1e-9 * abs(high) <= t <= high + 1e-9 * abs(high) for t in found)
