"""One Bayesian preference model over hypotheses that keeps every comparison.

Utilities f have a Gaussian prior whose covariance comes from what hypotheses share: single details, pairs of details,
named numbers, and something of their own. A verdict is a Bernoulli draw with probability sigma(b (f_first -
f_second)), b the judge's measured skill (Bradley and Terry, Biometrika 39, 1952, eq. 1). The posterior is Gaussian by
Laplace's method (Chu and Ghahramani, ICML 2005, sec. 2), in the form of Rasmussen and Williams (2006), sec. 3.4: mean
K alpha, covariance K - K Q K.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hypograph.models.statistics.arrays import FloatArray, IntArray
from hypograph.models.statistics.functions import sigmoid


@dataclass(frozen=True, slots=True)
class Scales:
    """Prior variances: of a shared detail, a shared pair of details, a named number, a hypothesis's own."""

    single: float = 0.5
    pair: float = 0.1
    number: float = 0.5
    own: float = 0.1


# Comparisons that are enough to tell the scales of the grid apart.
JUDGED = 96

GRID = tuple(Scales(single=s, pair=p * s, number=s, own=0.2 * s) for s in (0.1, 0.4, 1.6, 6.4) for p in (0.0, 0.1, 0.4))


def newton(
    K: FloatArray,
    first: IntArray,
    second: IntArray,
    y: FloatArray,
    slope: FloatArray,
    rounds: int = 12,
    start: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray, float]:
    """Fit utilities to comparisons by Laplace's method.

    Parameters
    ----------
    K
        Prior covariance, shape ``(n, n)``.
    first, second
        Items compared, shape ``(c,)``.
    y
        Verdict that the first is better, in [0, 1], shape ``(c,)``.
    slope
        Skill of the judge of each comparison, shape ``(c,)``; 0 ignores it.
    rounds
        Newton steps at most.
    start
        An earlier `alpha` to start from; None starts from zero.

    Returns
    -------
    alpha, Q : arrays of shape ``(n,)``, ``(n, n)``
        Posterior mean ``K @ alpha`` and covariance ``K - K @ Q @ K``.
    evidence : float
        Laplace's log marginal likelihood (Rasmussen and Williams 2006, eq. 3.32).
    """
    n = len(K)
    alpha: FloatArray = np.zeros(n) if start is None else start
    f: FloatArray = K @ alpha
    eye = np.eye(n)
    for _ in range(rounds):
        p = sigmoid(slope * (f[first] - f[second]))
        gradient = _scatter(slope * (y - p), first, second, n)
        L = _curvature(slope**2 * p * (1 - p), first, second, n)
        alpha = np.asarray(np.linalg.solve(eye + L @ K, L @ f + gradient), dtype=np.float64)
        step = K @ alpha - f
        f = f + step
        if np.max(np.abs(step), initial=0.0) < 1e-5:
            break
    p = sigmoid(slope * (f[first] - f[second]))
    L = _curvature(slope**2 * p * (1 - p), first, second, n)
    B = eye + L @ K
    Q = np.linalg.solve(B, L)
    Q = 0.5 * (Q + Q.T)
    fit = np.where(y > 0, y * np.log(np.maximum(p, 1e-300)), 0.0) + np.where(
        y < 1, (1 - y) * np.log(np.maximum(1 - p, 1e-300)), 0.0
    )
    evidence = float(fit.sum() - 0.5 * alpha @ f - 0.5 * np.linalg.slogdet(B)[1])
    return alpha, Q, evidence


def _scatter(values: FloatArray, first: IntArray, second: IntArray, n: int) -> FloatArray:
    return np.asarray(np.bincount(first, values, n) - np.bincount(second, values, n), dtype=np.float64)


def _curvature(w: FloatArray, first: IntArray, second: IntArray, n: int) -> FloatArray:
    flat = np.asarray(np.bincount(first * n + second, w, n * n), dtype=np.float64).reshape(n, n)
    L = -(flat + flat.T)
    L[np.diag_indices(n)] -= L.sum(axis=1)
    return L


