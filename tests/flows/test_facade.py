"""The facade: quick to import, documented with examples that run, campaigns shared with the command line."""

from __future__ import annotations

import doctest
import importlib
import itertools
import json
import pickle
import shlex
import subprocess
import sys
import warnings
from pathlib import Path

import pandas as pd
import pytest

import hypograph as hg
from hypograph.flows.cli.main import main
from hypograph.flows.discovery.next_steps import next_steps
from hypograph.models.core.errors import InputError
from hypograph.models.hypotheses.document import Prediction, from_statement

MODULES = (
    "answers",
    "documents",
    "mass_functions",
    "exploration",
    "campaigns",
    "literature",
    "hypotheses",
    "alloys",
    "own",
    "objectives",
)


def test_the_import_is_light() -> None:
    code = (
        "import sys, hypograph as hg; "
        "assert not {'numpy', 'pandas', 'torch', 'pydantic', 'neo4j'} & set(sys.modules); print(*dir(hg))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"Campaign", "KeywordGraph", "combine"} <= set(done.stdout.split())


@pytest.mark.parametrize("name", [n for n in hg.__all__ if not n.startswith("_")])
def test_every_name_is_there_and_documented(name: str) -> None:
    assert (getattr(hg, name).__doc__ or "").strip()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Campain"):
        hg.Campain  # noqa: B018


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path))
    with warnings.catch_warnings():  # what BoTorch's dependencies deprecate as they are imported is no fault of ours
        warnings.simplefilter("ignore" if name == "own" else "error")
        found = doctest.testmod(importlib.import_module(f"hypograph.flows.facade.{name}"))
    assert found.attempted > 0
    assert found.failed == 0


def test_the_examples_of_a_space_run() -> None:
    found = doctest.testmod(importlib.import_module("hypograph.models.campaigns.space.space"))
    assert (found.failed, found.attempted > 2) == (0, True)


@pytest.fixture
def campaign() -> hg.Campaign:
    space = hg.Space.of(solvent=["DMF", "MeCN", "toluene"], temperature=(60, 100))
    return hg.Campaign(space, hg.maximize("yield"), initial=2)


def test_outcomes_are_told_as_a_data_frame(campaign: hg.Campaign) -> None:
    frame = campaign.suggest(3).to_dataframe()
    frame["yield"] = [10.0, None, 30.0]
    assert campaign.tell(frame) == 2
    assert campaign.tell([{"solvent": "DMF", "temperature": 77.0, "yield": 55.0}]) == 1
    assert campaign.best.values == {"yield": 55.0}
    assert list(campaign.to_dataframe()["status"]) == ["done", "pending", "done", "done"]


def test_a_bad_row_is_named_and_nothing_is_recorded(campaign: hg.Campaign) -> None:
    rows = [
        {"solvent": "DMF", "temperature": 77.0, "yield": 55.0},
        {"solvent": "water", "temperature": 77.0, "yield": 1},
    ]
    with pytest.raises(InputError, match=r"row 2: solvent: 'water' is no option"):
        campaign.tell(rows)
    assert len(campaign.experiments) == 0


def test_a_campaign_pickles_and_prints(campaign: hg.Campaign) -> None:
    campaign.record(campaign.suggest()[0].id, 42.0)
    again = pickle.loads(pickle.dumps(campaign))  # noqa: S301
    assert again.best == campaign.best
    assert "<table" in again._repr_html_()
    assert [line.get_label() for line in again.plot().axes[0].lines] == ["outcome", "best so far"]


def test_python_and_the_command_line_share_a_folder(
    campaign: hg.Campaign, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = campaign.suggest()[0]
    folder = campaign.save(tmp_path / "lab")
    with pytest.raises(SystemExit):
        main(["campaign", "record", str(folder), first.id, "--value", "61.5", "--no-store", "--json"])
    assert campaign.best.values["yield"] == 61.5
    campaign.undo(first.id)
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["campaign", "status", str(folder), "--json"])
    assert json.loads(capsys.readouterr().out)["awaited"] == [first.id]
    assert len(hg.Campaign.open(folder).experiments) == 1


def test_a_space_changes_and_the_change_is_taken_back(campaign: hg.Campaign, tmp_path: Path) -> None:
    for folder in (None, tmp_path / "lab"):
        if folder is not None:
            campaign.save(folder)
        change = campaign.edit({"drop": "solvent", "levels": ["DMF"]}, {"range": "temperature", "low": 20, "high": 60})
        made = [campaign.suggest()[0].parameters for _ in range(3)]
        assert all(p["solvent"] != "DMF" and p["temperature"] <= 60 for p in made)
        campaign.undo(change)
        assert "DMF" in campaign.space["solvent"].levels


