"""Weights of evidence: simple mass functions for and against, discounted and combined.

A weight w is the mass 1 − e^−w on one side and e^−w on Ω (Shafer 1976). Dempster's rule adds the weights of
independent sources, the cautious rule takes the larger of dependent ones (T. Denœux, Artif. Intell. 172, 234,
2008), a reliability τ makes of the mass 1 − e^−w the mass τ(1 − e^−w).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hypograph.models.evidence.masses.many_equal import binary_conflict, binary_mass
from hypograph.models.evidence.masses.mass import FloatArray


@dataclass(frozen=True)
class Weights:
    """Weights for and against a single phase, both of shape ``(alloys,)``."""

    single: FloatArray
    multi: FloatArray

    @classmethod
    def none(cls, count: int) -> Weights:
        """Say nothing of any alloy."""
        return cls(np.zeros(count), np.zeros(count))

    @classmethod
    def of_log_odds(cls, log_odds: FloatArray) -> Weights:
        """Return the one-sided weight whose pignistic probability is σ(log-odds): ln((1 + e^|ℓ|)/2)."""
        size = np.logaddexp(0.0, np.abs(log_odds)) - np.log(2.0)
        return cls(np.where(log_odds > 0, size, 0.0), np.where(log_odds < 0, size, 0.0))

    @classmethod
    def of_ratio(cls, log_ratio: FloatArray) -> Weights:
        """Return a log likelihood ratio as a weight on its side."""
        return cls(np.maximum(log_ratio, 0.0), np.maximum(-log_ratio, 0.0))

    def discounted(self, reliability: FloatArray | float) -> Weights:
        """Keep a share of each mass."""
        return Weights(_kept(self.single, reliability), _kept(self.multi, reliability))

    def __add__(self, other: Weights) -> Weights:
        """Combine with an independent source (Dempster)."""
        return Weights(self.single + other.single, self.multi + other.multi)

    def __sub__(self, other: Weights) -> Weights:
        """Take out a source that was combined by Dempster's rule."""
        return Weights(np.maximum(self.single - other.single, 0.0), np.maximum(self.multi - other.multi, 0.0))

    def cautious(self, other: Weights) -> Weights:
        """Combine with a source that may tell the same again."""
        return Weights(np.maximum(self.single, other.single), np.maximum(self.multi, other.multi))

    @property
    def mass(self) -> FloatArray:
        """Shape ``(alloys, 4)``: ∅, single phase, not, unknown; conflict normalised away."""
        return binary_mass(self.single, self.multi)

    @property
    def conflict(self) -> FloatArray:
        """K, the mass that the two sides contradict each other with, shape ``(alloys,)``."""
        return binary_conflict(self.single, self.multi)


def _kept(weight: FloatArray, reliability: FloatArray | float) -> FloatArray:
    return np.asarray(-np.log1p(reliability * np.expm1(-weight)), float)
