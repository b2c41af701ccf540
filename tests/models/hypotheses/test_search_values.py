from __future__ import annotations

import pytest

from hypograph.models.hypotheses.discipline import Slot
from hypograph.models.hypotheses.values import numbers_in, settle

HEAT, TIME, SHARE = Slot("temperature", "temperature", "°C"), Slot("time", "time", "h"), Slot("amount", "number", "wt%")


@pytest.mark.parametrize(
    ("text", "slot", "values"),
    [
        ("60 °C", HEAT, ["60"]),
        ("333.15 K", HEAT, ["60"]),
        ("−20 °C", HEAT, ["-20"]),
        ("60–80 °C", HEAT, ["60", "80"]),
        ("-40 to 90 °C", HEAT, ["-40", "90"]),
        ("room temperature", HEAT, []),
        ("about 1,200℃ in argon", HEAT, ["1200"]),
        ("30 min", TIME, ["0.5"]),
        ("2 days", TIME, ["48"]),
        ("2", TIME, ["2"]),
        ("5-10 wt%", SHARE, ["5", "10"]),
        ("1e-3", SHARE, ["0.001"]),
        (" aligned  channels. ", Slot("concept"), ["aligned channels"]),
        ("  ", Slot("concept"), []),
    ],
)
def test_a_value_is_read_as_its_slot_holds_it(text: str, slot: Slot, values: list[str]) -> None:
    assert settle(text, slot) == values


def test_a_long_text_is_cut_between_words() -> None:
    assert settle("one two three four", Slot("concept"), longest=12) == ["one two"]


def test_a_temperature_in_kelvin_where_kelvin_is_wanted() -> None:
    kelvin = Slot("temperature", "temperature", "K")
    assert settle("25 °C", kelvin) == ["298.15"]
    assert settle("300", kelvin) == ["300"]


def test_minutes_and_kelvin_in_running_text() -> None:
    assert numbers_in(["held at 333 K for 30 min, then 2 h at −10 °C"], "time") == ["0.5", "2"]
    assert set(numbers_in(["held at 333 K, cooled to −10 °C"], "temperature")) == {"59.85", "-10"}
