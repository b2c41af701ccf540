"""Outcomes as percent of what a table holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def zero_and_top(values: Floats) -> tuple[float, float]:
    """Return the outcomes that count as 0 and as 100 percent; larger is better.

    Zero is zero where the best outcome is positive. Where none is (a quantity to be minimised, which enters with its
    sign turned), a share of the maximum says nothing, and the worst outcome counts as zero.
    """
    top = float(values.max())
    return (0.0 if top > 0 else float(values.min())), top


def percent(values: Floats, zero: float, top: float) -> Floats:
    """Percent of the way from `zero` to `top`; 100 where all outcomes are equal."""
    if top == zero:
        return np.full(np.shape(values), 100.0)
    return np.asarray(100.0 * (values - zero) / (top - zero))
