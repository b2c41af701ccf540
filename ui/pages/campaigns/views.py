"""What the campaign pages show: groups of replicates, and groups side by side."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hypograph.graph import GraphStore
from hypograph.graph.core.query import Query
from hypograph.graph.queries import pages
from hypograph.graph.queries.rows import PicksRow, ReplicateRow, TrajectoryRow
from hypograph.ui.drawing.documents import Group

KEPT_GROUPS = 600
MOST_STEPS = 4000  # shown at once; far more are read, so that what is remembered of a replicate is all of it
T = TypeVar("T")
Row = TypeVar("Row")
Picks = dict[str, Counter[str]]


@dataclass(frozen=True, slots=True)
class Trajectories:
    """The replicates of one group, experiment by experiment; NaN where there is no value.

    Attributes
    ----------
    ids, seeds
        One a replicate.
    index
        Numbers of the experiments, shape ``(n,)``.
    last
        Number of the last experiment of each replicate.
    value, best, entropy
        Outcome, best so far, cumulative entropy as published; shape ``(replicates, n)``.
    """

    ids: tuple[str, ...]
    seeds: tuple[int | None, ...]
    index: tuple[int, ...]
    last: tuple[int, ...]
    value: NDArray[np.float64]
    best: NDArray[np.float64]
    entropy: NDArray[np.float64]


# What was read of a group, under what the store says of the group: a changed group is read anew.
_read: OrderedDict[tuple[object, ...], Any] = OrderedDict()
_lock = Lock()


def groups(store: GraphStore) -> list[Group]:
    """Campaigns joined into groups of replicates, with mean best and entropy."""
    rows = store.read(pages.CAMPAIGN_GROUPS)
    named = Counter((row["table"] or row["name"], row["method"]) for row in rows)
    return [
        {
            **row,
            "table": row["table"] or row["name"],
            # Of two that are named alike each shows the beginning of its id.
            "mark": str(row["group"])[:6] if named[row["table"] or row["name"], row["method"]] > 1 else "",
            "live": bool(row["live"]),
            "best_value": row["lowest"] if row["goal"] == "min" else row["highest"],
        }
        for row in rows
    ]


def trajectories(store: GraphStore, chosen: Sequence[Group]) -> dict[str, Trajectories]:
    """Read the replicates of groups as `groups` returned them; those that did not change come from memory."""
    return _remembered(store, _keys(chosen), pages.TRAJECTORIES, _joined, _group)


def picks(store: GraphStore, chosen: Sequence[Group]) -> dict[str, Picks]:
    """Read what each replicate of groups tried: its points, as JSON text, with how often."""

    def join(rows: Sequence[PicksRow]) -> Picks:
        return {row["id"]: Counter(row["points"]) for row in rows}

    return _remembered(store, _keys(chosen), pages.PICKS, join, _group)


def courses(store: GraphStore, chosen: Mapping[str, Sequence[Group]]) -> list[ReplicateRow]:
    """Read the experiments of single replicates, by number; `chosen` names the groups that each belongs to."""
    keys = {id: repr([dict(sorted(group.items())) for group in groups]) for id, groups in chosen.items()}
    found = _remembered(store, keys, pages.REPLICATES, list, lambda row: row["id"], "ids")
    rows = (row for replicate in found.values() for row in replicate)
    return sorted(rows, key=lambda row: (row["index"], row["id"]))[:MOST_STEPS]


def _remembered(
    store: GraphStore,
    state: Mapping[str, str],
    query: Query[Row],
    join: Callable[[list[Row]], T],
    of: Callable[[Row], str],
    asked: str = "groups",
) -> dict[str, T]:
    """Read rows by group and join them; what was read in the same state comes from memory."""
    keys = {group: (query.name, id(store), said) for group, said in state.items()}
    with _lock:
        missing = [group for group, key in keys.items() if key not in _read]
    rows: dict[str, list[Row]] = {group: [] for group in missing}
    for row in store.read(query, **{asked: missing}) if missing else ():
        rows[of(row)].append(row)
    found: dict[str, T] = {group: join(replicates) for group, replicates in rows.items()}
    with _lock:
        found |= {group: _read[key] for group, key in keys.items() if key in _read}
        for group, key in keys.items():
            _read[key] = found[group]
            _read.move_to_end(key)
        while len(_read) > KEPT_GROUPS:
            _read.popitem(last=False)
    return found


def _keys(chosen: Sequence[Group]) -> dict[str, str]:
    """Return by group what the store says of it."""
    return {g["group"]: repr(dict(sorted(g.items()))) for g in chosen}


def _group(row: TrajectoryRow | PicksRow) -> str:
    return row["group"]


def _joined(rows: list[TrajectoryRow]) -> Trajectories:
    index = sorted({step[0] for row in rows for step in row["steps"]})
    place = {number: i for i, number in enumerate(index)}
    table = np.full((len(rows), len(index), 3), np.nan)
    for r, row in enumerate(rows):
        for number, *values in row["steps"]:
            table[r, place[number]] = [np.nan if v is None else v for v in values]
    return Trajectories(
        tuple(row["id"] for row in rows),
        tuple(row["seed"] for row in rows),
        tuple(index),
        tuple(max((step[0] for step in row["steps"]), default=0) for row in rows),
        table[:, :, 0],
        carried(table[:, :, 1]),
        table[:, :, 2],
    )


def carried(best: NDArray[np.float64]) -> NDArray[np.float64]:
    """Carry the last known value of each row forward over gaps (failed experiments, shorter replicates)."""
    if best.shape[1] == 0:
        return best
    last = np.maximum.accumulate(np.where(np.isnan(best), 0, np.arange(best.shape[1])), axis=1)
    return np.asarray(np.take_along_axis(best, last, axis=1))


def experiments(store: GraphStore, group: str, limit: int = 1000) -> dict[str, object] | None:
    """One group with its experiments, who chose them and why; None if there is none."""
    known = next((g for g in groups(store) if g["group"] == group), None)
    if known is None:
        return None
    return {"group": known, "experiments": store.read(pages.EXPERIMENTS, group=group, limit=limit), "limit": limit}
