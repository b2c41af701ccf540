from __future__ import annotations

import numpy as np
import pytest

from hypograph.models.campaigns.analysis.survival import restricted_mean_time, survival
from hypograph.models.campaigns.bayes import posterior
from hypograph.models.campaigns.bayes.correlations import Correlations, Geometry
from hypograph.models.campaigns.bayes.hyperparameters import Prior, draw
from hypograph.models.campaigns.bayes.lockstep import choose, lockstep, numbers
from hypograph.models.campaigns.bayes.surrogate import JITTER, Factors, Surrogates
from hypograph.models.campaigns.optimizers.simulated_experts import simulated_utility
from hypograph.models.core.errors import InputError

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
    mixed = lockstep(POOL, values, starts(3), 10, seed=[4, 5, 4])
    assert np.array_equal(mixed[[0, 2]], together[[0, 2]])


@pytest.mark.statistical
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


def test_a_source_that_is_never_believed_changes_no_pick(monkeypatch: pytest.MonkeyPatch) -> None:
    values = table()
    plain = lockstep(POOL, values, starts(4), 12)
    monkeypatch.setattr(posterior, "GATE", 1.1)
    alike = [np.eye(n) for n in (6, 7, 3)]
    assert np.array_equal(lockstep(POOL, values, starts(4), 12, utility=-values, similarity=alike), plain)


def test_factors_that_grow_are_those_of_the_whole_matrix() -> None:
    draws = draw(3, Prior(samples=4), 0)
    table = Correlations(Geometry(POOL), [draws, draws])
    rows = starts(2)
    factors, at_once = (Factors(np.stack([draws.noise] * 2), 5) for _ in range(2))
    squared = (POOL[rows][:, :, None] != POOL[rows][:, None]).astype(float)
    for t in range(5):
        factors.grow(t, np.stack([table.between(i, False, int(r[t]), r[:t]) for i, r in enumerate(rows)]))
    plain = np.swapaxes(draws.covariance(np.moveaxis(squared, -1, 0)), 0, 1)
    at_once.fill(plain)
    whole = plain + (draws.noise[None, :, None, None] + JITTER) * np.eye(5)
    for found in (factors, at_once):
        assert np.allclose(np.linalg.inv(np.linalg.cholesky(whole)), found.inverse, atol=1e-4)
        assert np.allclose(0.5 * np.linalg.slogdet(whole)[1], found.log_det, atol=1e-4)


@pytest.mark.parametrize("levels", [(), (np.linspace(0, 1, 6), None, None)], ids=["mismatch", "numbers"])
def test_a_long_history_is_factorised_at_once_to_what_it_is_row_by_row(levels: tuple[np.ndarray | None, ...]) -> None:
    draws, rows = [draw(3, Prior(samples=8), 0)], np.random.default_rng(0).permutation(len(POOL))[None, :100]
    at_once, by_row = (
        Surrogates(Geometry(POOL, levels), draws, posterior.kinds(utility=False, similarity=False), 100)
        for _ in range(2)
    )
    at_once.observe_all(rows)
    for row in rows.T:
        by_row.observe(row)
    y = np.random.default_rng(1).normal(size=100)
    a, b = (s.predict(0, y) for s in (at_once, by_row))
    assert np.array_equal(a.draws, b.draws)
    assert np.allclose(a.mean, b.mean, atol=2e-3)
    assert np.allclose(a.sd, b.sd, atol=2e-3)


def test_of_candidates_that_are_as_good_one_is_taken_at_random() -> None:
    ties = np.array([0.1, 0.9, 0.5], dtype=np.float32)
    assert choose(np.array([1.0, 1.0 - 1e-7, 0.5]), np.array([], dtype=int), ties) == 1
    assert choose(np.array([1.0, 0.9, 0.5]), np.array([0]), ties) == 1
    assert choose(np.zeros(3), np.array([1]), ties) == 2


def test_numbers_are_near_where_their_values_are() -> None:
    assert numbers(["1", "x", "2"]) is None
    assert numbers(["1", "2"]) is None
    assert np.allclose(numbers(["0", "1e1", "5.0"]), [0, 1, 0.5])
    # A smooth hill over forty levels of one number: by mismatch alone nothing could be learnt from a neighbour.
    pool = np.arange(40)[:, None]
    values = np.exp(-(((pool[:, 0] - 27) / 6.0) ** 2))
    begin = np.stack([np.random.default_rng(s).permutation(40)[:3] for s in range(12)])
    places = [np.linspace(0, 1, 40)]
    graded, plain = (values[lockstep(pool, values, begin, 8, levels=g)].max(1).mean() for g in (places, None))
    assert graded > 0.95 > plain


def test_many_parameters_need_no_table_of_patterns() -> None:
    rng = np.random.default_rng(0)
    pool = np.unique(rng.integers(0, 3, (60, 14)), axis=0)
    values = pool[:, 0] + 0.1 * rng.random(len(pool))
    begin = np.stack([rng.permutation(len(pool))[:4] for _ in range(2)])
    assert [len(set(row)) for row in lockstep(pool, values, begin, 8)] == [8, 8]


def test_descriptors_help_where_alike_options_behave_alike_and_cost_little_where_not() -> None:
    rng = np.random.default_rng(0)
    pool = np.stack(np.meshgrid(np.arange(100), np.arange(4), indexing="ij"), -1).reshape(-1, 2)
    place = rng.random(100)
    values = -np.abs((place - 0.7) / 0.3)[pool[:, 0]] + 0.1 * rng.random(4)[pool[:, 1]]
    apart = (place[:, None] - place[None]) ** 2
    apart /= apart[~np.eye(100, dtype=bool)].mean()
    begin = np.stack([np.random.default_rng(s).permutation(len(pool))[:5] for s in range(20)])
    order = rng.permutation(100)
    plain, true, other = (
        values[lockstep(pool, values, begin, 14, descriptors=d, seed=range(20))].max(1).mean()
        for d in ((), [apart, None], [apart[np.ix_(order, order)], None])
    )
    assert true > plain + 0.05
    assert other > plain - 0.05


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
