"""Records in one state: the state as a condition of a question where records allow, else all of them pooled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hypograph.models.core.records import AlloyRecord
from hypograph.models.evidence.alloys.state import AskedState
from hypograph.models.evidence.fusion.known_records import Near, RecordIndex
from hypograph.models.evidence.masses.mass import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Condition:
    """What became of a question's state for one alloy.

    Attributes
    ----------
    used
        The condition that its records allowed, such as ``annealed``; empty where all states are pooled.
    left_out
        Records of the composition that are of another state, or do not say which.
    """

    used: str = ""
    left_out: int = 0


def in_state(near: Near, records: Sequence[AlloyRecord], asked: AskedState) -> tuple[Near, list[Condition]]:
    """Keep of each alloy's records those in a state.

    Parameters
    ----------
    near
        Records at and near some alloys.
    records
        All records, as `RecordIndex.behind` counts them.
    asked
        The state. Where it names a temperature and no record has it, the state alone is the condition.

    Returns
    -------
    tuple
        The records that speak, and for each alloy the condition. An alloy without a record in that state keeps them
        all. Near alloys are conditioned with the alloy.
    """
    index = near.index
    place = {name: s for s, name in enumerate(index.names)}
    added: list[tuple[int, list[int]]] = []
    conditions: list[Condition] = []
    same, neighbours, likeness = list(near.same), list(near.neighbours), list(near.likeness)
    for at, rows in enumerate(near.same):
        behind = [i for row in rows for i in index.behind[row]]
        wish = next((w for w in asked.wishes() if any(w.holds(records[i].state) for i in behind)), None)
        if wish is None:
            conditions.append(Condition())
            continue

        def kept(rows: IntArray, wish: AskedState = wish) -> tuple[IntArray, FloatArray]:
            """Numbers of the conditioned rows, and which of the given ones they are."""
            numbers, chosen = [], np.zeros(len(rows), bool)
            for k, row in enumerate(rows):
                members = [i for i in index.behind[row] if wish.holds(records[i].state)]
                if members:
                    numbers.append(len(index.behind) + len(added))
                    added.append((int(row), members))
                    chosen[k] = True
            return np.array(numbers, np.int64), chosen

        same[at], _ = kept(rows)
        neighbours[at], chosen = kept(near.neighbours[at])
        likeness[at] = near.likeness[at][chosen]
        spoke = sum(len(added[row - len(index.behind)][1]) for row in same[at])
        conditions.append(Condition(wish.text, len(behind) - spoke))
    return Near(_with(index, added, records, place), same, neighbours, likeness), conditions


def _with(
    index: RecordIndex, added: Sequence[tuple[int, list[int]]], records: Sequence[AlloyRecord], place: dict[str, int]
) -> RecordIndex:
    """The index with further rows behind it, each some records of a row that is there."""
    if not added:
        return index
    single, multi, phases = index.tally([members for _, members in added], records, place)
    return replace(
        index,
        weights=np.concatenate([index.weights, index.weights[[row for row, _ in added]]]),
        single=np.concatenate([index.single, single]),
        multi=np.concatenate([index.multi, multi]),
        phases=np.concatenate([index.phases, phases]),
        behind=[*index.behind, *(members for _, members in added)],
        _tree=None,
    )
