"""Alloys as arrays: fractions, labels, features and who is a host of whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hypograph.models.core.errors import InputError
from hypograph.models.core.records import AlloyRecord
from hypograph.models.evidence.alloys.elements import ElementTable
from hypograph.models.evidence.alloys.features import alloy_features
from hypograph.models.evidence.alloys.keys import set_keys
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.statistics.arrays import BoolArray

# Number of the source of rows that are evidence of their alloys and teach the learners nothing.
TEACHES_NOTHING: Final = -3


@dataclass(frozen=True)
class AlloyTable:
    """Alloys of one problem.

    Attributes
    ----------
    elements
        The elements that occur, their properties standardised over these.
    weights
        Atomic fractions, shape ``(alloys, elements)``.
    labels
        1 for a single phase, 0 for none; a mean in between where records of one composition differ. Shape
        ``(alloys,)``. NaN for a candidate.
    features
        Shape ``(alloys, features)``.
    family
        Number of the element set of each alloy, shape ``(alloys,)``: relatives never straddle a split.
    source
        Number of the file or source of each alloy, shape ``(alloys,)``.
    """

    elements: ElementTable
    weights: FloatArray
    labels: FloatArray
    features: FloatArray
    family: IntArray
    source: IntArray
    present: BoolArray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "present", self.weights > 0)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def positive(self) -> FloatArray:
        """Labels as 0 and 1: a composition is single-phase where at least half of its records say so."""
        return (self.labels >= 0.5).astype(float)

    def relabel(self, labels: FloatArray) -> AlloyTable:
        """Return the table with other labels."""
        return AlloyTable(self.elements, self.weights, labels, self.features, self.family, self.source)

    def extend(self, weights: FloatArray) -> AlloyTable:
        """Append candidates with no label (NaN) and no source (−1)."""
        features = np.concatenate([self.features, alloy_features(weights, self.elements)])
        joined = np.concatenate([self.weights, weights])
        keys, first = set_keys(joined > 0), len(self)
        _, at, inverse = np.unique(keys, return_index=True, return_inverse=True)
        # A candidate is of the family of its element set; sets that no alloy has get further numbers.
        numbers = np.where(at < first, self.family[np.minimum(at, first - 1)], int(self.family.max()) + 1 + at)
        unknown = np.full(len(weights), np.nan)
        source = np.concatenate([self.source, np.full(len(weights), -1, np.int64)])
        return AlloyTable(
            self.elements,
            joined,
            np.concatenate([self.labels, unknown]),
            features,
            numbers[inverse],
            source,
        )


def families(present: BoolArray) -> IntArray:
    """Number the distinct element sets, shape ``(alloys,)``."""
    return np.unique(present, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def element_sets(table: AlloyTable) -> tuple[BoolArray, FloatArray]:
    """Element sets of a table (present, label): what most compositions of a set show."""
    count = int(table.family.max()) + 1
    mean = np.bincount(table.family, table.labels, minlength=count) / np.bincount(table.family, minlength=count)
    first = np.unique(table.family, return_index=True)[1]
    return table.present[first], (mean >= 0.5).astype(float)


def build_table(
    records: Sequence[AlloyRecord],
    known: ElementTable,
    sources: Sequence[int] | None = None,
    further: Sequence[str] = (),
) -> tuple[AlloyTable, list[list[int]]]:
    """Join records of one composition and source into rows.

    Parameters
    ----------
    records
        Alloys with labels.
    known
        Properties of all elements that may occur.
    sources
        Number of the file or source of each record; all 0 if None.
    further
        Elements that get a column though no record holds them.

    Returns
    -------
    tuple
        The table, and for each row the indices of its records.

    Raises
    ------
    InputError
        If there is no record.
    UnknownElementError
        If a symbol is no element.
    """
    if not records:
        raise InputError("no alloys to work on", where="evidence")
    numbers = sources if sources is not None else [0] * len(records)
    groups: dict[tuple[object, ...], list[int]] = {}
    for i, (record, number) in enumerate(zip(records, numbers, strict=True)):
        groups.setdefault((number, record.elements, record.fractions), []).append(i)
    own = sorted({e for r in records for e in r.elements})
    elements = known.take(own, sorted(set(further) - set(own)))
    symbols = elements.symbols
    column = {s: j for j, s in enumerate(symbols)}
    weights = np.zeros((len(groups), len(symbols)))
    labels = np.zeros(len(groups))
    for row, members in enumerate(groups.values()):
        record = records[members[0]]
        share = record.fractions or (1.0 / len(record.elements),) * len(record.elements)
        weights[row, [column[e] for e in record.elements]] = share
        labels[row] = sum(records[i].single_phase for i in members) / len(members)
    weights /= weights.sum(1, keepdims=True)
    source = np.array([key[0] for key in groups], np.int64)
    table = AlloyTable(elements, weights, labels, alloy_features(weights, elements), families(weights > 0), source)
    return table, list(groups.values())
