"""Traffic recorded from the local model, replayed: what a real server sends is understood.

To record again: serve the fetched model (``hypograph model serve --port 18080``), delete the cassettes and run
``pytest tests/agents/test_gateway_recorded.py --record-mode=once``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from hypograph.agents import Gateway, ModelConfig, ModelExpert, ModelJudge, connect
from hypograph.agents.gateway.questions import Question
from hypograph.models.core.protocols import Candidate

WEIGHTS = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
SECRET = "sk-secret-123"
CASSETTES = Path(__file__).parent / "cassettes" / "test_gateway_recorded"


@pytest.fixture(scope="module")
def vcr_config() -> dict[str, Any]:
    return {
        "filter_headers": ["authorization", "user-agent", "cookie", "set-cookie"],
        "match_on": ["method", "scheme", "host", "port", "path", "query", "asked"],
    }


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    config = ModelConfig(
        name="local",
        base_url="http://127.0.0.1:18080/v1",
        model="local",
        api_key=SecretStr(SECRET),
        weights=WEIGHTS,
        max_concurrency=1,
        max_tries=1,
    )
    return connect(config, cache_folder=tmp_path)


class Metal(BaseModel):
    symbol: str
    is_metal: bool


@pytest.mark.vcr
def test_capabilities_of_the_local_server(gateway: Gateway) -> None:
    assert gateway.capabilities().as_dict() == {
        "structured_output": True,
        "logprobs": True,
        "seed": True,
        "embeddings": True,
    }


@pytest.mark.vcr
def test_a_structured_answer(gateway: Gateway) -> None:
    found = gateway.ask(Question("test", "Answer in JSON.", "Is iron (Fe) a metal?", Metal))
    assert found.value == Metal(symbol="Fe", is_metal=True)
    assert gateway.spent().tokens > 20


@pytest.mark.vcr
def test_an_expert_speaks_from_log_probabilities(gateway: Gateway) -> None:
    opinion = ModelExpert(gateway, shots=0).assess([("Ti", "Zr")])[0]
    assert "log-probabilities" in opinion.answer
    assert 0 < opinion.similar + opinion.dissimilar <= 1 / 15
    assert gateway.spent().calls == 2


@pytest.mark.vcr
def test_a_judge_is_asked_in_both_orders(gateway: Gateway) -> None:
    good = Candidate("a", "Annealing at 700 °C raises the yield strength by 30% through finer grains.")
    bad = Candidate("b", "Something will somehow change some property in some way.")
    forward, backward = ModelJudge(gateway, shots=0).prefer("What raises the strength?", [(good, bad), (bad, good)])
    assert forward.valid
    assert forward.probability == pytest.approx(1 - backward.probability)
    assert gateway.spent().calls == 2  # the other order is the same two questions


def test_recordings_hold_no_key() -> None:
    kept = sorted(CASSETTES.glob("*.yaml"))
    assert len(kept) == 4
    assert all(SECRET not in p.read_text("utf-8") and "authorization" not in p.read_text("utf-8").lower() for p in kept)
