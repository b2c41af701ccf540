"""Features of a composition: statistics of its elements' properties and of its pairs.

An alloy is a row of atomic fractions over a list of elements. For each property: mean, standard deviation,
largest and smallest; for each pair property (mixing enthalpy and differences of electronegativity, radius
and position in Mendeleev's order): mean, smallest, largest, standard deviation over its pairs.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hypograph.models.evidence.alloys.elements import ElementTable
from hypograph.models.evidence.masses.mass import FloatArray, IntArray

PAIR_PROPERTIES: Final = ("electronegativity", "radius", "mendeleev")
CHUNK: Final = 20_000


def alloy_features(weights: FloatArray, table: ElementTable) -> FloatArray:
    """Compute the features of alloys.

    Parameters
    ----------
    weights
        Atomic fractions, shape ``(alloys, elements)``, rows sum to 1.
    table
        The elements, in the order of the columns of `weights`.

    Returns
    -------
    ndarray
        Shape ``(alloys, 4·properties + 16 + 1)``; the last column is the number of elements.
    """
    present = weights > 0
    sizes = present.sum(1)
    pairs = [table.enthalpy, *(_gap(table.column(name)) for name in PAIR_PROPERTIES)]
    out = np.empty((len(weights), 4 * len(table.names) + 4 * len(pairs) + 1))
    out[:, -1] = sizes
    for size in np.unique(sizes):
        rows = np.flatnonzero(sizes == size)
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            members = np.nonzero(present[part])[1].reshape(len(part), int(size))
            fractions = np.take_along_axis(weights[part], members, 1)
            out[part, :-1] = member_features(members, fractions, table.values, pairs)
    return out


def member_features(
    members: IntArray, fractions: FloatArray, values: FloatArray, pairs: list[FloatArray]
) -> FloatArray:
    """Features of alloys of one size, shape ``(alloys, 4·properties + 4·pair properties)``.

    Parameters
    ----------
    members, fractions
        Element numbers and their fractions, both of shape ``(alloys, size)``.
    values
        Properties, shape ``(elements, properties)``.
    pairs
        Pair properties, each of shape ``(elements, elements)``.
    """
    own = values[members]
    mean = np.einsum("ns,nsp->np", fractions, own)
    deviation = np.sqrt(np.maximum(np.einsum("ns,nsp->np", fractions, own**2) - mean**2, 0.0))
    columns = [mean, deviation, own.max(1), own.min(1)]
    if members.shape[1] < 2:
        return np.concatenate([*columns, np.zeros((len(members), 4 * len(pairs)))], 1)
    first, second = np.triu_indices(members.shape[1], 1)
    share = fractions[:, first] * fractions[:, second]
    share /= share.sum(1, keepdims=True)
    for matrix in pairs:
        value = matrix[members[:, first], members[:, second]]
        centre = (share * value).sum(1)
        spread = np.sqrt(np.maximum((share * value**2).sum(1) - centre**2, 0.0))
        columns.append(np.stack([centre, value.min(1), value.max(1), spread], 1))
    return np.concatenate(columns, 1)


def _gap(values: FloatArray) -> FloatArray:
    return np.abs(values[:, None] - values[None, :])
