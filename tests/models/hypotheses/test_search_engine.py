from __future__ import annotations

import numpy as np
import pytest

from hypograph.models.core.protocols import NO_CONTEXT, Candidate, Verdict
from hypograph.models.hypotheses.search.beliefs import Beliefs, Prior
from hypograph.models.hypotheses.search.engine import Engine, chances, pair_value
from hypograph.models.hypotheses.search.features import Items
from hypograph.models.hypotheses.search.judges import EnsembleJudge

PAIR = (Candidate("a", "good"), Candidate("b", "bad"))


class Says:
    def __init__(self, probability: float, valid: bool = True, orders: int = 1) -> None:
        self.name, self.verdict = "says", Verdict(probability, valid, reasons="why", orders=orders)

    def prefer(self, question, pairs, context=NO_CONTEXT):  # type: ignore[no-untyped-def]
        return [self.verdict for _ in pairs]


def engine(items: int, rows: int = 1) -> Engine:
    beliefs = Beliefs(Items(rows), Prior(1.0, 0.0, 1.0, 1.0), 20, items)
    for item in range(items):
        beliefs.admit(np.full((rows, 1), item))
    return Engine(beliefs, None, None, np.random.default_rng(0))


def test_an_ensemble_leaves_unusable_members_out() -> None:
    verdict = EnsembleJudge((Says(0.95), Says(0.5, valid=False))).prefer("q", [PAIR])[0]
    assert verdict.probability == pytest.approx(0.95)
    assert verdict.reasons == "why"
    assert not EnsembleJudge((Says(0.5, valid=False),)).prefer("q", [PAIR])[0].valid
    # A leaning has cancelled only where every member saw both orders.
    assert EnsembleJudge((Says(0.9, orders=2), Says(0.9))).prefer("q", [PAIR])[0].orders == 1


def test_nothing_is_said_of_a_hypothesis_alone_or_before_a_verdict() -> None:
    assert np.isnan(engine(1).read().chance).all()
    assert np.isnan(engine(3).read().chance).all()


def test_the_pair_that_tells_most_is_between_what_may_be_best() -> None:
    e = engine(4)
    for _ in range(4):
        e.beliefs.observe(np.array([0]), np.array([1]), np.array([True]))
        e.beliefs.observe(np.array([2]), np.array([3]), np.array([True]))
    e.beliefs.fit(6, 1, e.rng)
    assert tuple(int(i[0]) for i in e.next_pair()) == (1, 3)
    allowed = np.ones((4, 4), dtype=bool)
    allowed[1, 3] = allowed[3, 1] = False
    assert tuple(int(i[0]) for i in e.next_pair(allowed)) != (1, 3)


def test_probabilities_of_being_best_sum_to_one_and_order_plays_no_part() -> None:
    mean, covariance = np.array([[0.0, 1.0, 0.5]]), np.eye(3)[None]
    chance = chances(mean, covariance, np.random.default_rng(0), 4000)
    assert chance.sum() == pytest.approx(1)
    assert chance[0].argmax() == 1
    value = pair_value(mean, covariance, chance)
    np.testing.assert_allclose(value[0], value[0].T)


def test_better_is_a_probability_of_the_difference() -> None:
    e = engine(2)
    assert e.probability_better(0, 1) == pytest.approx(0.5)
    e.beliefs.observe(np.array([0]), np.array([1]), np.array([True]))
    e.beliefs.fit(6, 1, e.rng)
    assert e.probability_better(1, 0) > 0.6
    assert e.probability_better(1, 0) + e.probability_better(0, 1) == pytest.approx(1)


def test_an_engine_without_a_judge_does_not_step() -> None:
    with pytest.raises(ValueError, match="needs a judge"):
        engine(2).step()
