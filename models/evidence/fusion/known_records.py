"""Records of an alloy and of alloys near it, as evidence: what each source counted, and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hypograph.models.core.records import AlloyRecord
from hypograph.models.evidence.fusion.source_trust import SourceTrust, group_weights
from hypograph.models.evidence.fusion.weights import Weights
from hypograph.models.evidence.masses.mass import FloatArray, IntArray

# Records within this of an alloy, in atomic fraction for each element, are records of it (COMMANDS).
SAME: Final = 0.005
NEAR: Final = 0.05
WIDTH: Final = 0.02
# Pseudo-reports of knowing nothing (P. Walley, J. R. Stat. Soc. B 58, 3, 1996).
PRIOR_REPORTS: Final = 2.0
# The frame of phases, and what records say that name none of them.
FRAME: Final = ("FCC", "BCC", "HCP", "ordered", "amorphous", "several")
SINGLE_UNNAMED: Final = len(FRAME)
MULTI_UNNAMED: Final = SINGLE_UNNAMED + 1
# A source that errs more often than this explains no disagreement at all.
MOST_ERROR: Final = 0.45
GROUPS: Final = ("tables", "literature", "laboratory", "papers")
# Groups that stand by themselves; what stands in tables may be copied, and near alloys stand in tables too.
APART: Final = GROUPS[1:]
# What a person brings, weighed beside what is published: never the other way round, so that a record never counts
# against itself.
PUBLISHED: Final = (GROUPS.index("tables"), GROUPS.index("literature"))


def phase_of(record: AlloyRecord) -> int:
    """Place of a record in the frame, or one of the two unnamed places behind it."""
    if record.single_phase:
        named = record.phases[0] if len(record.phases) == 1 else ""
        return FRAME.index(named) if named in ("FCC", "BCC", "HCP") else SINGLE_UNNAMED
    if len(record.phases) > 1:
        return FRAME.index("several")
    if record.phases == ("amorphous",):
        return FRAME.index("amorphous")
    return FRAME.index("ordered") if record.phases else MULTI_UNNAMED


def key(weights: FloatArray) -> bytes:
    """Key of a composition: its fractions to a hundred-thousandth."""
    return np.round(weights * 1e5).astype(np.int64).tobytes()


def group_of(source: str) -> int:
    """Group of a source: those of one group may copy each other."""
    return GROUPS.index(source) if source in GROUPS else 0


@dataclass
class RecordIndex:
    """All records by composition.

    Attributes
    ----------
    weights
        Atomic fractions of the distinct compositions, shape ``(compositions, elements)``.
    names, group
        Of the sources, and their groups.
    single, multi
        Reports of each source, shape ``(compositions, sources)``.
    phases
        Reports by phase, shape ``(compositions, len(FRAME) + 2)``.
    behind
        Records of each composition.
    """

    weights: FloatArray
    names: tuple[str, ...]
    group: IntArray
    single: FloatArray
    multi: FloatArray
    phases: FloatArray
    behind: list[list[int]]
    _tree: object = field(default=None, repr=False)

    @classmethod
    def build(cls, weights: FloatArray, behind: Sequence[Sequence[int]], records: Sequence[AlloyRecord]) -> RecordIndex:
        """Index records.

        Parameters
        ----------
        weights
            Fractions of the rows of a table, shape ``(rows, elements)``.
        behind
            Indices of the records of each row.
        """
        names = tuple(sorted({r.source for r in records}))
        place = {n: i for i, n in enumerate(names)}
        joined: dict[bytes, int] = {}
        rows: list[int] = []
        members: list[list[int]] = []
        for row, indices in enumerate(behind):
            name = key(weights[row])
            if name not in joined:
                joined[name] = len(members)
                rows.append(row)
                members.append([])
            members[joined[name]].extend(indices)
        group = np.array([group_of(n) for n in names], np.int64)
        return cls(weights[rows].astype(float), names, group, *cls.tally(members, records, place), members)

    @staticmethod
    def tally(
        members: Sequence[Sequence[int]], records: Sequence[AlloyRecord], place: Mapping[str, int]
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Count records: single, multi and phases of each list of members, the first two by the sources' places."""
        counts = np.zeros((2, len(members), len(place)))
        phases = np.zeros((len(members), len(FRAME) + 2))
        for at, indices in enumerate(members):
            for i in indices:
                counts[int(not records[i].single_phase), at, place[records[i].source]] += 1
                phases[at, phase_of(records[i])] += 1
        return counts[0], counts[1], phases

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_tree": None}

    def within(self, asked: FloatArray, radius: float) -> list[IntArray]:
        """Compositions no element of which differs by more than `radius`, for each alloy in question."""
        from scipy.spatial import cKDTree

        if self._tree is None:
            self._tree = cKDTree(self.weights)
        tree: cKDTree = self._tree
        found = tree.query_ball_point(asked, radius + 1e-9, p=np.inf)
        return [np.array(sorted(f), np.int64) for f in found]

    def near(self, asked: FloatArray) -> Near:
        """Reports on alloys and near them."""
        every = self.within(asked, NEAR)
        same, neighbours, likeness = [], [], []
        for row, candidates in enumerate(every):
            gap = np.abs(self.weights[candidates] - asked[row]).max(1) if len(candidates) else np.empty(0)
            alike = ((self.weights[candidates] > 0) == (asked[row] > 0)).all(1)
            beside = (gap > SAME + 1e-9) & alike
            same.append(candidates[gap <= SAME + 1e-9])
            neighbours.append(candidates[beside])
            likeness.append(np.exp(-((gap[beside] / WIDTH) ** 2)))
        return Near(self, same, neighbours, likeness)


