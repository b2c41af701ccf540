"""Places on the map: communities as islands, what belongs to one inside it, papers between their keywords.

The same content always gets the same picture: every place follows from names and relationships alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hypograph.graph.maps.layout import layout

Places = NDArray[np.float64]
Ints = NDArray[np.int64]
GOLDEN = np.pi * (3 - np.sqrt(5))
GAP = 1.06  # islands are kept apart by this share of their radii
ROUNDS = 300  # of pushing islands apart; a few dozen are enough for twenty


def islands(sizes: Ints, between: dict[tuple[int, int], float]) -> tuple[Places, Places]:
    """Place communities so that joined ones are near and none overlap.

    Parameters
    ----------
    sizes
        Members of each, shape ``(n,)``.
    between
        Weight of what joins two of them, by their numbers.

    Returns
    -------
    centres
        Shape ``(n, 2)``.
    radii
        Shape ``(n,)``; areas go with sizes.
    """
    radii = np.sqrt(np.maximum(sizes, 1).astype(float)) + 0.8
    pairs = np.array(sorted(between), dtype=np.int64).reshape(-1, 2)
    weights = np.sqrt([between[a, b] for a, b in sorted(between)]) if between else np.ones(0)
    centres = layout([f"island {i}" for i in range(len(sizes))], pairs, weights, iterations=200)
    centres = centres * np.sqrt((radii**2).sum()) * 1.1
    for _ in range(ROUNDS):
        apart = centres[:, None] - centres[None]
        distance = np.sqrt((apart**2).sum(-1)) + np.eye(len(sizes)) * 1e9
        overlap = np.maximum(GAP * (radii[:, None] + radii[None]) - distance, 0.0)
        if not overlap.any():
            break
        step = (apart / np.maximum(distance, 1e-6)[..., None] * overlap[..., None]).sum(1)
        centres += 0.3 * step - 0.004 * centres
    return centres, radii


def members(names: list[str], edges: Ints, centre: NDArray[np.float64], radius: float) -> Places:
    """Place the members of one island: by their relationships, evenly filled."""
    if len(names) == 1:
        return np.asarray(centre)[None]
    local = layout(names, edges, np.ones(len(edges)), iterations=80)
    local -= local.mean(0)
    far = np.sqrt((local**2).sum(1))
    # Ranks of distances fill the disc evenly: no crowd in the middle, no empty rim.
    rank = np.argsort(np.argsort(far, kind="stable"), kind="stable") + 0.5
    even = np.sqrt(rank / len(names)) * radius * 0.92
    return np.asarray(
        centre + local / np.maximum(far, 1e-9)[:, None] * (0.35 * far / far.max() * radius + 0.65 * even)[:, None]
    )


def sunflower(n: int, centre: NDArray[np.float64], radius: float) -> Places:
    """Place what nothing joins: evenly over a disc (Vogel 1979)."""
    i = np.arange(n) + 0.5
    r, angle = radius * 0.94 * np.sqrt(i / n), i * GOLDEN
    return np.asarray(centre + np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1))


def between(places: Places, groups: list[NDArray[np.int64]], spread: float) -> Places:
    """Place papers at the middle of their keywords, each a little aside so that none hides another."""
    found = np.zeros((len(groups), 2))
    for row, near in enumerate(groups):
        found[row] = places[near].mean(0)
    i = np.arange(len(groups))
    aside = spread * (0.25 + 0.75 * np.sqrt((i * 0.754877666) % 1.0))
    return np.asarray(found + aside[:, None] * np.stack([np.cos(i * GOLDEN), np.sin(i * GOLDEN)], axis=1))
