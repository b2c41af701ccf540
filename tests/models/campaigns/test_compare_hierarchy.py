from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from hypograph.models.campaigns.analysis.paired_posterior import PRIOR_DELTA, PRIOR_SIGMA, PRIOR_TAU, compare_paired
from hypograph.models.campaigns.analysis.rank_tests import cliffs_delta, mann_whitney


@pytest.mark.statistical
@pytest.mark.parametrize("tables", [1, 3])
def test_posterior_is_calibrated_where_the_truth_comes_from_the_prior(tables: int) -> None:
    """Simulation-based calibration: what was drawn from the prior lies evenly over the quantiles of the posterior."""
    rng = np.random.default_rng(tables)
    inside, levels = [], []
    for _ in range(400):
        delta = rng.normal(0, PRIOR_DELTA)
        effects = rng.normal(delta, abs(rng.normal(0, PRIOR_TAU)), tables)
        drawn = [rng.normal(e, abs(rng.normal(0, PRIOR_SIGMA)), rng.integers(2, 9)) for e in effects]
        truth = delta if tables > 1 else effects[0]
        found = compare_paired(drawn)
        inside.append(found.low <= truth <= found.high)
        levels.append(int(3.999 * found.probability_positive) * 2 + (truth > 0))
    assert 0.92 <= np.mean(inside) <= 0.975  # two and a half standard errors around .95
    for level in range(4):  # what is said to be positive with a probability is so that often
        stated = [v % 2 for v in levels if v // 2 == level]
        middle = (level + 0.5) / 4
        assert np.mean(stated) == pytest.approx(middle, abs=0.125 + 2.5 * np.sqrt(0.25 / len(stated)))


def test_known_noise_gives_the_textbook_posterior() -> None:
    """With so many starts that noise and mean are known, one table's effect is normal around the mean."""
    drawn = np.random.default_rng(0).normal(3.0, 6.0, 4000)
    found = compare_paired([drawn])
    error = drawn.std() / np.sqrt(len(drawn))
    assert found.mean == pytest.approx(drawn.mean(), abs=0.01)
    assert (found.low, found.high) == pytest.approx(norm.interval(0.95, drawn.mean(), error), abs=0.01)
    assert compare_paired([-drawn]).mean == pytest.approx(-found.mean, abs=1e-6)


@pytest.mark.statistical
def test_against_sums_over_prior_draws() -> None:
    """Importance sampling from the prior, with nothing in common with the grids, gives the same posterior."""
    rng = np.random.default_rng(1)
    tables = [np.array([4.0, 9.0, -2.0]), np.array([12.0, 3.0]), np.array([1.0])]
    count = 2_000_000
    delta, tau = rng.normal(0, PRIOR_DELTA, count), np.abs(rng.normal(0, PRIOR_TAU, count))
    log_weight = np.zeros(count)
    for values in tables:
        effect = rng.normal(delta, tau)
        noise = np.maximum(np.abs(rng.normal(0, PRIOR_SIGMA, count)), 1e-3)
        log_weight += norm.logpdf(values[:, None], effect, noise).sum(axis=0)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    found = compare_paired(tables, region=2.0)
    assert found.mean == pytest.approx(weight @ delta, abs=0.15)
    assert found.probability_positive == pytest.approx(weight[delta > 0].sum(), abs=0.01)
    assert found.probability_equivalent == pytest.approx(weight[np.abs(delta) < 2].sum(), abs=0.01)
    for level, end in ((0.025, found.low), (0.975, found.high)):
        assert weight[delta < end].sum() == pytest.approx(level, abs=0.005)


def test_equal_differences_do_not_make_it_certain() -> None:
    same = compare_paired([np.zeros(10)])
    assert same.low < 0 < same.high
    assert same.probability_positive == pytest.approx(0.5, abs=1e-6)
    single = compare_paired([np.array([5.0])])
    assert single.high - single.low > 10


def test_differences_beyond_the_scale_widen_the_priors() -> None:
    drawn = np.random.default_rng(2).normal(900.0, 300.0, 12)
    for tables in ([drawn], [drawn, drawn + 50.0]):
        found, tenth = compare_paired(tables), compare_paired([d / 10 for d in tables])
        assert found.mean == pytest.approx(10 * tenth.mean, rel=1e-6)
        assert found.low < 900 < found.high


def test_effects_against_counting() -> None:
    a, b = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0])
    naive = np.mean([np.sign(x - y) for x in a for y in b])
    assert cliffs_delta(a, b) == pytest.approx(naive)
    assert mann_whitney(b, b) == 1.0
    assert mann_whitney(np.arange(20.0), np.arange(20.0) + 50) < 1e-6
