from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from hypograph.models.literature.keywords.choice import candidates, select, tabulate
from hypograph.models.literature.potential.features import NAMES, padded, snapshots
from hypograph.models.literature.potential.model import Outcomes, fit_head, fit_shrunk_head, outcomes
from hypograph.models.literature.potential.set_model import fit_set_model
from hypograph.models.literature.potential.text_ridge import count_words
from hypograph.models.statistics.decisions import auc, auc_bootstrap


def synthetic(n: int = 1200, seed: int = 0):
    """Papers of 40 keywords over ten years; keyword 0 to 4 bring citations."""
    rng = np.random.default_rng(seed)
    sets = [np.sort(rng.choice(40, 5, replace=False)) for _ in range(n)]
    years = np.sort(rng.integers(2000, 2010, n))
    lift = np.array([(s < 5).sum() for s in sets])
    citations = rng.poisson(np.exp(0.8 + 0.9 * lift + rng.normal(0, 0.5, n))).astype(float)
    indptr = np.arange(0, 5 * n + 1, 5)
    return indptr, np.concatenate(sets), years, outcomes(citations, years, np.zeros(n, np.int64)), sets


def test_outcomes_compare_within_venue_and_year() -> None:
    citations = np.array([0.0, 10.0, 20.0, 7.0, np.nan, 0.0, 0.0])
    years = np.array([2000, 2000, 2000, 2001, 2001, 2002, 2002])
    found = outcomes(citations, years, np.array([0, 0, 0, 0, 0, 1, 1]))
    assert found.fwci[:4] == pytest.approx([0.0, 1.0, 2.0, 1.0])
    assert np.isnan(found.fwci[4])
    assert found.fwci[5:].tolist() == [0.0, 0.0]
    assert found.top[[0, 1, 2, 5]].tolist() == [0.0, 0.0, 1.0, 0.0]
    about, positive = Outcomes(np.array([0.5, 5.0, 3.0, np.nan]), np.zeros(4)).label("ge5_lt1")
    assert about.tolist() == [True, True, False, False]
    assert positive.tolist() == [False, True, False, False]


def test_the_head_is_a_penalised_logistic_regression() -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(400, 3)) * [1.0, 5.0, 0.2] + [0.0, 3.0, -1.0]
    positive = rng.random(400) < 1 / (1 + np.exp(-(features[:, 0] - 1)))
    head = fit_head(features, positive, penalty=2.0)
    scaled = (features - features.mean(axis=0)) / features.std(axis=0)
    other = LogisticRegression(C=0.5, tol=1e-10, max_iter=1000).fit(scaled, positive)
    assert head.weights == pytest.approx(other.coef_[0], abs=1e-4)
    assert head.logit(features) == pytest.approx(other.decision_function(scaled), abs=1e-3)
    assert head.contributions(features).sum(axis=1) + head.base == pytest.approx(head.logit(features))


def test_with_few_publications_the_head_leans_on_one_feature() -> None:
    rng = np.random.default_rng(3)
    features = rng.normal(size=(4000, 6)) * 2.0 + 1.0
    positive = rng.random(4000) < 1 / (1 + np.exp(-features[:, 2]))
    for n, even in ((60, 2000.0), (4000, 2000.0)):
        table, truth = features[:n], positive[:n]
        head, one, full = (
            fit_shrunk_head(table, truth, 2, even),
            fit_head(table[:, [2]], truth, 1.0),
            fit_head(table, truth),
        )
        share = n / (n + even)
        mixed = share * full.logit(table) + (1 - share) * one.logit(table[:, [2]])
        assert head.logit(table) == pytest.approx(mixed)
        assert head.contributions(table).sum(axis=1) + head.base == pytest.approx(head.logit(table))
    few = fit_shrunk_head(features[:60], positive[:60], 2)
    plain = fit_head(features[:60], positive[:60])
    assert auc(positive, few.logit(features)) > auc(positive, plain.logit(features))


def test_the_head_of_one_kind_only_is_the_rate() -> None:
    head = fit_head(np.ones((9, 2)), np.zeros(9, bool))
    assert head.probability(np.zeros((1, 2)))[0] == pytest.approx(0.05)


