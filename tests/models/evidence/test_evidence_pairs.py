"""Terms of pairs of elements: the map against the covariance written out, and what a new element's pairs teach."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from hypograph.models.evidence.alloys.elements import ElementTable, standardise
from hypograph.models.evidence.fusion.fusion import fit_fusion
from hypograph.models.evidence.sources.kernel import RidgeSums
from hypograph.models.evidence.sources.pairs import VARIANCE, PairMap, pair_kernel
from hypograph.models.statistics.functions import sigmoid

SYMBOLS = tuple("ABCDEFGH")


def elements(count: int = 8, seed: int = 0) -> ElementTable:
    rng = np.random.default_rng(seed)
    values = standardise(rng.normal(size=(count, 4)))
    heat = -10 * np.abs(values[:, 0][:, None] - values[:, 0][None])
    return ElementTable(SYMBOLS[:count], ("electronegativity", "radius", "mendeleev", "other"), values, heat)


def fractions(count: int, alloys: int = 30, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    weights = (
        rng.random((alloys, count)) * (rng.random((alloys, count)) < 0.5)
        + np.eye(count)[rng.integers(0, count, alloys)]
    )
    return np.asarray(weights / weights.sum(1, keepdims=True))


def test_inner_products_are_the_covariance_of_sums_over_pairs() -> None:
    table, x = elements(), fractions(8)
    first, second = np.triu_indices(8)
    kernel = pair_kernel(table, first, second, np.arange(len(first)))
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-12)
    place = {pair: p for p, pair in enumerate(zip(first.tolist(), second.tolist(), strict=True))}
    expected = np.zeros((4, 4))
    for m, n in itertools.product(range(4), repeat=2):
        for i, j, o, p in itertools.product(range(8), repeat=4):
            covariance = kernel[place[min(i, j), max(i, j)], place[min(o, p), max(o, p)]]
            expected[m, n] += x[m, i] * x[m, j] * x[n, o] * x[n, p] * covariance
    coordinates = PairMap(table)(x[:4])[:, :-1]
    np.testing.assert_allclose(coordinates @ coordinates.T, VARIANCE * expected, rtol=1e-4, atol=1e-4)


def test_the_kernel_is_a_covariance_for_any_elements() -> None:
    first, second = np.triu_indices(8)
    for seed in range(5):
        kernel = pair_kernel(elements(seed=seed), first, second, np.arange(len(first)))
        assert np.linalg.eigvalsh(kernel).min() > 0


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_elements_are_no_special_case(count: int) -> None:
    assert np.isfinite(PairMap(elements(count))(np.eye(count))).all()


def test_with_fewer_reference_pairs_the_covariance_is_nearly_the_same() -> None:
    table, x = elements(), fractions(8)
    whole, part = PairMap(table)(x), PairMap(table, most=24)(x)
    assert part.shape[1] < whole.shape[1]
    assert np.corrcoef((whole @ whole.T).ravel(), (part @ part.T).ravel())[0, 1] > 0.95


def test_pairs_of_a_new_element_are_known_from_those_they_resemble() -> None:
    table = elements()
    sets = np.array([[e in chosen for e in range(8)] for chosen in itertools.combinations(range(8), 3)])
    x = sets / 3.0
    truth = np.einsum("ni,ij,nj->n", x, table.enthalpy, x)
    labels = (truth > np.median(truth)).astype(float)
    right = []
    for new in range(8):
        train, test = np.flatnonzero(~sets[:, new]), np.flatnonzero(sets[:, new])
        (score,) = RidgeSums(PairMap(table)(x), labels, np.arange(len(x))).predict(train, test, [slice(None)])
        right.append(np.corrcoef(score, truth[test])[0, 1])
    assert np.mean(right) > 0.7


def test_alloys_of_groups_that_disagree_teach_less() -> None:
    """Whether a source is worth following differs from group to group: the prior keeps more of its say."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(6), 400)
    evidence = rng.normal(size=(2400, 1)) * 2
    prior = (np.array([0.0]), np.array([[0.01]]))
    learned = []
    for spread in (0.0, 1.5):
        slope = 1.0 + spread * np.array([1, -1, 1, -1, 1, -1])[groups]
        labels = (rng.random(2400) < sigmoid(slope * evidence[:, 0])).astype(float)
        fusion = fit_fusion(evidence, labels, groups, *prior)
        learned.append((float(fusion.beta[0]), float(fusion.covariance[0, 0])))
    (agreed, narrow), (torn, wide) = learned
    assert agreed > 0.8
    assert torn < agreed - 0.3
    assert wide > 3 * narrow
