"""Sheets of campaigns as people keep them: each oddity is understood, or said."""

from __future__ import annotations

import pytest

from hypograph.models.core.errors import InputError
from tests.flows.test_campaign_tables import levels, read


def test_what_is_measured_is_no_parameter_and_the_objective_is_said() -> None:
    found = read("run,ligand,yield,yield_std,ee,Failed?\n1,A,10,1,95,no\n2,B,20,2,80,no\n3,A,30,1,90,no\n")
    assert levels(found) == {"ligand": ["A", "B"]}
    assert found.objectives == [{"name": "ee", "direction": "max"}]
    assert {"run", "yield", "yield_std", "Failed?"} == set(found.left_out)
    assert "ee is taken" in " ".join(found.notes)
    assert read("yield,T\n10,40\n20,60\n").objectives[0]["name"] == "yield"
    assert levels(read("run,T,y\n1,40,1\n1,60,2\n2,40,3\n"))["run"] == [1.0, 2.0]


def test_what_is_read_as_names_or_as_several_options_is_said() -> None:
    found = read("base,T,yield\nK2CO3,rt,10\nk2co3,60,20\nEt₃N,40,30\nEt3N,60,40\n")
    notes = " ".join(found.notes)
    assert "'rt' in row 2" in notes
    assert "'K2CO3' and 'k2co3'" in notes
    assert "'Et₃N' and 'Et3N'" in notes


@pytest.mark.parametrize(
    ("text", "wanted", "objective", "said"),
    [
        # What a mean and its spread, repeats in columns, and a wish for less are called.
        ("L,T,Yield (mean),Yield (SD)\nA,40,1,2\nB,60,3,1\n", {"L", "T"}, "Yield (mean)", "the spread of Yield (mean)"),
        ("L,T,yield 1,yield 2\nA,40,1,2\nB,60,3,1\n", {"L", "T"}, "yield 2", "yield 1, yield 2 look like repeats"),
        ("L,T,impurity,yield\nA,40,1,2\nB,60,3,1\n", {"L", "T"}, "yield", "impurity"),
        ("L,T,byproduct (%)\nA,40,1\nB,60,3\n", {"L", "T"}, "byproduct (%)", "less is wanted"),
        # Columns that name the row and not what was done.
        ("#,L,T,yield\n1,A,40,1\n2,B,60,3\n", {"L", "T"}, "yield", "it counts the rows"),
        ("Well,L,T,yield\nA1,A,40,1\nA2,B,60,3\n", {"L", "T"}, "yield", "a place on a plate"),
        (
            "S,T,yield\n" + "".join(f"s-{c},4{i},1\n" for i, c in enumerate("abcdef")),
            {"S", "T"},
            "yield",
            "S: every row",
        ),
        # Numbers that are none, each said.
        ("L,T,yield\nA,~80,1\nB,ca. 60,3\n", {"L", "T"}, "yield", "'~80' in row 2"),
        ("L,T (°C),yield\nA,rt,1\nB,60,3\nC,reflux,3\n", {"L", "T (°C)"}, "yield", "'rt' in row 2"),
        ("L,T,yield\nA,60-65,1\nB,80,3\n", {"L", "T"}, "yield", "'60-65' in row 2"),
        ("L,t,yield\nA,30 min,1\nB,2 h,3\nC,overnight,3\n", {"L", "t"}, "yield", "'overnight' in row 4"),
        ("L,dry,yield\nA,yes,1\nB,TRUE,3\nC,no,3\n", {"L", "dry"}, "yield", "'yes' and 'TRUE'"),
        # Titles of any width above the header.
        ("Screen,J. Doe,2026\nX12\nL,T,t,yield\nA,40,1,1\nB,60,2,3\n", {"L", "T", "t"}, "yield", "for a title"),
    ],
)
def test_an_odd_sheet_is_understood_or_said(text: str, wanted: set[str], objective: str, said: str) -> None:
    found = read(text)
    assert set(levels(found)) == wanted
    assert [g["name"] for g in found.objectives] == [objective]
    assert said in " ".join([*found.notes, *found.left_out, *found.left_out.values()])


def test_powers_of_ten_are_numbers_and_footnotes_are_none() -> None:
    found = read("c (M),yield\n1×10⁻³,41^a\n2.5 x 10^-3,50 [b]\n1·10-2,33*\n")
    assert levels(found) == {"c (M)": [0.001, 0.0025, 0.01]}
    assert [(p.row, "is no number" in p.reason) for p in found.skipped] == [(2, True), (3, True), (4, True)]
    assert "unit" not in found.objectives[0]


def test_a_turned_table_is_refused() -> None:
    with pytest.raises(InputError, match="turned"):
        read("L,A,B,C\nT,40,60,60\nyield,1,2,3\n")
