from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.models.hypotheses.document import Prediction
from hypograph.models.hypotheses.outcomes import Measured, combined, probabilities_best, weigh


def predicted(relation: str = ">", value: float | None = 2.0) -> Prediction:
    return Prediction.model_validate({"quantity": "thermopower", "relation": relation, "value": value, "unit": "mV/K"})


def stated(*values: float) -> list[Measured]:
    return [Measured(v) for v in values]


def test_results_above_a_threshold_speak_for_it_and_below_against_it() -> None:
    above, below = weigh(predicted(), stated(2.5, 2.6, 2.4)), weigh(predicted(), stated(1.5, 1.4, 1.6))
    assert above is not None
    assert below is not None
    assert above.holds > 0.9 > above.fails == 0
    assert below.fails > 0.9 > below.holds == 0
    assert combined([above]).state == "supported"
    assert combined([below]).state == "refuted"
    on = weigh(predicted(), stated(2.0, 2.1, 1.9))
    assert on is not None
    assert on.open == pytest.approx(1.0)


def test_one_result_of_unknown_noise_settles_nothing() -> None:
    told = weigh(predicted(), stated(20.0))
    assert told is not None
    assert "assumed" in told.noise_from
    assert combined([told]).state == "open"
    known = weigh(predicted(), stated(20.0), noise=0.1)
    assert known is not None
    assert combined([known]).state == "supported"


def test_an_effect_that_the_controls_show_as_well_supports_nothing() -> None:
    both = [*stated(2.5, 2.6, 2.4), *(Measured(v, True) for v in (2.5, 2.6, 2.4))]
    told = weigh(predicted(), both)
    assert told is not None
    assert told.holds < 0.1
    less = [*stated(2.5, 2.6, 2.4), *(Measured(v, True) for v in (1.0, 1.1, 0.9))]
    told = weigh(predicted(), less)
    assert told is not None
    assert told.holds > 0.9


def test_a_direction_needs_a_control() -> None:
    assert weigh(predicted("increases", None), stated(2.5, 2.6)) is None
    rows = [*stated(2.5, 2.6), *(Measured(v, True) for v in (1.0, 1.1))]
    up, down = weigh(predicted("increases", None), rows), weigh(predicted("decreases", None), rows)
    assert up is not None
    assert down is not None
    assert up.holds > 0.8
    assert down.fails > 0.8
    assert weigh(predicted(), []) is None


def test_equal_means_within_a_tenth() -> None:
    near, far = (weigh(predicted("="), stated(*v), noise=0.05) for v in ((2.02, 1.98), (3.0, 3.1)))
    assert near is not None
    assert far is not None
    assert near.holds > 0.9
    assert far.fails > 0.9


def test_campaigns_combine_and_contradiction_is_conflict() -> None:
    one, other = weigh(predicted(), stated(2.5, 2.6, 2.4)), weigh(predicted(), stated(1.5, 1.4, 1.6))
    assert one is not None
    assert other is not None
    standing = combined([one, other])
    assert standing.conflict > 0.8
    assert standing.state == "open"
    assert combined([]).plausibility == 1.0


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=8), st.floats(0.01, 10), st.sampled_from([">", "<", "="]))
def test_masses_are_masses_whatever_is_measured(values: list[float], noise: float, relation: str) -> None:
    told = weigh(predicted(relation), stated(*values), noise)
    assert told is not None
    assert 0 <= told.holds <= 1
    assert 0 <= told.fails <= 1
    assert told.holds == 0 or told.fails == 0
    assert np.isfinite([told.mean, told.noise]).all()


def test_an_experiment_moves_the_question_and_keeps_it_a_distribution() -> None:
    prior = {"a": 0.7, "b": 0.2, "c": 0.1}
    after = probabilities_best(prior, {"a": 0.03, "b": 0.97})
    assert sum(after.values()) == pytest.approx(1)
    assert max(after, key=lambda k: after[k]) == "b"
    assert probabilities_best(prior, {}) == pytest.approx(prior)


def test_in_a_simulated_laboratory_the_true_hypothesis_leads_after_twelve_results() -> None:
    led = []
    for run in range(60):
        rng = np.random.default_rng(run)
        mine, other = [], []
        for number in range(12):
            rows, truth = (mine, 1.0) if number % 2 == 0 else (other, 0.0)
            control = number % 3 == 2
            rows.append(Measured((0.0 if control else truth) + 0.4 * float(rng.standard_normal()), control))
        standing = {n: combined([w]) for n, r in (("t", mine), ("f", other)) if (w := weigh(predicted(">", 0.5), r))}
        best = probabilities_best({"t": 0.35, "f": 0.65}, {n: s.pignistic for n, s in standing.items()})
        led.append(best["t"] > best["f"])
    assert np.mean(led) >= 0.9
