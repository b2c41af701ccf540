"""Hosts: known alloys that become the alloy in question by exchanging few elements.

For an alloy A and a host H with a common element, C_t = H − A is what leaves and C_v = A − H what comes
in. The fewer elements are exchanged, the more H says of A.
"""

from __future__ import annotations

import numpy as np

from hypograph.models.evidence.mass import FloatArray, IntArray
from hypograph.models.evidence.table import BoolArray

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
