from __future__ import annotations

import numpy as np
import pytest

from hypograph.models.optimize.belief import expected_improvement, kinds, log_evidence, representatives, weigh
from hypograph.models.optimize.hyperparameters import Prior, draw, embeddable, matern52


def test_similarities_become_distances() -> None:
    wild = np.random.default_rng(0).random((8, 8))
    found = embeddable(wild)
    assert np.array_equal(np.diag(found), np.ones(8))
    assert np.linalg.eigvalsh(matern52(1.0 - found)).min() > -1e-9


def test_every_draw_is_a_correlation() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((12, 3))
    squared = np.moveaxis((x[:, None] - x[None]) ** 2, -1, 0)
    for square in draw(3, Prior(samples=16), 1).covariance(squared):
        assert np.allclose(np.diag(square), 1.0)
        assert np.linalg.eigvalsh(square).min() > -1e-9


def test_the_evidence_is_that_of_a_student_t_process() -> None:
    from scipy.stats import multivariate_t

    rng = np.random.default_rng(0)
    root = np.tril(rng.random((4, 4))) + np.eye(4)
    inverse, half = np.linalg.inv(root), float(np.log(np.diag(root)).sum())
    a, b = rng.random(4), rng.random(4)
    ours = [float(log_evidence(inverse @ y, np.array(half))[0]) for y in (a, b)]
    # Variance ~ InverseGamma(2, 2): a multivariate t with 4 degrees of freedom and the correlation as its shape.
    exact = multivariate_t(shape=root @ root.T, df=4)
    assert ours[0] - ours[1] == pytest.approx(exact.logpdf(a) - exact.logpdf(b))


def test_the_gate_closes_below_one_half_and_leaves_the_plain_posterior() -> None:
    plain, informed = np.log(np.array([[0.6, 0.3], [0.3, 0.3]])), np.log(np.array([[0.1, 0.9], [0.1, 0.9]]))
    weights, share = weigh([plain, informed], 10)
    assert share == pytest.approx([0.2 / 1.1, 1.8 / 2.4])
    assert np.allclose(weights[:, :, 0], [[2 / 3, 1 / 3], [0, 0]])
    assert weights[1, :, 1].sum() == pytest.approx(0.75)
    early, _ = weigh([plain, informed], 5)  # with five results it takes four to one
    assert early[1].sum() == 0.0


def test_each_kind_of_knowledge_is_a_hypothesis_beside_none() -> None:
    found = kinds(utility=True, similarity=True)
    assert (found[0].beta, found[0].alike) == (0.0, False)
    assert len(set(found)) == len(found) == 10
    assert len(kinds(utility=False, similarity=False)) == 1


def test_representatives_keep_the_weights() -> None:
    weights = np.array([0.5, 0.0, 0.25, 0.25])
    chosen, share = representatives(weights, 4)
    assert chosen.tolist() == [0, 2, 3]
    assert share.tolist() == [0.5, 0.25, 0.25]


def test_expected_improvement_against_sampling() -> None:
    z = np.random.default_rng(0).standard_normal(200_000)
    found = expected_improvement(np.array([0.3]), np.array([0.7]), 0.5)[0]
    assert found == pytest.approx(np.maximum(0.3 + 0.7 * z - 0.5, 0).mean(), abs=0.005)
