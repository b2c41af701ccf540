from __future__ import annotations

import numpy as np
import pytest

from hypograph.models.campaigns.bayes.batch import Batch
from hypograph.models.campaigns.bayes.coding import coded
from hypograph.models.campaigns.bayes.correlations import Geometry
from hypograph.models.campaigns.bayes.hyperparameters import BETAS, Prior, draw, embeddable, matern52
from hypograph.models.campaigns.bayes.lockstep import lockstep, scaled
from hypograph.models.campaigns.bayes.posterior import (
    Kind,
    described_if_earned,
    expected_improvement,
    kinds,
    log_evidence,
    parted,
    representatives,
    standardised,
    weigh,
)
from hypograph.models.campaigns.bayes.surrogate import JITTER, Surrogates
from hypograph.models.campaigns.space.space import space_from


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
    assert len(set(found)) == len(found) == 2 * (1 + len(BETAS))
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


def test_a_utility_is_the_sum_of_its_parts() -> None:
    pool = np.stack(np.meshgrid(np.arange(4), np.arange(3), np.arange(2), indexing="ij"), -1).reshape(-1, 3)
    utility = np.array([0.0, 5.0, 1.0, 2.0])[pool[:, 0]] - 3.0 * pool[:, 1]
    parts = parted(pool, utility)
    assert np.allclose(parts.sum(0), utility - utility.mean())
    assert np.allclose(parts.mean(1), 0.0)
    assert np.allclose(parts[2], 0.0)


def test_knowledge_is_a_regression_on_its_parts_with_uncertain_weights() -> None:
    """The posterior is that of y = Σ β_j u_j + f, β_j ~ N(β, spread), worked out with the weights as unknowns."""
    rng = np.random.default_rng(0)
    space = space_from({"parameters": [{"name": n, "options": list("abcd")} for n in "xyz"]})
    points = [dict(zip("xyz", row, strict=True)) for row in rng.choice(list("abcd"), (14, 3))]
    y, kind = rng.standard_normal(6), Kind(0.6)
    u = rng.standard_normal((3, 6)), rng.standard_normal((3, 8))
    draws = draw(3, Prior(samples=1), 3)
    geometry = coded(space, points)
    models = Surrogates(geometry, [draws], [kind], 6, np.hstack(u)[None].astype(np.float32))
    models.observe_all(np.arange(6)[None])
    found = models.predict(0, y).only(np.arange(6, 14))
    # Weights and function values in one joint Gaussian: prior precision plus what the results say.
    differs = np.moveaxis(geometry.pool[:, None] != geometry.pool[None], -1, 0).astype(float)
    every = np.array(draws.covariance(differs)[0])
    design = np.hstack([np.hstack(u).T, np.eye(14)])
    prior = np.zeros((17, 17))
    prior[:3, :3], prior[3:, 3:] = kind.spread * np.eye(3), every + 1e-9 * np.eye(14)
    seen = design[:6]
    offset = y - kind.beta * (u[0].sum(0) - u[0].sum(0).mean())
    noise = (draws.noise[0] + JITTER) * np.eye(6)
    gain = prior @ seen.T @ np.linalg.inv(seen @ prior @ seen.T + noise)
    left = prior - gain @ seen @ prior
    mean = design[6:] @ (gain @ offset) + kind.beta * (u[1].sum(0) - u[0].sum(0).mean())
    sd = np.sqrt(np.diag(design[6:] @ left @ design[6:].T) * found.variance[0])
    assert np.allclose(found.mean[0], mean, atol=1e-5)
    assert np.allclose(found.sd[0], sd, atol=1e-4)
    # A candidate believed at its mean: the same Gaussian with one result more.
    batch = Batch(found, np.array([y.max()]), models.table, np.arange(6, 14), 1, u[1])
    batch.believe(2)
    seen = np.vstack([seen, design[8]])
    again = np.linalg.inv(seen @ prior @ seen.T + (draws.noise[0] + JITTER) * np.eye(7))
    left = prior - prior @ seen.T @ again @ seen @ prior
    sd = np.sqrt(np.maximum(np.diag(design[6:] @ left @ design[6:].T), 0) * found.variance[0])
    assert np.allclose(batch.prediction.sd[0], sd, atol=1e-4)


def test_results_that_a_source_was_shown_do_not_count_for_it() -> None:
    """A source that repeats what it read would else be believed for having read it."""
    pool = np.array([[a, b] for a in range(6) for b in range(6)])
    rng = np.random.default_rng(1)
    y = rng.normal(size=36)
    rows = rng.permutation(36)[:12]
    seen = np.zeros(6)
    seen[pool[rows[:10], 0]] = y[rows[:10]]
    told = parted(pool, standardised(seen[pool[:, 0]][None])[0])[None].astype(np.float32)
    geometry = Geometry(pool, ())
    engine = Surrogates(geometry, [draw(2, Prior(), 0)], kinds(utility=True, similarity=False), 12, told)
    engine.observe_all(rows[None])
    standard, _, _ = scaled(y[rows])
    assert engine.predict(0, standard).informed > 0.5
    assert engine.predict(0, standard, shown=10).informed == 0.0


def test_descriptors_that_the_results_do_not_bear_out_change_nothing() -> None:
    pool = np.array([[a, b] for a in range(8) for b in range(5)])
    y = np.random.default_rng(3).normal(size=40)
    places = np.random.default_rng(4).permutation(8).astype(float)
    apart = (places[:, None] - places) ** 2
    apart /= apart[~np.eye(8, dtype=bool)].mean()
    starts = np.array([[0, 7, 13, 22]])
    assert lockstep(pool, y, starts, 8, descriptors=[apart, None]).shape == (1, 8)
    weights = np.array([[[0.7], [0.3]]])
    assert described_if_earned(weights, np.array([False, True]), 10).ravel().tolist() == [1.0, 0.0]
    assert described_if_earned(weights, np.array([True, False]), 10).ravel().tolist() == pytest.approx([0.7, 0.3])
    assert described_if_earned(weights, np.array([True, False]), 5).ravel().tolist() == [0.0, 1.0]
