from __future__ import annotations

import numpy as np
import pytest

from hypograph.models.hypotheses.search.beliefs import Beliefs, Prior
from hypograph.models.hypotheses.search.features import Items
from hypograph.models.hypotheses.search.posterior import hierarchical, of_beliefs


@pytest.mark.statistical
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
def test_the_hierarchical_posterior_agrees_with_laplace_and_finds_the_better_judge() -> None:
    rng = np.random.default_rng(0)
    truth = np.array([2.0, 1.0, 0.0, -1.0, -2.0])
    first, second = rng.integers(0, 5, (2, 160))
    keep = first != second
    first, second = first[keep], second[keep]
    judge = rng.integers(0, 2, len(first))
    slope = np.where(judge == 0, 1.5, 0.0)
    y = (rng.random(len(first)) < 1 / (1 + np.exp(-slope * (truth[first] - truth[second])))).astype(float)
    found = hierarchical(np.eye(5), first, second, y, judge, np.ones(2), steps=300, draws=200)
    assert found.probability_best[:2].sum() > 0.9
    assert np.corrcoef(found.mean, truth)[0, 1] > 0.9
    assert found.slopes[0] > 2 * found.slopes[1]
    beliefs = Beliefs(Items(1), Prior(1.0, 0.0, 2.0, 1.0), 160, 5)
    for i in range(5):
        beliefs.admit(np.full((1, 1), i))
    for a, b, told in zip(first[judge == 0], second[judge == 0], y[judge == 0], strict=True):
        beliefs.observe(np.array([a]), np.array([b]), np.array([1.7 - 3.4 * told]), noise=2.0)
    beliefs.fit(6, 1, rng)
    again = of_beliefs(beliefs, steps=150, draws=100)
    assert again.probability_best[0] > again.probability_best[4]
    assert np.corrcoef(again.mean, beliefs.utility[0, :5])[0, 1] > 0.9
