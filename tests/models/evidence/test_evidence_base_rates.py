"""Base rates of unseen elements, and the threshold that goes with them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.models.evidence.fusion.base_rates import for_element, measured_offsets, predict_offset
from hypograph.models.evidence.fusion.fusion import fit_fusion
from hypograph.models.evidence.fusion.threshold import LEAST, best_cut, expected_matthews
from hypograph.models.statistics.decisions import mcc
from hypograph.models.statistics.functions import sigmoid


def test_offsets_of_groups_are_found() -> None:
    rng = np.random.default_rng(0)
    truth = np.array([-1.5, 0.0, 2.0])
    groups = np.repeat([4, 7, 9], 3000)
    log_odds = rng.normal(size=9000)
    labels = (rng.random(9000) < sigmoid(log_odds + np.repeat(truth, 3000))).astype(float)
    names, offset, variance = measured_offsets(log_odds, labels, groups)
    assert names.tolist() == [4, 7, 9]
    assert (np.abs(offset - truth) < 4 * np.sqrt(variance)).all()


def test_a_group_of_one_class_has_a_finite_offset() -> None:
    _, offset, variance = measured_offsets(np.zeros(50), np.ones(50), np.zeros(50, np.int64))
    assert 1.0 < offset[0] < 10.0
    assert 0.0 < variance[0] < 9.0


def test_similar_elements_share_an_offset_and_others_keep_their_own() -> None:
    place = np.linspace(-2, 2, 21)
    apart = np.abs(place[:, None] - place[None])
    rest = np.arange(21) != 10
    between, towards = apart[np.ix_(rest, rest)], apart[10, rest]
    smooth, noise = 2 * np.exp(-(place**2)), np.random.default_rng(3).permutation(np.linspace(-2, 2, 21))
    mean, variance = predict_offset(smooth[rest], np.full(20, 0.01), between, towards)
    assert mean == pytest.approx(2.0, abs=0.2)
    assert variance < 0.1
    mean, variance = predict_offset(noise[rest], np.full(20, 0.01), between, towards)
    assert abs(mean) < 0.5
    assert variance > 1.0


def test_the_measured_offset_goes_into_the_intercept_and_its_doubt_into_the_spread() -> None:
    rng = np.random.default_rng(0)
    elements = np.repeat(np.arange(6), 400)
    evidence = rng.normal(size=(2400, 1))
    labels = (rng.random(2400) < sigmoid(evidence[:, 0] + np.repeat([2, 2, 2, -2, -2, -2], 400))).astype(float)
    place = np.array([0.0, 0.1, 0.2, 3.0, 3.1, 3.2, 0.1])
    distance = np.abs(place[:, None] - place[None])
    fusion = fit_fusion(evidence, labels, elements, np.array([0.5]), np.array([[0.25]]))
    adapted = for_element(fusion, evidence, labels, elements, distance, 6)
    assert adapted.intercept > fusion.intercept + 1
    assert adapted.spread < fusion.spread
    assert adapted.beta is fusion.beta


@given(st.integers(LEAST, 60), st.integers(0, 1000))
def test_no_threshold_has_a_better_expected_coefficient(count: int, seed: int) -> None:
    p = np.random.default_rng(seed).beta(0.5, 0.8, count)
    order = np.sort(p)[::-1]
    cut = best_cut(p, 0.5)
    value = expected_matthews(order)
    assert value[int((p > cut).sum()) - 1] == pytest.approx(value.max(), abs=1e-9)


def test_certain_probabilities_give_the_true_coefficient() -> None:
    y = np.array([1.0] * 12 + [0.0] * 18)
    for declared in (3, 12, 20):
        says = np.arange(30) < declared
        assert expected_matthews(y)[declared - 1] == pytest.approx(mcc(y, says.astype(float)))


def test_a_low_base_rate_lowers_the_threshold_and_few_alloys_take_the_other_one() -> None:
    rare = np.random.default_rng(0).beta(0.3, 4.0, 500)
    assert best_cut(rare, 0.5) < 0.4
    assert best_cut(rare[: LEAST - 1], 0.5) == 0.5
    assert best_cut(np.full(100, 0.3), 0.5) == 0.5
