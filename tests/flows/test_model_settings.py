"""Named models and roles of the settings file, batteries from tables, and the `model` commands."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hypograph.agents.local.lock import default_model
from hypograph.flows.assess.assess import CLEAR, held_out_questions
from hypograph.flows.assess.batteries import decided_pairs
from hypograph.flows.readers.reaction_tables import packaged_table
from hypograph.flows.runtime.named_models import chosen_model, models_of_role, named_models
from hypograph.flows.runtime.settings import load_settings
from hypograph.flows.runtime.sources import open_knowledge
from hypograph.models.core.errors import DataAbsentError, InputError, SettingError
from hypograph.models.core.knowledge_free import informed
from hypograph.models.core.protocols import Candidate
from hypograph.models.core.records import AlloyRecord

SMALL = {"base_url": "http://127.0.0.1:1/v1", "model": "small", "price_in": 0.1}


def test_named_models_and_their_roles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-secret-123")
    large = {
        "base_url": "http://127.0.0.1:2/v1", "model": "large", "api_key_env": "MY_KEY", "decoding": {"min_p": 0.1},
    }  # fmt: skip
    settings = load_settings(
        home=tmp_path, models={"small": SMALL, "large": large}, roles={"judge": ["small", "large"], "expert": "large"}
    )
    found = named_models(settings)
    assert list(found) == ["large", "small"]
    assert found["large"].decoding.min_p == 0.1
    assert found["large"].api_key is not None
    assert found["large"].api_key.get_secret_value() == "sk-secret-123"
    assert "sk-secret-123" not in repr(found)
    assert [m.name for (m,) in models_of_role(settings, "judge")] == ["small", "large"]
    assert [m.name for (m,) in models_of_role(settings, "expert")] == ["large"]
    assert models_of_role(settings, "proposer") == []
    pair = load_settings(
        home=tmp_path,
        models={"small": SMALL, "large": large},
        cascades={"both": {"small": "small", "large": "large"}},
        roles={"judge": "both"},
    )
    assert [tuple(m.name for m in models) for models in models_of_role(pair, "judge")] == [("small", "large")]
    with chosen_model(settings, "small") as config:
        assert config == found["small"]


@pytest.mark.parametrize(
    ("models", "roles", "words"),
    [
        ({"m": {"model": "x"}}, {}, "base_url is missing"),
        ({"m": {**SMALL, "prize": 1}}, {}, "no such key: prize"),
        ({"m": {**SMALL, "price_in": "cheap"}}, {}, "is no number"),
        ({"m": {**SMALL, "api_key_env": "NOT_THERE"}}, {}, "NOT_THERE is not set"),
        ({"m": {**SMALL, "decoding": {"heat": 1}}}, {}, "no such decoding"),
        ({"m": SMALL}, {"judge": "other"}, "no model is named 'other'"),
        ({"m": SMALL}, {"juge": "m"}, "no such role"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, models: Any, roles: Any, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        models_of_role(load_settings(home=tmp_path, models=models, roles=roles), "judge")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"small": "m"}, "a cascade needs two models"),
        ({"small": "m", "large": "other"}, "no model is named 'other'"),
    ],
)
def test_wrong_cascades_are_named(tmp_path: Path, row: dict[str, str], words: str) -> None:
    settings = load_settings(home=tmp_path, models={"m": SMALL}, cascades={"c": row})
    with pytest.raises(SettingError, match=words):
        models_of_role(settings, "judge")


def test_no_model_at_all_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataAbsentError, match="model fetch"), chosen_model(load_settings(home=tmp_path)):
        pass


def alloy(elements: str, *, single: bool) -> AlloyRecord:
    return AlloyRecord(tuple(sorted(elements)), single)


def test_pairs_are_decided_by_exchanges() -> None:
    # Made-up elements. B and C always behave alike in ten hosts; B and D never.
    hosts = [a + b for a in "KNOPS" for b in "UVWY"][:12]
    records = [alloy(host + e, single=(i % 2 == 0) == (e in "BC")) for i, host in enumerate(hosts) for e in "BCD"]
    found = {frozenset((a, b)): same for a, b, same in decided_pairs(records)}
    assert found[frozenset("BC")] is True
    assert found[frozenset("BD")] is False
    assert decided_pairs(records[::-1]) == decided_pairs(records)
    assert decided_pairs(records[:6]) == []
    assert decided_pairs([]) == []


def test_tables_of_the_package_decide_a_hundred_pairs() -> None:
    from hypograph.flows.readers.alloys import hea_tables

    found = decided_pairs(hea_tables(), 110)
    assert len(found) == len({f[:2] for f in found}) == 110
    assert sum(same for *_, same in found) == 55


def test_held_out_experiments_are_clear_and_balanced() -> None:
    table = packaged_table("borylation")
    found = held_out_questions(table, 12, seed=1)
    assert found == held_out_questions(table, 12, seed=1)
    assert [row.higher for row in found] == [True, False] * 6
    value = {}
    for row in range(len(table.values)):
        value[", ".join(f"{k} {v}" for k, v in table.point(row).items())] = float(table.values[row])
    for _, known, first, second, more, _, names in found:
        assert all(short in known + first + second for short in names)
        first, second = (_spelled(text, names) for text in (first, second))
        known = _spelled(known, names)
        assert (value[first] > value[second]) == more
        assert abs(value[first] - value[second]) >= CLEAR * np.ptp(table.values)
        assert first not in known
        assert second not in known


def _spelled(text: str, names: Mapping[str, str]) -> str:
    return re.sub(r"[\w ]+-\d+", lambda m: m[0].rsplit(" ", 1)[0] + " " + names.get(m[0].rsplit(" ", 1)[-1], "?"), text)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    from hypograph.flows.cli.main import main

    with pytest.raises(SystemExit) as left:
        main(["model", *arguments])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_commands_answer_clearly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["hypograph"])
    code, out, _ = run(capsys, "list", "--json")
    assert code == 0
    listed = json.loads(out)
    assert listed["named"] == []
    assert listed["local"][0]["path"] is None
    for arguments, expected, words in (
        (["fetch", "nothing"], 2, "no model is named"),
        (["fetch", "--from", "moon"], 2, "no source"),
        (["serve"], 1, "model fetch"),
        (["serve", str(tmp_path / "none.gguf")], 2, "no such model file"),
        (["assess"], 1, "model fetch"),
        (["assess", "--model", "x"], 2, "no model is named"),
        (["assess", "--pairs", "0", "--planted", "0", "--experiments", "0"], 2, "nothing to ask"),
    ):
        code, out, err = run(capsys, *arguments)
        assert (code, out) == (expected, ""), arguments
        assert words in err
        assert "Traceback" not in err


def test_assess_of_a_dead_endpoint_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path))
    monkeypatch.setenv("HYPOGRAPH_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("HYPOGRAPH_LLM_MODEL", "m")
    monkeypatch.setattr("hypograph.agents.gateway.transport._LONGEST_WAIT", 0.0)
    code, out, err = run(capsys, "assess")
    assert (code, out) == (1, "")
    assert "does not answer" in err


def test_roles_of_the_settings_serve_in_a_run(tmp_path: Path) -> None:
    from hypograph.agents import ModelJudge
    from hypograph.flows.runtime.sources import open_knowledge
    from hypograph.models.hypotheses.search.judges import EnsembleJudge

    large = {"base_url": "http://127.0.0.1:2/v1", "model": "large"}
    models = {"small": SMALL, "large": large}
    with open_knowledge(load_settings(home=tmp_path, models=models, roles={"judge": "small"}), None) as one:
        assert isinstance(one.sources.judge, ModelJudge)
        assert "small" in one.sources.judge.name
    settings = load_settings(
        home=tmp_path, models=models, roles={"judge": ["small", "large"], "expert": "large", "proposer": "small"}
    )
    with open_knowledge(settings, None) as both:
        found = both.sources
        assert isinstance(found.judge, EnsembleJudge)
        assert [m.name.split()[1] for m in found.judge.members] == ["small", "large"]
        assert found.proposer.name.startswith("proposer small")
        assert found.expert.name.startswith("expert large")
        assert both.methods == ("random", "bo", "llm", "hybrid")
        methods = dataclasses.replace(both, local=True).methods
        assert methods == ("random", "bo", "hybrid"), "a model on this machine plans no experiments in a run"
    with open_knowledge(load_settings(home=tmp_path), None) as none:
        assert none.gateway is None
        nobody = none.sources
        assert not any(informed(getattr(nobody, role.name)) for role in dataclasses.fields(nobody))
        assert nobody.expert.assess([("Fe", "Co")])[0].unknown == 1.0
        assert not nobody.judge.prefer("Why?", [(Candidate("a", "x"), Candidate("b", "y"))])[0].valid


def test_the_demo_takes_the_fetched_model_only_where_no_other_is_chosen(tmp_path: Path) -> None:
    entry = default_model()
    path = tmp_path / "models" / entry.file
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(entry.size)  # the right size and no model: whoever takes it says so
    bare = load_settings(home=tmp_path)
    with open_knowledge(bare, None) as knowledge:
        assert knowledge.gateway is None
    with pytest.raises(InputError, match="no model"), open_knowledge(bare, None, fetched=True):
        pass
    served = load_settings(home=tmp_path, llm_base_url=SMALL["base_url"], llm_model="small")
    with open_knowledge(served, None, fetched=True) as knowledge:
        assert knowledge.gateway is not None
        assert knowledge.gateway.config.model == "small"


def test_batteries_on_alloys_are_balanced_and_hide_what_they_ask() -> None:
    from hypograph.flows.assess.batteries import composition_pairs, host_exchanges
    from hypograph.flows.readers.alloys import hea_tables

    records = hea_tables()
    rows = host_exchanges(records, 40, seed=0)
    assert rows == host_exchanges(records, 40, seed=0)
    assert [r.same for r in rows] == [True, False] * 20
    assert len({(r.first, r.second) for r in rows}) == 40
    votes: dict[str, list[bool]] = {}
    for r in records:
        votes.setdefault("".join(r.elements), []).append(r.single_phase)
    for sound, broken in composition_pairs(records, 40, seed=0):
        assert 2 * sum(votes[sound.id]) > len(votes[sound.id])
        assert 2 * sum(votes[broken.id]) < len(votes[broken.id])
        assert all("tabulated alloys that differ" in e for c in (sound, broken) for e in c.evidence)


def test_all_batteries_are_asked_where_no_size_is_given() -> None:
    from hypograph.flows.cli.model import _sizes

    assert _sizes((None, None, None), (None, None)) == ((120, 62, 40), (40, 40))
    assert _sizes((4, 6, 4), (None, None)) == ((4, 6, 4), (0, 0))
    assert _sizes((0, 0, 0), (3, None)) == ((0, 0, 0), (3, 0))
