"""An outcome that shall meet a target: how much nearer one more experiment is expected to come.

The surrogate is of the outcome itself, which is smooth, and not of its distance to the target, which has a kink just
where it matters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.bayes.hyperparameters import Reals
from hypograph.models.campaigns.bayes.posterior import expected_improvement
from hypograph.models.campaigns.bayes.surrogate import Prediction

Floats = NDArray[np.float64]


@dataclass
class Aim:
    """A target, and how near it was met.

    Attributes
    ----------
    target
        In the surrogate's standardised outcomes.
    gap
        Smallest distance measured or believed, one a draw, shape ``(k,)``.
    """

    target: float
    gap: Floats

    def gain(self, prediction: Prediction) -> Floats:
        """Expected reduction of the gap, shape ``(m,)``.

        With y normal, ``E max(0, gap - |y - target|)`` is a second difference of expected improvements (Jones et al.
        1998, eq. 15), because the triangle is one of ramps.
        """
        low, high = (self.target - self.gap)[:, None], (self.target + self.gap)[:, None]
        mean, sd = prediction.mean.astype(np.float64), prediction.sd.astype(np.float64)
        triangle = (
            expected_improvement(mean, sd, low)
            - 2.0 * expected_improvement(mean, sd, np.full_like(low, self.target))
            + expected_improvement(mean, sd, high)
        )
        return np.maximum(prediction.weights @ triangle, 0.0)

    def nearness(self, y: Floats) -> Floats:
        """Return outcomes turned so that larger is better."""
        return -np.abs(y - self.target)

    def believe(self, means: Reals) -> None:
        """Take an outcome as measured that each draw predicts, shape ``(k,)``."""
        self.gap = np.minimum(self.gap, np.abs(means - self.target))
