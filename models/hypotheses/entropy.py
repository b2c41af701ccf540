"""How evenly a search explored the options of its levels, by the entropy that campaigns use."""

from __future__ import annotations

from typing import Any

import numpy as np

from hypograph.models.hypotheses.search.slot_engine import Search
from hypograph.models.statistics.entropy import exploration_entropy


def level_entropy(search: Search) -> list[dict[str, Any]]:
    """Return the exploration entropy of each level after each comparison.

    The picks are the hypotheses that were compared with an incumbent, in order; the options of a slot are all
    values that were judged there. A level with less than two options in every slot is left out.

    Returns
    -------
    list of dict
        `level`, `published` and `corrected`: one value in [0, 1] a comparison.
    """
    judged = [search.known[key] for c in search.comparisons for key in (c.first, c.second)]
    rows = []
    for level in search.task.discipline.levels:
        names = [s.name for s in level.slots]
        held = [[h.get(n) for n in names] for h in judged]
        picks = [[d.value for d in row if d is not None] for row in held if all(d is not None for d in row)]
        alphabet = [sorted({row[j] for row in picks}) for j in range(len(names))]
        if not picks or all(len(options) < 2 for options in alphabet):
            continue
        index = np.array([[alphabet[j].index(v) for j, v in enumerate(row)] for row in picks])
        sizes = np.array([len(options) for options in alphabet])
        rows.append(
            {
                "level": level.name,
                "published": exploration_entropy(index, sizes).round(6).tolist(),
                "corrected": exploration_entropy(index, sizes, corrected=True).round(6).tolist(),
            }
        )
    return rows
