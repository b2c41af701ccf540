"""Drawings: no length is ever negative, missing or not a number, whatever the store says."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.models.core.errors import InputError
from hypograph.ui.drawing import bars, structures
from hypograph.ui.drawing.slices import front, slices
from hypograph.ui.drawing.svg import Plot, decades

LENGTH = re.compile(r' (?:width|height|x|y)="([^"]*)"')
ANY = st.one_of(st.none(), st.floats())


@given(ANY, ANY, ANY)
def test_lengths_are_within_the_bar(a: float | None, b: float | None, c: float | None) -> None:
    for drawn in (bars.mass(a, b), bars.duel(a), bars.interval(a, b, c)):
        lengths = [float(text) for text in LENGTH.findall(drawn)]
        assert all(math.isfinite(n) and 0 <= n <= 100 for n in lengths)


def test_shares_that_sum_to_a_little_more_than_one_leave_nothing_for_the_rest() -> None:
    drawn = bars.mass(0.7, 0.3 + 1.4e-15)
    widths = [float(w) for w in re.findall(r'width="([^"]*)"', drawn)]
    assert widths == [70.0, 30.0, 0.0]


def test_a_structure_is_drawn_and_a_name_is_not() -> None:
    assert "<svg" in structures.drawing("c1ccccc1P(c1ccccc1)c1ccccc1")
    with pytest.raises(InputError, match="no structure"):
        structures.drawing("not a structure")
    solvents = {"name": "solvent", "options": ["THF", "DMF", "toluene"]}
    ligands = {"name": "ligand", "options": ["CC(C)P(C(C)C)C(C)C", "c1ccccc1P"]}
    assert structures.structures_of([solvents, ligands]) == {"ligand": {o: o for o in ligands["options"]}}


def test_outcomes_are_shown_over_each_parameter_and_two_goals_have_a_front() -> None:
    done = [
        {
            "id": f"e{i}",
            "status": "done",
            "parameters": {"heat": 20.0 * i, "acid": a},
            "values": {"yield": y, "ee": 9 - y},
        }
        for i, (a, y) in enumerate((("<b>HCl", 1.0), ("TFA", 5.0), ("TFA", 3.0)))
    ]
    campaign = {
        "objectives": [{"name": "yield"}, {"name": "ee"}],
        "parameters": [{"name": "heat", "unit": "°C"}, {"name": "acid", "unit": ""}],
        "experiments": done,
        "best": {"id": "e1"},
        "front": [{"id": "e1"}, {"id": "e0"}],
    }
    drawn = slices(campaign)
    assert [name for name, _ in drawn] == ["heat", "acid"]
    assert "heat, °C" in drawn[0][1]
    assert "&lt;b&gt;HCl" in drawn[1][1]
    assert "<b>" not in drawn[1][1]
    assert front(campaign).count("<circle") == 3
    assert slices({**campaign, "experiments": done[:1]}) == []


@given(st.floats(1e-6, 1e6), st.floats(1.01, 1e6))
def test_a_logarithmic_axis_keeps_its_order_and_its_marks_inside(low: float, times: float) -> None:
    plot = Plot((0, 10), (low, low * times), "x", "y", "label", log=True)
    marks = decades(*plot.y)
    assert all(plot.y[0] <= v <= plot.y[1] * 1.00001 for v in marks)
    assert len(marks) <= 12
    heights = [plot.at(0, low * times**share)[1] for share in (0.0, 0.25, 0.5, 1.0)]
    assert heights == sorted(heights, reverse=True)
    plot.line(0, [(0, low), (1, 0.0), (2, low * times)])
    assert plot.parts[-1].count("M") == 2  # zero parts the line
