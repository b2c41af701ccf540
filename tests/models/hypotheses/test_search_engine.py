from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from hypograph.models.core.errors import BudgetSpentError
from hypograph.models.core.protocols import Candidate, Verdict
from hypograph.models.hypotheses.discipline import Discipline, Level, Slot
from hypograph.models.hypotheses.entropy import level_entropy
from hypograph.models.hypotheses.hypothesis import Detail, Hypothesis
from hypograph.models.hypotheses.search.judge_skill import measure, planted
from hypograph.models.hypotheses.search.judges import EnsembleJudge, EvidenceJudge, SimulatedJudge
from hypograph.models.hypotheses.search.preference import Preference, Scales, newton
from hypograph.models.hypotheses.search.slot_engine import Search
from hypograph.models.hypotheses.search.task import Settings
from hypograph.models.statistics.functions import sigmoid

DISCIPLINE = Discipline(
    "toy",
    "Which is best?",
    (Level("top", "", (Slot("a"), Slot("b"))), Level("low", "", (Slot("c", parent="a"), Slot("d")))),
)


class Toy:
    """Utility is the sum of the values' digits; value `bad` is refused by the checks."""

    discipline = DISCIPLINE

    def options(self, hypothesis: Hypothesis, slot: Slot) -> Sequence[Detail]:
        return [DISCIPLINE.detail(slot, str(v), "toy") for v in (0, 3, 1, 4, 2, "bad")]

    def features(self, hypothesis: Hypothesis) -> Mapping[str, float]:
        return {"utility": float(sum(int(d.value) for d in hypothesis.details if d.value != "bad"))}

    def problems(self, hypothesis: Hypothesis) -> Sequence[str]:
        return ["bad"] if any(d.value == "bad" for d in hypothesis.details) else []


class Blind(Toy):
    """The same, but the model is told no number."""

    def features(self, hypothesis: Hypothesis) -> Mapping[str, float]:
        return {}


def oracle(noise: float, seed: int = 0):  # type: ignore[no-untyped-def]
    rng, toy = np.random.default_rng(seed), Toy()

    def ask(search: Search, first: Candidate, second: Candidate) -> Verdict:
        a, b = (toy.features(search.known[k])["utility"] for k in (first.id, second.id))
        return Verdict(float(rng.random() < sigmoid(np.array((a - b) / noise))))

    return ask


def searched(calls: int, noise: float = 0.5, seeds: int = 3, seed: int = 1) -> Search:
    ask = oracle(noise, seed)
    search = Search(Blind(), lambda a, b: ask(search, a, b), Settings(calls), np.random.default_rng(seed))
    search.run([Hypothesis("root")] * seeds)
    return search


def test_it_finds_the_best_without_being_told_anything() -> None:
    best = searched(160).best()
    assert Toy().features(best)["utility"] >= 14  # of 16; a random one has 8


def test_it_keeps_the_budget_and_every_comparison() -> None:
    search = searched(40)
    assert search.calls <= 40
    assert search.model.comparisons == search.calls
    assert all("bad" not in {d.value for d in h.details} for h in search.known.values())
    orders = [(c.first, c.second) for c in search.comparisons]
    assert len(set(orders)) == len(orders)


def test_probabilities_of_being_best_are_known_at_every_moment() -> None:
    for calls in (1, 7, 20):
        standing = searched(calls).standing()
        assert sum(p for _, _, p in standing) == pytest.approx(1)


def test_the_same_seed_gives_the_same_search() -> None:
    one, other = searched(30), searched(30)
    assert [(c.first, c.second, c.verdict) for c in one.comparisons] == [
        (c.first, c.second, c.verdict) for c in other.comparisons
    ]


@pytest.mark.statistical
def test_the_incumbent_is_not_always_shown_first() -> None:
    newcomer_first = []
    for seed in range(20):
        seen: set[str] = set()
        for c in searched(60, seeds=1, seed=seed).comparisons:
            if (c.first in seen) != (c.second in seen):
                newcomer_first.append(c.second in seen)
            seen |= {c.first, c.second}
    # Over 300 comparisons with orders drawn evenly: an interval of one in a million around one half.
    assert len(newcomer_first) > 250
    assert abs(np.mean(newcomer_first) - 0.5) < 4.9 * 0.5 / len(newcomer_first) ** 0.5


def test_a_spent_budget_leaves_the_best_so_far() -> None:
    asked = []

    def ask(first: Candidate, second: Candidate) -> Verdict:
        if len(asked) == 5:
            raise BudgetSpentError("no money")
        asked.append(first)
        return Verdict(0.9)

    search = Search(Blind(), ask, Settings(50), np.random.default_rng(0))
    with pytest.raises(BudgetSpentError):
        search.run([Hypothesis("root")])
    assert search.calls == 5
    assert search.best().details


