"""Campaigns in the store are compared by what a person knows them by, on every server."""

from __future__ import annotations

import pytest

from hypograph.flows.campaigns.runs import read_runs
from hypograph.graph import GraphStore
from hypograph.models.core.errors import MissingFileError
from hypograph.models.core.records import Edge, Node, Outcome, Unit


def test_campaigns_are_found_by_method_group_name_and_id(graph_store: GraphStore) -> None:
    nodes, edges = [], []
    for method, value in (("bo", 4.0), ("random", 2.0)):
        for seed in range(2):
            key = f"{method}{seed}"
            props = {"name": f"n {key}", "method": method, "table": "t", "seed": seed, "group": f"g {method}"}
            nodes.append(Node("Campaign", key, props | {"goal": "max", "best": value, "best_percent": 10 * value}))
            for index in (2, 1):
                nodes.append(Node("Experiment", f"{key}-{index}", {"index": index, "value": value - 2 + index}))
                edges.append(Edge("IN_CAMPAIGN", ("Experiment", f"{key}-{index}"), ("Campaign", key)))
    graph_store.commit(Unit("u", "test", Outcome({}, nodes, edges)))
    found = read_runs(["bo", "g random"], graph_store)
    assert {m: sorted(t["t"]) for m, t in found.items()} == {"bo": [0, 1], "random": [0, 1]}
    assert found["bo"]["t"][0].tolist() == pytest.approx([30.0, 40.0])
    assert read_runs(["n bo1"], graph_store)["bo"]["t"][1].tolist() == pytest.approx([30.0, 40.0])
    assert list(read_runs(["random0"], graph_store)["random"]["t"]) == [0]
    with pytest.raises(MissingFileError, match="or campaign in the store"):
        read_runs(["nonsense"], graph_store)
