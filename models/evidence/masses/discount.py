"""Discounting: how a source that is not quite reliable moves its mass towards ignorance."""

from __future__ import annotations

import numpy as np

from hypograph.models.core.errors import InputError
from hypograph.models.evidence.masses.mass import FloatArray, alternatives


def discount(mass: FloatArray, reliability: object) -> FloatArray:
    """Keep a share of each mass and give the rest to Ω (Shafer 1976, p. 251).

    Parameters
    ----------
    mass
        Shape ``(..., 2**n)``.
    reliability
        In [0, 1], a number or an array of shape ``(...)``: 1 changes nothing, 0 leaves total ignorance.

    Raises
    ------
    InputError
        If a reliability is outside [0, 1].
    """
    kept = _checked(reliability)
    out = mass * kept[..., None]
    out[..., -1] += 1.0 - kept
    return np.asarray(out, float)


def contextual_discount(mass: FloatArray, reliability: object) -> FloatArray:
    """Discount by a reliability that depends on which alternative is true.

    Parameters
    ----------
    mass
        Shape ``(..., 2**n)``.
    reliability
        One for each alternative, last axis of length n, in [0, 1]: how reliable the source is where that
        alternative is the truth.

    Returns
    -------
    ndarray
        The disjunctive combination of `mass` with, for each alternative, the mass function that has the
        reliability on ∅ and the rest on that alternative.

    Raises
    ------
    InputError
        If a reliability is outside [0, 1], or there is not one for each alternative.

    Notes
    -----
    D. Mercier, B. Quost, T. Denœux, Inf. Fusion 9, 246 (2008), Proposition 5.
    """
    kept = _checked(reliability)
    count = alternatives(mass.shape[-1])
    if kept.shape[-1:] != (count,):
        raise InputError(
            f"{kept.shape[-1] if kept.ndim else 0} reliabilities",
            where="contextual discounting",
            expected=f"one for each of {count} alternatives",
        )
    shape = np.broadcast_shapes(mass.shape, (*kept.shape[:-1], mass.shape[-1]))
    out = np.array(np.broadcast_to(mass, shape))
    for i in range(count):
        share = 1.0 - kept[..., i]
        view = out.reshape(*out.shape[:-1], -1, 2, 1 << i)
        moved = view[..., 0, :] * share[..., None, None]
        view[..., 0, :] -= moved
        view[..., 1, :] += moved
    return out


def _checked(reliability: object) -> FloatArray:
    kept = np.asarray(reliability, float)
    if not (np.isfinite(kept).all() and (kept >= 0).all() and (kept <= 1).all()):
        raise InputError(f"reliability {reliability}", where="discounting", expected="numbers in [0, 1]")
    return kept
