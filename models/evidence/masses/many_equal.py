"""Many equal pieces of evidence for and against, combined by Dempster's rule in closed form, in log space.

``n_s`` pieces m({first}) = α and ``n_d`` pieces m({second}) = α, the rest on Ω, give with q = (1 − α)^n

    m(first) = (1 − q_s)·q_d / Z,  m(second) = (1 − q_d)·q_s / Z,  m(Ω) = q_s·q_d / Z,  Z = 1 − (1 − q_s)(1
    − q_d).

Source: Ha et al., Nat. Comput. Sci. 1, 470 (2021). The masses saturate within a few hundred pieces; ranks
are taken from the weights of evidence w = −n·log(1 − α), which do not. Alloys are used in many pairs, so
the pieces are not independent: `effective` shrinks counts to what independent pieces would be worth.
"""

from __future__ import annotations

import numpy as np

from hypograph.models.core.errors import InputError
from hypograph.models.evidence.masses.mass import FloatArray


def weight_of(count: FloatArray, alpha: float) -> FloatArray:
    """Weight of evidence −n·log(1 − α) of `count` pieces; any shape.

    Raises
    ------
    InputError
        If α is not in [0, 1).
    """
    if not 0 <= alpha < 1:
        raise InputError(f"alpha {alpha}", where="evidence", expected="a number in [0, 1)")
    return np.asarray(-np.log1p(-alpha) * np.asarray(count, float))


def binary_mass(weight_for: FloatArray, weight_against: FloatArray) -> FloatArray:
    """Dempster's combination of all evidence for and all evidence against.

    Parameters
    ----------
    weight_for, weight_against
        Weights of evidence, not negative, any one shape ``(...)``.

    Returns
    -------
    ndarray
        Shape ``(..., 4)``: ∅, {first}, {second}, Ω. Never total conflict while the weights are finite: in
        log space the ratios stay right where q underflows.
    """
    a, b = np.broadcast_arrays(np.asarray(weight_for, float), np.asarray(weight_against, float))
    # Dividing all by q_s·q_d: first ∝ e^a − 1, second ∝ e^b − 1, Ω ∝ 1; then by e^max(a, b).
    top = np.maximum(a, b)
    first = np.exp(a - top) - np.exp(-top)
    second = np.exp(b - top) - np.exp(-top)
    unknown = np.exp(-top)
    total = first + second + unknown
    return np.stack([np.zeros_like(top), first / total, second / total, unknown / total], -1)


def binary_conflict(weight_for: FloatArray, weight_against: FloatArray) -> FloatArray:
    """K between all evidence for and all evidence against: (1 − q_s)(1 − q_d); any shape."""
    return np.asarray(np.expm1(-np.asarray(weight_for)) * np.expm1(-np.asarray(weight_against)), float)


def effective(count: FloatArray, total: FloatArray, worth: float) -> FloatArray:
    """Shrink counts to effective ones, n·worth/(n_total + worth), so that `worth` bounds their say.

    Parameters
    ----------
    count
        Pieces on one side.
    total
        Pieces on both sides, same shape.
    worth
        Independent pieces that an unlimited number of dependent ones is worth, positive; infinity shrinks nothing.
    """
    # The form with 1/worth lets worth be infinite: then each piece counts in full.
    return np.asarray(np.asarray(count, float) / (np.asarray(total, float) / worth + 1.0))
