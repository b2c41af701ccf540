from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypograph.models.evidence.masses.combine import RULES, cautious, conflict, conjunctive, dempster, pcr5, pcr6
from hypograph.models.evidence.masses.discount import contextual_discount, discount
from hypograph.models.evidence.masses.mass import (
    belief,
    commonality,
    implicability,
    least_committed,
    mass_of_commonality,
    mass_of_implicability,
    nonspecificity,
    pignistic,
    plausibility,
    specificity,
)

SIZES = st.sampled_from([4, 8, 16])


@st.composite
def mass_functions(draw: st.DrawFn, count: int = 1, size: int | None = None) -> np.ndarray:
    """Masses with some on Ω and none on the empty set, shape (count, size)."""
    columns = size or draw(SIZES)
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    raw = rng.random((count, columns)) * (rng.random((count, columns)) < 0.6)
    raw[:, 0] = 0.0
    raw[:, -1] += 0.05 + rng.random(count)
    return np.asarray(raw / raw.sum(1, keepdims=True))


@given(mass_functions(5))
def test_transforms_round_trip(mass: np.ndarray) -> None:
    np.testing.assert_allclose(mass_of_commonality(commonality(mass)), mass, atol=1e-12)
    np.testing.assert_allclose(mass_of_implicability(implicability(mass)), mass, atol=1e-12)


@given(mass_functions(3))
def test_belief_is_below_betp_is_below_plausibility(mass: np.ndarray) -> None:
    low, high, betp = belief(mass), plausibility(mass), pignistic(mass)
    np.testing.assert_allclose(betp.sum(-1), 1.0)
    for i in range(betp.shape[-1]):
        assert (low[..., 1 << i] <= betp[..., i] + 1e-12).all()
        assert (betp[..., i] <= high[..., 1 << i] + 1e-12).all()
    full = mass.shape[-1] - 1
    for s in range(full + 1):
        np.testing.assert_allclose(high[..., s], 1 - low[..., full ^ s], atol=1e-12)


@given(mass_functions(3))
def test_rules_conserve_mass(mass: np.ndarray) -> None:
    for name, rule in RULES.items():
        combined = rule(mass)
        assert (combined >= 0).all(), name
        assert combined.sum() == pytest.approx(1.0, abs=1e-9), name


@given(mass_functions(3))
def test_rules_do_not_depend_on_order(mass: np.ndarray) -> None:
    for name, rule in RULES.items():
        np.testing.assert_allclose(rule(mass[::-1]), rule(mass), atol=1e-9, err_msg=name)


@given(mass_functions(1))
def test_total_ignorance_changes_nothing(mass: np.ndarray) -> None:
    vacuous = np.zeros_like(mass)
    vacuous[..., -1] = 1.0
    both = np.concatenate([mass, vacuous])
    for name in ("dempster", "conjunctive", "yager", "dubois-prade", "pcr5", "pcr6"):
        np.testing.assert_allclose(RULES[name](both), mass[0], atol=1e-12, err_msg=name)


@given(mass_functions(3))
def test_dempster_and_conjunctive_are_associative(mass: np.ndarray) -> None:
    for rule in (dempster, conjunctive):
        chained = rule(np.stack([rule(mass[:2]), mass[2]]))
        np.testing.assert_allclose(chained, rule(mass), atol=1e-9)


@given(mass_functions(2))
def test_cautious_is_idempotent_and_never_counts_a_source_twice(mass: np.ndarray) -> None:
    one = mass[:1]
    np.testing.assert_allclose(cautious(np.concatenate([one, one, one])), one[0], atol=1e-7)
    joint = cautious(mass)
    np.testing.assert_allclose(cautious(np.concatenate([mass, one])), joint, atol=1e-7)


@given(mass_functions(2, size=4))
def test_pcr_rules_agree_for_two_sources(mass: np.ndarray) -> None:
    np.testing.assert_allclose(pcr5(mass), pcr6(mass), atol=1e-12)


@given(mass_functions(2), st.floats(0, 1))
def test_discounting_scales_conflict_and_keeps_mass(mass: np.ndarray, reliability: float) -> None:
    weaker = discount(mass, reliability)
    np.testing.assert_allclose(weaker.sum(-1), 1.0)
    assert conflict(weaker) <= conflict(mass) + 1e-12
    everywhere = np.full((mass.shape[-1] - 1).bit_length(), reliability)
    both = contextual_discount(mass, everywhere)
    np.testing.assert_allclose(both.sum(-1), 1.0)
    np.testing.assert_allclose(contextual_discount(mass, np.ones_like(everywhere)), mass, atol=1e-12)


@given(st.floats(0, 1))
def test_least_committed_keeps_the_pignistic_probability(p: float) -> None:
    mass = least_committed(np.array(p))
    assert mass.sum() == pytest.approx(1.0)
    assert pignistic(mass)[0] == pytest.approx(p, abs=1e-12)
    assert mass[3] == pytest.approx(2 * min(p, 1 - p))


@given(mass_functions(1))
def test_specificity_and_nonspecificity_are_bounded(mass: np.ndarray) -> None:
    n = (mass.shape[-1] - 1).bit_length()
    assert 1 / n - 1e-12 <= specificity(mass)[0] <= 1 + 1e-12
    assert -1e-12 <= nonspecificity(mass)[0] <= np.log2(n) + 1e-12


@settings(max_examples=20)
@given(mass_functions(2, size=8), st.integers(1, 5))
def test_problems_in_an_array_are_solved_one_by_one(mass: np.ndarray, copies: int) -> None:
    stacked = np.repeat(mass[:, None, :], copies, axis=1)
    for name, rule in RULES.items():
        many = rule(stacked)
        np.testing.assert_allclose(many, np.broadcast_to(rule(mass), many.shape), atol=1e-12, err_msg=name)
