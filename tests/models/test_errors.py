"""The exception tree: messages, exit codes, pickling."""

from __future__ import annotations

import pickle

import pytest

from hypograph.models.core import errors
from hypograph.models.core.errors import HypographError, InputError, UnavailableError

KINDS = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, HypographError)]


@pytest.mark.parametrize("kind", KINDS)
def test_survives_pickling_with_every_part(kind: type[HypographError]) -> None:
    error = kind("is wrong", where="alloys.csv, row 3", expected="a symbol", hint="Correct it.")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  (our own bytes)
    assert type(again) is kind
    assert str(again) == str(error) == "alloys.csv, row 3: is wrong; expected a symbol. Correct it."
    assert again.retryable is error.retryable


@pytest.mark.parametrize("kind", KINDS)
def test_exit_code_says_whose_fault_it_is(kind: type[HypographError]) -> None:
    assert kind.exit_code == (2 if issubclass(kind, InputError) else 1)
    assert kind is HypographError or issubclass(kind, InputError | UnavailableError)
