from __future__ import annotations

from pathlib import Path

import pytest

from hypograph.flows.readers.alloys import (
    hea_literature_alloys,
    hea_tables,
    parse_composition,
    read_alloys,
)
from hypograph.models.core.errors import InputError, MissingFileError


def written(folder: Path, text: str) -> Path:
    path = folder / "alloys.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_sets_of_elements_with_high_and_low(tmp_path: Path) -> None:
    path = written(tmp_path, ",combination,Ag,Label,set_name,length\n0,AgAu,1,High,Au|Ag,2\n1,AgFe,1,Low,Ag|Fe,2\n")
    one, two = read_alloys(path)
    assert (one.elements, one.single_phase, one.fractions) == (("Ag", "Au"), True, ())
    assert (two.elements, two.single_phase) == (("Ag", "Fe"), False)
    assert one.source == "alloys"
    assert one.provenance == "alloys.csv:2"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_formulas_and_phases(tmp_path: Path, separator: str) -> None:
    rows = ["Composition Phase", "Al0.5CoCrFeNi BCC+FCC", "CoCrFeNi FCC", "Co-Cr-Ni single-phase", "TiZr multi"]
    path = written(tmp_path, "\ufeff" + "\n".join(r.replace(" ", separator) for r in rows))
    found = read_alloys(path)
    assert [r.single_phase for r in found] == [False, True, True, False]
    assert found[0].fractions == pytest.approx((0.5 / 4.5, *[1 / 4.5] * 4), abs=1e-6)
    assert found[0].phases == ("BCC", "FCC")
    assert found[1].fractions == ()


def test_repeats_are_dropped_and_contradictions_kept(tmp_path: Path) -> None:
    path = written(tmp_path, "alloy,label\nFeNi,High\nNiFe,High\nFeNi,Low\n")
    assert [(r.key, r.single_phase, r.provenance) for r in read_alloys(path)] == [
        ("Fe-Ni", True, "alloys.csv:2"),
        ("Fe-Ni", False, "alloys.csv:4"),
    ]


def test_bad_rows_are_left_out_and_told(tmp_path: Path) -> None:
    path = written(tmp_path, "alloy,phase\nFeNi,FCC\nFeXx,FCC\nCoNi,\nAlxNi,BCC\n")
    told: list[str] = []
    assert [r.key for r in read_alloys(path, tell=told.append)] == ["Fe-Ni"]
    assert "row 3" in told[0]
    assert "row 5" in told[0]
    assert "1 rows without a label" in told[1]
    with pytest.raises(InputError, match="row 3"):
        read_alloys(path, skip_bad=False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alloy,label\nFeXx,High\n", ["row 2", "'Xx'"]),
        ("alloy,label\nFeNi,perhaps\n", ["row 2", "'label'", "perhaps"]),
        ("alloy,label\nFe,High\n", ["row 2", "one element"]),
        ("alloy,label\nFeNi\n", ["say nothing of phases"]),
        ("alloy,label\n123,High\n", ["row 2", "123"]),
        ("alloy,label\n", ["no row"]),
        ("one,two\nFe,1\n", ["no composition column", "one, two"]),
        ("alloy,two\nFeNi,1\n", ["say nothing of phases"]),
        ("", ["empty"]),
    ],
)
def test_errors_name_the_place(tmp_path: Path, text: str, said: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_alloys(written(tmp_path, text))
    for part in [*said, "alloys.csv"]:
        assert part in str(caught.value)


def test_a_missing_or_binary_file(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        read_alloys(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\x00\x01\x02\x81")
    with pytest.raises(InputError, match="text"):
        read_alloys(tmp_path / "b.csv")


@pytest.mark.parametrize("text", ["Fe|Co|Ni", "Ni-Co-Fe", "Co, Fe, Ni", "FeCoNi", "Fe Co Ni", "(FeCo)Ni"])
def test_spellings_of_one_alloy(text: str) -> None:
    assert parse_composition(text, "here") == (("Co", "Fe", "Ni"), ())


def test_packaged_tables_name_their_sources() -> None:
    records = hea_tables()
    assert {r.source for r in records} == {"pei2020", "borg2020", "peivaste2023"}
    assert len(records) > 8000
    borg = [r for r in records if r.source == "borg2020"]
    assert sum(r.provenance.startswith("10.") for r in borg) > len(borg) / 2


def test_literature_records_carry_the_doi() -> None:
    records = hea_literature_alloys()
    assert {r.source for r in records} == {"literature"}
    assert len(records) > 7000
    first = next(r for r in records if r.elements == ("Al", "Co", "Cr", "Fe", "Ni"))
    assert first.provenance == "10.1016/j.matlet.2018.01.017"
    assert all(r.provenance == r.provenance.lower() for r in records if r.provenance.startswith("10."))
