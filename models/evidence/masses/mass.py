"""Mass functions on a small frame: subsets are bitmasks, problems are rows of an array.

A frame of ``n`` alternatives has ``2**n`` subsets; subset ``s`` holds alternative ``i`` where bit ``i`` of
``s`` is set. A mass function is an array of shape ``(..., 2**n)``: column 0 is the empty set, the last
column the whole frame Ω. Leading axes are independent problems, so a million alloys are one array.

Source: G. Shafer, A Mathematical Theory of Evidence (1976); Ph. Smets and R. Kennes, Artif. Intell. 66, 191
(1994) for the open world (mass on the empty set) and the pignistic transform.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypograph.models.core.errors import InputError, TotalConflictError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
TOLERANCE = 1e-9
MOST_ALTERNATIVES = 12


@dataclass(frozen=True, slots=True)
class Frame:
    """The alternatives of a question, exactly one of which is true.

    Raises
    ------
    InputError
        If it has no alternative, repeated ones, or more than twelve.
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.names or len(set(self.names)) != len(self.names):
            raise InputError(f"{list(self.names)} is no frame", where="frame", expected="distinct alternatives")
        if len(self.names) > MOST_ALTERNATIVES:
            raise InputError(
                f"a frame of {len(self.names)} alternatives is too large",
                where="frame",
                expected=f"{MOST_ALTERNATIVES} or fewer (arrays have a column for each subset)",
            )

    @property
    def subsets(self) -> int:
        """Number of subsets, the empty one and Ω among them."""
        return 1 << len(self.names)

    def subset(self, names: Iterable[str]) -> int:
        """Return the bitmask of a set of alternatives."""
        mask = 0
        for name in names:
            if name not in self.names:
                raise InputError(f"{name!r} is no alternative", where="frame", expected=" or ".join(self.names))
            mask |= 1 << self.names.index(name)
        return mask

    def mass(self, given: dict[tuple[str, ...] | str, Any]) -> FloatArray:
        """Build a mass function from {alternatives: mass}; what is missing to 1 goes to Ω.

        Parameters
        ----------
        given
            Keys are one name or a tuple of names; values are scalars or arrays of one shape ``(...)``.

        Returns
        -------
        ndarray
            Shape ``(..., 2**n)``.
        """
        values = {k: np.asarray(v, float) for k, v in given.items()}
        shape = np.broadcast_shapes(*(v.shape for v in values.values())) if values else ()
        mass = np.zeros((*shape, self.subsets))
        for names, value in values.items():
            mass[..., self.subset((names,) if isinstance(names, str) else names)] += value
        mass[..., -1] += 1.0 - mass.sum(-1)
        return check_mass(mass)


def check_mass(mass: Any, where: str = "mass function") -> FloatArray:
    """Return the array if each row is a mass function.

    Raises
    ------
    InputError
        If the last axis is no power of two, or a row has a negative or non-finite mass or does not sum to 1.
    """
    array = np.asarray(mass, float)
    size = array.shape[-1] if array.ndim else 0
    if size < 2 or size & (size - 1):
        raise InputError(f"{size} columns", where=where, expected="2**n, one for each subset")
    wrong = ~np.isfinite(array).all(-1) | (array < -TOLERANCE).any(-1) | (abs(array.sum(-1) - 1) > 1e-6)
    if wrong.any():
        row = np.argwhere(wrong)[0].tolist()
        raise InputError(
            f"masses {np.round(array[tuple(row)], 6).tolist()} are not a mass function",
            where=f"{where}, row {row}" if row else where,
            expected="numbers in [0, 1] that sum to 1",
        )
    return np.asarray(np.maximum(array, 0.0), float)


def alternatives(size: int) -> int:
    """Number of alternatives of a frame with `size` subsets."""
    return size.bit_length() - 1


def cardinality(size: int) -> IntArray:
    """Number of alternatives in each subset, shape ``(size,)``."""
    return np.array([s.bit_count() for s in range(size)], np.int64)


