"""The calibration error by cases with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from hypograph.models.statistics.calibration import calibration_error, calibration_error_by_chance


def test_true_statements_have_none_and_wrong_ones_much() -> None:
    rng = np.random.default_rng(0)
    stated = rng.random(20_000)
    came_true = rng.random(20_000) < stated
    assert calibration_error(stated, came_true) < 0.02
    assert calibration_error(1 - stated, came_true) > 0.3
    assert calibration_error(np.ones(100), np.zeros(100, dtype=bool)) == 1.0


def test_fewer_statements_than_bins_and_none() -> None:
    assert calibration_error(np.array([0.2, 0.9]), np.array([False, True]), 15) == pytest.approx((0.2 + 0.1) / 2)
    assert calibration_error(np.zeros(0), np.zeros(0, dtype=bool)) == 0.0


def test_what_chance_gives_is_that_of_a_fair_coin() -> None:
    # Ten bins of a hundred tosses: the mean of |N(0, .05)| is .05 √(2/π).
    assert calibration_error_by_chance(np.full(1000, 0.5), 2000) == pytest.approx(0.05 * np.sqrt(2 / np.pi), abs=0.001)
    assert calibration_error_by_chance(np.ones(50)) == 0.0
