"""Rules that combine mass functions of several sources; all sources at once, so that no order matters.

Each rule takes ``masses`` of shape ``(k, ..., 2**n)``: ``k`` sources, any number of problems, and returns
``(..., 2**n)``. K, the conflict, is the conjunctive mass on the empty set.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from hypograph.models.core.errors import InputError, TotalConflictError
from hypograph.models.evidence.masses.mass import (
    TOLERANCE,
    FloatArray,
    commonality,
    implicability,
    mass_of_commonality,
    mass_of_implicability,
)

MOST_TUPLES: Final = 1 << 20


def conjunctive(masses: FloatArray) -> FloatArray:
    """Combine reliable, independent sources in the open world (TBM): commonalities multiply.

    Mass on the empty set, column 0, is the conflict K (Smets and Kennes 1994, eq. 3.4).
    """
    return _clean(mass_of_commonality(np.prod(commonality(masses), axis=0)))


def conflict(masses: FloatArray) -> FloatArray:
    """K, the conjunctive mass on the empty set, shape ``(...)``."""
    return conjunctive(masses)[..., 0]


def disjunctive(masses: FloatArray) -> FloatArray:
    """Combine sources of which at least one is reliable: implicabilities multiply (Smets 1993)."""
    return _clean(mass_of_implicability(np.prod(implicability(masses), axis=0)))


def dempster(masses: FloatArray, names: Sequence[str] = ()) -> FloatArray:
    """Dempster's rule: conjunctive, then divided by 1 − K.

    Raises
    ------
    TotalConflictError
        If K = 1 in a problem; it names the sources that exclude each other.
    """
    joint = conjunctive(masses)
    agree = 1.0 - joint[..., 0]
    if np.any(agree <= 1e-12):
        raise TotalConflictError(
            "the sources contradict each other completely (K = 1): Dempster's rule is not defined",
            where=_quarrel(masses, agree, names),
            hint="Discount the sources, or use yager, dubois-prade or pcr6.",
        )
    out = joint / agree[..., None]
    out[..., 0] = 0.0
    return np.asarray(out, float)


def yager(masses: FloatArray) -> FloatArray:
    """Yager's rule: the conflict goes to Ω (Inf. Sci. 41, 93, 1987), for all sources at once."""
    joint = conjunctive(masses)
    joint[..., -1] += joint[..., 0]
    joint[..., 0] = 0.0
    return joint


def dubois_prade(masses: FloatArray) -> FloatArray:
    """Dubois and Prade's rule: conflicting subsets give their product to their union.

    Notes
    -----
    D. Dubois and H. Prade, Comput. Intell. 4, 244 (1988).
    The pair (intersection, union) of the subsets chosen so far is carried along, so that the cost grows with
    the number of sources and not exponentially in it.
    """
    size = masses.shape[-1]
    state: dict[tuple[int, int], FloatArray] = {(s, s): masses[0][..., s] for s in range(size)}
    for mass in masses[1:]:
        following: dict[tuple[int, int], FloatArray] = {}
        for (meet, join), weight in state.items():
            for s in range(size):
                key = meet & s, join | s
                product = weight * mass[..., s]
                following[key] = following[key] + product if key in following else product
        state = following
    out = np.zeros(np.broadcast_shapes(*(m.shape for m in masses)))
    for (meet, join), weight in state.items():
        out[..., meet or join] += weight
    return out


def pcr6(masses: FloatArray) -> FloatArray:
    """PCR6: each partial conflict goes back to its subsets, in proportion to the masses given to them.

    Raises
    ------
    InputError
        If sources and subsets make more than a million tuples.

    Notes
    -----
    A. Martin and C. Osswald, in Advances and Applications of DSmT 2 (2006), eq. 2.11. For two sources it
    is PCR5.
    """
    return _proportional(masses, merge=False)


def pcr5(masses: FloatArray) -> FloatArray:
    """PCR5: as PCR6, but masses that sources gave to the same subset are multiplied before the sharing.

    Notes
    -----
    F. Smarandache and J. Dezert, Proc. Fusion (2005). Same limits as `pcr6`.
    """
    return _proportional(masses, merge=True)


