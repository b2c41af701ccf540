"""Gaussian processes of several campaigns that choose from one pool, averaged over draws of their hyperparameters.

All draws are weighed by the few tried rows, which is cheap: inverse Cholesky factors grow by a row an experiment. Only
the few draws that represent a campaign's posterior are ever applied to the whole pool. A laboratory's campaign is one
such campaign; a benchmark runs all its replicates at once. Both get the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.bayes.correlations import BLOCK, Correlations, Geometry, Ints, Singles, Tried
from hypograph.models.campaigns.bayes.hyperparameters import Floats, Hyperparameters, Reals
from hypograph.models.campaigns.bayes.posterior import (
    Kind,
    described_if_earned,
    expected_improvement,
    log_evidence,
    representatives,
    unbiased,
    weigh,
)

REPRESENTED = 16  # draws that stand for the posterior
JITTER = 1e-6
LONG = 64  # results from which a history is factorised at once; below, row by row, as a benchmark does


@dataclass(frozen=True, slots=True)
class Prediction:
    """Posterior of the candidates' outcomes, one row a draw that represents it.

    Attributes
    ----------
    weights
        Shape ``(k,)``, sum 1.
    mean, sd
        Shape ``(k, m)``, in standardised outcomes; `sd` is of the outcome's mean, without noise.
    noise
        Noise variances, shape ``(k,)``.
    informed
        Share of the weight that uses knowledge, in [0, 1]; 0 where the gate is closed.
    draws
        Which draws of the hyperparameters these are, shape ``(k,)``.
    alike
        Which use the similarity of options, shape ``(k,)``.
    variance
        Variance of the signal, to which `sd` and `noise` are scaled already, shape ``(k,)``.
    cross
        Whitened correlations of the tried points with the candidates, shape ``(k, t, m)``.
    spread
        Prior variance of the weight of each part of a source's utility, shape ``(k,)``.
    """

    weights: Floats
    mean: Singles
    sd: Singles
    noise: Floats
    informed: float
    draws: NDArray[np.int64]
    alike: NDArray[np.bool_]
    variance: Floats
    cross: Singles
    spread: Floats

    def moments(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation of each candidate over the draws, shapes ``(m,)``."""
        mean = self.weights @ self.mean
        second = self.weights @ (self.sd.astype(float) ** 2 + self.mean.astype(float) ** 2)
        return mean, np.sqrt(np.maximum(second - mean**2, 1e-12))

    def improvement(self, best: Floats) -> Floats:
        """Expected improvement over `best`, one a draw, shape ``(m,)``."""
        gain = expected_improvement(self.mean, self.sd, best[:, None].astype(self.mean.dtype))
        return np.asarray(self.weights @ gain)

    def only(self, chosen: Ints) -> Prediction:
        """Return the prediction of some of the candidates."""
        return replace(self, mean=self.mean[:, chosen], sd=self.sd[:, chosen], cross=self.cross[:, :, chosen])


class Factors:
    """Inverse Cholesky factors of the tried rows, growing by one row an experiment (Golub & Van Loan, sec. 6.5)."""

    def __init__(self, noise: Floats, budget: int) -> None:
        self._diagonal = 1.0 + noise + JITTER
        self.inverse = np.zeros((*noise.shape, budget, budget), dtype=np.float32)
        self.log_det = np.zeros(noise.shape)

    def grow(self, t: int, correlation: Singles, more: Singles | float = 0.0) -> None:
        """Add row t, whose covariances with the rows before it are given, shape ``(s, k, t)``.

        `more` is what its variance exceeds 1 by, noise left out, shape ``(s, 1)``.
        """
        before = self.inverse[..., :t, :t]
        along = (before @ correlation[..., None])[..., 0]
        rest = self._diagonal + more - np.einsum("skt,skt->sk", along, along, dtype=np.float64)
        root = np.sqrt(np.maximum(rest, JITTER))
        self.inverse[..., t, :t] = -(along[..., None, :] @ before)[..., 0, :] / root[..., None]
        self.inverse[..., t, t] = 1.0 / root
        self.log_det += np.log(root)

    def fill(self, correlation: Reals) -> None:
        """Factorise many rows at once; `correlation` without noise, shape ``(s, k, t, t)``."""
        t = correlation.shape[-1]
        whole = correlation + (self._diagonal - 1.0)[..., None, None] * np.eye(t)
        found = inverse_of_lower(np.linalg.cholesky(whole))
        self.inverse[..., :t, :t] = found
        self.log_det = -np.log(np.diagonal(found, axis1=-2, axis2=-1)).sum(-1)


def inverse_of_lower(root: Reals) -> Reals:
    """Invert lower triangular matrices, shape ``(..., t, t)``; a general inverse works on the zeros too."""
    from scipy.linalg import get_lapack_funcs

    (trtri,) = get_lapack_funcs(("trtri",), (root,))
    t = root.shape[-1]
    return np.stack([trtri(one, lower=1)[0] for one in root.reshape(-1, t, t)]).reshape(root.shape)