class Preference:
    """The shared model of a search: hypotheses and comparisons come in, the posterior is always there."""

    def __init__(self, scales: Scales | None = None) -> None:
        self.scales = scales or Scales()
        self.adaptive = scales is None
        self.items: list[str] = []
        self._place: dict[str, int] = {}
        self._columns: dict[tuple[str, str], int] = {}
        self._names: list[str] = []
        self._details: list[IntArray] = []
        self._numbers: list[dict[str, float]] = []
        self.first: list[int] = []
        self.second: list[int] = []
        self.y: list[float] = []
        self.slope: list[float] = []
        self._K = np.zeros((0, 0))
        self._Q = np.zeros((0, 0))
        self._alpha = np.zeros(0)
        self._due = 4
        self._chosen_at = 0

    def __contains__(self, key: str) -> bool:
        return key in self._place

    @property
    def comparisons(self) -> int:
        """Verdicts held."""
        return len(self.y)

    def add(self, key: str, details: Iterable[tuple[str, str]], numbers: Mapping[str, float]) -> int:
        """Take in a hypothesis; one that is known already keeps its place.

        Parameters
        ----------
        key
            Its id.
        details
            Slot and value of each detail.
        numbers
            Named numbers that may speak for it, on a scale of about one.
        """
        if key in self._place:
            return self._place[key]
        place = self._place[key] = len(self.items)
        columns = [self._columns.setdefault(pair, len(self._columns)) for pair in details]
        self.items.append(key)
        self._details.append(np.array(sorted(columns), dtype=np.int64))
        self._numbers.append(dict(numbers))
        row = self._rows([place])[0]
        n = len(self.items)
        K, Q = np.zeros((n, n)), np.zeros((n, n))
        K[:-1, :-1], Q[:-1, :-1] = self._K, self._Q
        K[-1, :] = K[:, -1] = row
        self._K, self._Q, self._alpha = K, Q, np.append(self._alpha, 0.0)
        return place

    def observe(self, first: int, second: int, y: float, slope: float = 1.0) -> None:
        """Take in a verdict (probability that the first is better) by a judge of the given skill.

        One Newton step for the new comparison (rank-one, cost n²); a full fit when due.
        """
        self.first.append(first)
        self.second.append(second)
        self.y.append(y)
        self.slope.append(slope)
        if self.comparisons >= self._due:
            self.fit()
            return
        Ka = self._K[:, first] - self._K[:, second]
        u = -self._Q @ Ka
        u[first] += 1.0
        u[second] -= 1.0
        variance = max(float(Ka @ u), 0.0)
        mean = float(self._alpha @ Ka)
        p = float(sigmoid(np.array(slope * mean)))
        w = slope**2 * p * (1 - p)
        self._alpha = self._alpha + u * (slope * (y - p) / (1 + w * variance))
        self._Q += np.outer(u, u * (w / (1 + w * variance)))

    def fit(self) -> None:
        """Fit to all comparisons; scales by marginal likelihood whenever their number has doubled."""
        arrays = self._arrays()
        if self.adaptive and self.comparisons >= max(8, 2 * self._chosen_at):
            self._chosen_at = self.comparisons
            self._choose(arrays)
        self._alpha, self._Q, _ = newton(self._K, *arrays, start=self._alpha)
        self._due = self.comparisons + max(4, self.comparisons // 8, len(self.items) // 4)

    def data(self) -> tuple[FloatArray, IntArray, IntArray, FloatArray, FloatArray]:
        """Return prior covariance, items compared, verdicts and slopes: all that the posterior rests on."""
        return (self._K, *self._arrays())

    def _arrays(self) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
        return (
            np.array(self.first, dtype=np.int64),
            np.array(self.second, dtype=np.int64),
            np.array(self.y),
            np.array(self.slope),
        )

    def _choose(self, arrays: tuple[IntArray, IntArray, FloatArray, FloatArray]) -> None:
        """Take the scales of the grid that explain the latest comparisons best, on the items compared."""
        arrays = (arrays[0][-JUDGED:], arrays[1][-JUDGED:], arrays[2][-JUDGED:], arrays[3][-JUDGED:])
        used = np.unique(np.concatenate(arrays[:2]))
        place = np.zeros(len(self.items), dtype=np.int64)
        place[used] = np.arange(len(used))
        own = (place[arrays[0]], place[arrays[1]], arrays[2], arrays[3])
        best = -np.inf
        for scales in GRID:
            self.scales, before = scales, self.scales
            evidence = newton(self._rows(used.tolist())[:, used], *own, rounds=6)[2]
            if evidence > best:
                best = evidence
            else:
                self.scales = before
        self._K = self._rows(range(len(self.items)))

    def _rows(self, places: Sequence[int] | range) -> FloatArray:
        rows = self._kernel(
            [self._details[i] for i in places],
            [self._numbers[i] for i in places],
            self._details,
            self._numbers,
        )
        rows[np.arange(len(rows)), list(places)] += self.scales.own
        return rows

    def _kernel(
        self,
        details: Sequence[IntArray],
        numbers: Sequence[Mapping[str, float]],
        other_details: Sequence[IntArray],
        other_numbers: Sequence[Mapping[str, float]],
    ) -> FloatArray:
        """Prior covariance of hypotheses with others, their own effects left out."""
        shared = self._onehot(details) @ self._onehot(other_details).T
        names = sorted({name for row in (*numbers, *other_numbers) for name in row})
        left = np.array([[row.get(n, 0.0) for n in names] for row in numbers]).reshape(len(details), len(names))
        right = np.array([[row.get(n, 0.0) for n in names] for row in other_numbers])
        right = right.reshape(len(other_details), len(names))
        s = self.scales
        return np.asarray(s.single * shared + s.pair * shared * (shared - 1) / 2 + s.number * (left @ right.T))

    def predict(
        self, hypotheses: Sequence[tuple[str, Sequence[tuple[str, str]], Mapping[str, float]]]
    ) -> tuple[FloatArray, FloatArray]:
        """Return mean ``(m,)`` and covariance ``(m, m)`` of hypotheses that need not be known.

        Each is given as (key, details, numbers); one that was added counts with its own effect.
        """
        columns = [
            np.array(sorted(self._columns.setdefault(p, len(self._columns)) for p in pairs), dtype=np.int64)
            for _, pairs, _ in hypotheses
        ]
        numbers = [row for _, _, row in hypotheses]
        rows = self._kernel(columns, numbers, self._details, self._numbers)
        for i, (key, _, _) in enumerate(hypotheses):
            if key in self._place:
                rows[i, self._place[key]] += self.scales.own
        prior = self._kernel(columns, numbers, columns, numbers) + self.scales.own * np.eye(len(columns))
        covariance = prior - rows @ self._Q @ rows.T
        return rows @ self._alpha, 0.5 * (covariance + covariance.T)

    def _onehot(self, details: Sequence[IntArray]) -> FloatArray:
        table = np.zeros((len(details), len(self._columns)))
        for row, columns in enumerate(details):
            table[row, columns] = 1.0
        return table

    def posterior(self, places: Sequence[int]) -> tuple[FloatArray, FloatArray]:
        """Return mean ``(m,)`` and covariance ``(m, m)`` of the utilities of items."""
        rows = self._K[list(places)]
        covariance = rows[:, list(places)] - rows @ self._Q @ rows.T
        return rows @ self._alpha, 0.5 * (covariance + covariance.T)

    def draw(self, places: Sequence[int], rng: np.random.Generator, draws: int) -> FloatArray:
        """Draw utilities of items from the posterior, shape ``(draws, m)``."""
        return draw(*self.posterior(places), rng, draws)

    def probability_best(self, places: Sequence[int], rng: np.random.Generator, draws: int = 2000) -> FloatArray:
        """Return for each item the probability that it is the best of them, shape ``(m,)``."""
        best = np.argmax(self.draw(places, rng, draws), axis=1)
        return np.asarray(np.bincount(best, minlength=len(places)) / draws)


def draw(mean: FloatArray, covariance: FloatArray, rng: np.random.Generator, draws: int) -> FloatArray:
    """Draw from a Gaussian whose covariance may be singular, shape ``(draws, m)``."""
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(mean + rng.standard_normal((draws, len(mean))) @ root.T)
