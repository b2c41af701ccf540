"""Tables that begin a campaign or bring its results: the same kinds of fault as the shared cases, with other quirks."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hypograph.flows.campaigns import laboratory as files
from hypograph.flows.cli.main import main
from hypograph.flows.readers.tabular import parse_table
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory.results import outcome_events
from hypograph.models.campaigns.laboratory.table_definition import Reading, Understood, objective_from, understand
from hypograph.models.core.errors import InputError, SpaceError

PLAN: dict[str, Any] = {
    "objectives": [{"name": "yield"}, {"name": "cost", "direction": "min"}],
    "parameters": [{"name": "base", "options": ["KOtBu", "Cs2CO3"]}, {"name": "T", "values": [40, 60], "unit": "°C"}],
}


def read(text: str, **reading: Any) -> Understood:
    return understand(parse_table(text.encode(), "t.csv"), Reading(**reading))


def levels(found: Understood) -> dict[str, Any]:
    return {p["name"]: p.get("options") or p.get("values") for p in found.parameters}


def record(
    text: str, events: list[dict[str, Any]] | None = None, plan: dict[str, Any] = PLAN, **more: Any
) -> tuple[list[dict[str, Any]], Any]:
    events = events or []
    found = outcome_events(live.definition_from(plan), events, parse_table(text.encode(), "t.csv"), **more)
    return [*events, *found.events], found


def stands(events: list[dict[str, Any]], plan: dict[str, Any] = PLAN) -> list[tuple[str, str, dict[str, float]]]:
    return [(e.id, e.status, dict(e.values)) for e in live.fold(live.definition_from(plan), events)]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["campaign", *arguments])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return int(left.value.code or 0), out, err


def test_numbers_are_levels_and_become_a_range_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "base;T (°C);time;yield\nKOtBu;20;1;10\nCs2CO3;40;2;20\nKOtBu;60;1;30\n"
    assert read(text).at_levels == ["T (°C)"]
    found = read(text, types={"T (°C)": "range"})
    assert found.parameters[1] == {"name": "T (°C)", "low": 20.0, "high": 60.0, "unit": "°C"}
    assert found.at_levels == []
    with pytest.raises(InputError, match="makes no range"):
        read(text.replace("2;20", "1;20"), types={"time": "range"})
    with pytest.raises(InputError, match="no such type"):
        read(text, types={"time": "rang"})
    (tmp_path / "t.csv").write_text(text, "utf-8")
    lab, space = str(tmp_path / "lab"), str(tmp_path / "t.csv")
    _, _, err = run(capsys, "new", lab, "--space", space, "--results", "--no-store")
    hint = re.search(r"--types (\S+|'[^']+') takes any number", err)
    assert hint is not None
    kinds = shlex.split(hint[1])[0]
    code, out, _ = run(capsys, "new", lab, "--space", space, "--dry-run", "--json", "--types", kinds)
    assert (code, json.loads(out)["at_levels"]) == (0, [])
    run(capsys, "suggest", lab, "-n", "2", "--method", "sobol", "--no-store")
    _, out, err = run(capsys, "suggest", lab, "--method", "sobol", "--no-store", "--json")
    assert json.loads(out)["awaited"] == ["e4", "e5"]
    assert "2 suggestions were awaited already (e4, e5)" in err


def test_a_column_of_few_values_labels_groups_and_many_rows_with_one_fault_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{'Fe-Ni' if i == 0 else ''};{i % 4};{10 + i}" for i in range(30)]
    text = "\n".join(["alloy;T;yield", *rows])
    found = read(text)
    assert list(levels(found)) == ["T"]
    assert "29 of 30 rows have no value" in found.left_out["alloy"]
    assert not found.skipped
    assert "alloy" in levels(read(text, parameters=("alloy", "T")))
    (tmp_path / "t.csv").write_text(text, "utf-8")
    space = ("--space", str(tmp_path / "t.csv"), "--parameters", "alloy,T", "--results", "--no-store")
    code, _, err = run(capsys, "new", str(tmp_path / "lab"), *space)
    assert code == 2
    assert err.count("no value for alloy") < 5
    assert "and 26 more rows: no value for alloy" in err


def test_numbers_that_differ_in_nearly_every_row_are_said() -> None:
    text = "\n".join(["T;density;yield", *(f"{20 * (i % 3)};{7.1 + i / 97:.3f};{10 + i}" for i in range(24))])
    told = [n for n in read(text).notes if "nearly every row" in n]
    assert len(told) == 1
    assert told[0].startswith("density has another number")
    assert not any("nearly every row" in n for n in read(text, parameters=("T",)).notes)


def test_records_and_dates_are_no_parameters() -> None:
    text = "Entry;Remarks;made on;base;time;Yield\n1;ok;03.04.2024;KOtBu;2;10,5\n2;;04.04.2024;Cs2CO3;4;20\n"
    found = read(text)
    assert levels(found) == {"base": ["KOtBu", "Cs2CO3"], "time": [2.0, 4.0]}
    assert found.objectives == [{"name": "Yield", "direction": "max"}]
    assert set(found.left_out) == {"Entry", "Remarks", "made on"}
    assert levels(read(text, parameters=("Entry", "base"))) == {"Entry": [1.0, 2.0], "base": ["KOtBu", "Cs2CO3"]}
    assert levels(read(text, parameters=("time",), types={"time": "text"})) == {"time": ["2", "4"]}


def test_a_row_that_lacks_a_parameter_is_named_and_makes_no_option() -> None:
    found = read("base,T,yield\nA,40,1\n#N/A,60,2\nB,nan,3\n,,\n")
    assert levels(found) == {"base": ["A", "B"], "T": [40.0, 60.0]}
    assert [p.row for p in found.skipped] == [3, 4]


def test_units_go_with_the_parameter_and_are_converted_when_results_come() -> None:
    found = read("base,T (K),load,yield\nA,313 K,5 mol%,10 %\nB,333 K,10 mol%,20 %\n")
    assert {p["name"]: p.get("unit") for p in found.parameters} == {"base": None, "T (K)": "K", "load": "mol%"}
    assert found.objectives == [{"name": "yield", "direction": "max", "unit": "%"}]
    events, _ = record("base,T,yield,cost\nKOtBu,313.15 K,50,2\n")
    assert events[0]["parameters"] == {"base": "KOtBu", "T": 40.0}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("er (R:S)", {"name": "er (R:S)", "direction": "max"}),
        ("min: E:Z ratio", {"name": "E:Z ratio", "direction": "min"}),
        ("target=7,5:pH", {"name": "pH", "direction": "target", "target": 7.5}),
        ("best:yield", {"name": "best:yield", "direction": "max"}),
    ],
)
def test_only_a_direction_is_taken_from_the_name(text: str, wanted: dict[str, Any]) -> None:
    assert objective_from(text) == wanted


def test_a_sheet_is_recorded_again_after_it_has_grown() -> None:
    first = "base,T,yield,cost\nKOtBu,40,10,1\nKOtBu,40,10,1\nCs2CO3,60,,3\n"
    events, found = record(first)
    assert len(found.events) == 3
    assert [s for _, s, _ in stands(events)] == ["done", "done", "pending"]
    again, found = record(first, events)
    assert (again, found.already) == (events, 3)
    grown = first.replace("60,,3", "60,7,3") + "KOtBu,40,10,1\nKOtBu,60,11,1\n"
    events, found = record(grown, events)
    assert found.already == 2
    assert stands(events)[2] == ("e3", "done", {"yield": 7.0, "cost": 3.0})
    assert len(stands(events)) == 5
    # The sheet as it was first, with half of a row that is whole by now, says nothing new.
    assert record(first, events)[1].already == 3
    assert len(record(first, events, again=True)[1].events) == 3


def test_ids_say_what_they_said_or_are_refused() -> None:
    events, _ = record("id,base,T,yield,cost,status\nrx-1,KOtBu,40,10,1,\nrx-2,Cs2CO3,60,,,FAILED\nrx-3,KOtBu,60,,,\n")
    assert [(i, s) for i, s, _ in stands(events)] == [("rx-1", "done"), ("rx-2", "failed")]
    _, found = record("id,yield,cost\nrx-1,10,1\nrx-9,1,1\n", events)
    assert (found.already, [p.row for p in found.problems]) == (1, [3])
    _, found = record("id,base,T,yield,cost\nrx-1,Cs2CO3,40,10,1\nrx-1,KOtBu,40,12,1\n", events)
    assert [p.row for p in found.problems] == [2, 3]
    suggested = live.suggest(live.definition_from(PLAN), [*events, {**events[0], "id": "e7"}], 1)
    assert suggested[0]["id"] == "e8"


def test_numbers_beside_the_levels_are_what_was_done_and_options_are_not_guessed() -> None:
    events, found = record("base,T,yield,cost\nKOtBu,50,10,1\nkotbu,40,10,1\nKOtBu,900,3,1\n")
    assert [e["parameters"]["T"] for e in events] == [50.0, 900.0]
    assert "'KOtBu'" in found.problems[0].reason
    assert sum("what was done" in n for n in found.notes) == 2
    (next_,) = live.suggest(live.definition_from({**PLAN, "objectives": [{"name": "yield"}]}), [
        {**e, "values": {"yield": e["values"]["yield"]}} for e in events
    ])  # fmt: skip
    assert next_["parameters"]["T"] in (40.0, 60.0)


def test_an_outcome_that_is_an_error_is_named_and_a_blank_one_is_a_plan() -> None:
    events, found = record(
        "base,T,yield,cost\nKOtBu,40,#VALUE!,1\nKOtBu,60,,\nCs2CO3,40,5 g,1\nCs2CO3,60,5,2\nKOtBu,60,7,2\n"
    )
    assert sorted(p.row for p in found.problems) == [2, 4]
    assert found.plans == 1
    assert len(events) == 2


def test_an_outcome_is_taken_back_and_what_was_repeated_waits_again() -> None:
    definition = live.definition_from(PLAN)
    events = live.suggest(definition, [], 1)
    events.append(live.record(definition, events, "e1", {"yield": 5}))
    with pytest.raises(InputError, match="5 already"):
        live.record(definition, events, "e1", {"yield": 6})
    events.append(live.record(definition, events, "e1", {"cost": 2}))
    events += live.repeat(definition, events, "e1")
    events.append(live.record(definition, events, "e2", {"yield": 6, "cost": 2}))
    events.append(live.undo(definition, events, "e2"))
    assert [(s, v) for _, s, v in stands(events)] == [("done", {"yield": 5.0, "cost": 2.0}), ("pending", {})]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"seed": -1}, "seed"),
        ({"initial": 2.5}, "initial"),
        ({"replicates": True}, "replicates"),
        ({"objectives": [{"name": "y", "noise": -0.1}]}, "noise"),
        ({"objectives": [{"name": "y", "noise": float("nan")}]}, "noise"),
        ({"objectives": [{"name": "y"}, {"name": "y"}]}, "twice"),
        ({"objectives": [{"name": "y", "colour": 1}]}, "colour"),
        ({"objectives": "y"}, "objectives"),
        ({"parameters": [{"name": "x", "options": "ab"}]}, "list"),
        ({"parameters": [{"name": "x", "options": [["a"]]}]}, "x"),
        ({"parameters": [{"name": "x", "values": [True, False]}]}, "x"),
        ({"parameters": [{"name": "x", "low": 0, "high": float("inf")}]}, "x"),
        ({"parameters": [{"name": "x", "low": -5}]}, "both its ends"),
    ],
)
def test_wrong_settings_are_named(change: dict[str, Any], what: str) -> None:
    with pytest.raises((InputError, SpaceError), match=what):
        live.definition_from({**PLAN, **change})


def test_from_a_workbook_to_a_suggestion_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["My runs"],
        ["base", "loading / mol%", "yield"],
        ["A", 0.0025, 10],
        ["B", 0.005, 30],
        ["A", 0.005, None],
    ):
        book.active.append(row)
    book.save(tmp_path / "Runs.XLSX")
    lab, space = str(tmp_path / "lab"), str(tmp_path / "Runs.XLSX")
    code, out, _ = run(capsys, "new", lab, "--space", space, "--dry-run", "--json")
    told = json.loads(out)
    assert code == 0
    assert not (tmp_path / "lab").exists()
    assert told["parameters"][1] == {
        "name": "loading / mol%", "type": "number", "unit": "mol%", "options": [0.0025, 0.005], "low": 0.0025,
        "high": 0.005,
    }  # fmt: skip
    code, out, err = run(capsys, "new", lab, "--space", space, "--results", "--no-store", "--json")
    assert (code, json.loads(out)["done"]) == (0, 2)
    assert "title" in err
    code, out, _ = run(capsys, "suggest", lab, "-n", "2", "--no-store")
    assert code == 0
    assert "0.0025" in out or "0.005" in out
    assert "0.000 " not in out
    assert run(capsys, "record", lab, "e3", "--value", "5", "--failed", "--no-store")[0] == 2
    code, out, _ = run(capsys, "export", lab)
    (tmp_path / "again.csv").write_text(out, "utf-8")
    code, out, _ = run(
        capsys,
        "new",
        str(tmp_path / "second"),
        "--space",
        str(tmp_path / "again.csv"),
        "--results",
        "--no-store",
        "--json",
    )
    assert (code, json.loads(out)["done"]) == (0, 2)


def test_nothing_is_written_where_the_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,a,y\n1,2,3\n", "utf-8")
    with pytest.raises(InputError, match="'a'"):
        files.begin(tmp_path / "lab", tmp_path / "t.csv", results=True)
    assert not (tmp_path / "lab").exists()


def test_budgets_that_differ_are_compared_over_the_common_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"table": "t", "method": m, "seed": s, "maximum": 100, "values": list(range(s, s + n))}
        for s in range(5)
        for m, n in (("a", 12), ("b", 5))
    ]
    (tmp_path / "r.jsonl").write_text("\n".join(json.dumps(r) for r in rows), "utf-8")
    code, out, err = run(capsys, "compare", str(tmp_path / "r.jsonl"), "--json")
    told = json.loads(out)
    assert (code, told["budget"]) == (0, 5)
    assert "12" in err
    assert abs(told["pairs"][0]["difference"]["mean"]) < 0.5


def test_a_preview_names_outcomes_that_would_not_be_taken_and_sums_are_no_rows() -> None:
    found = read("base,T,yield\nA,40,45-50\nB,60,10±2\nA,60,>99\nB,40,failed\nB,40,7\nMean,,12\n")
    assert [p.row for p in found.skipped] == [2, 3, 4]
    assert "unit" not in found.objectives[0]
    assert found.parameters[0]["options"] == ["A", "B"]
    assert "row 7 (Mean)" in " ".join(found.notes)


@pytest.mark.parametrize(
    ("text", "parameters", "outcome"),
    [
        # Groups, names and units: three rows of header, and the run order of a design.
        (
            ",,Factor 1,Factor 2,Response 1\nStd,Run,A:Heat,B:Base,Yield\n,,°C,,%\n"
            "3,1,40,K2CO3,45.1\n1,2,60,NaOH,66\n2,3,60,K2CO3,52.9\n",
            {"A:Heat (°C)": [40.0, 60.0], "B:Base": ["K2CO3", "NaOH"]},
            "Yield (%)",
        ),
        # What programs add beside the factors.
        (
            "Exp Name;Run Order;Incl/Excl;Pattern;pH;Y1\n"
            "N1;3;Incl;+-;5,5;41,2\nN2;1;Excl;--;6,5;55,0\nN3;2;Incl;-+;7,5;•\n",
            {"pH": [5.5, 6.5, 7.5]},
            "Y1",
        ),
        # A row that says of each column what it is.
        (
            "n,x,y_out,how\nTYPE,DATA,DATA,META\n7,80,33.1,a\n3,100,71.5,a\n9,60,5.1,a\n",
            {"n": [3.0, 7.0, 9.0], "x": [60.0, 80.0, 100.0], "how": ["a"]},
            "y_out",
        ),
        # A footnote behind the unit; what is to come is a plan.
        (
            "base,T (°C)^b,yield (%)a\nA,25,88\nB,25,PENDING\nA,60,92\n",
            {"base": ["A", "B"], "T (°C)^b": [25.0, 60.0]},
            "yield (%)a",
        ),
    ],
    ids=["design", "records", "kinds", "footnotes"],
)
def test_tables_as_programs_for_designs_write_them(text: str, parameters: dict[str, Any], outcome: str) -> None:
    found = read(text)
    assert levels(found) == parameters
    assert [g["name"] for g in found.objectives] == [outcome]
    assert not found.skipped


def test_a_table_of_numbers_without_names_is_refused() -> None:
    with pytest.raises(InputError, match="no names"):
        read("0.25,10.0,66.1\n0.5,20.0,71.9\n0.75,30.0,55.3\n")


def test_the_sheet_that_holds_a_table_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Study 12"])
    for row in (["base", "T", "yield"], ["A", 40, 10], ["B", 60, 20]):
        (book["Data"] if "Data" in book.sheetnames else book.create_sheet("Data")).append(row)
    book.save(tmp_path / "t.xlsx")
    table = parse_table((tmp_path / "t.xlsx").read_bytes(), "t.xlsx")
    assert table.header == ["base", "T", "yield"]
    assert "sheet 'Data'" in " ".join(table.notes)


def test_an_outcome_that_says_failed_is_a_failed_experiment() -> None:
    events, found = record("base,T,yield,cost\nKOtBu,40,Failed,\nCs2CO3,40,failed,2\nKOtBu,60,crashed,1\n")
    assert stands(events)[0][1] == "failed"
    assert [p.row for p in found.problems] == [3, 4]


def test_a_unit_in_the_header_is_converted_too() -> None:
    events, found = record("base,T (K),yield,cost\nKOtBu,313.15,10,1\nCs2CO3,333.15,20,1\n")
    assert [e["parameters"]["T"] for e in events] == [40.0, 60.0]
    assert "K converted to °C" in " ".join(found.notes)
    _, found = record("base,T (min),yield,cost\nKOtBu,40,10,1\n")
    assert "another unit than °C" in found.problems[0].reason


@pytest.mark.parametrize(
    ("text", "value"), [("12,5", 12.5), ("12.5 %", 12.5), (7, 7.0), ("1_0", None), ("1,250", None)]
)
def test_a_typed_outcome_is_read_as_numbers_are_typed(text: Any, value: float | None) -> None:
    plan = {**PLAN, "objectives": [{"name": "yield", "unit": "%"}]}
    definition = live.definition_from(plan)
    if value is None:
        with pytest.raises(InputError):
            live.own_outcome(definition, "e1", {"base": "KOtBu", "T": 40.0}, {"yield": text}, "")
    else:
        event = live.own_outcome(definition, "e1", {"base": "KOtBu", "T": 40.0}, {"yield": text}, "")
        assert event["values"] == {"yield": value}


def test_outcomes_that_a_new_campaign_does_not_take_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "my yields.csv"
    table.write_text("solvent;T (°C);yield\nTHF;20;12,5\nDMF;60;71,5\nDMF;80;\n", "utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["campaign", "new", str(tmp_path / "lab"), "--space", str(table), "--no-store"])
    assert not ended.value.code
    told = capsys.readouterr().err
    assert "2 rows hold outcomes, which are not taken" in told
    (command,) = re.findall(r"`hypograph (.*)`", told)
    with pytest.raises(SystemExit) as ended:
        main([*shlex.split(command), "--no-store"])
    assert not ended.value.code
    assert "2 rows recorded" in capsys.readouterr().err