def test_auroc_agrees_with_scikit_learn_ties_included() -> None:
    rng = np.random.default_rng(2)
    score, positive = rng.integers(0, 10, 300).astype(float), rng.random(300) < 0.3
    assert auc(positive, score) == pytest.approx(roc_auc_score(positive, score))
    interval = auc_bootstrap(positive, score, draws=200)
    assert interval is not None
    assert interval["low"] < interval["value"] < interval["high"]
    assert auc(np.zeros(300, bool), score) is None


def test_selection_sees_only_earlier_years() -> None:
    old = [candidates("Graph cuts", "Graph cuts for stereo vision.") for _ in range(6)]
    new = [candidates("Deep learning", "Deep learning of graph cuts.") for _ in range(6)]
    years = np.array([2000] * 6 + [2001] * 6)
    table = tabulate([*old, *new])
    indptr, indices = select(table, years, most=3)
    # Whatever comes later must not change what was chosen before.
    early_table = tabulate(old)
    early_indptr, early_indices = select(early_table, years[:6], most=3)
    first = [table.names[i] for i in indices[indptr[0] : indptr[1]]]
    assert first == [early_table.names[i] for i in early_indices[early_indptr[0] : early_indptr[1]]]
    assert max(np.diff(indptr)) <= 3


def test_features_do_not_see_their_own_year_or_later() -> None:
    indptr, indices, years, out, _ = synthetic(300)
    words = np.ones(40)
    rows = padded(indptr, indices)
    whole = {y: s.features(rows[years == y]) for y, s in snapshots(indptr, indices, years, out.impact, words)}
    cut = int(np.searchsorted(years, 2005))
    part = dict(snapshots(indptr[: cut + 1], indices[: indptr[cut]], years[:cut], out.impact[:cut], words))
    assert part[2005].features(rows[years == 2005]) == pytest.approx(whole[2005])
    assert whole[2000][:, NAMES.index("novelty")] == pytest.approx(1.0)


def test_distances_are_those_of_the_placed_pairs_one_by_one() -> None:
    indptr, indices, years, out, _ = synthetic(300)
    state = dict(snapshots(indptr, indices, years, out.impact, np.ones(40)))[2009]
    sets = np.array([[0, 1, 2, 3], [4, 9, -1, -1], [7, -1, -1, -1]])
    found = state.features(sets)
    for row, members in zip(found, sets, strict=True):
        vectors = [v for v in state.embedding[members[members >= 0]] if v.any()]
        apart = [1 - float(a @ b) for i, a in enumerate(vectors) for b in vectors[:i]] or [0.0]
        wanted = (np.mean(apart), max(apart), np.std(apart))
        names = ("distance", "largest distance", "spread of distance")
        assert [row[NAMES.index(n)] for n in names] == pytest.approx(wanted, abs=1e-7)
    assert found[0, NAMES.index("distance")] > 0


def test_lagged_impact_is_older_impact() -> None:
    indptr, indices, years, out, _ = synthetic(300)
    plain = dict(snapshots(indptr, indices, years, out.impact, np.ones(40)))
    lagged = dict(snapshots(indptr, indices, years, out.impact, np.ones(40), lag=3))
    assert lagged[2009].impact_sum == pytest.approx(plain[2006].impact_sum)
    assert lagged[2009].df == pytest.approx(plain[2009].df)


def test_the_set_model_learns_what_brings_citations_and_says_why() -> None:
    indptr, indices, years, out, _ = synthetic()
    model = fit_set_model(indptr, indices, np.ones(40), years, out)
    assert model is not None
    good, bad = np.array([[0, 1, 2, 3]]), np.array([[20, 21, 22, 23]])
    assert model(good)[0] > model(bad)[0] + 0.1
    assert model.because(good[0])
    assert "citations of earlier publications" in " ".join(model.because(good[0]))


def test_no_model_without_citations() -> None:
    indptr, indices, years, _, _ = synthetic(300)
    unknown = Outcomes(np.full(300, np.nan), np.full(300, np.nan))
    assert fit_set_model(indptr, indices, np.ones(40), years, unknown) is None


def test_words_are_weighed_by_earlier_documents_only() -> None:
    words = count_words(["red car", "red bus", "red car", "blue bus late"] * 5, least=1)
    weighted = words.weighted(np.arange(3), least=1)
    assert weighted.shape[0] == 20
    # "blue" stands in no older document, so it has no column.
    assert weighted[3].nnz < words.matrix[3].nnz
