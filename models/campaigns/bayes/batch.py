"""Several experiments at once: what is awaited or chosen is believed at its mean, and is then less uncertain.

Believing a point at the mean that a draw predicts for it moves no mean and only lowers variances (Ginsbourger et al.
2010, "kriging believer"; Desautels et al. 2014, sec. 4.1). So nothing is conditioned anew: each belief adds one
row to the factor that is there, and a plate of 96 costs little more than one suggestion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.bayes.hyperparameters import NUMERIC_STRETCH, Hyperparameters
from hypograph.models.campaigns.bayes.surrogate import Prediction
from hypograph.models.campaigns.space.candidates import option_distances
from hypograph.models.campaigns.space.space import Point, Space

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LARGEST = 4_096  # candidates that a batch looks at: the best ones before its first choice


class Coded:
    """Points as numbers, to measure how far one is from all of them.

    Parameters
    ----------
    similar
        A source's similarities of options, by parameter; the others are apart by mismatch or descriptors.
    """

    def __init__(self, space: Space, points: Sequence[Point], similar: Mapping[str, Floats] | None) -> None:
        self._options: dict[int, tuple[Ints, Floats]] = {}
        self._numbers: dict[int, Floats] = {}
        for j, p in enumerate(space.parameters):
            if p.options:
                index = {o: i for i, o in enumerate(p.options)}
                alike = (similar or {}).get(p.name)
                apart = option_distances(p) ** 2 if alike is None else 1.0 - alike
                self._options[j] = np.array([index[x[p.name]] for x in points], dtype=np.int64), apart
            else:
                low, high = (p.values[0], p.values[-1]) if p.values else (p.low, p.high)
                values = np.array([x[p.name] for x in points], dtype=float)
                self._numbers[j] = NUMERIC_STRETCH * (values - low) / ((high - low) or 1.0)

    def squares(self, i: int) -> Floats:
        """Squared distances of point i from all points by parameter, shape ``(d, m)``."""
        rows = {j: apart[codes[i]][codes] for j, (codes, apart) in self._options.items()}
        rows |= {j: (values - values[i]) ** 2 for j, values in self._numbers.items()}
        return np.stack([rows[j] for j in sorted(rows)])


@dataclass
class Batch:
    """A prediction that grows by what it believes.

    Attributes
    ----------
    prediction
        As things stand; its `sd` shrinks around what is believed.
    best
        Best outcome measured or believed, one a draw, shape ``(k,)``.
    worth
        Parts of a source's utility of the candidates, shape ``(d, m)``, or None.
    """

    prediction: Prediction
    best: Floats
    draws: Hyperparameters
    at: Coded
    alike: Coded | None
    size: int
    worth: Floats | None = None

    def __post_init__(self) -> None:
        k, t, m = self.prediction.cross.shape
        self._factor = np.empty((k, t + self.size, m))
        self._factor[:, :t] = self.prediction.cross
        self._rows = t

    def believe(self, i: int) -> None:
        """Take candidate i as measured, with the outcome that each draw predicts for it."""
        now, t = self.prediction, self._rows
        near = self.at.squares(i)
        shared = np.zeros(now.cross.shape[2]) if self.worth is None else self.worth[:, i] @ self.worth
        for k, draw in enumerate(now.draws):
            squares = self.alike.squares(i) if self.alike is not None and now.alike[k] else near
            factor = self._factor[k, :t]
            row = self.draws.covariance(squares, np.array([draw]))[0] + now.spread[k] * shared
            here = factor[:, i]
            pivot = np.sqrt(max(float(row[i]) - float(here @ here), 1e-10) + now.noise[k] / now.variance[k] + 1e-8)
            self._factor[k, t] = (row - here @ factor) / pivot
            now.sd[k] = np.sqrt(np.maximum(now.sd[k] ** 2 - now.variance[k] * self._factor[k, t] ** 2, 1e-10))
            self.best[k] = max(self.best[k], now.mean[k, i])
        self._rows += 1
