from __future__ import annotations

import itertools

import numpy as np
import pytest

from hypograph.models.core.errors import InputError
from hypograph.models.hypotheses.search.beliefs import Beliefs, Prior
from hypograph.models.hypotheses.search.features import Facts, Items
from hypograph.models.hypotheses.simulation import our_course, strategies
from hypograph.models.hypotheses.simulation.comparison import STRATEGIES, check_names, simulate
from hypograph.models.hypotheses.simulation.landscape import DETAILS, LEVELS, SCENARIOS, SIZE, UNSET, VALUES, Landscape
from hypograph.models.hypotheses.simulation.ranking import rank_all
from hypograph.models.hypotheses.simulation.utility_tables import NONE, Tables
from hypograph.models.statistics.intervals import mean_interval


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


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("scenario", "strategy", "budget", "published"),
    [
        ("A", "best-of-n", 60, 0.42),
        ("D", "best-of-n", 240, 0.45),
        ("A", "greedy", 60, 0.53),
        ("A", "greedy", 240, 0.66),
        ("G", "greedy", 240, 0.71),
        ("A", "greedy-sc-unset", 60, 0.24),
        ("A", "greedy-sc-unset", 240, 0.63),
        ("B", "greedy-sc-unset", 240, 0.22),
        ("A", "hierarchical-3-unset", 60, 0.25),
        ("A", "hierarchical-3-unset", 240, 0.68),
        ("E", "hierarchical-3-unset", 240, 0.65),
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


@pytest.mark.statistical
def test_the_preference_model_beats_the_best_published_under_noise() -> None:
    cells = {c.strategy: c for c in simulate(["B"], [240], ["ours", "greedy", "beam"], 20, 5)}
    for rival in ("greedy", "beam"):
        assert mean_interval(cells["ours"].score - cells[rival].score)["low"] > 0.1


def test_tables_of_the_structure_are_what_the_simulator_couples() -> None:
    land = Landscape(SCENARIOS["D"], 3, 0)
    members = our_course.structure(land)
    assert members.shape == (3, 47, 3)
    parents = members[:, 30:42]
    assert np.all(parents[..., 0] == NONE)
    assert np.all(parents[..., 1] // DETAILS == parents[..., 2] // DETAILS - 1)
    # Two details interact in the reward if and only if they share a table.
    x = np.random.default_rng(0).integers(0, VALUES - 1, (3, 1, SIZE))
    for i, j in itertools.combinations(range(SIZE), 2):
        four = np.repeat(x, 4, axis=1)
        four[:, 1::2, i] += 1
        four[:, 2:, j] += 1
        both = land.reward(four) @ [1, -1, -1, 1]
        shared = ((members == i).any(axis=2) & (members == j).any(axis=2)).any(axis=1)
        np.testing.assert_array_equal(np.abs(both) > 1e-9, shared)


def test_structure_is_searched_with_and_budgets_are_kept() -> None:
    land = Landscape(SCENARIOS["H"], 25, 0)
    readings = our_course.search(land, (60, 30), np.random.default_rng(0), structured=True)
    assert [readings[b].calls for b in (30, 60)] == [30, 60]
    assert readings[60].x.shape == (25, SIZE)
    assert readings[60].x.max() < VALUES
    assert np.all(readings[60].proposals > readings[30].proposals)


def test_a_part_of_the_landscapes_is_judged_as_the_whole() -> None:
    land = Landscape(SCENARIOS["D"], 6, 3)
    x = np.random.default_rng(0).integers(0, VALUES, (6, 4, SIZE))
    np.testing.assert_array_equal(land.part(slice(2, 5)).score(x[2:5]), land.score(x)[2:5])


def test_the_same_seed_gives_the_same_cells() -> None:
    one, other = (simulate(["A"], [30], ["ours", "beam"], 5, 2) for _ in range(2))
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a.score, b.score)


def single(variance: float = 1.0) -> Tables:
    members = np.full((1, SIZE, 3), NONE)
    members[..., 2] = np.arange(SIZE)
    return Tables(members, np.full(SIZE, variance))


def test_a_fit_is_the_laplace_mode_and_covariance() -> None:
    beliefs = Beliefs(single(0.7), Prior(0.3, 0.0, 6.0, 1.5), 3)
    beliefs.scale[:] = 1.0
    a, b = (np.full((1, SIZE), v) for v in (0, 1))
    first, second = beliefs.admit(a), beliefs.admit(b)
    beliefs.observe(first, second, np.array([True]))
    beliefs.fit(12, 1, np.random.default_rng(0))
    variance = 2 * SIZE * 0.7 + 2 * 0.3
    grid = np.linspace(0, 20, 200_001)
    mode = grid[np.argmax(-(grid**2) / (2 * variance) - np.log1p(np.exp(-grid)))]
    mean, covariance = beliefs.joint(np.array([[0, 1]]))
    assert mean[0, 1] - mean[0, 0] == pytest.approx(mode, abs=1e-3)
    p = 1 / (1 + np.exp(-mode))
    spread = covariance[0, 0, 0] + covariance[0, 1, 1] - 2 * covariance[0, 0, 1]
    assert spread == pytest.approx(1 / (1 / variance + p * (1 - p)), rel=1e-3)
    assert beliefs.best()[0].tolist() == [1, 0]


def test_draws_have_the_posterior_of_the_tables() -> None:
    rng = np.random.default_rng(1)
    beliefs = Beliefs(single(), Prior(0.0, 0.0, 6.0, 1.5), 20)
    places = [beliefs.admit(rng.integers(0, VALUES, (1, SIZE))) for _ in range(12)]
    for i in range(11):
        beliefs.observe(places[i], places[i + 1], np.array([i % 3 > 0]))
    drawn = beliefs.fit(12, 4000, rng)
    utility = beliefs.held[0, :12] @ drawn[0]
    mean, covariance = beliefs.joint(np.arange(12)[None])
    np.testing.assert_allclose(utility.mean(axis=1), mean[0], atol=0.12)
    np.testing.assert_allclose(np.cov(utility), covariance[0], atol=0.3)


def test_what_is_known_of_a_neighbour_carries_over() -> None:
    beliefs = Beliefs(single(1e-6), Prior(4.0, 0.8, 6.0, 1.5), 8)
    worse, better = (np.full((1, SIZE), v) for v in (0, 1))
    near = better.copy()
    near[0, 0] = 2
    a, b = beliefs.admit(worse), beliefs.admit(better)
    for _ in range(5):
        beliefs.observe(a, b, np.array([True]))
    beliefs.admit(near)
    beliefs.fit(6, 1, np.random.default_rng(0))
    assert beliefs.utility[0, 0] < 0 < beliefs.utility[0, 2] < beliefs.utility[0, 1]
    assert beliefs.admit(better)[0] == b[0]  # a known hypothesis keeps its place


def test_the_evidence_tells_a_quiet_judge_from_a_noisy_one() -> None:
    variance = {}
    for scenario in ("A", "B"):  # the same landscapes but for the seed, the judge of B five times as noisy
        land, rng = Landscape(SCENARIOS[scenario], 10, 4), np.random.default_rng(0)
        beliefs = Beliefs(our_course.tables_of(land, False), our_course.prior_of(False), 80)
        x = rng.integers(0, VALUES, (10, 81, SIZE))
        places = [beliefs.admit(x[:, i]) for i in range(81)]
        for i in range(80):
            beliefs.observe(places[i], places[i + 1], land.judge(x[:, i], x[:, i + 1], rng))
        beliefs.choose_scale()
        beliefs.choose_scale()
        variance[scenario] = beliefs.variance.mean()
    assert variance["A"] > 1.5 * variance["B"]


def test_gains_are_those_of_every_edit_and_the_climb_ends_where_none_gains() -> None:
    rng = np.random.default_rng(0)
    tables = Tables(our_course.structure(Landscape(SCENARIOS["D"], 4, 0)))
    weights = rng.standard_normal((4, tables.weights)).astype(np.float32)
    x = rng.integers(0, VALUES, (4, SIZE))

    def value(y: np.ndarray) -> np.ndarray:
        return np.take_along_axis(weights, tables.columns(y), axis=1).sum(axis=1)

    gains = tables.gains(weights, x)
    for slot, held in ((0, 3), (7, 1), (14, 4)):
        y = x.copy()
        y[:, slot] = held
        np.testing.assert_allclose(gains[:, slot, held], value(y) - value(x), atol=1e-4)
    top = tables.climb(weights, x)
    assert tables.gains(weights, top).max() <= 1e-5
    assert np.all(value(top) >= value(x))


def test_greedy_edits_change_one_detail() -> None:
    land = Landscape(SCENARIOS["A"], 50, 0)
    course = strategies.Course(land, 10, np.random.default_rng(0))
    x = course.random()
    x[:, 3] = UNSET
    y = course.edit(x, np.arange(SIZE))
    assert np.all((x != y).sum(1) == 1)
    assert y[:, :3].max() < VALUES


@pytest.mark.statistical
def test_choosing_pairs_by_the_decision_beats_random_pairs() -> None:
    mine = rank_all("ours", 12, [40], 120, 0)[0]
    other = rank_all("random", 12, [40], 120, 0)[0]
    assert mine.top.mean() > other.top.mean() + 0.08
    assert 0.9 < mine.covered.mean() < 0.99


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError, match="no such scenario"):
        check_names(["Z"], tuple(SCENARIOS), "scenario")
    assert check_names(["all"], ("a", "b"), "x") == ("a", "b")