def _proportional(masses: FloatArray, merge: bool) -> FloatArray:
    size, count = masses.shape[-1], masses.shape[0]
    focal = [[s for s in range(size) if np.any(m[..., s] > 0)] for m in masses]
    if np.prod([len(f) for f in focal], dtype=float) > MOST_TUPLES:
        raise InputError(
            f"{count} sources on {size} subsets make too many tuples for a PCR rule",
            where="combination",
            hint="Combine fewer sources, or use yager or dubois-prade.",
        )
    out = np.zeros(np.broadcast_shapes(*(m.shape for m in masses)))
    for chosen in itertools.product(*focal):
        parts = [masses[j][..., s] for j, s in enumerate(chosen)]
        product = np.prod(parts, axis=0)
        meet = chosen[0]
        for s in chosen[1:]:
            meet &= s
        if meet or not any(chosen):
            out[..., meet] += product
            continue
        weights: dict[int, FloatArray] = {}
        for s, part in zip(chosen, parts, strict=True):
            weights[s] = (weights[s] * part if merge else weights[s] + part) if s in weights else part
        total = np.sum(list(weights.values()), axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(total > 0, product / total, 0.0)
        for s, weight in weights.items():
            out[..., s] += scale * weight
    return out


def murphy(masses: FloatArray, names: Sequence[str] = ()) -> FloatArray:
    """Murphy's rule: the mean of the k mass functions, combined k − 1 times with itself by Dempster's rule.

    C. K. Murphy, Decis. Support Syst. 29, 1 (2000). Raises as `dempster` does.
    """
    mean = masses.mean(axis=0)
    return dempster(np.broadcast_to(mean, masses.shape), names)


def cautious(masses: FloatArray, names: Sequence[str] = ()) -> FloatArray:
    """Denœux's cautious rule for sources that are not independent: the least canonical weight of each subset.

    Returns
    -------
    ndarray
        Not normalised: column 0 is the conflict.

    Raises
    ------
    InputError
        If a mass function is dogmatic, m(Ω) = 0: it has no canonical decomposition.

    Notes
    -----
    T. Denœux, Artif. Intell. 172, 234 (2008), eqs. 22 and 33. Idempotent: a source heard twice counts once.
    """
    if np.any(masses[..., -1] <= 0):
        raise InputError(
            "the cautious rule needs m(Ω) > 0 of each source",
            where=" and ".join(names) or "combination",
            hint="Discount the sources first.",
        )
    log_weights = np.stack([_log_weights(m) for m in masses]).min(axis=0)
    return _clean(mass_of_commonality(_commonality_of_weights(log_weights)))


def cautious_normalised(masses: FloatArray, names: Sequence[str] = ()) -> FloatArray:
    """Denœux's cautious rule, then divided by 1 − K (eq. 38). Raises as `cautious` and `dempster` do."""
    return dempster(cautious(masses, names)[None], names)


def _log_weights(mass: FloatArray) -> FloatArray:
    """Log w(A) = Σ over B ⊇ A of (−1)^(|B|−|A|+1) log q(B); 0 for Ω (Denœux 2008, eq. 10)."""
    log_weights = -mass_of_commonality(np.log(commonality(mass)))
    log_weights[..., -1] = 0.0
    return log_weights


def _commonality_of_weights(log_weights: FloatArray) -> FloatArray:
    """Commonality of ⊓ A^w(A): q(B) = Π of w(A) over A that do not hold B."""
    total = log_weights.sum(-1, keepdims=True)
    return np.asarray(np.exp(total - commonality(log_weights)), float)


def _clean(mass: FloatArray) -> FloatArray:
    """Remove rounding below zero."""
    return np.where(np.abs(mass) < 1e-15, 0.0, np.maximum(mass, 0.0))


def _quarrel(masses: FloatArray, agree: FloatArray, names: Sequence[str]) -> str:
    """Name the sources that conflict completely, pairwise if there is such a pair."""
    labels = list(names) or [f"source {i + 1}" for i in range(len(masses))]
    wrong = tuple(np.argwhere(np.atleast_1d(agree) <= 1e-12)[0]) if np.ndim(agree) else ()
    problem = [np.broadcast_to(m, (*np.shape(agree), m.shape[-1]))[wrong] for m in masses]
    for i, j in itertools.combinations(range(len(problem)), 2):
        if 1.0 - conflict(np.stack([problem[i], problem[j]])) <= TOLERANCE:
            return f"{labels[i]} and {labels[j]}"
    return " and ".join(labels)


RULES: Final[dict[str, Callable[[FloatArray], FloatArray]]] = {
    "dempster": dempster,
    "conjunctive": conjunctive,
    "disjunctive": disjunctive,
    "yager": yager,
    "dubois-prade": dubois_prade,
    "pcr5": pcr5,
    "pcr6": pcr6,
    "murphy": murphy,
    "cautious": cautious,
}
