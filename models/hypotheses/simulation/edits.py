"""The simulator's proposer: single edits screened by the preference model, or a hypothesis built freely from it."""

from __future__ import annotations

import numpy as np

from hypograph.models.hypotheses.search.beliefs import Beliefs
from hypograph.models.hypotheses.search.engine import SETTLED
from hypograph.models.hypotheses.search.features import Int, Single
from hypograph.models.hypotheses.simulation.landscape import SIZE, VALUES
from hypograph.models.hypotheses.simulation.utility_tables import Tables

SCREENED = 30  # single edits looked at when one is to be chosen
QUIET = 6.0  # variance of a utility in squared log-odds from which the judge counts as quiet
NEAR_UNTIL, LATER = 96, 0.5  # under a quiet judge all stay near until then, then this share


class Edits:
    """Challengers on landscapes; `proposals` counts what was looked at, ``(rows,)``.

    Before `SETTLED` verdicts half of the challengers stay near the incumbent and half are free. Then a quiet judge
    has them near, until it has given enough verdicts to build from; a noisy one has them free.
    """

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.proposals = np.ones(tables.rows)

    def start(self, rng: np.random.Generator) -> Int:
        """Return complete hypotheses at random."""
        return rng.integers(0, VALUES, (self.tables.rows, SIZE))

    def challenge(self, beliefs: Beliefs, incumbent: Int, drawn: Single, rng: np.random.Generator) -> Int:
        """Take the best of some screened single edits, or, under a noisy judge, build one freely."""
        x, n = incumbent, np.arange(len(incumbent))
        free = self.tables.climb(drawn, x)
        gains = self.tables.gains(drawn, x).reshape(len(x), -1)
        out = rng.random(gains.shape) > SCREENED / (SIZE * (VALUES - 1))
        same = (np.arange(VALUES) == x[:, :, None]).reshape(len(x), -1)
        edit = np.where(same, -np.inf, np.where(out, gains - 1e6, gains)).argmax(axis=1)
        near = x.copy()
        near[n, edit // VALUES] = edit % VALUES
        if beliefs.verdicts < SETTLED:
            share = np.full(len(x), 0.5)
        else:
            share = np.where(beliefs.variance >= QUIET, 1.0 if beliefs.verdicts < NEAR_UNTIL else LATER, 0.0)
        stay = rng.random(len(x)) < share
        stay = stay | (free == x).all(axis=1)
        self.proposals += np.where(stay, SCREENED, 1)
        return np.where(stay[:, None], near, free)