def _zeta(values: FloatArray, upward: bool, sign: float) -> FloatArray:
    """Sum (or, with sign −1, undo the sum) over subsets or supersets: the fast Möbius transform."""
    out = values.copy()
    size = out.shape[-1]
    lead = out.shape[:-1]
    for bit in range(alternatives(size)):
        view = out.reshape(*lead, size >> (bit + 1), 2, 1 << bit)
        if upward:
            view[..., 0, :] += sign * view[..., 1, :]
        else:
            view[..., 1, :] += sign * view[..., 0, :]
    return out


def implicability(mass: FloatArray) -> FloatArray:
    """b(A) = Σ m(B) over B ⊆ A, the empty set counted; same shape as `mass`."""
    return _zeta(mass, False, 1.0)


def mass_of_implicability(values: FloatArray) -> FloatArray:
    """Inverse of `implicability`."""
    return _zeta(values, False, -1.0)


def commonality(mass: FloatArray) -> FloatArray:
    """q(A) = Σ m(B) over B ⊇ A; same shape as `mass`."""
    return _zeta(mass, True, 1.0)


def mass_of_commonality(values: FloatArray) -> FloatArray:
    """Inverse of `commonality`."""
    return _zeta(values, True, -1.0)


def belief(mass: FloatArray) -> FloatArray:
    """bel(A) = Σ m(B) over non-empty B ⊆ A; same shape as `mass`."""
    return implicability(mass) - mass[..., :1]


def plausibility(mass: FloatArray) -> FloatArray:
    """pl(A) = Σ m(B) over B that meet A; same shape as `mass`."""
    inside = implicability(mass)
    return inside[..., -1:] - inside[..., ::-1]


def pignistic(mass: FloatArray, names: Sequence[str] = ()) -> FloatArray:
    """Share each mass evenly over the alternatives of its subset (Smets' BetP), shape ``(..., n)``.

    Raises
    ------
    TotalConflictError
        If a row has all its mass on the empty set.
    """
    size = mass.shape[-1]
    counts = cardinality(size)
    known = 1.0 - mass[..., 0]
    if np.any(known <= TOLERANCE):
        raise TotalConflictError(
            "all mass is on the empty set",
            where=" and ".join(names) or "mass function",
            hint="Discount the sources, or combine them with a rule that keeps conflict.",
        )
    share = mass / np.maximum(counts, 1)
    member = np.array([[(s >> i) & 1 for i in range(alternatives(size))] for s in range(size)], float)
    member[0] = 0.0
    return np.asarray(share @ member / known[..., None], float)


def specificity(mass: FloatArray) -> FloatArray:
    """Yager's Σ m(A)/|A| over non-empty A: 1 for a probability, 1/n for total ignorance; shape ``(...)``."""
    counts = cardinality(mass.shape[-1])
    return np.asarray((mass[..., 1:] / counts[1:]).sum(-1), float)


def nonspecificity(mass: FloatArray) -> FloatArray:
    """Dubois and Prade's Σ m(A)·log2|A|, in bits; shape ``(...)``."""
    counts = cardinality(mass.shape[-1])
    return np.asarray((mass[..., 1:] * np.log2(counts[1:])).sum(-1), float)


def least_committed(probability: FloatArray) -> FloatArray:
    """Least committed mass function on a binary frame with a given pignistic probability.

    Parameters
    ----------
    probability
        BetP of the first alternative, in [0, 1], shape ``(...)``.

    Returns
    -------
    ndarray
        Shape ``(..., 4)``: ∅, {first}, {second}, Ω. The less likely alternative gets no mass of its own,
        so that m(Ω) = 2·min(p, 1 − p).

    Notes
    -----
    The q-least committed isopignistic mass function: D. Dubois, H. Prade, Ph. Smets, Int. J. Approx.
    Reason. 48, 352 (2008).
    """
    p = np.asarray(probability, float)
    unknown = 2.0 * np.minimum(p, 1.0 - p)
    zero = np.zeros_like(p)
    return np.stack([zero, np.maximum(2 * p - 1, 0.0), np.maximum(1 - 2 * p, 0.0), unknown], -1)
