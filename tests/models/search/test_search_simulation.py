from __future__ import annotations

import itertools

import numpy as np
import pytest

from hypograph.models.errors import InputError
from hypograph.models.search import ours, strategies
from hypograph.models.search.landscape import DETAILS, LEVELS, SCENARIOS, SIZE, UNSET, VALUES, Landscape
from hypograph.models.search.lockstep import SLOTS, Filter, edit_gains, maximise
from hypograph.models.search.ranking import rank_all
from hypograph.models.search.simulate import STRATEGIES, calibration_error, check_names, interval, simulate


@pytest.fixture(scope="module")
def small() -> Landscape:
    return Landscape(SCENARIOS["D"], 6, 3)


def test_moments_are_those_of_random_hypotheses(small: Landscape) -> None:
    x = np.random.default_rng(0).integers(0, VALUES, (6, 20_000, SIZE))
    reward = small.reward(x)
    np.testing.assert_allclose(reward.mean(1), small.mean, atol=0.08 * small.sd.max())
    np.testing.assert_allclose(reward.std(1), small.sd, rtol=0.05)
    assert np.all(reward.max(1) <= small.top + 1e-9)


def test_the_optimum_is_reached_by_exhaustive_choice_below_a_fixed_top(small: Landscape) -> None:
    # Dynamic programming against brute force over the last two levels, the first three held at the best found.
    states = np.array(list(itertools.product(range(VALUES), repeat=DETAILS)))
    best = np.zeros(6)
    rng = np.random.default_rng(0)
    x = rng.integers(0, VALUES, (6, 1, SIZE))
    for _ in range(6):
        for level in range(LEVELS):
            trial = np.repeat(x, len(states), axis=1)
            trial[:, :, level * DETAILS : (level + 1) * DETAILS] = states
            rewards = small.reward(trial)
            x = trial[np.arange(6), rewards.argmax(1)][:, None]
            best = rewards.max(1)
    assert np.all(best <= small.top + 1e-9)
    assert np.mean((best - small.mean) / (small.top - small.mean)) > 0.85


def test_an_unset_detail_counts_its_mean(small: Landscape) -> None:
    x = np.random.default_rng(1).integers(0, VALUES, (6, 1, SIZE))
    for slot in (0, 4, SIZE - 1):
        every = np.repeat(x, VALUES, axis=1)
        every[:, :, slot] = np.arange(VALUES)
        open_ = x.copy()
        open_[:, :, slot] = UNSET
        np.testing.assert_allclose(small.reward(open_)[:, 0], small.reward(every).mean(1), atol=1e-9)


def test_a_myopic_judge_misses_terms() -> None:
    land = Landscape(SCENARIOS["F"], 4, 0)
    nothing = np.full((4, 1, SIZE), UNSET)
    np.testing.assert_allclose(land._gather(land._seen, nothing), 0)
    np.testing.assert_allclose(land.score(nothing), 0, atol=1e-9)


def test_the_judge_is_logistic_in_the_reward() -> None:
    land = Landscape(SCENARIOS["B"], 40, 0)
    rng = np.random.default_rng(0)
    shown, verdicts = [], []
    for _ in range(100):
        a, b = rng.integers(0, VALUES, (2, 40, SIZE))
        gap = (land.reward(b[:, None]) - land.reward(a[:, None]))[:, 0] / land.sd
        shown.append(1 / (1 + np.exp(-gap)))
        verdicts.append(land.judge(a, b, rng))
    p, won = np.concatenate(shown), np.concatenate(verdicts)
    for part in np.array_split(np.argsort(p), 5):
        assert abs(won[part].mean() - p[part].mean()) < 0.06


@pytest.mark.parametrize(
    ("scenario", "strategy", "budget", "published"),
    [
        ("A", "best-of-n", 60, 0.42),
        ("D", "best-of-n", 240, 0.45),
        ("A", "greedy", 60, 0.53),
        ("A", "greedy", 240, 0.66),
        ("G", "greedy", 240, 0.71),
        ("A", "greedy-sc", 60, 0.24),
        ("A", "greedy-sc", 240, 0.63),
        ("B", "greedy-sc", 240, 0.22),
        ("A", "hierarchical-3", 60, 0.25),
        ("A", "hierarchical-3", 240, 0.68),
        ("E", "hierarchical-3", 240, 0.65),
    ],
)
def test_published_strategies_score_as_published(scenario: str, strategy: str, budget: int, published: float) -> None:
    cell = simulate([scenario], [budget], [strategy], 200, 11)[0]
    assert cell.score.mean() == pytest.approx(published, abs=0.065)  # four standard errors
    assert cell.calls <= budget


def test_every_strategy_keeps_its_budget_and_settles_everything_it_can() -> None:
    for scenario in ("A", "H"):
        for cell in simulate([scenario], [60], [s for s in STRATEGIES if s != "ours-structured"], 10, 0):
            assert 0 < cell.calls <= 60
            assert cell.proposals > 0
            assert np.all(cell.score <= 1 + 1e-9)