def test_unusable_verdicts_teach_nothing() -> None:
    search = Search(Blind(), lambda a, b: Verdict(0.5, valid=False), Settings(12), np.random.default_rng(0))
    search.run([Hypothesis("root")])
    assert search.calls > 0
    assert search.model.comparisons == 0


def test_entropy_is_logged_a_level_and_comparison() -> None:
    search = searched(40)
    rows = level_entropy(search)
    assert [r["level"] for r in rows] == ["top", "low"]
    assert all(0 <= v <= 1 for r in rows for v in r["published"] + r["corrected"])


def test_rank_one_updates_stay_near_the_full_fit() -> None:
    rng = np.random.default_rng(0)
    model = Preference(Scales())
    for i in range(8):
        model.add(str(i), [("s", str(i % 3)), ("t", str(i % 2))], {})
    for _ in range(40):
        a, b = rng.choice(8, 2, replace=False)
        model.observe(int(a), int(b), float(rng.random() < sigmoid(np.array(0.5 * (a - b)))))
    before = model.posterior(range(8))
    model.fit()
    after = model.posterior(range(8))
    np.testing.assert_allclose(before[0], after[0], atol=0.1)
    np.testing.assert_allclose(before[1], after[1], atol=0.05)


def test_laplace_finds_the_mode() -> None:
    rng = np.random.default_rng(3)
    n = 6
    root = rng.standard_normal((n, n))
    K = root @ root.T + np.eye(n)
    first, second = rng.integers(0, n, 30), rng.integers(0, n, 30)
    y, slope = rng.random(30), np.ones(30)
    alpha, Q, _ = newton(K, first, second, y, slope)
    f = K @ alpha
    gradient = np.zeros(n)
    np.add.at(gradient, first, y - sigmoid(f[first] - f[second]))
    np.add.at(gradient, second, -(y - sigmoid(f[first] - f[second])))
    np.testing.assert_allclose(alpha, gradient, atol=1e-5)
    assert np.all(np.linalg.eigvalsh(K - K @ Q @ K) > 0)


def test_a_judge_without_skill_moves_nothing() -> None:
    model = Preference(Scales())
    model.add("a", [("s", "1")], {})
    model.add("b", [("s", "2")], {})
    for _ in range(5):
        model.observe(0, 1, 1.0, slope=0.0)
    np.testing.assert_allclose(model.posterior([0, 1])[0], 0)


def pairs(n: int) -> list[tuple[Candidate, Candidate]]:
    return [
        (Candidate(f"g{i}", "good", {"utility": 3.0}), Candidate(f"b{i}", "bad", {"utility": 0.0})) for i in range(n)
    ]


def test_skill_tells_a_good_judge_from_a_biased_one() -> None:
    good = measure(SimulatedJudge(noise=0.5), "q", pairs(40))
    biased = measure(SimulatedJudge(noise=0.5, position_bias=50.0), "q", pairs(40))
    random = measure(SimulatedJudge(noise=1e6), "q", pairs(40))
    assert good.accuracy > 0.95
    assert good.swap_consistency > 0.9
    assert biased.swap_consistency < 0.1
    assert biased.slope < 0.2
    assert random.slope < 0.5 < good.slope
    assert measure(SimulatedJudge(invalid=1.0), "q", pairs(4)).invalid_rate == 1.0


def test_planted_defects_change_the_hypothesis() -> None:
    rng = np.random.default_rng(0)
    sound = Hypothesis("root")
    assert planted(sound, DISCIPLINE, rng) is None
    sound = sound.put(DISCIPLINE.detail(DISCIPLINE.levels[0].slots[0], "4", ""))
    spoilt = planted(sound, DISCIPLINE, rng)
    assert spoilt is not None
    assert spoilt.id != sound.id


def test_an_ensemble_leaves_unusable_members_out() -> None:
    judge = EnsembleJudge((SimulatedJudge(noise=0.1), SimulatedJudge(invalid=1.0, seed=1)))
    verdict = judge.prefer("q", pairs(1))[0]
    assert verdict.probability > 0.9
    silent = EnsembleJudge((SimulatedJudge(invalid=1.0),)).prefer("q", pairs(1))[0]
    assert not silent.valid


def test_the_evidence_judge_weighs_named_numbers() -> None:
    judge = EvidenceJudge({"belief": 2.0})
    a, b = Candidate("a", "", {"belief": 1.0}), Candidate("b", "", {"belief": 0.0, "other": 9.0})
    forward, backward = judge.prefer("q", [(a, b), (b, a)])
    assert forward.probability == pytest.approx(1 / (1 + np.exp(-2)))
    assert forward.probability + backward.probability == pytest.approx(1)
