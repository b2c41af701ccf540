"""A laboratory's campaign in the store follows its folder, on every server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hypograph.graph import GraphStore, Query
from hypograph.graph import campaigns as folders
from hypograph.models.errors import InputError, MissingFileError
from hypograph.models.optimize import live

EXPERIMENTS = Query(
    "tests_experiments",
    "MATCH (c:Campaign)<-[:IN_CAMPAIGN]-(x:Experiment) RETURN properties(c) AS c, properties(x) AS x ORDER BY x.index",
)
RECORD: dict[str, Any] = {"parameters": [{"name": "heat", "values": [20, 40, 60]}], "objectives": [{"name": "yield"}]}


def test_what_is_undone_leaves_the_store_too(graph_store: GraphStore, tmp_path: Path) -> None:
    folders.create(tmp_path / "lab", RECORD)
    with folders.changing(tmp_path / "lab") as campaign:
        campaign.append(live.suggest(campaign.definition, campaign.events, 2))
        campaign.append([live.record(campaign.definition, campaign.events, "e1", {"yield": 7})])
    folders.keep(graph_store, campaign)
    first, second = graph_store.read(EXPERIMENTS)
    assert (first["c"]["best"], first["x"]["value"], first["x"]["best_so_far"]) == (7.0, 7.0, 7.0)
    assert "value" not in second["x"]
    assert live.definition_from(json.loads(first["c"]["definition"])) == campaign.definition
    assert [json.loads(e) for e in first["c"]["events"]] == campaign.events
    with folders.changing(folders.folder_of(graph_store, campaign.definition.id)) as campaign:
        campaign.append([live.undo(campaign.definition, campaign.events, "e1")])
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
