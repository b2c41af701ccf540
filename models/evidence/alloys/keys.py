"""Keys of element sets: numbers by which sets are compared, joined and taken apart quickly."""

from __future__ import annotations

import numpy as np

from hypograph.models.statistics.arrays import BoolArray, IntArray


def element_keys(elements: int) -> IntArray:
    """Fixed 64-bit numbers, one an element.

    A set's key is their sum (mod 2^64): two sets share a key with a chance of one in 10^19.
    """
    state = np.arange(1, elements + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (state ^ (state >> np.uint64(31))).view(np.int64)


def set_keys(present: BoolArray) -> IntArray:
    """Key of each element set, shape ``(alloys,)``."""
    return np.asarray((present * element_keys(present.shape[1])).sum(1, dtype=np.int64), np.int64)