def stated(order: float, pair: float, most: int = 12, items: int = 4) -> Beliefs:
    beliefs = Beliefs(Items(1), Prior(1.0, 0.0, 0.64, 0.5, order, pair), most, items)
    for item in range(items):
        beliefs.admit(np.full((1, 1), item))
    return beliefs


def ask(beliefs: Beliefs, first: int, second: int, log_odds: float, shown: int, noise: float = 0.16) -> None:
    beliefs.observe(np.array([first]), np.array([second]), np.array([log_odds]), shown, noise)


def test_stated_probabilities_have_the_gaussian_posterior() -> None:
    beliefs = stated(4.0, 0.36)
    told = [(0, 1, 0.9, -1), (0, 2, -0.3, 1), (1, 3, 1.4, -1), (2, 3, 0.2, 1), (1, 0, -0.7, 1)]
    for row in told:
        ask(beliefs, *row)
    beliefs.fit(2, 1, np.random.default_rng(0))
    design = np.zeros((5, 4))
    for i, (a, b, _, _) in enumerate(told):
        design[i, a], design[i, b] = -1, 1
    order = np.array([r[3] for r in told], dtype=float)
    covariance = 0.64 * design @ design.T + 4 * np.outer(order, order) + 0.36 * np.eye(5) + 0.16 * np.eye(5)
    covariance[0, 4] = covariance[4, 0] = covariance[0, 4] - 0.36  # one pair, turned round: one settled error
    gain = 0.64 * design.T @ np.linalg.inv(covariance)
    mean, spread = beliefs.joint(np.arange(4)[None])
    np.testing.assert_allclose(mean[0], gain @ [r[2] for r in told], atol=1e-5)
    np.testing.assert_allclose(spread[0], 0.64 * np.eye(4) - gain @ design * 0.64, atol=1e-5)
    lean, sd = beliefs.leaning()
    solved = np.linalg.solve(covariance, np.stack([[r[2] for r in told], 4 * order], axis=1))
    assert lean[0] == pytest.approx(4 * order @ solved[:, 0], abs=1e-5)
    assert sd[0] == pytest.approx(np.sqrt(4 - 4 * order @ solved[:, 1]), abs=1e-5)


