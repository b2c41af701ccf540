"""Where embeddings come from, and what they add to the review queue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import httpx2
import numpy as np
import pytest

from hypograph.agents import connect
from hypograph.agents.gateway.config import ModelConfig
from hypograph.flows.runtime.embeddings import EndpointEmbeddings, embedder
from hypograph.flows.runtime.settings import Settings
from hypograph.models.core.errors import InputError, SettingError
from hypograph.models.literature.keywords.synonyms import propose_merges


def test_nothing_is_used_where_nothing_is_named(tmp_path: Path) -> None:
    assert embedder(Settings(home=tmp_path)) is None
    table = {"plain": {"base_url": "http://127.0.0.1:1/v1", "model": "m"}}
    with pytest.raises(SettingError, match="no embedding model"):
        embedder(Settings(home=tmp_path, models=table, embeddings="plain"))
    with pytest.raises(SettingError, match="neither a file nor a model"):
        embedder(Settings(home=tmp_path), "nowhere")
    (tmp_path / "x.zip").write_bytes(b"no ZIP")
    with pytest.raises(InputError, match="no sentence encoder"):
        embedder(Settings(home=tmp_path), str(tmp_path / "x.zip"))


def test_an_endpoint_gives_unit_vectors_and_is_asked_once(tmp_path: Path) -> None:
    asked: list[str] = []

    def reply(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        rows = [{"object": "embedding", "index": i, "embedding": [3.0, 4.0]} for i in range(2)]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return httpx2.Response(200, json={"object": "list", "model": "e", "data": rows, "usage": usage})

    config = ModelConfig(name="m", base_url="http://stub.invalid/v1", model="m", embedding_model="e")
    with httpx2.Client(transport=httpx2.MockTransport(reply)) as client:
        embed = EndpointEmbeddings(connect(config, cache_folder=tmp_path, http_client=client))
        np.testing.assert_allclose(embed(["a", "b"]), [[0.6, 0.8], [0.6, 0.8]])
        embed(["b", "a"])
    assert asked == ["/v1/embeddings"]
    assert embed.name.startswith("e ")


def test_names_that_mean_the_same_are_proposed_never_merged() -> None:
    names = ["neural network", "connectionist model", "tall tree"]
    company = np.zeros((3, 2))

    def rows(pairs: Sequence[tuple[float, float]]) -> np.ndarray:
        return np.array(pairs)

    meaning = rows([(1.0, 0.0), (0.9, np.sqrt(1 - 0.81)), (0.0, 0.0)])
    assert propose_merges(names, company, {}) == []
    found = propose_merges(names, company, {}, meaning=meaning)
    assert [(m.first, m.second, m.reason) for m in found] == [("connectionist model", "neural network", "meaning 0.90")]
