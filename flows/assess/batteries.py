"""Questions that tables decide: element pairs from alloy tables, experiments from reaction tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from hypograph.models.core.records import AlloyRecord

LEAST_EXCHANGES = 8
DECIDED = 0.95
MOST_OF_AN_ELEMENT = 20


def decided_pairs(records: Sequence[AlloyRecord], n: int = 120) -> list[tuple[str, str, bool]]:
    """Return element pairs whose exchange the tables decide, half of them yes.

    The rule was fixed before any model was asked. (1) An element set is single-phase where more than half of
    its compositions are; ties are left out. (2) Two sets that differ in one element are an exchange of these
    two; it keeps the phase where both sets have the same label. (3) A pair of elements with at least
    `LEAST_EXCHANGES` exchanges is decided "yes" where its share of kept phases exceeds the share over all
    exchanges with posterior probability `DECIDED` under Jeffreys' prior Beta(½, ½), "no" where it stays
    below with that probability. (4) Yes and no by turns, the surest first, each element in at most
    `MOST_OF_AN_ELEMENT` pairs.

    Parameters
    ----------
    records
        Alloys with a known phase outcome.
    n
        Pairs to return at most.
    """
    from scipy.stats import beta

    kept, total = _exchanges(records)
    if not total:
        return []
    rate = sum(kept.values()) / sum(total.values())
    names = sorted(p for p, count in total.items() if count >= LEAST_EXCHANGES)
    k = np.array([kept[p] for p in names], dtype=float)
    m = np.array([total[p] for p in names], dtype=float)
    above = beta.sf(rate, k + 0.5, m - k + 0.5)
    sides = {
        True: [names[i] for i in np.argsort(-above, kind="stable") if above[i] >= DECIDED],
        False: [names[i] for i in np.argsort(above, kind="stable") if above[i] <= 1 - DECIDED],
    }
    return _by_turns(sides, n)


def _exchanges(
    records: Sequence[AlloyRecord],
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    votes: dict[tuple[str, ...], list[bool]] = defaultdict(list)
    for r in records:
        votes[r.elements].append(r.single_phase)
    hosts: dict[tuple[str, ...], list[tuple[str, bool]]] = defaultdict(list)
    for elements, seen in sorted(votes.items()):
        if 2 * sum(seen) == len(seen):
            continue
        for i, e in enumerate(elements):
            hosts[elements[:i] + elements[i + 1 :]].append((e, 2 * sum(seen) > len(seen)))
    kept: dict[tuple[str, str], int] = defaultdict(int)
    total: dict[tuple[str, str], int] = defaultdict(int)
    for members in hosts.values():
        for (a, x), (b, y) in combinations(sorted(members), 2):
            total[a, b] += 1
            kept[a, b] += x == y
    return kept, total


def _by_turns(sides: dict[bool, list[tuple[str, str]]], n: int) -> list[tuple[str, str, bool]]:
    used: dict[str, int] = defaultdict(int)
    found: list[tuple[str, str, bool]] = []
    queues = {same: iter(pairs) for same, pairs in sides.items()}
    while len(found) < n:
        same = len(found) % 2 == 0
        pair = next((p for p in queues[same] if max(used[e] for e in p) < MOST_OF_AN_ELEMENT), None)
        if pair is None:
            break
        for e in pair:
            used[e] += 1
        found.append((*pair, same))
    return found
