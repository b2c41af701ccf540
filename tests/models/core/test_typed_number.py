"""Numbers as people type them: read as meant or refused, never changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.models.core.errors import InputError
from hypograph.models.core.tabular.numbers import mark_of
from hypograph.models.core.typed_number import typed_number, typed_whole


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("71,5", 71.5),
        ("71.5", 71.5),
        (" 71,50 ", 71.5),
        ("-0,3", -0.3),
        ("\u22120.3", -0.3),
        (",5", 0.5),
        ("5,", 5.0),
        ("1.250,5", 1250.5),
        ("1,250.5", 1250.5),
        ("1 250,5", 1250.5),
        ("1\u202f250.5", 1250.5),
        ("1'250'000", 1250000.0),
        ("1,250,000", 1250000.0),
        ("0,125", 0.125),
        ("1250,125", 1250.125),
        ("1.125", 1.125),
        ("3e-4", 3e-4),
        ("1,5E3", 1500.0),
    ],
)
def test_a_number_is_read_as_meant(text: str, value: float) -> None:
    assert typed_number(text) == value


@pytest.mark.parametrize(
    "text", ["", " ", "1,250", "71,5 %", "nan", "inf", "1e999", "7 15", "1,2,3", "1.2.3", "0x10", "--3", "9" * 99]
)
def test_what_is_no_number_or_two_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        typed_number(text, "yield")
    assert str(refused.value).startswith("yield: ")


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.sampled_from(",."))
def test_no_spelling_of_a_number_becomes_another(value: float, decimal: str) -> None:
    text = repr(value).replace(".", decimal)
    if decimal == "," and mark_of(text) is None and "," in text:
        with pytest.raises(InputError, match="two ways"):
            typed_number(text)
    else:
        assert typed_number(text) == value


def test_whole_numbers_keep_their_bounds() -> None:
    assert typed_whole("12", low=1, high=96) == 12
    for text in ("1,5", "0", "97", "twelve"):
        with pytest.raises(InputError):
            typed_whole(text, "count", 1, 96)
