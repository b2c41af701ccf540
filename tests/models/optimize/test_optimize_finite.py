from __future__ import annotations

import numpy as np
import pytest

from hypograph.models.errors import InputError
from hypograph.models.optimize.experts import simulated_utility
from hypograph.models.optimize.finite import embeddable, gated, lockstep, matern52
from hypograph.models.optimize.survival import restricted_mean_time, survival

POOL = np.stack(np.meshgrid(np.arange(6), np.arange(7), np.arange(3), indexing="ij"), -1).reshape(-1, 3)


def table(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return sum(rng.random(n)[POOL[:, j]] for j, n in enumerate((6, 7, 3))) + 0.1 * rng.random(len(POOL))


def starts(n: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.stack([rng.permutation(len(POOL))[:5] for _ in range(n)])


def best(values: np.ndarray, **knowledge: object) -> float:
    return float(values[lockstep(POOL, values, starts(30), 14, **knowledge)].max(1).mean() / values.max())  # type: ignore[arg-type]


def test_replicates_in_lockstep_are_those_run_alone() -> None:
    values = table()
    together = lockstep(POOL, values, starts(3), 10, seed=4)
    assert all(len(set(row)) == 10 for row in together)
    assert np.array_equal(lockstep(POOL, values, starts(3)[:1], 10, seed=4)[0], together[0])


def test_good_knowledge_helps_and_bad_knowledge_dies_out() -> None:
    values = table()
    plain = best(values)
    assert best(values, utility=values) > plain
    assert best(values, utility=-values) > plain - 0.03
    noise = np.random.default_rng(3).random(len(values))
    assert best(values, utility=noise) > plain - 0.03


def test_a_constant_table_and_inconsistent_similarities_are_survived() -> None:
    assert lockstep(POOL, np.zeros(len(POOL)), starts(2), 8).shape == (2, 8)
    rng = np.random.default_rng(0)
    wild = [rng.random((n, n)) for n in (6, 7, 3)]
    assert lockstep(POOL, table(), starts(2), 12, similarity=wild).shape == (2, 12)


def test_similarities_become_distances() -> None:
    wild = np.random.default_rng(0).random((8, 8))
    found = embeddable(wild)
    assert np.array_equal(np.diag(found), np.ones(8))
    assert np.linalg.eigvalsh(matern52(1.0 - found)).min() > -1e-9


def test_the_gate_closes_below_one_half() -> None:
    weights = np.array([[0.6, 0.4], [0.4, 0.6]])
    kept = gated(weights, np.array([False, True]))
    assert np.allclose(kept, [[1.0, 0.4], [0.0, 0.6]])


def test_experts_stand_in_the_rank_correlation_they_claim() -> None:
    from scipy.stats import spearmanr

    values = table()
    means = [np.array([values[POOL[:, 1] == o].mean() for o in range(7)])]
    shown = simulated_utility(POOL, values, "informative:0.5", seed=2)
    utility = np.array([shown[POOL[:, 1] == o].mean() for o in range(7)])
    assert spearmanr(utility, means[0]).statistic == pytest.approx(0.5, abs=0.1)
    assert np.allclose(simulated_utility(POOL, values, "adversarial", seed=2), -shown)
    for wrong in ("informative:x", "informative:2", "nonsense"):
        with pytest.raises(InputError, match="no such expert"):
            simulated_utility(POOL, values, wrong)


def test_runs_that_never_arrive_are_censored_not_dropped() -> None:
    times, reached = np.array([2, 4, 4]), np.array([True, False, True])
    assert np.allclose(survival(times, reached, 4), [1, 1, 2 / 3, 2 / 3, 1 / 3])
    assert restricted_mean_time(times, reached, 4) == pytest.approx(1 + 1 + 2 / 3 + 2 / 3)
