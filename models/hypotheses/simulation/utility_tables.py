"""Utilities as sums of tables: one entry a detail value, and where structure is known one a pair or triple.

Many searches side by side; each may have its own pairs. A table's entry is found from the values of up to
three details, so that gains of all single edits are one gather over the tables that a detail appears in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hypograph.models.hypotheses.simulation.landscape import SIZE, VALUES, Int

Single = NDArray[np.float32]

NONE = SIZE  # stands for a member that a table of fewer than three details does not have
STRIDE = np.array([VALUES * VALUES, VALUES, 1])


class Tables:
    """Where the entries of each table are.

    Parameters
    ----------
    members
        Details of each table, last ones first filled, `NONE` where there are fewer than three; shape
        ``(rows, tables, 3)``, the same numbers of members in every row.
    prior
        Prior variance of each table's entries up to a common factor, shape ``(tables,)``; None for one each.
    """

    def __init__(self, members: Int, prior: NDArray[np.float64] | None = None) -> None:
        self.members, self.size = members, SIZE
        prior = np.ones(members.shape[1]) if prior is None else prior
        self.rows, self.count = members.shape[:2]
        self.sizes = VALUES ** (members[0] != NONE).sum(axis=1)
        self.offsets = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        self.weights = int(self.sizes.sum())
        self.variance, self.total = np.repeat(prior, self.sizes), float(prior.sum())
        self.table, self.step = self._incidence()

    def columns(self, x: Int) -> Int:
        """Return the entries that hypotheses hold, ``(rows, ..., 15)`` to ``(rows, ..., tables)``."""
        wide = np.concatenate([x, np.zeros((*x.shape[:-1], 1), dtype=x.dtype)], axis=-1)
        places = self.members.reshape(self.rows, *(1,) * (x.ndim - 2), -1)
        held = np.take_along_axis(wide, np.broadcast_to(places, (*x.shape[:-1], places.shape[-1])), axis=-1)
        return np.asarray((held.reshape(*x.shape[:-1], self.count, 3) * STRIDE).sum(axis=-1) + self.offsets)

    def held(self, x: Int) -> Single:
        """Return hypotheses as vectors over entries, ``(rows, 15)`` to ``(rows, weights)``."""
        out = np.zeros((self.rows, self.weights), dtype=np.float32)
        np.put_along_axis(out, self.columns(x), 1.0, axis=1)
        return out

    def differences(self, new: Int, old: Int) -> Int:
        """Count the details in which hypotheses differ, ``(rows, m, n)``."""
        return np.asarray((new[:, :, None] != old[:, None]).sum(axis=-1))

    def gains(self, weights: Single, x: Int) -> Single:
        """Gain of setting a detail of `x` to a value under ``(rows, weights)``; shape ``(rows, 15, 5)``."""
        rows = np.arange(self.rows)[:, None, None]
        held = self.columns(x)[rows, self.table]
        change = (np.arange(VALUES) - x[:, :, None])[:, :, None, :] * self.step[..., None]
        # A detail in fewer tables than the others has step 0 there: its change cancels below.
        total = weights[rows[..., None], held[..., None] + change].sum(axis=2)
        return np.asarray(total - np.take_along_axis(total, x[:, :, None], axis=2))

    def climb(self, weights: Single, x: Int, most: int = 2 * SIZE) -> Int:
        """Take the best single edit again and again, from `x` until none gains or `most` were made."""
        rows, x = np.arange(self.rows), x.copy()
        for _ in range(most):
            gains = self.gains(weights, x).reshape(self.rows, -1)
            edit = gains.argmax(axis=1)
            better = gains[rows, edit] > 1e-6
            if not better.any():
                break
            x[rows[better], edit[better] // VALUES] = edit[better] % VALUES
        return x

    def _incidence(self) -> tuple[Int, Int]:
        """For each detail the tables it is in, and by how much an entry moves with its value."""
        inside = self.members[:, None] == np.arange(SIZE)[:, None, None]
        steps = (inside * STRIDE).sum(axis=-1)
        order = np.argsort(steps == 0, axis=2, kind="stable")
        most = int((steps > 0).sum(axis=2).max())
        table = order[:, :, :most]
        return table, np.take_along_axis(steps, table, axis=2)
