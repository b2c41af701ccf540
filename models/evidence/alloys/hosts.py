"""Hosts: known alloys that become the alloy in question by exchanging few elements.

For an alloy A and a host H with a common element, C_t = H − A is what leaves and C_v = A − H what comes
in. The fewer elements are exchanged, the more H says of A.
"""

from __future__ import annotations

import copy

import numpy as np

from hypograph.models.evidence.alloys.keys import element_keys, set_keys
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.statistics.arrays import BoolArray

CHUNK_CELLS = 8_000_000
FAR = 1e6


def nearest_hosts(
    present: BoolArray,
    features: FloatArray,
    targets: IntArray,
    known: IntArray,
    most: int,
    barred: BoolArray | None = None,
    reach: int = 2,
) -> IntArray:
    """Find the hosts of alloys that exchange the fewest elements.

    Parameters
    ----------
    present
        Which elements an alloy holds, shape ``(alloys, elements)``.
    features
        Standardised features, shape ``(alloys, features)``; ties go to the smaller difference.
    targets, known
        Rows in question and rows that may be hosts.
    most
        Hosts kept for each target.
    barred
        Elements that a target's hosts must not hold, shape ``(targets, elements)``; None bars none.
    reach
        Largest |C_t| and |C_v|.

    Returns
    -------
    ndarray
        Row numbers of the hosts, nearest first, shape ``(targets, most)``; −1 where there is none. An
        alloy of the same element set is no host.
    """
    out = np.full((len(targets), most), -1, np.int64)
    if not len(known):
        return out
    holds = present.astype(np.float32)
    have = holds[known]
    size = have.sum(1)
    scale = features[known].astype(np.float32)
    norm = (scale**2).sum(1)
    step = max(1, CHUNK_CELLS // len(known))
    for start in range(0, len(targets), step):
        rows = targets[start : start + step]
        own = holds[rows]
        common = own @ have.T
        leave, enter = size[None] - common, own.sum(1)[:, None] - common
        wrong = (leave > reach) | (enter > reach) | (common < 1) | (leave + enter < 1)
        if barred is not None:
            wrong |= (barred[start : start + step].astype(np.float32) @ have.T) > 0
        mine = features[rows].astype(np.float32)
        distance = (mine**2).sum(1)[:, None] + norm[None] - 2 * mine @ scale.T
        # Elements exchanged decide; the distance, squeezed below 1, breaks ties.
        cost = np.where(wrong, FAR, np.maximum(leave, enter) + distance / (distance.max() + 1.0))
        keep = min(most, len(known))
        best = np.argpartition(cost, keep - 1, axis=1)[:, :keep]
        value = np.take_along_axis(cost, best, 1)
        order = np.argsort(value, axis=1, kind="stable")
        best, value = np.take_along_axis(best, order, 1), np.take_along_axis(value, order, 1)
        out[start : start + step, :keep] = np.where(value < FAR, known[best], -1)
    return out


class ExchangeIndex:
    """Finds hosts that exchange one element for one (or lack, or add, one) without looking at every pair.

    Alloys are joined by what is left when one element is taken away. All alloys of a table are indexed once;
    which of them may be hosts is asked anew each time.

    Parameters
    ----------
    present
        Which elements an alloy holds, shape ``(alloys, elements)``.
    known
        Rows that may ever be hosts.
    """

    def __init__(self, present: BoolArray, known: IntArray) -> None:
        self.present = present
        numbers = element_keys(present.shape[1])
        whole = set_keys(present)
        rows, taken = np.nonzero(present[known])
        with np.errstate(over="ignore"):
            keys = np.concatenate([whole[known][rows] - numbers[taken], whole[known]])
            self._left = whole[:, None] - numbers[None, :]
        self._whole = whole
        members = np.concatenate([known[rows], known])
        order = np.lexsort((members, keys))
        keys, self.members = keys[order], members[order].astype(np.int32)
        self.names, self.first, self.sizes = np.unique(keys, return_index=True, return_counts=True)

    def extended(self, present: BoolArray) -> ExchangeIndex:
        """Return the index with further alloys behind, which are looked for hosts and are none."""
        more = copy.copy(self)
        numbers, whole = element_keys(present.shape[1]), set_keys(present)
        more.present = np.concatenate([self.present, present])
        more._whole = np.concatenate([self._whole, whole])
        with np.errstate(over="ignore"):
            more._left = np.concatenate([self._left, whole[:, None] - numbers[None, :]])
        return more

    @property
    def usual(self) -> float:
        """Hosts that an alloy has, for one element taken from it, on average over the groups."""
        return float((self.sizes**2).sum() / max(self.sizes.sum(), 1)) - 1.0

    def nearest(self, targets: IntArray, allowed: BoolArray, taken: IntArray | None, most: int) -> IntArray:
        """Hosts as `hosts` finds them, at most `most` of each target (`pack`), with memory for a block at a time."""
        widest = int(self.sizes.max()) if len(self.sizes) else 1
        if taken is None and len(targets):
            widest *= int(self.present[targets].sum(1).max()) + 1
        step = max(1, CHUNK_CELLS // widest)
        starts = range(0, max(len(targets), 1), step)
        parts = [
            pack(self.hosts(targets[i : i + step], allowed, None if taken is None else taken[i : i + step]), most)
            for i in starts
        ]
        out = np.full((len(targets), max(part.shape[1] for part in parts)), -1, np.int64)
        for start, part in zip(starts, parts, strict=True):
            out[start : start + step, : part.shape[1]] = part
        return out

    def hosts(self, targets: IntArray, allowed: BoolArray, taken: IntArray | None = None) -> IntArray:
        """Hosts of targets, −1 where there is none; shape ``(targets, width)``.

        Parameters
        ----------
        targets
            Rows in question.
        allowed
            Which rows may be hosts, shape ``(alloys,)``.
        taken
            The one element to take from each target, shape ``(targets,)``; None takes each in turn, and none.
        """
        if taken is not None:
            found = self._members(self._left[targets, taken])
            holds = self.present[np.maximum(found, 0), taken[:, None]]
        else:
            # Only the elements that a target holds are looked up; those come first, in their usual order.
            present = self.present[targets]
            most = int(present.sum(1).max()) if len(targets) else 0
            held = np.argsort(~present, axis=1, kind="stable")[:, :most]
            there = np.append(np.take_along_axis(present, held, 1), np.ones((len(targets), 1), bool), 1)
            each = np.take_along_axis(self._left[targets], held, 1)
            keys = np.concatenate([each, self._whole[targets][:, None]], 1)
            found = self._members(keys.ravel()).reshape(len(targets), -1)
            found[~np.repeat(there, found.shape[1] // there.shape[1], axis=1)] = -1
            holds = np.zeros(found.shape, bool)
        wrong = (found < 0) | (found == targets[:, None]) | ~allowed[np.maximum(found, 0)] | holds
        return np.where(wrong, -1, found)

    def _members(self, keys: IntArray) -> IntArray:
        """Members of the group of each key, −1 behind them; shape ``(keys, members of the largest of them)``."""
        if not len(self.names):
            return np.full((len(keys), 1), -1, np.int64)
        place = np.minimum(np.searchsorted(self.names, keys), len(self.names) - 1)
        size = np.where(self.names[place] == keys, self.sizes[place], 0)
        column = np.arange(max(int(size.max(initial=0)), 1))
        at = np.minimum(self.first[place][:, None] + column, len(self.members) - 1)
        return np.where(column < size[:, None], self.members[at], -1)


def pack(hosts: IntArray, most: int) -> IntArray:
    """Move the −1 to the right and keep at most `most` columns, evenly spread over what is there."""
    rows, columns = np.nonzero(hosts >= 0)
    count = np.bincount(rows, minlength=len(hosts))
    width = min(int(count.max()), most) if len(rows) else 0
    if width == 0:
        return np.full((len(hosts), 1), -1, hosts.dtype)
    # Rows with more than `most` hosts keep every n-th of them.
    steps = np.arange(width)[None, :]
    if int(count.max()) > most:
        steps = np.maximum(count, most)[:, None] * steps // most
    first = np.cumsum(count) - count
    flat = hosts[rows, columns]
    place = np.minimum(first[:, None] + steps, len(flat) - 1)
    return np.where(steps < count[:, None], flat[place], -1)
