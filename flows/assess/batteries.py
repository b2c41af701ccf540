"""Questions that tables decide: element pairs from alloy tables, experiments from reaction tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from hypograph.models.core.protocols import Candidate
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


class HostExchange(NamedTuple):
    """An element that takes another's place in a host alloy, and whether the tables say that the phase stays."""

    host: str
    first: str
    second: str
    same: bool


def host_exchanges(records: Sequence[AlloyRecord], n: int, seed: int) -> list[HostExchange]:
    """Return exchanges in hosts of two elements or more, half of them keeping the phase, drawn at random.

    Sets of elements are labelled as in `decided_pairs`; no pair of elements is asked twice.
    """
    rng = np.random.default_rng(seed)
    sides: dict[bool, list[HostExchange]] = {True: [], False: []}
    for host, members in sorted(_hosts(_labels(records)).items()):
        for (a, x), (b, y) in combinations(sorted(members), 2):
            if len(host) > 1:
                sides[x == y].append(HostExchange("".join(host), a, b, x == y))
    queues = {same: iter([rows[i] for i in rng.permutation(len(rows))]) for same, rows in sides.items()}
    used: set[tuple[str, str]] = set()
    found: list[HostExchange] = []
    while len(found) < n:
        row = next((r for r in queues[len(found) % 2 == 0] if (r.first, r.second) not in used), None)
        if row is None:
            break
        used.add((row.first, row.second))
        found.append(row)
    return found


class CompositionPair(NamedTuple):
    """Two hypotheses on compositions, with what tables say of their neighbours; `first` says which one holds."""

    sound: Candidate
    broken: Candidate


def composition_pairs(records: Sequence[AlloyRecord], n: int, seed: int) -> list[CompositionPair]:
    """Return pairs of alloys of equally many elements, of which the tables call one a single solid solution.

    Each says that it is one; beside it stands how many of the tabulated alloys that differ in one element are. The
    alloy's own record is not shown.
    """
    rng = np.random.default_rng(seed)
    labels = _labels(records)
    hosts = _hosts(labels)
    found: list[CompositionPair] = []
    for size in (4, 5, 3, 6):
        single, multi = ([e for e, one in sorted(labels.items()) if len(e) == size and one is is_one]
                         for is_one in (True, False))  # fmt: skip
        drawn = zip(rng.permutation(len(single)), rng.permutation(len(multi)), strict=False)
        found += [CompositionPair(_claim(single[i], labels, hosts), _claim(multi[j], labels, hosts)) for i, j in drawn]
    return found[:n]


def _claim(elements: tuple[str, ...], labels: _Labels, hosts: _Hosts) -> Candidate:
    near = [one for i, e in enumerate(elements) for other, one in hosts[elements[:i] + elements[i + 1 :]] if other != e]
    formula = "".join(elements)
    known = f"of {len(near)} tabulated alloys that differ from it in one element, {sum(near)} are one solid solution"
    text = f"Equimolar {formula}, cast and homogenised, forms a single solid solution."
    return Candidate(formula, text, evidence=(known,) if near else ())


_Labels = dict[tuple[str, ...], bool]
_Hosts = dict[tuple[str, ...], list[tuple[str, bool]]]


def _labels(records: Sequence[AlloyRecord]) -> _Labels:
    """Label each set of elements by most of its compositions; ties are left out."""
    votes: dict[tuple[str, ...], list[bool]] = defaultdict(list)
    for r in records:
        votes[r.elements].append(r.single_phase)
    return {e: 2 * sum(seen) > len(seen) for e, seen in sorted(votes.items()) if 2 * sum(seen) != len(seen)}


def _hosts(labels: _Labels) -> _Hosts:
    """Return what completes each host, with the label of the whole."""
    hosts: _Hosts = defaultdict(list)
    for elements, single in labels.items():
        for i, e in enumerate(elements):
            hosts[elements[:i] + elements[i + 1 :]].append((e, single))
    return hosts


def _exchanges(
    records: Sequence[AlloyRecord],
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    hosts = _hosts(_labels(records))
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