def test_structures_are_used_where_options_are_structures() -> None:
    space = hg.Space.of(solvent=["CN(C)C=O", "CC#N", "Cc1ccccc1"], t=(20, 80))
    with_them = hg.Campaign(space, hg.maximize("yield"))
    without = hg.Campaign(space, hg.maximize("yield"), descriptors="none")
    assert with_them.space["solvent"].distances
    assert not without.space["solvent"].distances


def test_masses_are_those_of_the_algebra() -> None:
    one, two = hg.mass(a=0.6), hg.mass({("a", "b"): 0.5}, frame=["a", "b"])
    with pytest.raises(InputError, match="different frames"):
        hg.combine([one, two])
    with pytest.raises(InputError, match="no such rule"):
        hg.combine([one], rule="averaging")
    doubt = hg.mass(a=0.6, b=0.2).discount(0.5)
    assert doubt.to_dict() == pytest.approx({"a": 0.3, "b": 0.1, "a | b": 0.6})
    assert hg.mass(frame=["a", "b"]).nonspecificity == 1.0
    sure_of_a = hg.mass(a=1.0, frame=["a", "b"]).discount({"a": 1.0, "b": 0.5})
    assert sure_of_a.plausibility("b") == pytest.approx(0.5)
    assert hg.combine([doubt, doubt], rule="cautious").to_dict() == pytest.approx(doubt.to_dict(), abs=0.07)


def test_exploration_takes_tables_with_names() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"solvent": ["DMF", "MeCN"], "base": ["K3PO4", "K3PO4"]})
    assert hg.exploration_entropy(frame, {"solvent": ["DMF", "MeCN"], "base": ["K3PO4", "DBU"]}) == 0.5
    with pytest.raises(InputError, match="'MeCN' is no option"):
        hg.exploration_entropy(frame, {"solvent": ["DMF"], "base": ["K3PO4"]})


def test_a_search_takes_functions_as_proposer_and_judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path))
    from hypograph.models.hypotheses.document import from_statement

    asked = []

    def proposer(operator: str, block: object, parts: object) -> dict[str, object] | None:
        asked.append(operator)
        text = f"Alloying with {len(asked)} at.% N raises the strength of CoCrFeNi."
        return from_statement(text).model_dump(mode="json") if operator == "direct" else None

    def judge(question: str, first: str, second: str) -> float:
        return 0.9 if len(first) >= len(second) else 0.1

    found = hg.search_hypothesis(
        "What strengthens CoCrFeNi?", strategy="best-of-n", calls=5, judge=judge, proposer=proposer
    )
    assert "direct" in asked
    assert found["statement"].startswith("Alloying with")
    assert found["judge"] == "judge"


def test_the_predictor_is_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hypograph.flows.evidence.inputs import EvidenceInputs, open_predictor
    from hypograph.flows.evidence.predict import predict_list

    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path))
    table, asked = tmp_path / "mine.csv", tmp_path / "asked.txt"
    threes = itertools.combinations(["Co", "Cr", "Cu", "Fe", "Mn", "Ni", "Ti"], 3)
    rows = ["".join(t) + (",FCC" if "Ni" in t else ",FCC+BCC") for t in threes]
    table.write_text("alloy,phase\n" + "\n".join(rows) + "\n")
    asked.write_text("CoCrFeNi\nCoCrFeMn\n")
    model = hg.AlloyPredictor().fit(hg.read_alloys(table))
    mine = model.predict(["CoCrFeNi", "CoCrFeMn"])
    theirs = predict_list(asked, EvidenceInputs((table,)))["alloys"]
    for name in ("belief", "plausibility", "pignistic", "ignorance"):
        assert [row[name] for row in mine] == [row[name] for row in theirs]
    assert list(mine.to_dataframe().index) == ["CoCrFeNi", "CoCrFeMn"]
    assert model.explain("CoCrFeNi")["belief"] == mine[0]["belief"]
    assert len(model.predict(["Co", "Cr", "Fe", "Ni"], size=3)) == 4
    assert open_predictor(EvidenceInputs((table,))).predictor.table is not None


def hypothesis(value: float = 10.0) -> dict[str, object]:
    made = from_statement("Salt raises the voltage.").model_copy(
        update={
            "conditions": ("salt from 1 to 5 g",),
            "controls": ("pure water",),
            "prediction": Prediction(quantity="voltage", relation=">", value=value, unit="mV"),
        }
    )
    return {"id": made.id, "document": made.model_dump(mode="json")}


