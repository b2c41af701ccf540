"""Sampling sets of keywords that are new and promising: annealed chains, then a diverse choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from hypograph.models.literature.graph.pair_counts import FloatArray, IntArray

Score = Callable[[IntArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Neighbours of each keyword in the backbone, in compressed rows."""

    indptr: IntArray
    indices: IntArray

    @classmethod
    def from_edges(cls, first: IntArray, second: IntArray, nodes: int) -> Neighbours:
        """Build from the two ends of undirected edges."""
        start, end = np.concatenate([first, second]), np.concatenate([second, first])
        order = np.lexsort((end, start))
        return cls(np.searchsorted(start[order], np.arange(nodes + 1)).astype(np.int64), end[order])

    def step(self, nodes: IntArray, rng: np.random.Generator) -> IntArray:
        """One random step from each node; a node without neighbours stays."""
        degree = self.indptr[nodes + 1] - self.indptr[nodes]
        offset = (rng.random(nodes.size) * degree).astype(np.int64)
        at = np.minimum(self.indptr[nodes] + offset, max(self.indices.size - 1, 0))
        moved = self.indices[at] if self.indices.size else nodes
        return np.where(degree > 0, moved, nodes)


def anneal(
    score: Score,
    neighbours: Neighbours,
    eligible: IntArray,
    rng: np.random.Generator,
    *,
    size: int = 4,
    chains: int = 64,
    steps: int = 200,
    fixed: IntArray | None = None,
    hot: float = 0.2,
    cold: float = 0.01,
) -> tuple[IntArray, FloatArray]:
    """Search for sets of a high score with parallel annealed chains.

    Parameters
    ----------
    score
        Maps sets of shape ``(b, size)``, rows ascending, to scores in [0, 1] of shape ``(b,)``.
    neighbours
        The backbone: half of the moves go two steps along it, the rest anywhere.
    eligible
        Keyword numbers that a set may hold, at least `size`.
    rng
        Source of chance.
    size
        Keywords a set.
    chains, steps
        Sets walked in parallel, and moves of each.
    fixed
        Keywords of the topic: each chain holds one of them in its first place throughout.
    hot, cold
        Temperatures at the start and the end, in units of score; falling geometrically.

    Returns
    -------
    sets, scores
        All distinct sets that a chain stood at, best first, shapes ``(m, size)`` and ``(m,)``.

    References
    ----------
    Kirkpatrick, Gelatt, Vecchi, Science 220 (1983) 671.
    """
    state = _starts(eligible, fixed, chains, size, rng)
    current = score(np.sort(state, axis=1))
    seen, values = [np.sort(state, axis=1)], [current]
    first_free = 0 if fixed is None else 1
    allowed = np.zeros(int(eligible.max()) + 1, bool)
    allowed[eligible] = True
    rows = np.arange(chains)
    for step in range(steps):
        temperature = hot * (cold / hot) ** (step / max(steps - 1, 1))
        place = rng.integers(first_free, size, chains)
        anchor = state[rows, rng.integers(0, size, chains)]
        walked = neighbours.step(neighbours.step(anchor, rng), rng)
        leap = rng.random(chains) < 0.5
        new = np.where(leap, eligible[rng.integers(0, eligible.size, chains)], walked)
        valid = (new < allowed.size) & allowed[np.minimum(new, allowed.size - 1)] & ~(state == new[:, None]).any(axis=1)
        moved = state.copy()
        moved[rows, place] = np.where(valid, new, state[rows, place])
        ordered = np.sort(moved, axis=1)
        value = score(ordered)
        accept = valid & (rng.random(chains) < np.exp(np.minimum((value - current) / temperature, 0.0)))
        state[accept], current = moved[accept], np.where(accept, value, current)
        seen.append(ordered[accept])
        values.append(value[accept])
    sets, index = np.unique(np.concatenate(seen), axis=0, return_index=True)
    scores = np.concatenate(values)[index]
    order = np.lexsort((index, -scores))
    return sets[order], scores[order]


def _starts(eligible: IntArray, fixed: IntArray | None, chains: int, size: int, rng: np.random.Generator) -> IntArray:
    picks = np.argsort(rng.random((chains, eligible.size)), axis=1)[:, : size + 1]
    state: IntArray = eligible[picks[:, :size]]
    if fixed is not None:
        head = fixed[rng.integers(0, fixed.size, chains)]
        spare = eligible[picks[:, -1]]
        clash = state == head[:, None]
        state = np.where(clash, spare[:, None], state)
        state[:, 0] = head
    return state


def diverse(sets: IntArray, scores: FloatArray, count: int, repeat: float = 0.5) -> IntArray:
    """Choose sets greedily, each discounted by what it shares with those already chosen.

    This is the greedy mode of a determinantal choice with kernel score · (share of common keywords) ·
    score: a set that repeats a chosen one adds no volume.

    Parameters
    ----------
    sets, scores
        As `anneal` returns them.
    count
        Sets wanted; fewer come back where there are not as many.
    repeat
        Largest share in [0, 1] of common keywords with a chosen set.

    Returns
    -------
    numpy.ndarray
        Row numbers, best first.
    """
    shared = np.zeros(len(sets))
    free = np.ones(len(sets), bool)
    chosen: list[int] = []
    while len(chosen) < count and free.any():
        value = np.where(free, scores * (1.0 - shared**2), -1.0)
        best = int(np.argmax(value))
        chosen.append(best)
        overlap = (sets[:, :, None] == sets[best][None, None, :]).any(axis=2).mean(axis=1)
        np.maximum(shared, overlap, out=shared)
        free &= shared <= repeat
        free[best] = False
    order = sorted(chosen, key=lambda row: (-scores[row], row))
    return np.array(order, np.int64)


def varied(members: Sequence[Sequence[str]], count: int, most: int, exempt: Collection[str] = ()) -> list[int]:
    """Choose sets in their order so that no keyword stands in more than some of them.

    Parameters
    ----------
    members
        Keywords of each set, best set first.
    count
        Sets wanted; where too few are left, those passed over fill the places.
    most
        Sets that may hold one keyword.
    exempt
        Keywords without a limit, such as those of a topic.

    Returns
    -------
    list of int
        Numbers of the sets, ascending.
    """
    held: Counter[str] = Counter()
    chosen: list[int] = []
    for number, names in enumerate(members):
        if len(chosen) < count and all(held[name] < most for name in names if name not in exempt):
            chosen.append(number)
            held.update(names)
    passed = [number for number in range(len(members)) if number not in set(chosen)]
    return sorted([*chosen, *passed[: count - len(chosen)]])
