"""Several experiments at once: what is awaited or chosen is believed at its mean, and is then less uncertain.

Believing a point at the mean that a draw predicts for it moves no mean and only lowers variances (Ginsbourger et al.
2010, "kriging believer"; Desautels et al. 2014, sec. 4.1). So nothing is conditioned anew: each belief adds one
row to the factor that is there, and a plate of 96 costs little more than one suggestion.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.bayes.correlations import Correlations
from hypograph.models.campaigns.bayes.surrogate import JITTER, Prediction

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LARGEST = 4_096  # candidates that a batch looks at: the best ones before its first choice


@dataclass
class Batch:
    """A prediction that grows by what it believes.

    Attributes
    ----------
    prediction
        As things stand; its `sd` shrinks around what is believed.
    best
        Best outcome measured or believed, one a draw, shape ``(k,)``.
    table
        Correlations of the pool, whose first campaign this is.
    rows
        The pool's rows that the prediction is of, shape ``(m,)``.
    size
        How many beliefs there may be.
    worth
        Parts of a source's utility of the candidates, shape ``(d, m)``, or None.
    """

    prediction: Prediction
    best: Floats
    table: Correlations
    rows: Ints
    size: int
    worth: Floats | None = None

    def __post_init__(self) -> None:
        k, t, m = self.prediction.cross.shape
        self._factor = np.empty((k, t + self.size, m))
        self._factor[:, :t] = self.prediction.cross
        self._count = t

    def believe(self, i: int) -> None:
        """Take candidate i as measured, with the outcome that each draw predicts for it."""
        now, t = self.prediction, self._count
        squares = {bool(a): self.table.squares(bool(a), int(self.rows[i]), self.rows) for a in np.unique(now.alike)}
        shared = np.zeros(len(self.rows)) if self.worth is None else self.worth[:, i] @ self.worth
        for k, draw in enumerate(now.draws):
            factor = self._factor[k, :t]
            row = self.table.draws[0].covariance(squares[bool(now.alike[k])], np.array([draw]))[0]
            row = row + now.spread[k] * shared
            here = factor[:, i]
            pivot = np.sqrt(max(float(row[i]) - float(here @ here), 1e-10) + now.noise[k] / now.variance[k] + JITTER)
            self._factor[k, t] = (row - here @ factor) / pivot
            now.sd[k] = np.sqrt(np.maximum(now.sd[k] ** 2 - now.variance[k] * self._factor[k, t] ** 2, 1e-10))
            self.best[k] = max(self.best[k], now.mean[k, i])
        self._count += 1