def test_a_judge_that_always_names_the_first_is_found_and_moves_nothing() -> None:
    beliefs, rng = stated(4.0, 0.36), np.random.default_rng(3)
    for first, second in itertools.combinations(range(4), 2):
        shown = 1 if rng.random() < 0.5 else -1
        ask(beliefs, first, second, 2.9 * shown, shown)
    beliefs.fit(2, 1, rng)
    lean, sd = beliefs.leaning()
    assert lean[0] - 2 * sd[0] > 0.8
    assert np.ptp(beliefs.utility[0, :4]) < 0.5


def test_asking_a_pair_again_leaves_its_settled_error() -> None:
    once, often = stated(0.0, 0.36), stated(0.0, 0.36)
    for _ in range(1):
        ask(once, 0, 1, 1.0, 0)
    for _ in range(8):
        ask(often, 0, 1, 1.0, 0)
    for beliefs in (once, often):
        beliefs.fit(2, 1, np.random.default_rng(0))
    gap = [float(b.utility[0, 1] - b.utility[0, 0]) for b in (once, often)]
    assert gap[0] < gap[1] < 1.28 / (1.28 + 0.36)


def test_the_same_pair_again_takes_no_further_place() -> None:
    beliefs = Beliefs(Items(2), Prior(1.0, 0.0, 1.0, 1.0), 6, 3)
    for item in range(3):
        beliefs.admit(np.full((2, 1), item))
    for second in ([1, 2], [1, 1], [1, 2]):
        beliefs.observe(np.zeros(2, dtype=int), np.array(second), np.array([True, False]))
    assert beliefs.used == 2
    assert beliefs.count.sum(axis=1).tolist() == [3, 3]


def test_documents_are_near_by_their_facts() -> None:
    facts = Facts()
    numbers = [facts.add(frozenset(f)) for f in (["a", "b"], ["a", "c"], ["d"])]
    x = np.array([[[n] for n in numbers]])
    assert facts.differences(x, x)[0].tolist() == [[0, 2, 3], [2, 0, 3], [3, 3, 0]]
    beliefs = Beliefs(facts, Prior(0.5, 0.8, 0.64, 0.5), 4, 3)
    for n in numbers:
        beliefs.admit(np.full((1, 1), n))
    cover = beliefs.covariance[0]
    assert cover[0, 1] > cover[0, 2] > 0
    assert np.diag(cover) == pytest.approx(np.full(3, 1.5))


def test_new_scenarios_depend_on_context_alone_or_have_a_judge_that_never_errs() -> None:
    land = Landscape(SCENARIOS["J"], 20, 0)
    x, rng = np.random.default_rng(0).integers(0, VALUES, (20, 2, SIZE)), np.random.default_rng(1)
    better = land.reward(x)[:, 1] > land.reward(x)[:, 0]
    assert np.array_equal(land.judge(x[:, 0], x[:, 1], rng), better)
    assert SCENARIOS["I"].coupling + SCENARIOS["I"].epistasis == 1
