"""Laws of the uncertainty measures, the skill intervals and the entropy controller."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypograph.agents.assess.metrics import skill
from hypograph.agents.gateway.uncertainty import (
    ignorance,
    least_committed,
    letters,
    normalised_entropy,
    semantic_entropy,
    semantic_volume,
    shares,
)
from hypograph.agents.prompts import data
from hypograph.models.campaigns.optimizers.temperature import EntropyTarget
from hypograph.models.statistics.calibration import calibration_error, reliability_points
from hypograph.models.statistics.decisions import auc, auc_interval
from hypograph.models.statistics.intervals import wilson

PROBABILITY = st.floats(0.0, 1.0)
POSITIVE = st.lists(st.floats(0.01, 1.0), min_size=2, max_size=6)


@given(PROBABILITY)
def test_the_mass_bets_as_the_probability(p: float) -> None:
    yes, no, unknown = least_committed(p)
    assert min(yes, no, unknown) >= 0
    assert yes + no + unknown == pytest.approx(1.0)
    assert yes + unknown / 2 == pytest.approx(p)
    assert yes == 0 or no == 0


@given(POSITIVE)
def test_entropy_is_one_only_when_even(weights: list[float]) -> None:
    p = np.array(weights) / sum(weights)
    assert 0 <= normalised_entropy(p) <= 1
    assert normalised_entropy(np.full(len(p), 1 / len(p))) == pytest.approx(1.0)
    assert normalised_entropy(np.eye(len(p))[0]) == 0.0


@given(st.integers(2, 8), st.integers(0, 1000))
def test_semantic_measures_are_bounded_and_blind_to_order(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    v = rng.normal(size=(n, 12))
    turned = v[rng.permutation(n)]
    assert 0 <= semantic_volume(v) <= 1
    assert semantic_volume(v) == pytest.approx(semantic_volume(turned))
    assert semantic_volume(v) == pytest.approx(semantic_volume(3 * v))
    assert ignorance(v) == pytest.approx(ignorance(turned))


@pytest.mark.parametrize("n", [2, 5, 9])
def test_alike_answers_are_sure_and_orthogonal_ones_are_not(n: int) -> None:
    same, apart = np.ones((n, 12)), np.eye(12)[:n]
    assert ignorance(same) == pytest.approx(0.0, abs=1e-6)
    assert semantic_volume(apart) == pytest.approx(1.0)
    assert semantic_entropy(apart @ apart.T) == pytest.approx(1.0)


def test_meanings_are_chained() -> None:
    # 0~1~2 by a chain, 3 apart: classes of 3 and 1 in 4 answers.
    near = np.array([[1, 0.9, 0.1, 0], [0.9, 1, 0.9, 0], [0.1, 0.9, 1, 0], [0, 0, 0, 1.0]])
    expected = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25)) / np.log(4)
    assert semantic_entropy(near) == pytest.approx(expected)


def test_letters_gather_their_spellings() -> None:
    top = {"A": np.log(0.3), " A": np.log(0.2), '"b"': np.log(0.25), "The": np.log(0.1), "AB": np.log(0.05)}
    np.testing.assert_allclose(letters(top, 2), [0.5 / 0.75, 0.25 / 0.75])
    assert letters({"The": 0.0}, 2) is None
    assert letters({"C": -0.1, "A": -20.0}, 2) is None


@given(st.lists(st.integers(0, 2), max_size=30))
def test_shares_are_probabilities(answers: list[int]) -> None:
    p = shares(answers, 3)
    assert p.sum() == pytest.approx(1.0)
    assert (p > 0).all()


@given(st.integers(1, 200), st.data())
def test_intervals_hold_their_estimate(n: int, draw: st.DataObject) -> None:
    right = draw.draw(st.integers(0, n))
    low, high = wilson(right, n)
    assert 0 <= low <= right / n + 1e-12
    assert right / n - 1e-12 <= high <= 1


@given(st.floats(0, 1), st.integers(2, 80), st.integers(2, 80))
def test_the_area_stands_in_its_interval(area: float, yes: int, no: int) -> None:
    low, high = auc_interval(area, yes, no)
    assert -1e-9 <= low <= area <= high <= 1 + 1e-9
    wide = auc_interval(area, 4 * yes, 4 * no)
    assert wide[1] - wide[0] <= high - low + 1e-6
    flipped = auc_interval(1 - area, yes, no)
    assert flipped[0] == pytest.approx(1 - high, abs=1e-6)


@given(st.lists(st.booleans(), min_size=2, max_size=40), st.integers(0, 1000))
def test_area_agrees_with_counting_pairs(truth: list[bool], seed: int) -> None:
    p = np.random.default_rng(seed).integers(0, 4, len(truth)) / 4
    t = np.array(truth)
    if t.all() or not t.any():
        assert auc(t, p) is None
        return
    pairs = p[t][:, None] - p[~t][None, :]
    assert auc(t, p) == pytest.approx((pairs > 0).mean() + 0.5 * (pairs == 0).mean())


def test_a_coin_is_believed_in_few_of_many_assessments() -> None:
    rng = np.random.default_rng(3)
    t = np.arange(100) % 2 == 0
    believed = 0
    for _ in range(400):
        area = auc(t, rng.uniform(size=100))
        assert area is not None
        believed += skill(area, *auc_interval(area, 50, 50), 100)["weight"] > 0
    assert believed / 400 <= 0.05  # 2.5% is what the interval promises


def test_a_constant_and_a_liar_have_no_skill() -> None:
    t = np.arange(60) % 2 == 0
    for p in (np.full(60, 0.9), np.where(t, 0.1, 0.9)):
        area = auc(t, p)
        assert area is not None
        assert skill(area, *auc_interval(area, 30, 30), 60)["weight"] == 0.0


@pytest.mark.parametrize("n", [5, 10, 20, 62, 200])
def test_four_of_five_right_is_not_silenced_by_a_small_sample(n: int) -> None:
    right = round(0.8 * n)
    found = skill(right / n, *wilson(right, n), n)
    assert 0.0 < found["weight"] <= found["mean"]
    assert found["weight"] < 0.25 or n > 20  # little is believed of few answers


def test_calibration_error_by_hand() -> None:
    p = np.array([0.95, 0.95, 0.15, 0.15])
    truth = np.array([True, False, False, False])
    assert calibration_error(p, truth, equal="width") == pytest.approx((0.45 + 0.15) / 2)
    points = reliability_points(p, truth)
    assert points == [{"probability": 0.15, "share": 0.0, "n": 2}, {"probability": 0.95, "share": 0.5, "n": 2}]


@settings(max_examples=20)
@given(st.floats(0.3, 0.85), st.integers(0, 50))
def test_the_controller_keeps_the_entropy_near_its_target(target: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    utility = rng.normal(size=12)
    control, tail = EntropyTarget(target, 12), []
    for i in range(600):
        p = np.exp((utility - utility.max()) / control.temperature)
        control.update(int(rng.choice(12, p=p / p.sum())))
        if i >= 300:
            tail.append(control.entropy)
    assert abs(float(np.mean(tail)) - target) < 0.1


@pytest.mark.parametrize("wrong", [{"target": 0.0}, {"options": 1}, {"start": 9.0}])
def test_the_controller_refuses_what_it_cannot_keep(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="target must be"):
        EntropyTarget(**{"target": 0.5, "options": 5, **wrong})  # type: ignore[arg-type]


@given(st.text(max_size=300))
def test_data_cannot_leave_its_fence(text: str) -> None:
    clean = data(text, 100)
    assert "<<<" not in clean
    assert ">>>" not in clean
    assert len(clean) <= 100
    assert not any(ord(c) < 32 and c not in "\n\t" for c in clean)
