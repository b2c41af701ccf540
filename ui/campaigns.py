"""What the campaign pages show: groups of replicates, and groups side by side."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypograph.graph import GraphStore
from hypograph.graph.queries import pages

KEPT_GROUPS = 200


@dataclass(frozen=True, slots=True)
class Trajectories:
    """The replicates of one group, experiment by experiment; NaN where there is no value.

    Attributes
    ----------
    ids, seeds
        One a replicate.
    index
        Numbers of the experiments, shape ``(n,)``.
    value, best, entropy
        Outcome, best so far, cumulative entropy as published; shape ``(replicates, n)``.
    """

    ids: tuple[str, ...]
    seeds: tuple[int | None, ...]
    index: tuple[int, ...]
    value: NDArray[np.float64]
    best: NDArray[np.float64]
    entropy: NDArray[np.float64]


# What was read of a group, under what the store says of the group: a changed group is read anew.
_read: OrderedDict[tuple[Any, ...], Trajectories] = OrderedDict()
_lock = Lock()


def groups(store: GraphStore) -> list[dict[str, Any]]:
    """Campaigns joined into groups of replicates, with mean best and entropy."""
    return [
        {**row, "table": row["table"] or row["name"], "live": bool(row["live"])}
        for row in store.read(pages.CAMPAIGN_GROUPS)
    ]


def trajectories(store: GraphStore, chosen: list[dict[str, Any]]) -> dict[str, Trajectories]:
    """Read the replicates of groups as `groups` returned them; those that did not change come from memory."""
    keys = {g["group"]: (id(store), *(repr(g[name]) for name in sorted(g))) for g in chosen}
    with _lock:
        missing = [group for group, key in keys.items() if key not in _read]
    rows: dict[str, list[dict[str, Any]]] = {group: [] for group in missing}
    for row in store.read(pages.TRAJECTORIES, groups=missing) if missing else ():
        rows[row["group"]].append(row)
    found = {group: _joined(replicates) for group, replicates in rows.items()}
    with _lock:
        found |= {group: _read[key] for group, key in keys.items() if key in _read}
        for group, key in keys.items():
            _read[key] = found[group]
            _read.move_to_end(key)
        while len(_read) > KEPT_GROUPS:
            _read.popitem(last=False)
    return found


def _joined(rows: list[dict[str, Any]]) -> Trajectories:
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
        table[:, :, 0],
        _carried(table[:, :, 1]),
        table[:, :, 2],
    )


def _carried(best: NDArray[np.float64]) -> NDArray[np.float64]:
    """Carry the last known value of each row forward over gaps (failed experiments, shorter replicates)."""
    if best.shape[1] == 0:
        return best
    last = np.maximum.accumulate(np.where(np.isnan(best), 0, np.arange(best.shape[1])), axis=1)
    return np.asarray(np.take_along_axis(best, last, axis=1))


def compare(store: GraphStore, chosen: list[str]) -> dict[str, Any]:
    """Best-so-far (median, quartiles) and entropy (mean) by experiment, for each group."""
    known = {g["group"]: g for g in groups(store)}
    there = [group for group in dict.fromkeys(chosen) if group in known]
    read = trajectories(store, [known[group] for group in there])
    series = [_series(known[group], read[group]) for group in there if read[group].index]
    return {"series": series}


def _series(group: dict[str, Any], found: Trajectories) -> dict[str, Any]:
    # Before a replicate's first valid result it has no best; an experiment at which none has one is left out.
    shown = np.flatnonzero(~np.isnan(found.best).all(axis=0))
    low, median, high = np.nanquantile(found.best[:, shown], (0.25, 0.5, 0.75), axis=0)
    entropy = found.entropy[:, shown]
    known = (~np.isnan(entropy)).sum(axis=0)
    mean = np.divide(np.nansum(entropy, axis=0), known, out=np.full(known.shape, np.nan), where=known > 0)
    return {
        **group,
        "index": [found.index[i] for i in shown],
        "median": median.tolist(),
        "q25": low.tolist(),
        "q75": high.tolist(),
        "entropy": [None if np.isnan(e) else float(e) for e in mean],
    }


def experiments(store: GraphStore, group: str, limit: int = 1000) -> dict[str, Any] | None:
    """One group with its experiments, who chose them and why; None if there is none."""
    known = next((g for g in groups(store) if g["group"] == group), None)
    if known is None:
        return None
    return {"group": known, "experiments": store.read(pages.EXPERIMENTS, group=group, limit=limit), "limit": limit}