@pytest.mark.parametrize(("value", "state"), [(10.0, "supported"), (40.0, "refuted")])
def test_a_campaign_tests_a_hypothesis_and_its_results_say_what_becomes_of_it(value: float, state: str) -> None:
    campaign = hg.Campaign.testing(hypothesis(value), noise=1.0, initial=4, method="random")
    assert campaign.standing()["state"] == "open"
    for drawn in (0.5, -0.5, 0.3, -0.1, 0.2, -0.4):
        e = campaign.suggest()[0]
        campaign.record(e.id, (20.0 if e.parameters["arm"] == "as stated" else 5.0) + drawn)
    assert campaign.standing()["state"] == state
    assert pickle.loads(pickle.dumps(campaign)).standing() == campaign.standing()  # noqa: S301


def test_an_expert_of_ones_own_is_asked_of_the_pairs_there_are_and_never_taken_for_another(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    threes = itertools.combinations(["Co", "Cr", "Cu", "Fe", "Mn", "Ni"], 3)
    table.write_text("\n".join(["alloy,phase", *("".join(t) + (",FCC" if "Ni" in t else ",B2") for t in threes)]))
    asked: list[tuple[str, str]] = []

    def expert(a: str, b: str) -> float | None:
        asked.append((a, b))
        return 7.0 if (a, b) == ("Co", "Cr") else None

    with pytest.raises(InputError, match="of Co and Cr"):
        hg.AlloyPredictor(["data", hg.expert_source(expert)], small=True).fit(hg.read_alloys(table))
    assert set(asked) <= set(itertools.combinations(["Co", "Cr", "Cu", "Fe", "Mn", "Ni"], 2))
    assert hg.expert_source(expert, "x").version != hg.expert_source(lambda a, b: 0.5, "x").version
    assert hg.expert_source(expert, "x", "1").version == "1"


def test_results_told_twice_count_once_as_on_the_command_line(campaign: hg.Campaign) -> None:
    frame = pd.DataFrame({"solvent": ["DMF", "MeCN"], "temperature": [80.0, 60.0], "yield": [41.0, float("nan")]})
    assert [campaign.tell(frame), campaign.tell(frame), campaign.tell(frame, again=True)] == [1, 0, 1]
    assert [e.values["yield"] for e in campaign.experiments] == [41.0, 41.0]


def test_a_sheet_begins_a_campaign_with_its_results(tmp_path: Path) -> None:
    sheet = tmp_path / "mine.csv"
    sheet.write_text("solvent;T (°C);yield\nTHF;20;12,5\nDMF;60;71,5\nDMF;80;\n", "utf-8")
    assert len(hg.Campaign.from_table(sheet, "max:yield").experiments) == 0
    begun = hg.Campaign.from_table(sheet, "max:yield", results=True)
    assert [e.values["yield"] for e in begun.experiments] == [12.5, 71.5]


def test_the_name_of_a_file_is_no_result(campaign: hg.Campaign) -> None:
    with pytest.raises(InputError, match="name of a file"):
        campaign.tell("results.csv")  # type: ignore[arg-type]


def test_what_is_no_test_is_refused(campaign: hg.Campaign) -> None:
    with pytest.raises(InputError, match="tests no hypothesis"):
        campaign.standing()
    with pytest.raises(InputError, match="vary"):
        hg.Campaign.testing(from_statement("It is so."))
    with pytest.raises(InputError, match="no hypothesis"):
        hg.Campaign.testing({"statement": "It is so."})


@pytest.mark.parametrize(
    ("hypotheses", "llm", "commands"),
    [
        ({"best": {"id": "a" * 32, "alloys": ["Co-Cr"]}}, None, ["evidence explain Co-Cr", "ui", "init my-project"]),
        ({"best": {"id": "a" * 32, "alloys": []}}, None, ["hypotheses show aaaaaaaaaaaa", "ui", "init my-project"]),
        ({"best": {"id": "a" * 32}, "space": "…"}, {}, ["campaign new my-test --hypothesis aaaaaaaaaaaa", "ui"]),
        (None, {}, ["ui", "init my-project", "doctor"]),
    ],
)
def test_a_run_ends_with_commands_that_fit_what_it_found(
    hypotheses: dict[str, object] | None, llm: object, commands: list[str]
) -> None:
    found = [step["command"] for step in next_steps({"hypotheses": hypotheses, "llm": llm})]
    assert found[: len(commands)] == [f"hypograph {c}" for c in commands]
    assert len(found) == 3
    for command in found:
        with pytest.raises(SystemExit) as ended:
            main([*shlex.split(command)[1:], "--help"])
        assert not ended.value.code, "the command is there, and takes what it is given"


def test_a_lead_from_a_table_of_ones_own_is_explained_by_that_table() -> None:
    found = next_steps({"hypotheses": {"best": {"id": "a" * 32, "alloys": ["Co-Cr"]}}}, Path("my alloys.csv"))
    assert found[0]["command"] == "hypograph evidence explain Co-Cr --alloys 'my alloys.csv'"
