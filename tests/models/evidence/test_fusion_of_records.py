"""Records as evidence: weights, trust in sources, familiarity, phases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.models.core.records import AlloyRecord
from hypograph.models.evidence.alloys.elements import ElementTable
from hypograph.models.evidence.fusion.familiarity import familiarity, reliability
from hypograph.models.evidence.fusion.known_records import FRAME, GROUPS, RecordIndex, phase_of, record_weights
from hypograph.models.evidence.fusion.phase_frame import phase_bounds
from hypograph.models.evidence.fusion.source_trust import SourceTrust, learn_trust
from hypograph.models.evidence.fusion.trust_by_pyro import trust_by_pyro
from hypograph.models.evidence.fusion.weights import Weights
from hypograph.models.evidence.masses.combine import cautious, conflict, dempster
from hypograph.models.evidence.masses.discount import discount

weight = st.floats(0, 8)
sides = st.tuples(weight, weight)


def of(pair: tuple[float, float]) -> Weights:
    return Weights(np.array([pair[0]]), np.array([pair[1]]))


@given(sides, sides)
def test_weights_add_as_dempsters_rule_combines(a: tuple[float, float], b: tuple[float, float]) -> None:
    both = dempster(np.stack([of(a).mass, of(b).mass]))
    np.testing.assert_allclose((of(a) + of(b)).mass, both, atol=1e-9)


@given(weight, weight)
def test_conflict_is_that_of_the_two_sides(a: float, b: float) -> None:
    apart = np.stack([of((a, 0)).mass, of((0, b)).mass])
    np.testing.assert_allclose(of((a, b)).conflict, conflict(apart), atol=1e-9)


@given(weight, weight)
def test_the_cautious_rule_takes_the_larger_of_what_may_be_one_thing(a: float, b: float) -> None:
    both = cautious(np.stack([of((a, 0)).mass, of((b, 0)).mass]))
    np.testing.assert_allclose(of((a, 0)).cautious(of((b, 0))).mass, both, atol=1e-6)


@given(weight, st.floats(0, 1))
def test_discounting_keeps_a_share_of_the_mass(a: float, share: float) -> None:
    np.testing.assert_allclose(of((a, 0)).discounted(share).mass, discount(of((a, 0)).mass, share), atol=1e-9)


@given(st.floats(-12, 12))
def test_the_mass_of_a_learner_has_its_pignistic_probability(log_odds: float) -> None:
    mass = Weights.of_log_odds(np.array([log_odds])).mass
    assert mass[0, 1] + mass[0, 3] / 2 == pytest.approx(1 / (1 + np.exp(-log_odds)), abs=1e-9)


def simulated(seed: int, useless: bool = False) -> list[SourceTrust]:
    """Three sources of which two report well, or one at random; the learners know little."""
    rng = np.random.default_rng(seed)
    truth = rng.random(600) < 0.5
    skill = [(0.9, 0.85), (0.8, 0.9), (0.5, 0.5) if useless else (0.85, 0.85)]
    single = np.zeros((600, 3))
    for s, (sensitivity, specificity) in enumerate(skill):
        single[:, s] = rng.random(600) < np.where(truth, sensitivity, 1 - specificity)
    there = rng.random((600, 3)) < 0.7
    prior = np.where(truth, 0.5, -0.5) + rng.normal(0, 1, 600)
    return learn_trust(["a", "b", "literature"], np.array([0, 0, 1]), single * there, (1 - single) * there, prior)


def test_trust_is_learned_from_where_sources_overlap() -> None:
    a, b, c = simulated(1)
    assert a.sensitivity == pytest.approx(0.9, abs=0.12)
    assert b.specificity == pytest.approx(0.9, abs=0.12)
    assert c.sensitivity == pytest.approx(0.85, abs=0.12)
    assert min(t.reliability for t in (a, b, c)) > 0.6
    assert all(t.compared > 200 for t in (a, b, c))


def moved(trust: SourceTrust) -> float:
    """How far one report of a source moves the probability of an alloy of which nothing else is known."""
    one, none = np.ones((1, 1)), np.zeros((1, 1))
    sides = (record_weights([trust], np.array([1]), 1, *pair).mass[0] for pair in ((one, none), (none, one)))
    return float(np.mean([abs(m[1] + m[3] / 2 - 0.5) for m in sides]))


def test_a_useless_table_moves_nothing() -> None:
    useless = [simulated(seed, useless=True)[-1] for seed in range(12)]
    good = [simulated(seed)[-1] for seed in range(2)]
    assert np.mean([t.informative for t in useless]) < 0.25
    assert min(t.informative for t in good) > 0.99
    assert np.mean([moved(t) for t in useless]) < 0.03
    assert max(moved(t) for t in useless) < 0.15
    assert min(moved(t) for t in good) > 0.3


def test_the_skill_of_a_reader_is_where_trust_begins() -> None:
    one, none = np.ones((3, 1)), np.zeros((3, 1))
    group, prior = np.array([1]), np.zeros(3)
    by_skill = [learn_trust(["papers"], group, one, none, prior, {"papers": s})[0] for s in (1.0, 0.5, 0.0)]
    assert by_skill[0].informative > by_skill[1].informative > by_skill[2].informative == 0.0
    assert moved(by_skill[2]) == 0.0


def test_reports_that_contradict_each_other_are_no_lack() -> None:
    trust = [SourceTrust("literature", 0.8, 0.8, 0.3, 0.8, 100)]
    group = np.array([1])

    def fused(single: int, multi: int) -> Weights:
        return record_weights(trust, group, 1, np.array([[single]], float), np.array([[multi]], float))

    split, few, none, agreed = fused(32, 31), fused(1, 1), fused(0, 0), fused(40, 0)
    assert split.conflict[0] > 0.5
    assert split.mass[0, 3] < 0.3
    assert split.conflict[0] > few.conflict[0] > agreed.conflict[0] == none.conflict[0] == 0
    assert few.mass[0, 3] > split.mass[0, 3]
    assert none.mass[0, 3] == 1.0
    assert agreed.mass[0, 1] > 0.75


reports = st.integers(0, 60)
OWN = [
    SourceTrust("literature", 0.74, 0.81, 0.2, 0.9, 500),
    SourceTrust("laboratory", 0.8, 0.8, 0.3, 0.85, 1, 0.8),
]


def with_own(base: float, published: tuple[int, int], own: tuple[int, int]) -> Weights:
    """An alloy that learners expect by some log-odds, with published and own counts of (single, multi)."""
    single, multi = (np.array([[published[i], own[i]]], float) for i in (0, 1))
    group = np.array([GROUPS.index("literature"), GROUPS.index("laboratory")])
    parts = [record_weights(OWN, group, int(g), single, multi) for g in group]
    return sum(parts, Weights.of_log_odds(np.array([base])))


def odds(found: Weights) -> float:
    mass = found.mass[0]
    return float((mass[1] + mass[3] / 2) / (mass[2] + mass[3] / 2))


@given(st.floats(-4, 4), st.tuples(reports, reports), st.integers(0, 20))
def test_one_more_own_record_moves_belief_its_way_and_by_no_more_than_it_is_worth(
    base: float, published: tuple[int, int], own: int
) -> None:
    before, after = with_own(base, published, (own, 0)), with_own(base, published, (own + 1, 0))
    assert after.mass[0, 1] >= before.mass[0, 1] - 1e-9
    assert odds(before) <= odds(after) * (1 + 1e-9)
    # Dempster's rule on masses: at most the likelihood ratio of one report, twice where the other side is all but sure.
    assert odds(after) <= odds(before) * 2 * 0.8 / 0.2


@given(st.integers(6, 60), st.integers(1, 3))
def test_a_split_record_stays_split(half: int, own: int) -> None:
    bare, told = with_own(0.0, (half, half), (0, 0)), with_own(0.0, (half, half), (own, 0))
    assert 0 < told.mass[0, 1] - bare.mass[0, 1] < 0.12
    assert told.conflict[0] > 0.35
    unknown = with_own(0.0, (0, 0), (own, 0))
    assert unknown.mass[0, 1] > told.mass[0, 1] - bare.mass[0, 1] + 0.1


def test_a_source_of_one_report_is_trusted_as_sources_are_and_no_more() -> None:
    rng = np.random.default_rng(3)
    truth = rng.random(400) < 0.5
    single = np.stack([truth == (rng.random(400) < 0.85), truth == (rng.random(400) < 0.85), np.zeros(400)], 1)
    there = np.ones((400, 3)) * [1, 1, 0]
    single[0, 2], there[0, 2] = 1, 1
    names, group = ["a", "b", "laboratory"], np.array([0, 0, GROUPS.index("laboratory")])
    prior = np.where(truth, 0.5, -0.5) + rng.normal(0, 1, 400)
    a, b, own = learn_trust(names, group, single * there, (1 - single) * there, prior)
    assert own.compared == 1
    measured = np.mean([a.sensitivity, a.specificity, b.sensitivity, b.specificity])
    assert abs(own.sensitivity - measured) < 0.08
    assert abs(own.specificity - measured) < 0.08


@pytest.mark.slow
def test_trust_follows_pyro() -> None:
    rng = np.random.default_rng(5)
    truth = rng.random(80) < 0.5
    right = [(0.9, 0.8), (0.75, 0.9), (0.8, 0.8)]
    single = np.stack([rng.random(80) < np.where(truth, se, 1 - sp) for se, sp in right], 1).astype(float)
    there = rng.random((80, 3)) < [0.8, 0.8, 0.1]
    prior = np.where(truth, 1.0, -1.0) + rng.normal(0, 1, 80)
    args = (np.array([0, 1, 2]), single * there, (1 - single) * there, prior)
    quick = learn_trust(["pei", "literature", "laboratory"], *args)
    exact = trust_by_pyro(*args, samples=80)
    found = np.array([[t.sensitivity, t.specificity] for t in quick])
    assert np.abs(found - exact.mean).max() < 0.08
    assert ((found > exact.low) & (found < exact.high)).all()


def elements() -> ElementTable:
    values = np.array([[0.0], [0.1], [3.0], [9.0]])
    return ElementTable(("Co", "Fe", "Zr", "Xe"), ("x",), values, np.zeros((4, 4)))


def test_what_was_never_seen_is_owned_up_to() -> None:
    trained = np.zeros((50, 4), bool)
    trained[:, 0] = True
    trained[:40, 2] = True
    asked = np.array([[1, 0, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1]], bool)
    known = familiarity(elements(), trained, asked)
    assert known[0] > known[1] > 0.7
    assert known[2] < 1e-6
    np.testing.assert_array_less(reliability(known)[2], 1e-6)
    assert reliability(known)[0] > 0.99


def record(
    elements: str, single: bool, *phases: str, source: str = "t", fractions: tuple[float, ...] = ()
) -> AlloyRecord:
    return AlloyRecord(tuple(elements.split("-")), single, fractions, source, "t:1", phases)


def test_records_at_and_near_a_composition() -> None:
    records = [
        record("Co-Fe", True, "FCC"),
        record("Co-Fe", False, "FCC", "BCC", source="literature"),
        record("Co-Fe", True, "FCC", fractions=(0.503, 0.497)),
        record("Co-Fe", False, "B2", fractions=(0.52, 0.48)),
        record("Co-Fe-Zr", False, "Laves"),
    ]
    weights = np.array([[0.5, 0.5, 0], [0.503, 0.497, 0], [0.52, 0.48, 0], [1 / 3, 1 / 3, 1 / 3]])
    index = RecordIndex.build(weights, [[0, 1], [2], [3], [4]], records)
    near = index.near(np.array([[0.5, 0.5, 0.0], [0.2, 0.2, 0.6]]))
    single, multi = near.counts()
    assert index.names == ("literature", "t")
    assert single.tolist() == [[0, 2], [0, 0]]
    assert multi.tolist() == [[1, 0], [0, 0]]
    assert near.around()[1][0] == pytest.approx(np.exp(-1.0))
    assert near.phases()[0, FRAME.index("FCC")] == 2
    assert near.phases()[1].sum() == 0


@pytest.mark.parametrize(
    ("single", "phases", "name"),
    [(True, ("HCP",), "HCP"), (False, ("B2",), "ordered"), (False, ("amorphous",), "amorphous"),
     (False, ("FCC", "secondary"), "several")],
)  # fmt: skip
def test_each_record_has_its_place_in_the_frame(single: bool, phases: tuple[str, ...], name: str) -> None:
    assert phase_of(record("Co-Fe", single, *phases)) == FRAME.index(name)


@given(st.lists(st.integers(0, 30), min_size=8, max_size=8), st.floats(0, 6), st.floats(0, 6))
def test_phases_share_the_mass(counts: list[int], a: float, b: float) -> None:
    mass = of((a, b)).mass
    belief, plausibility = phase_bounds(mass, np.array([counts], float))
    assert (belief <= plausibility + 1e-12).all()
    assert belief[0, :3].sum() <= mass[0, 1] + 1e-9
    assert belief.sum() + mass[0, 3] <= 1 + 1e-9
    assert plausibility.max() <= 1 + 1e-9
