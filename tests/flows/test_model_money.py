"""What a model costs: estimates before, a line and a block after, minutes as a budget, the cache."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from hypograph.agents import Budget, ModelExpert, ModelJudge, connect
from hypograph.flows.evidence.work import by_weight
from hypograph.flows.runtime.named_models import default_model
from hypograph.flows.runtime.settings import load_settings
from hypograph.flows.server.model_desk import ModelDesk
from hypograph.graph import GraphStore, StoreConfig
from hypograph.graph.campaigns import folder as folders
from hypograph.models.core.errors import SettingError
from hypograph.models.core.protocols import Candidate
from hypograph.models.core.records import AlloyRecord
from hypograph.models.core.services import Services
from hypograph.ui.app import create_app
from hypograph.ui.config import UiConfig
from tests.agents.model_server import Ask, ModelServer, Sent, plain

PAPER = {
    "doi": "10.5555/a",
    "title": "Ageing of a nickel superalloy",
    "abstract": "Ageing at 760 °C raises the hardness of the nickel superalloy to 410 HV.",
    "year": 2019,
}


def thoughtful(ask: Ask) -> Sent:
    sent = plain(ask)
    sent.thought = 30
    return sent


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with ModelServer(thoughtful) as found:
        monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("HYPOGRAPH_LLM_BASE_URL", found.url)
        monkeypatch.setenv("HYPOGRAPH_LLM_MODEL", "m")
        monkeypatch.setenv("HYPOGRAPH_LLM_PRICE_OUT", "1.0")
        monkeypatch.setattr("sys.argv", ["hypograph"])
        yield found


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def called(*arguments: str) -> tuple[int, str, str]:
        from hypograph.flows.cli.main import main

        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return called


def test_an_estimate_asks_nothing_and_agrees_with_what_follows(
    server: ModelServer, run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    papers = tmp_path / "papers.jsonl"
    papers.write_text(json.dumps(PAPER) + "\n")
    command = ["literature", "extract", "--papers", str(papers)]
    code, out, _ = run("model", "estimate", *command, "--json")
    foreseen = json.loads(out)
    assert (code, server.sent) == (0, [])
    assert {"calls", "tokens", "cost", "minutes"} <= set(foreseen)
    assert json.loads(run(*command, "--dry-run", "--json")[1]) == foreseen
    code, out, err = run(*command, "--json")
    assert code == 0
    spent = json.loads(out)["llm"]
    assert spent["calls"] == len(server.sent) == foreseen["calls"] == 2
    assert spent["reasoning_tokens"] == 60
    assert spent["cost"] == pytest.approx(2 * 35 / 1000)
    assert spent["mode"]["judge"] == "reasoned"  # the model reasons before it answers
    assert "2 calls" in err
    assert "60 of them in reasoning" in err
    code, out, err = run(*command, "--json")
    assert (json.loads(out)["llm"]["calls"], json.loads(out)["llm"]["cached"]) == (0, 2)
    assert "2 more answers from the cache" in err


@pytest.mark.parametrize(
    ("command", "calls"),
    [
        (["model", "assess", "--pairs", "1", "--planted", "0", "--experiments", "0"], 6 + 4 + 2),
        (["hypotheses", "search", "--question", "Why?", "--budget", "9"], 9),
        (["graph", "hash"], 0),
    ],
)
def test_estimates_of_commands(
    server: ModelServer, run: Callable[..., tuple[int, str, str]], command: list[str], calls: int
) -> None:
    code, out, _ = run("model", "estimate", *command, "--json")
    assert (code, json.loads(out)["calls"]) == (0, calls)


@pytest.mark.parametrize("command", [["nothing"], ["literature", "nothing"], ["demo", "--no-such-option"]])
def test_an_estimate_of_no_command_is_refused(
    server: ModelServer, run: Callable[..., tuple[int, str, str]], command: list[str]
) -> None:
    code, _, err = run("model", "estimate", *command)
    assert code == 2
    assert "Traceback" not in err


def test_the_cache_is_shown_and_cleared(server: ModelServer, run: Callable[..., tuple[int, str, str]]) -> None:
    run("model", "assess", "--pairs", "1", "--planted", "1", "--experiments", "0", "--ways", "reasoned")
    shown = json.loads(run("model", "cache", "show", "--json")[1])
    assert shown["entries"] == 4
    assert shown["by_model"] == [{"model": "m", "entries": 4, "bytes": shown["bytes"]}]
    again = ("--pairs", "2", "--planted", "1", "--experiments", "0", "--ways", "reasoned")
    expected = json.loads(run("model", "estimate", "model", "assess", *again, "--json")[1])
    assert (expected["kept"], expected["calls"]) == (4, 6 + 2)
    assert "4 answers are kept already" in expected["says"]
    assert run("model", "cache", "clear", "--model", "other", "--yes")[0] == 2
    assert json.loads(run("model", "cache", "clear", "--yes", "--json")[1])["removed"] == 4
    settings = load_settings()
    config = default_model(settings)
    assert config is not None
    assert connect(config, cache_folder=settings.home / "llm-cache").skill("judge") is not None  # skills stay


def test_after_the_minutes_the_rest_is_not_known(server: ModelServer) -> None:
    settings = load_settings()
    config = default_model(settings)
    assert config is not None
    folder = settings.home / "llm-cache"
    known = ModelExpert(connect(config, cache_folder=folder)).assess([("Ti", "Zr")])[0]
    late = connect(config, cache_folder=folder, budget=Budget(minutes=0.0))
    expert = ModelExpert(late)
    first, second = expert.assess([("Ti", "Zr"), ("Fe", "Co")])
    assert first.similar == known.similar  # what was answered before is kept
    assert second.unknown == 1.0
    assert "minutes" in second.answer
    assert "within 0 minutes" in expert.name  # another unit than one that asked all
    verdict = ModelJudge(late).prefer("Why?", [(Candidate("a", "x"), Candidate("b", "y"))])[0]
    assert (verdict.valid, verdict.probability) == (False, 0.5)


def test_pairs_on_which_tables_say_least_and_that_concern_most_alloys_are_asked_first() -> None:
    sets = ("Co Fe", "Co Ni", "Cr Fe", "Cr Ni", "Al Cu", "Al Cu Fe", "Al Cu Fe Ni", "Al Cu Fe Mn")
    records = [AlloyRecord(tuple(sorted(s.split())), True) for s in sets]
    pairs = [("Co", "Cr"), ("Al", "Fe"), ("Fe", "Ni"), ("Al", "Cu")]
    # Al for Fe: three sets and no exchange; Fe for Ni: six and two; Co for Cr: four and two; Al and Cu stand together.
    assert by_weight(pairs, records) == [("Al", "Fe"), ("Fe", "Ni"), ("Co", "Cr"), ("Al", "Cu")]
    assert by_weight(pairs[::-1], records) == by_weight(pairs, records)


def test_doctor_says_how_each_role_is_asked(server: ModelServer) -> None:
    from hypograph.flows.server.doctor_model import model_state

    state = model_state(load_settings())
    assert state is not None
    assert (state["error"], state["thinks"]) == (None, True)
    roles = {r["role"]: r for r in state["roles"]}
    assert roles["judge"]["mode"] == "reasoned"
    assert "not measured" in roles["judge"]["why"]


def test_plain_http_to_another_machine_is_refused_wherever_it_stands(tmp_path: Path) -> None:
    from hypograph.flows.runtime.named_models import named_models

    for address in ("http://models.example.org/v1", " HTTP://10.0.0.7:8000/v1?key=s3cret"):
        with pytest.raises(SettingError, match="not encrypted") as caught:
            load_settings(home=tmp_path, llm_base_url=address, llm_model="m")
        assert "s3cret" not in str(caught.value)
        settings = load_settings(home=tmp_path, models={"far": {"base_url": address, "model": "m"}})
        with pytest.raises(SettingError, match="not encrypted"):
            named_models(settings)
    allowed = {"home": tmp_path, "plain_network": True}
    assert named_models(load_settings(**allowed, models={"far": {"base_url": "http://h/v1", "model": "m"}}))


def test_a_page_asks_the_model_for_the_next_experiments_and_says_before_what_it_costs(
    server: ModelServer, graph_store: GraphStore, tmp_path: Path
) -> None:
    record = {"name": "lab", "objectives": [{"name": "yield"}], "initial": 1}
    begun = folders.create(tmp_path / "lab", {**record, "parameters": [{"name": "base", "options": ["A", "B", "C"]}]})
    folders.keep(graph_store, begun)
    id = begun.definition.id
    desk = ModelDesk(load_settings(), lambda: contextlib.nullcontext(graph_store))
    pages = create_app(UiConfig(StoreConfig(tmp_path), token="secret"), graph_store, Services(advisor=desk))
    pages.state.store = graph_store
    client = TestClient(pages, base_url="http://127.0.0.1:8347", headers={"authorization": "Bearer secret"})
    assert "asks m, for this once" in client.get(f"/campaigns/{id}").text
    assert "calls" in client.get(f"/campaigns/{id}/foreseen", params={"count": "2"}).text
    assert not server.sent
    answer = client.post(f"/api/v1/campaigns/{id}/suggest", json={"method": "llm"})
    assert answer.status_code == 200, answer.text
    assert [s["source"] for s in answer.json()["suggestions"]] == ["llm"]
    assert server.sent
    assert "suggested" in client.get(f"/campaigns/{id}").text
    roles = client.get("/models/state").text
    assert "planner" in roles
    assert "not measured" in roles
    assert client.get("/models").status_code == 200
    assert client.get("/api/v1/models").json()["model"] == "m"
