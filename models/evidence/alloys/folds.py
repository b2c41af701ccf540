"""Which alloys train and which test, outside and inside; relatives never straddle a split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from hypograph.models.core.errors import InputError
from hypograph.models.evidence.alloys.table import AlloyTable
from hypograph.models.evidence.masses.mass import IntArray

PROTOCOLS: Final = ("loeo", "cv10", "train10")


@dataclass(frozen=True)
class Fold:
    """One split.

    Attributes
    ----------
    name
        The held-out element, or the number of the fold.
    train, test
        Rows of the table.
    held
        Columns of the elements that no training alloy holds; empty where elements are not what is held out.
    """

    name: str
    train: IntArray
    test: IntArray
    held: tuple[int, ...] = ()


def make_folds(table: AlloyTable, protocol: str, tested: IntArray, seed: int = 0) -> list[Fold]:
    """Split a table.

    Parameters
    ----------
    table
        All alloys; all of them may train.
    protocol
        `loeo`: each element held out in turn, from all sources. `cv10`: ten folds of element sets.
        `train10`: ten times, a tenth of the element sets trains and the rest is tested.
    tested
        Rows that may be tested (the last file's).
    seed
        Seed of the random splits.

    Returns
    -------
    list of Fold
        Those with something to train on and something to test.

    Raises
    ------
    InputError
        If the protocol is unknown or no fold can be made.
    """
    main = table.source >= 0
    may = np.zeros(len(table), bool)
    may[tested] = True
    folds = []
    if protocol == "loeo":
        for column, symbol in enumerate(table.elements.symbols):
            inside = table.present[:, column]
            folds.append(Fold(symbol, np.flatnonzero(~inside & main), np.flatnonzero(inside & may), held=(column,)))
    elif protocol in PROTOCOLS:
        part = parts(table.family, 10, seed)
        for k in range(10):
            inside = part == k
            trains, tests = (~inside, inside) if protocol == "cv10" else (inside, ~inside)
            folds.append(Fold(str(k), np.flatnonzero(trains & main), np.flatnonzero(tests & may)))
    else:
        raise InputError(f"{protocol!r} is no protocol", where="--protocol", expected=" or ".join(PROTOCOLS))
    folds = [f for f in folds if len(f.train) >= 2 and len(f.test)]
    if not folds:
        raise InputError(
            f"{int(main.sum())} alloys are too few for protocol {protocol}",
            where="--alloys",
            expected="a table with several element sets",
        )
    return folds


def parts(family: IntArray, count: int, seed: int) -> IntArray:
    """Number the part of each alloy, so that parts have nearly the same number of element sets."""
    names, member = np.unique(family, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    return np.asarray((order % count)[member], np.int64)


def inner_folds(table: AlloyTable, fold: Fold, count: int, most: int, seed: int = 0) -> list[Fold]:
    """Split the training alloys of a fold as the fold splits the table.

    Parameters
    ----------
    count
        Inner folds wanted.
    most
        Test alloys kept in each, chosen at random.

    Returns
    -------
    list of Fold
        With a held-out element: further elements are held out, chosen so that two outer folds share the
        work of their pair. Without: parts of the training alloys' element sets.

    Notes
    -----
    Nothing in an inner fold touches an alloy that the outer fold tests.
    """
    inner = []
    if fold.held:
        for column in _partners(len(table.elements.symbols), fold.held[0], count, seed):
            inside = table.present[fold.train, column]
            train, test = fold.train[~inside], fold.train[inside]
            inner.append(Fold(table.elements.symbols[column], train, _some(test, most, seed), (*fold.held, column)))
    else:
        part = parts(table.family[fold.train], min(count, 5), seed)
        for k in range(min(count, 5)):
            inside = part == k
            inner.append(Fold(f"{fold.name}.{k}", fold.train[~inside], _some(fold.train[inside], most, seed)))
    return [f for f in inner if len(f.train) >= 2 and len(f.test)]


def _partners(elements: int, column: int, count: int, seed: int) -> list[int]:
    """Elements next to one in a seeded circle, as many on either side: being partners is mutual."""
    circle = np.random.default_rng(seed).permutation(elements)
    place = int(np.flatnonzero(circle == column)[0])
    reach = min((count + 1) // 2, (elements - 1) // 2) or min(1, elements - 1)
    steps = [s for d in range(1, reach + 1) for s in (d, -d)]
    return sorted({int(circle[(place + s) % elements]) for s in steps} - {column})


def _some(rows: IntArray, most: int, seed: int) -> IntArray:
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
