from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from hypograph.flows.campaigns import laboratory as files
from hypograph.flows.cli.main import main
from hypograph.graph.campaigns import folder as folders
from hypograph.graph.store.validate import checked_edges, checked_nodes
from hypograph.models.campaigns.laboratory import events, progress
from hypograph.models.campaigns.laboratory.table_definition import Reading
from hypograph.models.core.errors import InputError, MalformedRowError

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
    assert Counter(e.type for e in outcome.edges) == {"IN_CAMPAIGN": 2, "HAS_SETTING": 4}
    assert len(checked_edges(outcome.edges)) == 2
    assert outcome.nodes[0].props["best"] == 5.0


def test_a_space_inferred_from_a_table(folder: Path) -> None:
    (folder / "t.csv").write_text("ligand,heat,yield\nNone,20,1\nXPhos,40,2\n", "utf-8")
    record = files.definition_of(folder / "t.csv", Reading(("min:yield",)))[0]
    assert record["parameters"] == [
        {"name": "ligand", "options": ["None", "XPhos"]},
        {"name": "heat", "values": [20.0, 40.0]},
    ]
    assert record["objectives"] == [{"name": "yield", "direction": "min"}]
    with pytest.raises(InputError, match="no column"):
        files.definition_of(folder / "t.csv", Reading(("max:nothing",)))


OLD = Path(__file__).parent / "data" / "campaign_format_1"


def test_a_campaign_of_format_1_is_read_for_ever(tmp_path: Path) -> None:
    shutil.copytree(OLD, tmp_path / "lab")
    campaign = folders.load(tmp_path / "lab")
    assert folders.export_csv(campaign) == (OLD / "experiments.csv").read_text("utf-8")
    assert campaign.definition.record() == json.loads((OLD / "campaign.json").read_text("utf-8"))
    told = progress.status(campaign.definition, campaign.events)
    assert {k: told[k] for k in ("done", "failed", "pending", "withdrawn", "events")} == {
        "done": 3,
        "failed": 1,
        "pending": 0,
        "withdrawn": 0,
        "events": 9,
    }
    assert told["best"]["values"] == {"yield": 44.0, "pH": 7.2}
    with folders.changing(tmp_path / "lab") as campaign:
        campaign.append(events.suggest(campaign.definition, campaign.events, 1, method="sobol"))
    assert (tmp_path / "lab" / "events.jsonl").read_text("utf-8").startswith((OLD / "events.jsonl").read_text("utf-8"))


RECORD_MANY = """
import sys
from pathlib import Path
from hypograph.graph.campaigns import folder as folders
from hypograph.models.campaigns.laboratory import events as live
for i in range(25):
    with folders.changing(Path(sys.argv[1])) as campaign:
        point = {"ligand": "None", "heat": 20}
        campaign.append([live.record_point(campaign.definition, campaign.events, point, {"yield": i}, sys.argv[2])])
"""


def test_two_people_record_at_once_and_nothing_is_lost(folder: Path) -> None:
    folders.create(folder / "lab", files.read_definition(folder / "space.toml"))
    people = [
        subprocess.Popen([sys.executable, "-c", RECORD_MANY, str(folder / "lab"), name]) for name in ("ann", "bob")
    ]
    assert [p.wait(120) for p in people] == [0, 0]
    campaign = folders.load(folder / "lab")
    found = events.fold(campaign.definition, campaign.events)
    assert [e.id for e in found] == [f"e{i}" for i in range(1, 51)]
    assert sorted(e.note for e in found) == ["ann"] * 25 + ["bob"] * 25


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_crash_in_the_middle_of_a_write_costs_that_event_only(
    folder: Path, cut: int, capsys: pytest.CaptureFixture[str]
) -> None:
    folders.create(folder / "lab", files.read_definition(folder / "space.toml"))
    with folders.changing(folder / "lab") as campaign:
        campaign.append(events.suggest(campaign.definition, [], 3))
    history = folder / "lab" / "events.jsonl"
    whole = history.read_bytes()
    history.write_bytes(whole[:-cut])
    if cut > 1:
        assert "line 3: cut off" in folders.load(folder / "lab").notices[0]
    assert history.read_bytes() == whole[:-cut]  # reading changes nothing
    assert run("record", str(folder / "lab"), "e1", "--value", "5", "--no-store") == 0
    assert ("cut off" in capsys.readouterr().err) is (cut > 1)
    lines = history.read_text("utf-8").splitlines()
    assert len(lines) == (3 if cut > 1 else 4)  # only the end of the line is missing: the event is whole
    assert all(json.loads(line) for line in lines)


def test_a_misspelt_rule_is_refused(folder: Path) -> None:
    record = files.read_definition(folder / "space.toml")
    with pytest.raises(InputError, match="no such key: exclusion"):
        folders.create(folder / "lab", {**record, "exclusion": [{"ligand": "None"}]})
    assert not (folder / "lab").exists()


def test_several_objectives_from_a_table(folder: Path) -> None:
    (folder / "t.csv").write_text("ligand,pH,yield\nNone,6,1\nXPhos,8,2\n", "utf-8")
    record = files.definition_of(folder / "t.csv", Reading(("target=7:pH", "yield")))[0]
    assert record["objectives"] == [
        {"name": "pH", "direction": "target", "target": 7.0},
        {"name": "yield", "direction": "max"},
    ]
    with pytest.raises(InputError, match="target is no number"):
        files.definition_of(folder / "t.csv", Reading(("target=x:pH",)))
