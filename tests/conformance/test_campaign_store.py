"""A laboratory's campaign in the store follows its folder, on every server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hypograph.flows.campaigns import laboratory as files
from hypograph.flows.runtime.settings import Settings
from hypograph.graph import GraphStore, Query
from hypograph.graph.campaigns import folder as folders
from hypograph.models.campaigns.laboratory import events
from hypograph.models.campaigns.optimizers.element_knowledge import ElementSimilarity
from hypograph.models.core.errors import InputError, MissingFileError
from hypograph.models.core.records import Edge, Node

EXPERIMENTS = Query(
    "tests_experiments",
    "MATCH (c:Campaign)<-[:IN_CAMPAIGN]-(x:Experiment) RETURN properties(c) AS c, properties(x) AS x ORDER BY x.index",
)
RECORD: dict[str, Any] = {"parameters": [{"name": "heat", "values": [20, 40, 60]}], "objectives": [{"name": "yield"}]}


def test_what_is_undone_leaves_the_store_too(graph_store: GraphStore, tmp_path: Path) -> None:
    folders.create(tmp_path / "lab", RECORD)
    with folders.changing(tmp_path / "lab") as campaign:
        campaign.append(events.suggest(campaign.definition, campaign.events, 2))
        campaign.append([events.record(campaign.definition, campaign.events, "e1", {"yield": 7})])
    folders.keep(graph_store, campaign)
    first, second = graph_store.read(EXPERIMENTS)
    assert (first["c"]["best"], first["x"]["value"], first["x"]["best_so_far"]) == (7.0, 7.0, 7.0)
    assert "value" not in second["x"]
    assert events.definition_from(json.loads(first["c"]["definition"])) == campaign.definition
    assert [json.loads(e) for e in first["c"]["events"]] == campaign.events
    with folders.changing(folders.folder_of(graph_store, campaign.definition.id)) as campaign:
        campaign.append([events.undo(campaign.definition, campaign.events, "e1")])
    folders.keep(graph_store, campaign)
    first, _ = graph_store.read(EXPERIMENTS)
    assert not {"value", "best_so_far", "entropy_published"} & set(first["x"])
    assert "best" not in first["c"]


def test_a_folder_that_is_elsewhere_is_named(graph_store: GraphStore, tmp_path: Path) -> None:
    campaign = folders.create(tmp_path / "lab", RECORD)
    folders.keep(graph_store, campaign)
    (tmp_path / "lab").rename(tmp_path / "moved")
    with pytest.raises(MissingFileError, match="not on this machine"):
        folders.folder_of(graph_store, campaign.definition.id)
    with pytest.raises(InputError, match="no laboratory campaign"):
        folders.folder_of(graph_store, "nobody")


def test_options_that_are_elements_take_their_similarity_from_the_evidence(
    graph_store: GraphStore, tmp_path: Path
) -> None:
    symbols, alike = ["Fe", "Co", "Ni", "W", "Mo", "Nb"], [("Fe", "Co"), ("Co", "Ni"), ("Fe", "Ni"), ("W", "Mo")]
    edges = [
        Edge("SUBSTITUTES_FOR", ("Element", a), ("Element", b), props={"belief": 0.8, "plausibility": 0.95})
        for a, b in alike
    ]
    doubted = Edge("SUBSTITUTES_FOR", ("Element", "Fe"), ("Element", "W"), props={"belief": 0.1, "plausibility": 0.2})
    graph_store.merge([Node("Element", s, {}) for s in symbols], [*edges, doubted])
    record = {"parameters": [{"name": "metal", "options": symbols}, {"name": "heat", "values": [1, 2, 3, 4]}]}
    campaign = folders.create(tmp_path / "lab", {**record, "method": "hybrid", "initial": 2})
    scorer = ElementSimilarity(files.element_beliefs(graph_store, campaign.definition.space))
    found = scorer.similarities("maximise outcome", "metal", symbols)
    assert found[0, 1] == pytest.approx(0.75)
    assert (found[0, 3], found[0, 5]) == (0.0, 0.0)
    settings = Settings(home=tmp_path)
    with folders.changing(tmp_path / "lab") as campaign:
        for metal, value in zip(symbols[:5], (9, 8, 8.5, 1, 1.5), strict=True):
            point = {"metal": metal, "heat": 1}
            campaign.append([events.record_point(campaign.definition, campaign.events, point, {"outcome": value})])
        (event,) = files.suggest(campaign, 1, settings, graph_store)
        with pytest.raises(InputError, match="source of knowledge"):
            files.suggest(campaign, 1, settings, None)
    assert "the evidence on 5 pairs of elements" in event["reason"]
