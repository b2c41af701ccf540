from __future__ import annotations

import json
from pathlib import Path

import pytest

from hypograph.flows import campaign_live as files
from hypograph.flows.cli.main import main
from hypograph.graph import campaigns as folders
from hypograph.graph.validate import checked_edges, checked_nodes
from hypograph.models.errors import InputError, MalformedRowError

SPACE = """
[[objectives]]
name = "yield"
[[parameters]]
name = "ligand"
options = ["XPhos", "None", "C1=CC,=O"]
[[parameters]]
name = "heat"
values = [20, 40, 60]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "space.toml").write_text(SPACE, "utf-8")
    return tmp_path


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["campaign", *arguments])
    return int(left.value.code or 0)


def test_a_campaign_from_the_first_suggestion_to_the_export(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lab = str(folder / "lab")
    assert run("new", lab, "--space", str(folder / "space.toml"), "--initial", "2", "--no-store") == 0
    capsys.readouterr()
    assert run("suggest", lab, "-n", "4", "--no-store", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [s["id"] for s in told["suggestions"]] == ["e1", "e2", "e3", "e4"]
    assert all(s["reason"] and "predicted" in s for s in told["suggestions"])
    rows = ["id,yield", "e1,10", "e2,oops", "e3,30", "e9,1", "e4,5,6"]
    (folder / "r.csv").write_text("\n".join(rows) + "\n", "utf-8")
    assert run("record", lab, "--csv", str(folder / "r.csv"), "--no-store", "--json") == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["done"] == 2
    assert "row 3" in err
    assert "row 5" in err
    assert "row 6: 3 columns" in err
    assert run("record", lab, "e2", "--failed", "--no-store") == 0
    assert run("undo", lab, "e1", "--no-store") == 0
    capsys.readouterr()
    assert run("suggest", lab, "--no-store", "--json") == 0
    assert json.loads(capsys.readouterr().out)["suggestions"][0]["id"] == "e5"
    assert run("export", lab) == 0
    assert capsys.readouterr().out == (folder / "lab" / "experiments.csv").read_text("utf-8")


def test_a_line_cut_off_by_a_crash_is_left_out_and_damage_is_named(folder: Path) -> None:
    campaign = folders.create(folder / "lab", files.read_definition(folder / "space.toml"))
    campaign.append([{"event": "suggest", "id": "e1", "parameters": {"ligand": "None", "heat": 20}}])
    history = folder / "lab" / "events.jsonl"
    whole = history.read_text("utf-8")
    history.write_text(whole + '{"event": "rec', "utf-8")
    again = folders.load(folder / "lab")
    assert len(again.events) == 1
    again.append([{"event": "fail", "id": "e1"}])
    assert len(folders.load(folder / "lab").events) == 2
    history.write_text("nonsense\n" + whole, "utf-8")
    with pytest.raises(MalformedRowError, match=r"line 1"):
        folders.load(folder / "lab")


def test_what_goes_to_the_store_fits_its_schema(folder: Path) -> None:
    campaign = folders.create(folder / "lab", files.read_definition(folder / "space.toml"))
    campaign.append(
        [
            {"event": "suggest", "id": "e1", "parameters": {"ligand": "None", "heat": 20}, "mean": 3.0, "sd": 1.0},
            {"event": "record", "id": "e1", "values": {"yield": 5}},
            {"event": "suggest", "id": "e2", "parameters": {"ligand": "XPhos", "heat": 20}},
        ]
    )
    outcome = folders.outcome(campaign)
    assert len(checked_nodes(outcome.nodes)["Experiment"]) == 2
    assert sum(len(rows) for rows in checked_edges(outcome.edges).values()) == 2
    assert outcome.nodes[0].props["best"] == 5.0


def test_a_space_inferred_from_a_table(folder: Path) -> None:
    (folder / "t.csv").write_text("ligand,heat,yield\nNone,20,1\nXPhos,40,2\n", "utf-8")
    record = files.infer_definition(folder / "t.csv", "min:yield")
    assert record["parameters"] == [
        {"name": "ligand", "options": ["None", "XPhos"]},
        {"name": "heat", "values": [20.0, 40.0]},
    ]
    assert record["objectives"] == [{"name": "yield", "direction": "min"}]
    with pytest.raises(InputError, match="no column"):
        files.infer_definition(folder / "t.csv", "max:nothing")
