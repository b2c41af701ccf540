"""What is known of the elements beside any alloy table: properties, and mixing enthalpies of their pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hypograph.models.core.errors import UnknownElementError
from hypograph.models.evidence.masses.mass import FloatArray, IntArray


@dataclass(frozen=True)
class ElementTable:
    """Properties of elements, on comparable scales.

    Attributes
    ----------
    symbols
        The elements, in the order of all rows.
    names
        Names of the properties.
    values
        Shape ``(elements, properties)``; each property has mean 0 and variance 1 over the elements. What
        is not known of an element is 0.
    enthalpy
        Shape ``(elements, elements)``: Miedema mixing enthalpy of the equiatomic liquid, kJ/mol; 0 where
        unknown.
    fixed
        Distances on the scale of all elements, shape ``(elements, elements)``; None for the table of all elements.
    common
        How many of the elements, the first ones, set the scale of the properties; None for all.
    """

    symbols: tuple[str, ...]
    names: tuple[str, ...]
    values: FloatArray
    enthalpy: FloatArray
    fixed: FloatArray | None = None
    common: int | None = None

    def index(self, symbols: Sequence[str]) -> IntArray:
        """Return the row of each symbol.

        Raises
        ------
        UnknownElementError
            If one is not in the table.
        """
        rows = {s: i for i, s in enumerate(self.symbols)}
        for s in symbols:
            if s not in rows:
                raise UnknownElementError(f"{s!r} is no chemical element", where="element table")
        return np.array([rows[s] for s in symbols], np.int64)

    def take(self, symbols: Sequence[str], further: Sequence[str] = ()) -> ElementTable:
        """Keep some elements, properties standardised over `symbols`; `further` ones stand behind, on that scale.

        A scale that only these elements span makes distances between them comparable in every table.
        """
        rows = self.index([*symbols, *further])
        values = standardise(self.values[rows], np.arange(len(symbols)))
        own = np.ix_(rows, rows)
        common = len(symbols) if further else None
        return ElementTable((*symbols, *further), self.names, values, self.enthalpy[own], self.apart[own], common)

    @property
    def apart(self) -> FloatArray:
        """Distances of elements on the one scale of all elements, shape ``(elements, elements)``."""
        return self.distance() if self.fixed is None else self.fixed

    def column(self, name: str) -> FloatArray:
        """One property, shape ``(elements,)``."""
        return np.asarray(self.values[:, self.names.index(name)], float)

    def distance(self) -> FloatArray:
        """Root mean square difference of the properties of two elements, shape ``(elements, elements)``."""
        gap = self.values[:, None, :] - self.values[None, :, :]
        return np.asarray(np.sqrt((gap**2).mean(-1)), float)


def standardise(values: FloatArray, by: IntArray | None = None) -> FloatArray:
    """Scale columns to mean 0 and variance 1 over the rows `by` (all if None).

    NaN becomes 0, a column that is constant over those rows becomes 0. Shape is kept.
    """
    known = np.isfinite(values)
    rows = np.arange(len(values)) if by is None else by
    count = np.maximum(known[rows].sum(0), 1)
    mean = np.where(known[rows], values[rows], 0.0).sum(0) / count
    centred = np.where(known, values - mean, 0.0)
    spread = np.sqrt((centred[rows] ** 2).sum(0) / count)
    centred = np.where(spread > 1e-12, centred, 0.0)
    return np.asarray(centred / np.where(spread > 1e-12, spread, 1.0), float)