class Surrogates:
    """The surrogates of s campaigns on one pool.

    Parameters
    ----------
    geometry
        The pool and its distances.
    draws
        Draws of the hyperparameters, one set a campaign, each of k draws.
    kinds
        Kinds of hypotheses, from `posterior.kinds`; the first uses no knowledge.
    budget
        Most experiments of a campaign.
    parts
        What a source's utility says of each candidate by parameter, shape ``(s, d, m)``, or None.
    """

    def __init__(
        self,
        geometry: Geometry,
        draws: Sequence[Hyperparameters],
        kinds: Sequence[Kind],
        budget: int,
        parts: Singles | None = None,
    ) -> None:
        self.table, self._kinds, self._parts = Correlations(geometry, draws), list(kinds), parts
        self.noise = np.stack([h.noise for h in draws])
        self._factors = {kind: Factors(self.noise, budget) for kind in kinds}
        self._sides = sorted({kind.alike for kind in kinds})
        self._tried = [{a: Tried(self.table, a, budget) for a in self._sides} for _ in draws]
        self._picks = np.zeros((len(draws), budget), dtype=np.int64)
        self.t = 0

    @property
    def picks(self) -> Ints:
        """Rows tried so far, shape ``(s, t)``."""
        return self._picks[:, : self.t]

    def observe(self, rows: Ints) -> None:
        """Add the next tried row of each campaign, shape ``(s,)``."""
        before = self.picks
        plain = {
            a: np.stack([self.table.between(i, a, int(r), before[i]) for i, r in enumerate(rows)]) for a in self._sides
        }
        for kind, factors in self._factors.items():
            if self._parts is None or not kind.spread:
                factors.grow(self.t, plain[kind.alike])
                continue
            own = np.stack([p[:, r] for p, r in zip(self._parts, rows, strict=True)])
            others = np.stack([p[:, b] for p, b in zip(self._parts, before, strict=True)])
            shared = np.float32(kind.spread) * np.einsum("sd,sdt->st", own, others)
            factors.grow(self.t, plain[kind.alike] + shared[:, None], kind.spread * (own**2).sum(1)[:, None])
        self._keep(rows[:, None])

    def observe_all(self, rows: Ints) -> None:
        """Add the history of each campaign, shape ``(s, t)``: row by row, or at once where it is long."""
        if rows.shape[1] <= LONG:
            for column in rows.T:
                self.observe(column)
            return
        for kind, factors in self._factors.items():
            whole = np.stack([self.table.among(i, kind.alike, own) for i, own in enumerate(rows)]).astype(np.float64)
            if self._parts is not None and kind.spread:
                seen = np.stack([p[:, own] for p, own in zip(self._parts, rows, strict=True)])
                whole = whole + kind.spread * np.einsum("sda,sdb->sab", seen, seen)[:, None]
            factors.fill(whole)
        for part in np.split(rows, range(BLOCK, rows.shape[1], BLOCK), axis=1):
            self._keep(part)

    def predict(self, i: int, y: Floats, shown: int = 0, *, joint: bool = True) -> Prediction:
        """Condition campaign i on its standardised outcomes ``(t,)``, in the order in which they were observed.

        The first `shown` were told to the source of knowledge before it said anything: they do not count for it.
        Without `joint` what only beliefs about further points need is not kept: a gigabyte for a million candidates.
        """
        t, rows = self.t, self.picks[i]
        u = None if self._parts is None else self._parts[i]
        # The outcomes are centred on the tried rows, so the prior mean has to be, too.
        tried = np.zeros(t) if u is None else u[:, rows].sum(0)
        centre = float(tried.mean())
        factors = [self._factors[k] for k in self._kinds]
        white = [
            np.asarray(f.inverse[i, :, :t, :t] @ (y - k.beta * (tried - centre)).astype(np.float32))
            for k, f in zip(self._kinds, factors, strict=True)
        ]
        weighed = [log_evidence(w, f.log_det[i]) for w, f in zip(white, factors, strict=True)]
        evidence = [found for found, _ in weighed]
        if shown:
            diagonal = [np.diagonal(f.inverse[i], axis1=-2, axis2=-1)[:, :shown] for f in factors]
            told = [log_evidence(w[:, :shown], -np.log(d).sum(-1))[0] for w, d in zip(white, diagonal, strict=True)]
            evidence = unbiased(evidence, told)
        weights, _ = weigh([found[:, None] for found in evidence], t - shown)
        if (blend := self.table.draws[i].blend) is not None:
            weights = described_if_earned(weights, np.asarray((blend > 0.0).any(axis=1)), t)
        chosen, share = representatives(weights.ravel(), REPRESENTED)
        kind, which = np.divmod(chosen, self.noise.shape[1])
        variance = np.array([weighed[q][1][k] for q, k in zip(kind, which, strict=True)])
        shape = (len(which), self.table.pool.shape[0])
        mean, left = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.float32)
        cross = np.empty((len(which), t if joint else 0, shape[1]), dtype=np.float32)
        for row, (q, k) in enumerate(zip(kind, which, strict=True)):
            here = self._kinds[q]
            across, alone = self.table.across(i, int(k), self._tried[i][here.alike]), np.float32(1.0)
            if u is not None and here.spread:
                across = across + np.float32(here.spread) * (u[:, rows].T @ u)
                alone = alone + np.float32(here.spread) * (u**2).sum(0)
            c = factors[q].inverse[i, k, :t, :t] @ across
            expected = white[q][k] @ c
            if u is not None and here.beta:
                expected = expected + np.float32(here.beta) * (u.sum(0) - np.float32(centre))
            mean[row] = expected
            left[row] = np.maximum(alone - np.einsum("tm,tm->m", c, c), np.float32(JITTER))
            cross[row] = c if joint else 0.0
        return Prediction(
            share,
            mean,
            np.sqrt(left * variance[:, None].astype(np.float32)),
            self.noise[i, which] * variance,
            float(share[kind > 0].sum()),
            which,
            np.array([self._kinds[q].alike for q in kind]),
            variance,
            cross,
            np.array([self._kinds[q].spread for q in kind]),
        )

    def _keep(self, rows: Ints) -> None:
        for tried, own in zip(self._tried, rows, strict=True):
            for side in tried.values():
                side.add(own)
        self._picks[:, self.t : self.t + rows.shape[1]] = rows
        self.t += rows.shape[1]
