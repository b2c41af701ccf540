"""Keys of units: equal for equal inputs whatever their order, different otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.flows.campaigns.units import CampaignInputs, OptionInputs
from hypograph.flows.evidence.units import PredictInputs, StepInputs
from hypograph.models.core.keys import canonical, digest

scalars = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), values, max_size=5), st.randoms())
def test_order_of_keys_does_not_matter(mapping: dict[str, object], random: object) -> None:
    items = list(mapping.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert digest(dict(items)) == digest(mapping)


@given(values, values)
def test_different_values_have_different_keys(a: object, b: object) -> None:
    assert (digest(a) == digest(b)) == (canonical(a) == canonical(b))


@given(st.sets(st.text(), max_size=6))
def test_sets_have_one_spelling(members: set[str]) -> None:
    assert canonical(members) == canonical(frozenset(sorted(members, reverse=True)))


def test_numpy_is_read_as_its_numbers() -> None:
    assert digest(np.arange(3), np.float64(0.5)) == digest([0, 1, 2], 0.5)


def test_what_has_no_canonical_form_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        digest(object())


def test_typed_inputs_have_the_keys_of_their_mappings() -> None:
    shared = {"table": "t", "sha256": "0", "objective": "yield", "goal": "max"}
    told = {**shared, "parameters": ("a", "b"), "method": "bo", "seeds": 2, "budget": 9, "initial": 5, "seed": 0}
    assert digest(CampaignInputs(**told)) == digest(told)  # type: ignore[arg-type]
    assert digest(CampaignInputs(**told, source="m")) == digest({**told, "source": "m"})  # type: ignore[arg-type]
    assert digest(OptionInputs(**shared, source="m")) == digest({**shared, "source": "m"})
    step = {"records": "0", "seed": 1, "small": True}
    assert digest(StepInputs("0", 1, True)) == digest(step)
    asked = PredictInputs(records="0", seed=1, small=True, size=4, top=5, expert="e")
    assert digest(asked) == digest({**step, "size": 4, "top": 5, "expert": "e"})
