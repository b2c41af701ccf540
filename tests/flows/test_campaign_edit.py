"""Spaces that live: options that come and go, bounds, what is never to be tried, and all of it undone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypograph.flows.cli.main import main
from hypograph.graph.campaigns import folder as folders
from hypograph.models.campaigns.laboratory import edits
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.core.errors import HypographError

SPACE = """
initial = 2
[[objectives]]
name = "yield"
[[parameters]]
name = "ligand"
options = ["XPhos", "SPhos", "dppf"]
[[parameters]]
name = "T"
values = [40, 60]
[[parameters]]
name = "hours"
low = 1
high = 10
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any, str]:
    with pytest.raises(SystemExit) as left:
        main(["campaign", *arguments])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return int(left.value.code or 0), json.loads(out) if out.startswith("{") else out, err


@pytest.fixture
def lab(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    (tmp_path / "space.toml").write_text(SPACE, "utf-8")
    folder = str(tmp_path / "lab")
    assert run(capsys, "new", folder, "--space", str(tmp_path / "space.toml"), "--no-store")[0] == 0
    rows = ["ligand,T,hours,yield", "XPhos,40,2,10", "dppf,60,3,40", "SPhos,40,4,20"]
    (tmp_path / "r.csv").write_text("\n".join(rows) + "\n", "utf-8")
    assert run(capsys, "record", folder, "--csv", str(tmp_path / "r.csv"), "--no-store")[0] == 0
    return folder


def suggested(capsys: pytest.CaptureFixture[str], lab: str, n: int) -> list[dict[str, Any]]:
    code, told, err = run(capsys, "suggest", lab, "-n", str(n), "--no-store", "--json")
    assert code == 0, err
    return [s["parameters"] for s in told["suggestions"]]


def test_a_bottle_that_ran_out_and_one_that_came(lab: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, told, _ = run(
        capsys, "edit", lab, "--drop", "ligand=dppf", "--add", "ligand=CyJohnPhos", "--add", "T=80",
        "--low", "hours=0.5", "--no-store", "--json",
    )  # fmt: skip
    assert code == 0
    rows = {p["name"]: p for p in told["parameters"]}
    assert rows["ligand"]["options"] == ["XPhos", "SPhos", "CyJohnPhos"]
    assert rows["T"]["options"] == [40, 60, 80]
    assert rows["hours"]["low"] == 0.5
    assert {p["ligand"] for p in suggested(capsys, lab, 12)} <= {"XPhos", "SPhos", "CyJohnPhos"}
    assert run(capsys, "status", lab, "--json")[1]["best"]["parameters"]["ligand"] == "dppf"
    assert run(capsys, "undo", lab, told["edit"], "--no-store")[0] == 0
    definition = run(capsys, "export", lab, "--json")[1]["definition"]
    assert definition["parameters"][0]["options"] == ["XPhos", "SPhos", "dppf"]
    assert "CyJohnPhos" in definition["parameters"][0]["former"]
    assert suggested(capsys, lab, 1)
    assert run(capsys, "undo", lab, told["edit"], "--no-store")[0] == 2


def test_a_table_behind_the_folder_is_space_and_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.csv").write_text("ligand,T,yield\nA,40,1\nB,60,2\n", "utf-8")
    (tmp_path / "s.toml").write_text(SPACE, "utf-8")
    table, lab = str(tmp_path / "t.csv"), str(tmp_path / "lab")
    code, told, _ = run(capsys, "new", lab, table, "--no-store", "--json")
    assert (code, told["done"], told["best"]["values"]) == (0, 2, {"yield": 2.0})
    assert run(capsys, "new", str(tmp_path / "other"), str(tmp_path / "s.toml"), "--no-store", "--json")[1]["done"] == 0
    code, _, err = run(capsys, "new", str(tmp_path / "two"), table, "--space", table, "--no-store")
    assert (code, "two spaces" in err) == (2, True)


def test_an_option_spelled_almost_as_another_one_is_said(lab: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, told, _ = run(capsys, "edit", lab, "--add", "ligand=S-phos", "--no-store", "--json")
    assert (code, told["notes"]) == (0, ["ligand: 'SPhos' and 'S-phos' are taken for 2 options"])
    assert "'SPhos' and 'S-phos'" in run(capsys, "edit", lab, "--add", "ligand=sphos", "--no-store")[1]
    assert run(capsys, "edit", lab, "--add", "ligand=DPEPhos", "--no-store", "--json")[1]["notes"] == []


def test_never_again(lab: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, _ = run(capsys, "edit", lab, "--never", "ligand=SPhos;T=60", "--never", "e1", "--no-store", "--json")
    assert code == 0
    assert not [p for p in suggested(capsys, lab, 10) if p["ligand"] == "SPhos" and p["T"] == 60]
    assert run(capsys, "edit", lab, "--allow", "ligand=SPhos;T=60", "--no-store")[0] == 0
    assert run(capsys, "edit", lab, "--allow", "ligand=SPhos;T=60", "--no-store")[0] == 2
    assert run(capsys, "edit", lab, "--fix", "ligand=SPhos", "--fix", "hours=5", "--no-store")[0] == 0
    assert {(p["ligand"], p["hours"]) for p in suggested(capsys, lab, 2)} == {("SPhos", 5)}


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--drop", "ligand=Xphos"], "no level"),
        (["--drop", "solvent=THF"], "no such parameter"),
        (["--add", "ligand=XPhos"], "already"),
        (["--add", "hours=3"], "range"),
        (["--low", "T=20"], "levels are listed"),
        (["--low", "hours=20"], "empty"),
        (["--add", "T=hot"], "no number"),
        (["--never", "e99"], "no such experiment"),
        ([], "nothing"),
    ],
)
def test_wrong_changes_are_named_and_nothing_is_changed(
    lab: str, capsys: pytest.CaptureFixture[str], options: list[str], what: str
) -> None:
    before = (Path(lab) / "events.jsonl").read_text("utf-8")
    code, _, err = run(capsys, "edit", lab, *options, "--no-store")
    assert code == 2
    assert what in err
    assert (Path(lab) / "events.jsonl").read_text("utf-8") == before


def test_a_dry_run_changes_nothing(lab: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = (Path(lab) / "events.jsonl").read_text("utf-8")
    code, told, _ = run(capsys, "edit", lab, "--drop", "ligand=dppf", "--dry-run", "--json")
    assert (code, told["edit"]) == (0, None)
    assert (Path(lab) / "events.jsonl").read_text("utf-8") == before
    assert folders.load(Path(lab)).definition.space["ligand"].options == ("XPhos", "SPhos", "dppf")


CHANGES = st.one_of(
    st.tuples(st.just("add"), st.sampled_from("abcdef")),
    st.tuples(st.just("drop"), st.sampled_from("abcdef")),
    st.tuples(st.just("fix"), st.sampled_from("abc")),
    st.tuples(st.just("done"), st.sampled_from("abcdef")),
    st.tuples(st.just("undo"), st.integers(1, 5)),
)


@settings(max_examples=60)
@given(st.lists(CHANGES, max_size=12))
def test_whatever_is_changed_the_history_can_be_read(steps: list[tuple[str, Any]]) -> None:
    base = live.definition_from(
        {"parameters": [{"name": "o", "options": list("abc")}, {"name": "x", "values": [1, 2]}]}
    )
    events: list[dict[str, Any]] = []
    for kind, value in steps:
        now = edits.edited(base, events)
        try:
            if kind == "undo":
                events.append(edits.undo_edit(base, events, f"edit-{value}"))
            elif kind == "done":
                events.append(live.record_point(now, events, {"o": value, "x": 1}, {"outcome": 1.0}))
            elif kind == "fix":
                events.append(edits.edit(base, events, [{"fix": "o", "level": value}]))
            else:
                events.append(edits.edit(base, events, [{kind: "o", "levels": [value]}]))
        except HypographError:
            continue
        now = edits.edited(base, events)
        assert now.record() == edits.edited(base, json.loads(json.dumps(events))).record()
        assert not set(now.space["o"].options) & set(now.space["o"].former)
        live.fold(now, events)
    assert live.suggest(edits.edited(base, events), events)


def test_a_parameter_that_nobody_thought_of(lab: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "edit", lab, "--parameter", "water=0..5", "--no-store")
    assert code == 2
    assert "--had water" in err
    code, told, _ = run(
        capsys, "edit", lab, "--parameter", "base=K2CO3;DBU", "--had", "base=DBU",
        "--parameter", "water=0..5", "--had", "water=0", "--no-store", "--json",
    )  # fmt: skip
    assert code == 0
    assert [p["name"] for p in told["parameters"]][-2:] == ["base", "water"]
    (new,) = suggested(capsys, lab, 1)
    assert set(new) == {"ligand", "T", "hours", "base", "water"}
    best = run(capsys, "status", lab, "--json")[1]["best"]["parameters"]
    assert (best["base"], best["water"]) == ("DBU", 0.0)
    # What was made with it stands in its way back; dropping what all had does not.
    code, _, err = run(capsys, "undo", lab, told["edit"], "--no-store")
    assert code == 2
    assert "experiments were made with it" in err
    assert run(capsys, "edit", lab, "--drop", "base=DBU", "--never", "base=K2CO3;T=40", "--no-store")[0] == 0
    assert suggested(capsys, lab, 1)[0]["base"] == "K2CO3"


def test_a_limit_goes_with_the_level_that_it_was_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = '[[limits]]\nwhen = { ligand = ["XPhos", "dppf"] }\nname = "hours"\nat_most = 3\n'
    (tmp_path / "space.toml").write_text(SPACE + rule, "utf-8")
    folder = str(tmp_path / "lab")
    assert run(capsys, "new", folder, "--space", str(tmp_path / "space.toml"), "--no-store")[0] == 0
    assert (
        "where ligand is XPhos or dppf: hours at most 3"
        in run(capsys, "edit", folder, "--add", "ligand=dppe", "--no-store")[1]
    )
    assert run(capsys, "edit", folder, "--drop", "ligand=XPhos", "--no-store")[0] == 0
    assert run(capsys, "export", folder, "--json")[1]["definition"]["limits"][0]["when"] == {"ligand": ["dppf"]}
    assert run(capsys, "edit", folder, "--drop", "ligand=dppf", "--no-store")[0] == 0
    assert "limits" not in run(capsys, "export", folder, "--json")[1]["definition"]