@dataclass
class Near:
    """Compositions at and near some alloys, one entry an alloy in each list."""

    index: RecordIndex
    same: list[IntArray]
    neighbours: list[IntArray]
    likeness: list[FloatArray]

    def counts(self) -> tuple[FloatArray, FloatArray]:
        """Reports of each source on the alloys themselves, two arrays of shape ``(alloys, sources)``."""
        empty = np.zeros(len(self.index.names))
        single = [self.index.single[rows].sum(0) if len(rows) else empty for rows in self.same]
        multi = [self.index.multi[rows].sum(0) if len(rows) else empty for rows in self.same]
        return np.array(single).reshape(len(self.same), -1), np.array(multi).reshape(len(self.same), -1)

    def around(self) -> tuple[FloatArray, FloatArray]:
        """Reports on neighbours, each counted by its likeness, two arrays of shape ``(alloys,)``."""
        single = [float(w @ self.index.single[r].sum(1)) for r, w in zip(self.neighbours, self.likeness, strict=True)]
        multi = [float(w @ self.index.multi[r].sum(1)) for r, w in zip(self.neighbours, self.likeness, strict=True)]
        return np.array(single), np.array(multi)

    def phases(self) -> FloatArray:
        """Reports by phase, at and (by likeness) near the alloys, shape ``(alloys, len(FRAME) + 2)``."""
        at = [self.index.phases[rows].sum(0) for rows in self.same]
        by = [w @ self.index.phases[rows] for rows, w in zip(self.neighbours, self.likeness, strict=True)]
        return np.array(at).reshape(len(self.same), -1) + np.array(by).reshape(len(self.same), -1)


def record_weights(
    trusts: Sequence[SourceTrust], group: IntArray, which: int, single: FloatArray, multi: FloatArray
) -> Weights:
    """Evidence of one group's records: what they say on balance, and how far they contradict each other.

    Notes
    -----
    The balance is the log likelihood ratio of the counts (`SourceTrust.log_ratio`), discounted by the reliability of
    the group. Reports against each other are no lack of knowledge: where more reports of a source are in the minority
    than its errors explain, they add one weight c to both sides, so that K tells them from ignorance. Where published
    records show that an alloy comes out either way, a record that a person brings tells how it came out once
    (`either`).
    """
    brought = which not in PUBLISHED
    balance = group_weights(trusts, group, which, single, multi, either(trusts, group, single, multi) * brought)
    both = np.zeros(len(single))
    for s in np.flatnonzero(group == which):
        trust = trusts[int(s)]
        both = np.maximum(both, -np.log1p(-trust.informative * disputed(trust, single[:, s], multi[:, s])))
    kept = next((t.reliability for t, g in zip(trusts, group, strict=True) if g == which), 0.0)
    return (balance + Weights(both, both)).discounted(kept)


def either(trusts: Sequence[SourceTrust], group: IntArray, single: FloatArray, multi: FloatArray) -> FloatArray:
    """Odds, in published records, that an alloy comes out either way, shape ``(alloys,)``.

    Of the probability with which the most divided source shows it (`disputed`); 0 where reports agree as far as their
    source is right.
    """
    found = np.zeros(len(single))
    for s in np.flatnonzero(np.isin(group, PUBLISHED)):
        trust = trusts[int(s)]
        found = np.maximum(found, trust.informative * disputed(trust, single[:, s], multi[:, s]))
    return found / (1 - found)


def disputed(trust: SourceTrust, single: FloatArray, multi: FloatArray) -> FloatArray:
    """How far a source's reports of an alloy contradict each other beyond its errors, in [0, 1), shape ``(alloys,)``.

    Notes
    -----
    With n reports of which a share e of the minority is explained by the source's errors (1 − se where most say single,
    1 − sp where most do not), 2·(min(k, l) − e·n) / ((1 − 2e)·n + 2): nearly 1 for many reports split evenly, little
    for few.
    """
    total = single + multi
    error = np.where(single >= multi, 1 - trust.sensitivity, 1 - trust.specificity)
    error = np.minimum(error, MOST_ERROR)
    excess = np.maximum(np.minimum(single, multi) - error * total, 0.0)
    return np.asarray(2 * excess / ((1 - 2 * error) * total + PRIOR_REPORTS), float)
