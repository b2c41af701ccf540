"""The reference: a Gaussian process with MAP hyperparameters and expected improvement, all campaigns in lockstep.

Matérn-5/2 over option mismatch, a lengthscale a parameter (log-normal prior, median 1.5, sigma 1.2) and noise (median
0.03, sigma 1.0), fitted anew after each experiment from the prior's centre and from the last fit; the whole table is
enumerated. Fits run in one batch (BFGS with analytic gradients, Nocedal & Wright, alg. 6.1), and found the same optima
and the same picks as L-BFGS campaign by campaign. Candidates that are as good, as untried options of a parameter are,
are chosen among at random, as `bo` does: the first row of a table may be its best, or its worst.
"""

from __future__ import annotations

import numpy as np

from hypograph.models.campaigns.bayes.hyperparameters import matern52
from hypograph.models.campaigns.bayes.lockstep import choose, tie_breaks
from hypograph.models.campaigns.bayes.posterior import expected_improvement

STEPS, HALVINGS = 60, 12


def reference(pool: np.ndarray, values: np.ndarray, starts: np.ndarray, budget: int) -> np.ndarray:
    """Rows tried by each campaign, shape ``(s, budget)``."""
    d, picks, theta = pool.shape[1], np.asarray(starts), None
    powers = 1 << np.arange(d)
    bits = (np.arange(1 << d)[:, None] >> np.arange(d)) & 1
    while picks.shape[1] < budget:
        y = values[picks]
        y = (y - y.mean(1, keepdims=True)) / np.maximum(y.std(1, keepdims=True), 1e-9)
        tried = pool[picks]
        apart = (tried[:, :, None] != tried[:, None]).astype(float)
        theta = fit(apart, y, theta)
        chosen = []
        for i, row in enumerate(picks):
            table = matern52((bits / np.exp(theta[i, :-1]) ** 2).sum(-1))
            square = table[(apart[i] @ powers).astype(int)] + np.exp(theta[i, -1]) * np.eye(len(row))
            inverse = np.linalg.inv(np.linalg.cholesky(square))
            factor = inverse @ table[(tried[i][:, None] != pool[None]).astype(int) @ powers]
            sd = np.sqrt(np.maximum(1 - (factor**2).sum(0), 1e-10))
            gain = expected_improvement((inverse @ y[i]) @ factor, sd, float(y[i].max()))
            chosen.append(choose(gain, row, tie_breaks(len(pool), i)))
        picks = np.concatenate([picks, np.array(chosen)[:, None]], axis=1)
    return picks


def fit(apart: np.ndarray, y: np.ndarray, warm: np.ndarray | None) -> np.ndarray:
    """Most probable log lengthscales and log noise, shape ``(s, d + 1)``."""
    s, d = len(y), apart.shape[-1]
    centre, width = np.r_[np.full(d, np.log(1.5)), np.log(0.03)], np.r_[np.full(d, 1.2), 1.0]
    begin = [np.tile(centre, (s, 1))] + ([] if warm is None else [warm])
    n = len(begin)
    x, f = _minimise(np.concatenate(begin), np.tile(apart, (n, 1, 1, 1)), np.tile(y, (n, 1)), centre, width)
    best = f.reshape(n, s).argmin(0)
    return x.reshape(n, s, d + 1)[best, np.arange(s)]


def _minimise(
    x: np.ndarray, apart: np.ndarray, y: np.ndarray, centre: np.ndarray, width: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    low, high, one = centre - 4 * width, centre + 4 * width, np.eye(len(centre))
    curvature = np.tile(np.diag(width**2), (len(x), 1, 1))
    f, g = _loss(x, apart, y, centre, width)
    for _ in range(STEPS):
        step = -np.einsum("bij,bj->bi", curvature, g)
        step = np.where((step * g).sum(1, keepdims=True) >= 0, -g, step)
        step *= np.minimum(1.0, 2.0 / np.maximum(np.abs(step / width).max(1), 1e-12))[:, None]
        length, todo = np.ones(len(x)), np.ones(len(x), dtype=bool)
        new_x, new_f, new_g = x.copy(), f.copy(), g.copy()
        for _ in range(HALVINGS):
            there = np.clip(x + length[:, None] * step, low, high)
            there_f, there_g = _loss(there, apart, y, centre, width)
            ok = todo & (there_f <= f + 1e-4 * ((there - x) * g).sum(1))
            new_x[ok], new_f[ok], new_g[ok] = there[ok], there_f[ok], there_g[ok]
            todo &= ~ok
            length[todo] *= 0.4
            if not todo.any():
                break
        moved, turned = new_x - x, new_g - g
        along = (moved * turned).sum(1)
        useful = along > 1e-10
        rho = np.where(useful, 1.0 / np.where(useful, along, 1.0), 0.0)[:, None, None]
        left = one - rho * moved[:, :, None] * turned[:, None]
        updated = left @ curvature @ left.transpose(0, 2, 1) + rho * moved[:, :, None] * moved[:, None]
        curvature = np.where(useful[:, None, None], updated, curvature)
        change = np.abs(new_f - f).max()
        x, f, g = new_x, new_f, new_g
        if change < 1e-6:
            break
    return x, f


def _loss(
    x: np.ndarray, apart: np.ndarray, y: np.ndarray, centre: np.ndarray, width: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Negative log posterior and its gradient (Rasmussen & Williams 2006, eq. 5.9)."""
    inverse_square, noise = np.exp(-2 * x[:, :-1]), np.exp(x[:, -1])
    r = np.sqrt(5 * np.einsum("btud,bd->btu", apart, inverse_square))
    fall = np.exp(-r)
    square = (1 + r + r * r / 3) * fall + (noise + 1e-8)[:, None, None] * np.eye(y.shape[1])
    inverse = np.linalg.inv(square)
    alpha = np.einsum("btu,bu->bt", inverse, y)
    z = (x - centre) / width
    loss = 0.5 * (alpha * y).sum(1) + 0.5 * np.linalg.slogdet(square)[1] + 0.5 * (z * z).sum(1)
    outer = inverse - alpha[:, :, None] * alpha[:, None]
    slope = outer * (5 / 3) * (1 + r) * fall
    by_scale = 0.5 * np.einsum("btu,btud->bd", slope, apart) * inverse_square
    by_noise = 0.5 * noise * np.einsum("btt->b", outer)
    return loss, np.column_stack([by_scale, by_noise]) + z / width
