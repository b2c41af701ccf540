"""The command a stranger runs first: whole, repeatable, and clear about bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from demo_runs import DemoRun

from hypograph.flows.cli.main import main

COMMAND = [sys.executable, "-m", "hypograph.flows.cli.main"]


def hypograph(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command with an empty home of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HYPOGRAPH_", "NEO4J_", "PREFECT_"))}
    environment |= {"HYPOGRAPH_HOME": str(home), "HOME": str(home), "DO_NOT_TRACK": "1", **variables}
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        cwd=home,
        check=False,
    )


@pytest.fixture(scope="module")
def home(small_demo: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_demo.copy(tmp_path_factory.mktemp("demo") / "home")


@pytest.fixture(scope="module")
def first(small_demo: DemoRun) -> dict[str, Any]:
    return small_demo.document


def test_the_document_has_what_the_contract_names(first: dict[str, Any]) -> None:
    wanted = "run seconds steps literature evidence hypotheses campaigns graph_hash llm page next"
    assert set(wanted.split()) <= set(first)
    assert [s["name"] for s in first["steps"]] == ["literature", "evidence", "hypotheses", "campaigns"]
    assert all(s["done"] > 0 and s["skipped"] == 0 for s in first["steps"])
    assert first["literature"]["publications"] == 200
    assert {"ours", "vote", "majority"} <= set(first["evidence"]["checked"])
    assert first["hypotheses"]["count"] > 0
    assert first["hypotheses"]["best"]["probability_best"] is None  # leads are listed, not ranked by a judge
    assert {c["method"] for c in first["campaigns"]} == {"random", "bo"}
    assert first["llm"] is None


def test_a_second_run_repeats_nothing_and_changes_nothing(home: Path, first: dict[str, Any]) -> None:
    done = hypograph(home, "demo", "--small", "--json")
    assert done.returncode == 0, done.stderr
    second = json.loads(done.stdout)
    assert sum(s["done"] for s in second["steps"]) == 0
    assert sum(s["skipped"] for s in second["steps"]) == sum(s["done"] for s in first["steps"])
    assert second["graph_hash"] == first["graph_hash"]
    same = ("literature", "evidence", "hypotheses", "campaigns")
    assert {k: second[k] for k in same} == {k: first[k] for k in same}


def test_bad_input_is_the_command_lines_fault(tmp_path: Path) -> None:
    done = hypograph(tmp_path, "run", "--papers", "nowhere.jsonl")
    assert done.returncode == 2
    assert done.stderr.startswith("hypograph: nowhere.jsonl")
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run"], "at least one of"),
        (["run", "--alloys", "bad_element.csv"], "Xx"),
        (["run", "--alloys", "no_label.csv"], "label"),
        (["run", "--table", "text.csv"], "text.csv"),
        (["run", "--papers", "broken.jsonl"], "broken.jsonl"),
        (["demo", "--seeds", "none"], "--seeds"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    says: str,
) -> None:
    (tmp_path / "bad_element.csv").write_text("composition,label\nCoCrFeNi,High\nCoXxFeNi,Low\n")
    (tmp_path / "no_label.csv").write_text("composition,hardness\nCoCrFeNi,3\n")
    (tmp_path / "text.csv").write_text("base,yield\nNaOH,plenty\n")
    (tmp_path / "broken.jsonl").write_text("{not json\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["hypograph"])
    with pytest.raises(SystemExit) as left:
        main(arguments)
    told = capsys.readouterr()
    assert left.value.code == 2, told.err
    assert says in told.err
    assert "Traceback" not in told.err
    assert told.out == ""


def test_a_setting_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    done = hypograph(tmp_path, "doctor", HYPOGRAPH_LLM_MODLE="x")
    assert done.returncode == 2
    assert "HYPOGRAPH_LLM_MODEL" in done.stderr


def test_an_unreachable_store_is_the_environments_fault(tmp_path: Path) -> None:
    done = hypograph(tmp_path, "demo", "--small", NEO4J_URI="bolt://127.0.0.1:9", NEO4J_PASSWORD="wrong-word")
    assert done.returncode == 1, done.stderr
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    assert "wrong-word" not in done.stderr


def test_doctor_lists_every_setting(tmp_path: Path) -> None:
    done = hypograph(tmp_path, "doctor", "--json", HYPOGRAPH_UI_PORT="9100")
    document = json.loads(done.stdout)
    assert done.returncode == (0 if document["ok"] else 1)
    assert {"python", "packages", "store", "llm", "prefect", "data", "settings", "ok"} <= set(document)
    port = next(s for s in document["settings"] if s["name"] == "ui_port")
    assert (port["value"], port["from"]) == (9100, "environment HYPOGRAPH_UI_PORT")
    assert document["store"]["reachable"] is True