def test_the_preference_model_beats_the_best_published_under_noise() -> None:
    cells = {c.strategy: c for c in simulate(["B"], [240], ["ours", "greedy", "beam", "hierarchical-3"], 60, 5)}
    for rival in ("greedy", "beam", "hierarchical-3"):
        assert interval(cells["ours"].score - cells[rival].score)["low"] > 0.1


def test_pairs_that_the_simulator_couples_help_the_model() -> None:
    land = Landscape(SCENARIOS["D"], 3, 0)
    pairs = ours.structure_pairs(land)
    assert pairs.shape == (3, 27, 2)
    assert np.all(pairs[:, 15:, 0] // DETAILS == pairs[:, 15:, 1] // DETAILS - 1)
    reading = ours.search(land, (75,), np.random.default_rng(0), structured=True)[75]
    assert reading.x.max() < VALUES


def test_the_same_seed_gives_the_same_cells() -> None:
    one, other = (simulate(["A"], [30], ["ours", "beam"], 5, 2) for _ in range(2))
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a.score, b.score)


def test_a_lockstep_update_is_the_laplace_step_of_the_dense_model() -> None:
    none = np.zeros((1, 0, 2), dtype=np.int64)
    filter_ = Filter(none, np.array([0.7]), np.zeros(1), np.array([0.3]))
    a, b = np.zeros((1, SIZE), dtype=np.int64), np.ones((1, SIZE), dtype=np.int64)
    filter_.update(a, b, np.array([0]), np.array([1]), np.array([True]))
    variance = 2 * SIZE * 0.7 + 2 * 0.3
    grid = np.linspace(0, 20, 200_001)
    mode = grid[np.argmax(-(grid**2) / (2 * variance) - np.log1p(np.exp(-grid)))]
    held = np.stack([a[0], b[0]])[None]
    utility = filter_.utility(held, np.array([[0, 1]]))[0]
    assert utility[1] - utility[0] == pytest.approx(mode, abs=1e-3)


def test_likeness_carries_what_is_known_of_a_neighbour() -> None:
    none = np.zeros((1, 0, 2), dtype=np.int64)
    filter_ = Filter(none, np.array([0.1]), np.zeros(1), np.array([2.0]))
    a, b = np.zeros((1, SIZE), dtype=np.int64), np.ones((1, SIZE), dtype=np.int64)
    for _ in range(5):
        filter_.update(a, b, np.array([0]), np.array([1]), np.array([True]))
    held = np.zeros((1, SLOTS, SIZE), dtype=np.int64)
    held[:, 1] = 1
    filled = np.array([[True, True, False, False, False, False]])
    near = b.copy()
    near[0, 0] = 2
    filter_.admit(np.array([2]), near, held, filled)
    own = filter_.mean[0, filter_.weights :]
    assert 0 < own[2] < own[1]
    before = own.copy()
    filter_.admit(np.array([1]), b, held, filled)
    np.testing.assert_array_equal(filter_.mean[0, filter_.weights :], before)


def test_the_maximum_of_a_draw_with_pairs_admits_no_better_edit() -> None:
    rng = np.random.default_rng(0)
    land = Landscape(SCENARIOS["D"], 4, 0)
    pairs = ours.structure_pairs(land)
    weights = rng.standard_normal((4, SIZE * VALUES + 27 * VALUES**2)).astype(np.float32)
    x = maximise(weights, pairs, rng.integers(0, VALUES, (4, SIZE)))
    assert edit_gains(weights, pairs, x).max() <= 1e-5


def test_greedy_edits_change_one_detail() -> None:
    land = Landscape(SCENARIOS["A"], 50, 0)
    course = strategies.Course(land, 10, np.random.default_rng(0))
    x = course.random()
    x[:, 3] = UNSET
    y = course.edit(x, np.arange(SIZE))
    assert np.all((x != y).sum(1) == 1)
    assert y[:, :3].max() < VALUES


def test_choosing_pairs_by_the_decision_beats_random_pairs() -> None:
    mine = rank_all("ours", 12, [40], 120, 0)[0]
    other = rank_all("random", 12, [40], 120, 0)[0]
    assert mine.top.mean() > other.top.mean() + 0.08
    assert 0.9 < mine.covered.mean() < 0.99


def test_calibration_error_of_a_perfect_and_a_boastful_statement() -> None:
    rng = np.random.default_rng(0)
    stated = rng.random(20_000)
    assert calibration_error(stated, rng.random(20_000) < stated) < 0.02
    assert calibration_error(np.ones(100), np.zeros(100, dtype=bool)) == 1.0


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError, match="no such scenario"):
        check_names(["Z"], tuple(SCENARIOS), "scenario")
    assert check_names(["all"], ("a", "b"), "x") == ("a", "b")
