from __future__ import annotations

import pytest

from hypograph.models.evidence.alloys.state import state_of, treatment_celsius


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("CAST", "as cast"),
        ("vacuum arc melting", "as cast"),
        ("arc melted, homogenized at 1200 °C for 24 h", "annealed"),
        ("ANNEAL", "annealed"),
        ("cold rolled to 70%, annealed", "wrought"),
        ("mechanical alloying and SPS", "powder"),
        ("selective laser melting (SLM)", "additive"),
        ("magnetron sputtering", "film"),
        ("geglüht", "annealed"),
        ("", ""),
        ("see text", ""),
    ],
)
def test_states(text: str, state: str) -> None:
    assert state_of(text) == state


@pytest.mark.parametrize(
    ("text", "celsius"),
    [
        ("homogenised at 1100 °C for 24 h, tensile tested at 600 °C", 1100.0),
        ("annealed at 1273 K", 1000.0),
        ("2012 °F heat treatment", 1100.0),
        ("spark plasma sintering, Temperature: 1,150 °C, Time: 5 min", 1150.0),
        ("aged at 700 °C and at 900 °C", None),
        ("annealed between 700 and 900 °C", None),
        ("arc melted at 1600 °C", None),
        ("measured at 77 K", None),
        ("annealed, Temperature: 1200", None),
        ("annealed for 24 h", None),
    ],
)  # fmt: skip
def test_the_temperature_of_a_treatment_is_read_with_its_unit(text: str, celsius: float | None) -> None:
    assert treatment_celsius(text) == celsius
