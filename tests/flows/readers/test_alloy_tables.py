"""Tables of alloys: the shared cases, and small ones of the same kinds."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hypograph.flows.cli.evidence import app, paths
from hypograph.flows.readers.alloy_tables import AlloyReading, read_alloy_table
from hypograph.models.core.errors import InputError


def command(path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(app, ["read", str(path), *options, "--json"], catch_exceptions=False)
    return result.exit_code, json.loads(result.stdout)


def table(folder: Path, text: str, name: str = "t.csv") -> AlloyReading:
    (folder / name).write_text(text, encoding="utf-8")
    return read_alloy_table(folder / name)


def percents(reading: AlloyReading) -> list[dict[str, float]]:
    return [r.composition.atomic_percent for r in reading.rows]


def near(one: dict[str, float], two: dict[str, float]) -> bool:
    return all(abs(one.get(e, 0) - two.get(e, 0)) <= 0.1 for e in {*one, *two})


def test_the_shared_cases(cases_dir: Path) -> None:
    folder = cases_dir / "alloys"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["files"]
    for name, wanted in expected.items():
        code, found = command(folder / "read" / name)
        rows, skipped = {r["row"]: r for r in found["rows"]}, {s["row"]: s for s in found["skipped"]}
        assert code == (0 if rows else 2), name
        for want in wanted["rows"]:
            row = rows.pop(want["row"])
            assert near(row["atomic_percent"], want["atomic_percent"]), (name, row)
            extra = Counter(row["phases"]) - Counter(p for p in want["phases"] if p != "*")
            assert sum(extra.values()) == want["phases"].count("*"), (name, row)
            assert (row["text"], row["label"]) == (want["text"], want["label"]), name
        for want in wanted["skipped"]:
            row = rows.pop(want["row"], None)
            if row is None:
                assert skipped[want["row"]]["reason"], name
            else:
                assert near(row["atomic_percent"], want.get("or_read", {})) or (
                    want.get("or_label_null") and row["label"] is None
                ), (name, row)
        assert not rows, name


def test_words_of_another_language_and_decimal_commas(tmp_path: Path) -> None:
    found = table(tmp_path, "Legierung;Phasen;Zustand\nAl0,5CoCrFeNi;krz + kfz;Guss\nFe-18Cr-10Ni;kfz;\n")
    assert [(r.row, r.phases, r.label, r.state) for r in found.rows] == [
        (2, ("BCC", "FCC"), "multi", "Guss"),
        (3, ("FCC",), "single", ""),
    ]
    assert near(percents(found)[1], {"Fe": 71.4, "Cr": 19.17, "Ni": 9.43})


@pytest.mark.parametrize(
    "header",
    ["Ti (wt.%),Al (wt.%),V (wt.%)", "Ti wt%,Al wt%,V wt%", "w_Ti,w_Al,w_V", "TI [mass%],AL [mass%],V [mass%]"],
)
def test_columns_of_elements_in_weight_percent(tmp_path: Path, header: str) -> None:
    found = table(tmp_path, f"Sample,{header},Phase\nA1,90,6,4,BCC+HCP\n")
    assert near(percents(found)[0], {"Ti": 86.2, "Al": 10.2, "V": 3.6})


def test_a_title_says_of_what_the_percent_are_and_one_element_takes_the_rest(tmp_path: Path) -> None:
    found = table(tmp_path, "Compositions in wt.%\nSample,Ti,Al,V,Phase\nA1,bal.,6,4,BCC+HCP\n")
    assert near(percents(found)[0], {"Ti": 86.2, "Al": 10.2, "V": 3.6})
    assert found.rows[0].row == 3


def test_amounts_may_stand_in_a_column_of_their_own(tmp_path: Path) -> None:
    rows = ["Al-Co-Ni,0.5:1:1,BCC", 'CoCrFeNi,"1, 1, 1, 2",FCC', "CoCrFe,1:1,FCC", "Al2Co,1:1,FCC", "AlCo3,1:3,FCC"]
    reading = table(tmp_path, "elements,molar ratio,phase\n" + "\n".join(rows) + "\n")
    assert [(r.row, r.composition.atomic_percent) for r in reading.rows] == [
        (2, {"Al": 20.0, "Co": 40.0, "Ni": 40.0}),
        (3, {"Co": 20.0, "Cr": 20.0, "Fe": 20.0, "Ni": 40.0}),
        (6, {"Al": 25.0, "Co": 75.0}),
    ]
    assert ["3 elements" in s.reason or "contradict" in s.reason for s in reading.skipped] == [True, True]


def test_columns_that_are_not_read_and_numbers_taken_for_weight_are_said(tmp_path: Path) -> None:
    text = "Nominal composition,Measured composition,Phase,VEC\nFe-10Ni-15Cr,Fe70Ni15Cr15,FCC,8\n"
    notes = " ".join(table(tmp_path, text).notes)
    assert "not used: Measured composition, VEC" in notes
    assert "weight percent, as in Ti-6Al-4V: Fe-10Ni-15Cr in row 2" in notes
    some = table(tmp_path, "Al (at%),Co,Ni,Phase\n20,40,40,BCC\n30,30,40,FCC\n")
    assert [r.composition.atomic_percent["Al"] for r in some.rows] == [20.0, 30.0]
    assert "taken for all" in " ".join(some.notes)


def test_columns_that_only_look_like_elements(tmp_path: Path) -> None:
    found = table(tmp_path, "Alloy,HV,H,S,V,Phase\nCoCrFeNi,180,1.2,3.4,7.1,FCC\nAlCoNi,520,3.2,4.5,7.2,BCC\n")
    assert near(percents(found)[1], {"Al": 33.33, "Co": 33.33, "Ni": 33.33})
    assert any("H, S, V" in note for note in found.notes)


def test_rows_that_contradict_themselves_are_left_out(tmp_path: Path) -> None:
    found = table(tmp_path, "Alloy,Co,Cr,Ni,Phase\nCoCrNi,1,1,1,FCC\nCoCr,1,1,1,FCC\nCoNi,1,0,1,FCC\n")
    assert [(s.row, "different elements" in s.reason) for s in found.skipped] == [(3, True)]
    found = table(tmp_path, "Co,Cr,Fe,Phase\n0.5,0.25,0.25,FCC\n0.5,0.3,0.2,FCC\n0.5,0.3,0.1,FCC\n1,1,1,FCC\n")
    assert [(s.row, s.reason) for s in found.skipped] == [(4, "the amounts sum to 0.9 and not to 1")]
    assert len(found.rows) == 3


def test_columns_of_elements_with_decimal_commas(tmp_path: Path) -> None:
    found = table(tmp_path, "Nr;Al;Co;Ni;Phasen\n1;0,0;50,0;50,0;kfz\n2;12,5;43,75;43,75;kfz + B2\n")
    assert percents(found) == [{"Co": 50.0, "Ni": 50.0}, {"Al": 12.5, "Co": 43.75, "Ni": 43.75}]


def test_a_column_for_each_phase(tmp_path: Path) -> None:
    found = table(tmp_path, "alloy,FCC,BCC,IM\nCoCrNi,1,0,0\nAlCoCrFeNi,0,yes,x\nCoNi,0,0,0\nCoFe,maybe,0,0\n")
    assert [(r.phases, r.label) for r in found.rows] == [
        (("FCC",), "single"),
        (("BCC", "intermetallic"), "multi"),
        ((), None),
    ]
    assert "does not say" in found.skipped[0].reason


def test_labels_may_name_phases(tmp_path: Path) -> None:
    found = table(tmp_path, "alloy,label\nCoCrNi,SS+IM\nMg65Cu25Y10,AM\n")
    assert [(r.phases, r.label) for r in found.rows] == [
        (("solid solution", "intermetallic"), "multi"),
        (("amorphous",), "multi"),
    ]


def test_a_variable_takes_its_value_from_a_column(tmp_path: Path) -> None:
    found = table(tmp_path, "alloy;x;phase\nAlxCoNi;0,5;FCC\nAlxCoNi;;FCC\n")
    assert near(percents(found)[0], {"Al": 20.0, "Co": 40.0, "Ni": 40.0})
    assert "x has no value" in found.skipped[0].reason


@pytest.mark.parametrize("name", ["class", "phase", "label", "target", "Type"])
def test_codes_without_a_meaning_are_not_guessed(tmp_path: Path, name: str) -> None:
    found = table(tmp_path, f"alloy,{name}\nCoCrFeNi,1\nMoNbTaW,0\n")
    assert not found.rows
    assert all("is not said" in s.reason for s in found.skipped)


def test_a_header_that_asks_gives_codes_their_meaning(tmp_path: Path) -> None:
    found = table(tmp_path, "alloy,Single phase?\nCoCrFeNi,1\nAlCoCrFeNi,no\n")
    assert [r.label for r in found.rows] == ["single", "multi"]


def test_phases_beat_a_class_and_contradictions_are_said(tmp_path: Path) -> None:
    text = "alloy,class,phases\nCoCrFeNi,HEA,FCC\nCoCrNi,MEA,FCC+sigma\nCoFeNi,single-phase,FCC+B2\nFeNi,HEA,\n"
    found = table(tmp_path, text)
    assert [(r.row, r.label) for r in found.rows] == [(2, "single"), (3, "multi"), (5, None)]
    assert "the phases say otherwise" in found.skipped[0].reason


def test_columns_are_named_where_the_header_does_not_tell(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b,c\nCoCrNi,AlNi,FCC\nFeNi,CoNi,BCC\n", encoding="utf-8")
    code, found = command(tmp_path / "t.csv", "--columns", "composition=b,phase=c")
    assert code == 0
    assert [r["atomic_percent"] for r in found["rows"]] == [{"Al": 50.0, "Ni": 50.0}, {"Co": 50.0, "Ni": 50.0}]
    with pytest.raises(InputError, match="no role"):
        read_alloy_table(tmp_path / "t.csv", columns={"alloy": "a"})
    with pytest.raises(InputError, match="no column"):
        read_alloy_table(tmp_path / "t.csv", columns={"phase": "d"})


def test_a_row_of_too_many_cells_is_named(tmp_path: Path) -> None:
    found = table(tmp_path, "alloy,phase\nAl0,5CoNi,FCC\nCoCrNi,FCC\n")
    assert [s.row for s in found.skipped] == [2]
    assert [r.row for r in found.rows] == [3]


def test_commas_in_the_names_of_files(tmp_path: Path) -> None:
    for name in ("a, b.csv", "c.csv"):
        (tmp_path / name).write_text("x")
    both = paths(f"{tmp_path / 'a, b.csv'},{tmp_path / 'c.csv'}, {tmp_path / 'none.csv'}")
    assert [p.name for p in both] == ["a, b.csv", "c.csv", "none.csv"]


def test_a_table_without_a_header_is_read_by_what_is_in_it(tmp_path: Path) -> None:
    reading = table(tmp_path, "CoCrFeNi,FCC\nAlCoCrFeNi,BCC+B2\n")
    assert [(r.row, r.label) for r in reading.rows] == [(1, "single"), (2, "multi")]
    assert "no header" in " ".join(reading.notes)
    with pytest.raises(InputError, match="below the header"):
        table(tmp_path, "alloy,phase\n")


def test_a_column_of_phases_is_no_column_of_formulas(tmp_path: Path) -> None:
    (row,) = table(tmp_path, "Co (mass fraction),Cr (mass fraction),phase\n0.5,0.5,HCP\n").rows
    assert near(row.composition.atomic_percent, {"Co": 46.87, "Cr": 53.13})
    assert (row.phases, row.label) == (("HCP",), "single")


def test_shares_of_phases_and_numbers_of_phases(tmp_path: Path) -> None:
    reading = table(tmp_path, "alloy,vol% FCC,sigma (vol.%)\nCoCrFeNi,100,0\nCoCrFeMo,60,40\n")
    assert [r.phases for r in reading.rows] == [("FCC",), ("FCC", "sigma")]
    reading = table(tmp_path, "alloy,# phases,space group\nCoCrFeNi,1,225\nAlCoCrFeNi,2,229\nTiZr,1,No. 194\n")
    assert [(r.phases, r.label) for r in reading.rows] == [
        (("FCC",), "single"),
        (("BCC",), "multi"),
        (("HCP",), "single"),
    ]


def test_headers_of_two_rows(tmp_path: Path) -> None:
    text = "Sample,Composition (wt.%),,,Phase\n,Fe,Cr,Ni,\nS1,70,20,10,FCC\nS2,80,20,0,BCC\nMean,75,20,5,\n"
    reading = table(tmp_path, text)
    assert [r.row for r in reading.rows] == [3, 4]
    assert near(percents(reading)[0], {"Fe": 69.3, "Cr": 21.3, "Ni": 9.4})
    assert "row 5 (Mean)" in " ".join(reading.notes)


def test_percent_that_miss_a_hundred_are_a_slip(tmp_path: Path) -> None:
    reading = table(tmp_path, "Co,Cr,Ni,phase\n40,30,30,FCC\n50,25,25,FCC\n50,25,,FCC\n1,1,1,FCC\n")
    assert [r.row for r in reading.rows] == [2, 3, 5]
    assert "sum to 75" in reading.skipped[0].reason


def test_a_table_that_says_nothing_of_phases_is_told(tmp_path: Path) -> None:
    assert "no column of phases" in " ".join(table(tmp_path, "T,alloy\n300,CoCrFeNi\n").notes)


@pytest.mark.parametrize("header", ["label", "Class label", "target", "phase_label", "category", "hea_label"])
def test_codes_are_asked_what_they_mean_and_read_as_told(tmp_path: Path, header: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"alloy,{header}\nCoCrFeNi,1\nAlCoCrFeNi,0\nNbMoTaW,1.0\n")
    refused = read_alloy_table(path)
    assert refused.rows == []
    assert "single=1" in refused.skipped[0].reason
    told = read_alloy_table(path, columns={"label": header, "single": "1"})
    assert [r.label for r in told.rows] == ["single", "multi", "single"]
    turned = read_alloy_table(path, columns={"label": header, "single": "0"})
    assert [r.label for r in turned.rows] == ["multi", "single", "multi"]
    with pytest.raises(InputError, match="--columns"):
        read_alloy_table(path, columns={"single": "1"})


def test_how_yes_and_no_are_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("alloy,HEA\nCoCrFeNi,1\nAlCoCrFeNi,0\n")
    assert "1 under 'HEA' is read as single-phase" in read_alloy_table(path).notes
    path.write_text("alloy,multi-phase?\nCoCrFeNi,0\nAlCoCrFeNi,1\n")
    assert [r.label for r in read_alloy_table(path).rows] in (["single", "multi"], [None, None])


def test_other_is_no_phase_and_the_microstructure_names_them(tmp_path: Path) -> None:
    """Under BCC/FCC/other, *other* may be one phase or many: a column that names them is asked."""
    (tmp_path / "a.csv").write_text(
        "FORMULA,Microstructure,BCC/FCC/other\nCoFeNi,FCC,FCC\nAlCoFeNi,FCC+BCC,other\nCoFeMn,,other\nCoFeV,FCC,other\n",
        "utf-8",
    )
    found = read_alloy_table(tmp_path / "a.csv")
    assert [(r.phases, r.label) for r in found.rows] == [
        (("FCC",), "single"),
        (("FCC", "BCC"), "multi"),
        ((), None),
    ]
    assert [s.row for s in found.skipped] == [5]
    assert "contradict" in found.skipped[0].reason


def test_amounts_beside_the_name_of_a_system_are_the_alloy(tmp_path: Path) -> None:
    """Fe-Ni in the first row of a block names the system; it was read as the equimolar alloy, the others left out."""
    (tmp_path / "a.csv").write_text(
        "alloy,Fe,Ni,Co\nFe-Ni,0.64,0.36,0\n,0.95 ± 0.01,0.05,0\n,0.9,0.1,0\nFe-Co,0.4,0,0.6\nFe-Co,0.4,0.3,0.3\n",
        "utf-8",
    )
    found = read_alloy_table(tmp_path / "a.csv")
    assert [r.composition.atomic_percent["Fe"] for r in found.rows] == [64.0, 95.0, 90.0, 40.0]
    assert [s.row for s in found.skipped] == [6]
