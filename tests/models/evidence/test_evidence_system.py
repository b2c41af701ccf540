"""The fusion on small made-up tables whose truth is known."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from hypograph.models.core.records import AlloyRecord
from hypograph.models.evidence.alloys.candidates import combinations, fit_pair_score, members_to_weights
from hypograph.models.evidence.alloys.elements import ElementTable, standardise
from hypograph.models.evidence.alloys.folds import Fold, inner_folds, make_folds
from hypograph.models.evidence.alloys.hosts import ExchangeIndex, nearest_hosts, pack
from hypograph.models.evidence.alloys.keys import set_keys
from hypograph.models.evidence.alloys.substitution import count_exchanges
from hypograph.models.evidence.alloys.table import AlloyTable, build_table
from hypograph.models.evidence.benchmark.measures import certain_half, risk_coverage
from hypograph.models.evidence.benchmark.published import ers_2021, from_similarity, uniform
from hypograph.models.evidence.fusion.fusion import fit_fusion
from hypograph.models.evidence.fusion.predictor import System
from hypograph.models.evidence.fusion.reliability import GROUPS, element_groups, posterior, posterior_pyro
from hypograph.models.evidence.sources.learners import Settings
from hypograph.models.evidence.sources.opinions import Opinions, expert_source
from hypograph.models.statistics.calibration import calibration_error
from hypograph.models.statistics.decisions import auc, mcc

SYMBOLS = ("Al", "Co", "Cr", "Cu", "Fe", "Mn", "Mo", "Nb", "Ni", "Ti", "V", "Zr")
SMALL = Settings(reference=120, trees=10, draft_trees=8, context_targets=150, context_steps=12, hosts=16)


def made_up_elements() -> ElementTable:
    """Elements on a line: neighbours are alike, and far ones do not mix."""
    place = np.linspace(-1, 1, len(SYMBOLS))
    rng = np.random.default_rng(1)
    values = np.stack([place, place**2, rng.normal(size=len(place))], 1)
    names = ("electronegativity", "radius", "mendeleev")
    return ElementTable(SYMBOLS, names, standardise(values), -10 * np.abs(place[:, None] - place[None]))


def made_up_table(noise: float = 0.03, seed: int = 0) -> AlloyTable:
    place = dict(zip(SYMBOLS, np.linspace(-1, 1, len(SYMBOLS)), strict=True))
    rng = np.random.default_rng(seed)
    records = []
    for elements in itertools.combinations(SYMBOLS, 4):
        spread = np.std([place[e] for e in elements])
        single = (spread < 0.55) != (rng.random() < noise)
        records.append(AlloyRecord(elements, bool(single)))
    return build_table(records, made_up_elements())[0]


@pytest.fixture(scope="module")
def table() -> AlloyTable:
    return made_up_table()


def mean_auc(system: System, folds: list[Fold]) -> float:
    values = []
    for fold in folds:
        forecast = system.forecast(fold)
        area = auc(system.table.positive[fold.test], forecast.probability)
        assert area is not None
        values.append(area)
    return float(np.mean(values))


def test_a_held_out_element_is_predicted(table: AlloyTable) -> None:
    folds = make_folds(table, "loeo", np.arange(len(table)))[::3]
    system = System(table, SMALL, inner=4, most=100)
    assert mean_auc(system, folds) > 0.85
    forecast = system.forecast(folds[0])
    np.testing.assert_allclose(forecast.mass.sum(-1), 1.0)
    np.testing.assert_allclose(forecast.mass[:, 1] + forecast.mass[:, 3] / 2, forecast.probability, atol=1e-12)
    assert (forecast.mass[:, 3] > 1e-6).all()
    assert ((forecast.conflict >= 0) & (forecast.conflict <= 1)).all()


@pytest.mark.parametrize("protocol", ["loeo", "cv10", "train10"])
def test_predictions_do_not_look_at_the_tested_labels(table: AlloyTable, protocol: str) -> None:
    fold = make_folds(table, protocol, np.arange(len(table)))[4]
    labels = table.labels.copy()
    labels[fold.test] = 1 - labels[fold.test]
    honest = System(table, SMALL, inner=2, most=60).forecast(fold)
    flipped = System(table.relabel(labels), SMALL, inner=2, most=60).forecast(fold)
    # Sums over training alloys are differences of larger sums: equal but for rounding.
    np.testing.assert_allclose(honest.probability, flipped.probability, atol=1e-5)
    assert honest.threshold == pytest.approx(flipped.threshold, abs=1e-4)


def test_no_training_alloy_holds_the_held_out_element(table: AlloyTable) -> None:
    for fold in make_folds(table, "loeo", np.arange(len(table))):
        assert not table.present[fold.train][:, fold.held[0]].any()
        for inner in inner_folds(table, fold, 6, 50):
            assert fold.held[0] in inner.held
            assert not table.present[np.ix_(inner.train, list(inner.held))].any()
            assert set(inner.test) <= set(fold.train)
            assert table.present[inner.test, inner.held[1]].all()


def test_families_never_straddle_a_split() -> None:
    records = [
        AlloyRecord(elements, bool(i % 2), fractions)
        for i, elements in enumerate(itertools.combinations(SYMBOLS[:8], 3))
        for fractions in ((), (0.5, 0.25, 0.25), (0.2, 0.2, 0.6))
    ]
    table, behind = build_table(records, made_up_elements())
    assert len(table) == len(records) == sum(len(b) for b in behind)
    for fold in make_folds(table, "cv10", np.arange(len(table))):
        assert not set(table.family[fold.train]) & set(table.family[fold.test])


def test_the_number_of_workers_changes_nothing(table: AlloyTable) -> None:
    folds = make_folds(table, "loeo", np.arange(len(table)))[:4]
    one, three = (
        System(table, dataclasses.replace(SMALL, jobs=jobs), inner=4, most=100).forecasts(folds) for jobs in (1, 3)
    )
    for a, b, fold in zip(one, three, folds, strict=True):
        np.testing.assert_array_equal(a.probability, b.probability)
        np.testing.assert_array_equal(a.rows, fold.test)
        assert a.threshold == b.threshold


def expert(kind: str, seed: int = 0) -> Opinions:
    count = len(SYMBOLS)
    rng = np.random.default_rng(seed)
    said = (
        rng.choice([0.0, 1 / 30, 1 / 15], (5, count, count)) if kind == "random" else np.full((5, count, count), 1 / 15)
    )
    said = np.triu(said, 1)
    said = said + said.transpose(0, 2, 1)
    against = np.where(said == 0, 1 / 15, 0.0) if kind == "random" else np.zeros_like(said)
    return Opinions(tuple("abcde"), said, against)


@pytest.mark.statistical
@pytest.mark.parametrize(("kind", "seed"), [("constant", 0), ("random", 1), ("random", 2)])
def test_an_expert_without_skill_moves_nothing(table: AlloyTable, kind: str, seed: int) -> None:
    folds = make_folds(table, "loeo", np.arange(len(table)))[::4]
    bare = mean_auc(System(table, SMALL, inner=4, most=100), folds)
    extras = {"expert": expert_source(expert(kind, seed))}
    beside = mean_auc(System(table, SMALL, extras=extras, inner=4, most=100), folds)
    assert abs(beside - bare) < 0.003


def test_an_expert_who_knows_is_believed(table: AlloyTable) -> None:
    place = np.linspace(-1, 1, len(SYMBOLS))
    near = np.abs(place[:, None] - place[None]) < 0.4
    knowing = Opinions(("all",), near[None] / 10.0, ~near[None] / 10.0)
    folds = make_folds(table, "loeo", np.arange(len(table)))[::4]
    # Beside nothing but the vote: here the expert is all that is known of elements.
    alone = mean_auc(System(table, SMALL, ("vote",), inner=4, most=100), folds)
    helped = mean_auc(System(table, SMALL, ("vote",), {"expert": expert_source(knowing)}, 4, 100), folds)
    assert helped > alone + 0.003


def test_the_index_of_exchanges_finds_what_looking_at_all_pairs_finds(table: AlloyTable) -> None:
    everyone = np.arange(len(table))
    index = ExchangeIndex(table.present, everyone)
    targets = everyone[::37]
    allowed = np.ones(len(table), bool)
    allowed[::5] = False
    quick = index.hosts(targets, allowed)
    slow = nearest_hosts(table.present, table.features, targets, np.flatnonzero(allowed), 60, reach=1)
    for a, b in zip(quick, slow, strict=True):
        assert set(a[a >= 0]) == set(b[b >= 0])
    taken = table.present[targets].argmax(1)
    barred = np.zeros((len(targets), table.present.shape[1]), bool)
    barred[np.arange(len(targets)), taken] = True
    quick = index.hosts(targets, allowed, taken)
    slow = nearest_hosts(table.present, table.features, targets, np.flatnonzero(allowed), 60, barred, reach=1)
    for a, b in zip(quick, slow, strict=True):
        assert set(a[a >= 0]) == set(b[b >= 0])


def test_hosts_found_block_by_block_are_those_found_at_once(table: AlloyTable, monkeypatch: pytest.MonkeyPatch) -> None:
    everyone = np.arange(len(table))
    index, allowed = ExchangeIndex(table.present, everyone[::2]), everyone % 3 > 0
    for taken in (None, table.present.argmax(1)):
        whole = pack(index.hosts(everyone, allowed, taken), 12)
        for cells in (1, 500, 10_000):
            monkeypatch.setattr("hypograph.models.evidence.alloys.hosts.CHUNK_CELLS", cells)
            np.testing.assert_array_equal(index.nearest(everyone, allowed, taken, 12), whole)


def test_exchanges_are_counted_as_by_hand() -> None:
    sets = ["AlCo", "AlCr", "CoCr", "AlCoCr"]
    records = [
        AlloyRecord(("Al", "Co"), True), AlloyRecord(("Al", "Cr"), True),
        AlloyRecord(("Co", "Cr"), False), AlloyRecord(("Al", "Co", "Cr"), True),
    ]  # fmt: skip
    table, _ = build_table(records, made_up_elements())
    assert len(sets) == len(table)
    counts = count_exchanges(table.present, table.positive)
    symbols = table.elements.symbols
    pair = {(a, b): (symbols.index(a), symbols.index(b)) for a in symbols for b in symbols}
    assert counts.same[pair["Co", "Cr"]] == 1  # AlCo ↔ AlCr
    assert counts.other[pair["Al", "Cr"]] == 1  # AlCo ↔ CoCr
    assert counts.other[pair["Al", "Co"]] == 1  # AlCr ↔ CoCr
    np.testing.assert_array_equal(counts.same, counts.same.T)
    assert len(set(set_keys(table.present).tolist())) == 4


def test_the_published_way_learns_from_exchanges(table: AlloyTable) -> None:
    fold = make_folds(table, "cv10", np.arange(len(table)))[0]
    y = table.positive
    counted = ers_2021(table.present, y, fold.train, fold.test)
    plain = uniform(table.present, y, fold.train, fold.test)
    areas = [auc(y[fold.test], w.score) for w in (counted, plain)]
    assert areas[0] is not None
    assert areas[1] is not None
    assert areas[0] > 0.8
    assert counted.mass.sum(-1) == pytest.approx(np.ones(len(fold.test)))
    # Above a limit only exchanges of one element for one are counted.
    many = np.tile(fold.train, 8)
    single = ers_2021(table.present, y, many, fold.test)
    assert np.isfinite(single.mass).all()
    area = auc(y[fold.test], single.score)
    assert area is not None
    assert area > 0.8
    nothing = from_similarity(table.present, y, fold.train, fold.test, np.zeros((12, 12)))
    assert (nothing.mass[:, 3] == 1).all()


def test_reliabilities_of_sources_are_found() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=3000) * 2
    y = (rng.random(3000) < 1 / (1 + np.exp(-truth))).astype(float)
    evidence = np.stack([truth, rng.normal(size=3000)], 1)
    fusion = fit_fusion(evidence, y, np.arange(3000) % 6, np.array([0.5, 0.0]), np.eye(2))
    assert fusion.beta[0] == pytest.approx(1.0, abs=0.15)
    assert abs(fusion.beta[1]) < 0.12
    assert calibration_error(fusion.probability(evidence), y, equal="width") < 0.03


@pytest.mark.slow
def test_the_fast_posterior_of_skill_follows_pyro() -> None:
    asked = np.array([[40, 12, 0], [35, 20, 6]])
    right = np.array([[30, 8, 0], [18, 11, 2]])
    quick, exact = posterior(right, asked), posterior_pyro(right, asked, samples=80)
    np.testing.assert_allclose(quick.mean, exact.mean, atol=0.08)
    np.testing.assert_allclose(quick.low, exact.low, atol=0.2)
    assert (quick.low <= quick.mean).all()
    assert (quick.mean <= quick.high).all()
    # Nothing was asked there: the posterior is wider than where forty were.
    assert quick.high[0, 2] - quick.low[0, 2] > quick.high[0, 0] - quick.low[0, 0]


def test_elements_have_groups() -> None:
    groups = [GROUPS[g] for g in element_groups(["Mg", "Ti", "W", "Ni", "Au", "Si", "Ce", "U", "Lu"])]
    assert groups == [
        "s-block", "early transition", "middle transition", "late transition", "coinage", "p-block",
        "f-block", "f-block", "f-block",
    ]  # fmt: skip


def test_candidates_are_all_there_and_scored_by_pairs() -> None:
    members = np.concatenate(list(combinations(9, 4, chunk=50)))
    assert members.tolist() == [list(c) for c in itertools.combinations(range(9), 4)]
    np.testing.assert_allclose(members_to_weights(members, 9).sum(1), 1.0)
    rng = np.random.default_rng(0)
    pair = rng.normal(size=(9, 9))
    truth = np.array([sum(pair[a, b] for a, b in itertools.combinations(m, 2)) for m in members])
    quick = fit_pair_score(members, truth, 9, penalty=1e-6)
    assert quick.fidelity > 0.999
    np.testing.assert_allclose(quick.score(members), truth, atol=1e-3)


def test_measures_by_hand() -> None:
    y = np.array([1, 1, 0, 0.0])
    assert auc(y, np.array([0.9, 0.4, 0.5, 0.1])) == 0.75
    assert auc(np.ones(3), np.arange(3.0)) is None
    assert mcc(y, np.array([1, 1, 0, 0.0])) == 1.0
    assert mcc(y, np.ones(4)) == 0.0
    assert mcc(np.ones(4), y) is None
    assert calibration_error(np.array([0.95, 0.95, 0.05, 0.05]), y, equal="width") == pytest.approx(0.05)
    right, unknown = np.array([1, 0, 1, 1.0]), np.array([0.1, 0.9, 0.2, 0.8])
    assert certain_half(right, unknown) == 1.0
    curve = risk_coverage(right, unknown, points=2)
    assert curve == [{"coverage": 0.5, "risk": 0.0}, {"coverage": 1.0, "risk": 0.25}]
