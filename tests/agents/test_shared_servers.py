"""The servers of the shared cases, as their expected.json says; skipped where the cases are absent."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hypograph.agents import ModelExtractor, connect
from hypograph.agents.roles.closed_questions import hypothesis_entries
from hypograph.flows.assess.assess import assess
from hypograph.flows.runtime.named_models import default_model
from hypograph.flows.runtime.settings import load_settings
from hypograph.flows.server.doctor_model import model_state
from hypograph.models.core.errors import ModelError
from hypograph.models.core.records import Publication

KEY = "sk-test-0123456789abcdef"
SIZES = {"plain": (2, 4, 2), "o_series": (2, 4, 2), "think_tag": (2, 4, 2)}  # the others: planted defects
NAMES = """
plain o_series think_tag think_tag_no_schema reasoning_content thousands only_reasoning duplicate_tokens
token_space token_bold top_5 no_schema json_object fenced prose_first parts strict_keywords empty_first
logprobs_refused_once schema_refused_once busy_first forbids_extra no_seed no_system azure stream_only
no_usage no_choices refuses login_page error_in_200 region quota credits wrong_key no_such_model context
""".split()  # noqa: SIM905 - one name a line would take the page


@pytest.fixture
def shared(cases_dir: Path) -> Iterator[Any]:
    folder = cases_dir / "models"
    answers = json.loads((folder / "answers.json").read_text("utf-8"))
    right = [*answers["right"], *(e["sound"][:60] for e in hypothesis_entries())]
    with runpy.run_path(str(folder / "server.py"))["Server"](right=right, sentences=answers["sentences"]) as server:
        server.expected = json.loads((folder / "expected.json").read_text("utf-8"))
        lines = (folder / "papers.jsonl").read_text("utf-8").splitlines()
        papers = [json.loads(line) for line in lines]
        server.papers = [Publication(p["doi"], title=p["title"], abstract=p["abstract"]) for p in papers]
        yield server


@pytest.mark.parametrize("name", NAMES)
def test_a_shared_server(name: str, shared: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = shared.expected[name]
    path = wanted.get("address", f"/{name}/v1")
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path))
    monkeypatch.setenv("HYPOGRAPH_LLM_BASE_URL", f"http://127.0.0.1:{shared.server_address[1]}{path}")
    monkeypatch.setenv("HYPOGRAPH_LLM_MODEL", "m")
    monkeypatch.setenv("HYPOGRAPH_LLM_API_KEY", KEY)
    monkeypatch.setattr("hypograph.agents.gateway.transport._LONGEST_WAIT", 0.0)
    settings = load_settings()
    config = default_model(settings)
    assert config is not None
    state = model_state(settings)
    assert state is not None
    if wanted["outcome"] == "says":
        said = str(state["error"])
        assert any(w in said for w in wanted["names"]), said
        assert not [w for w in wanted["never"] if w.replace("{key}", KEY) in said]
        with pytest.raises(ModelError):
            assess(connect(config, cache_folder=tmp_path / "llm-cache"), sizes=(0, 1, 0))
        return
    assert state["error"] is None
    assert all(any(w in note for note in state["notes"]) for w in wanted["note"]), state["notes"]
    shared.sent.pop(name, None)
    rows = assess(connect(config, cache_folder=tmp_path / "llm-cache"), sizes=SIZES.get(name, (0, 4, 0)))["batteries"]
    assert all(r["invalid_rate"] <= 0.05 for r in rows)
    assert {r["name"]: r["accuracy"]["value"] for r in rows}["planted defects"] == 1.0
    shared.sent.pop(name, None)
    gateway = connect(config, cache_folder=tmp_path / "llm-cache")
    assert all(ModelExtractor(gateway).extract(p) for p in shared.papers)
    asked = len(shared.sent[name])
    assert all(ModelExtractor(connect(config, cache_folder=tmp_path / "llm-cache")).extract(p) for p in shared.papers)
    assert len(shared.sent[name]) == asked  # an answer is paid for once
