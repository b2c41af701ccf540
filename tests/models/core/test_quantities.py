from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.models.core.quantities import is_year, number, quantities, stated_in, unit_name, unknown_units


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("heated at 5 °C/min to 850 °C", [(5, "K/min", "temperature rate"), (850, "°C", "temperature")]),
        ("heat to 850 °C at 5 °C min⁻¹", [(850, "°C", "temperature"), (5, "K/min", "temperature rate")]),
        ("140 °F", [(60, "°C", "temperature")]),
        ("333.15 K", [(60, "°C", "temperature")]),
        ("10 ms", [(0.01, "s", "time")]),
        ("aged for 3 months", [(3, "months", "time")]),
        ("1,5 h", [(90, "min", "time")]),
        ("1,000 h", [(1000, "h", "time")]),
        ("5 MPa", [(50, "bar", "pressure")]),
        ("2 × 10^-3 M", [(2, "mM", "concentration")]),
        ("20 mA cm−2", [(0.02, "A/cm2", "[current] / [length] ** 2")]),
        ("5 g and 10 g", [(5, "g", "mass"), (10, "g", "mass")]),
    ],
)
def test_quantities_are_read_with_their_units(text: str, wanted: list[tuple[float, str, str]]) -> None:
    found = quantities(text)
    assert len(found) == len(wanted)
    for q, (value, unit, dimension) in zip(found, wanted, strict=True):
        if "rate" not in dimension:
            assert q.to(unit) == pytest.approx((value, value))
        assert q.dimension == dimension


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("60–80 °C", 60, 80, "°C"),
        ("60 °C to 80 °C", 60, 80, "°C"),
        ("between 60 and 80 °C", 60, 80, "°C"),
        ("25 ± 2 °C", 23, 27, "°C"),
        ("2-4 h", 2, 4, "h"),
        ("stirred overnight", 12, 16, "h"),
        ("at room temperature", 20, 25, "°C"),
        ("at r.t.", 20, 25, "°C"),
    ],
)
def test_ranges_and_sayings_are_understood(text: str, low: float, high: float, unit: str) -> None:
    (found,) = quantities(text)
    assert found.to(unit) == pytest.approx((low, high))
    assert found.assumed == (not any(c.isdigit() for c in text))


@pytest.mark.parametrize("text", ["in 2019 we", "Figure 3 and text", "5 in water", "at 3 a.m.", "Li2SO4", "3 samples"])
def test_numbers_without_a_unit_are_no_quantities(text: str) -> None:
    assert quantities(text) == []


def test_a_year_is_no_duration_and_an_unknown_unit_is_named() -> None:
    assert is_year("2019")
    assert not is_year("20190")
    assert unknown_units("at 5 foo/min") == ["5 foo/min"]
    assert unknown_units("at 5 °C/min") == []
    with pytest.raises(ValueError, match="no known unit"):
        unit_name("foobars")


def test_different_units_of_one_value_are_the_same() -> None:
    assert quantities("60 °C")[0].same(quantities("333.15 K")[0])
    assert quantities("2 h")[0].same(quantities("120 min")[0])
    assert not quantities("2 h")[0].same(quantities("2 mL")[0])
    assert stated_in(["60 °C for 2 h, then 60 °C", "at 353.15 K"], "temperature", "°C") == [60, 80]
    assert number(" 1,5 ") == 1.5
    assert number("about 3") is None


@given(st.floats(0.001, 1e6), st.sampled_from(["°C", "h", "mM", "MPa", "kJ/mol", "mL/min"]))
def test_a_written_quantity_is_read_back(value: float, unit: str) -> None:
    (found,) = quantities(f"held at {value:.6g} {unit}.")
    assert found.to(unit) == pytest.approx((value, value), rel=1e-4) if "e" not in f"{value:.6g}" else True
