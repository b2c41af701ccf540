"""Candidate keywords of documents, and the causal choice of a few of them."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hypograph.models.literature.chemistry.reading import compound, is_capitals
from hypograph.models.literature.graph.pair_counts import BoolArray, FloatArray, IntArray
from hypograph.models.literature.text.chunks import noun_phrases
from hypograph.models.literature.text.english import CLOSED
from hypograph.models.literature.text.names import names_in
from hypograph.models.literature.text.spelling import american, singular

# name → [times, 1 if in the title, 1 if it ever ends its noun phrase, 1 if it ever is the whole of it]
Found = dict[str, list[int]]


_CAPITAL_WITHIN: Final = re.compile(r"[A-Za-z)][A-Z(]|[A-Z][a-z]?\d")


@functools.lru_cache(maxsize=262144)
def _words(phrase: str, names: frozenset[str]) -> tuple[str, ...]:
    parts = phrase.lower().replace("’", "'").replace("–", "-").replace("-", " ").split()
    return tuple(w if w in names else singular(american(w)) for w in parts)


@functools.lru_cache(maxsize=65536)
def _boundaries(phrase: str) -> frozenset[int]:
    """Places among the words of a phrase where one of its tokens begins or ends; hyphens lie within."""
    sizes = [len([p for p in re.split(r"[-–]", token) if p]) for token in phrase.split()]
    return frozenset(itertools.accumulate(sizes, initial=0))


def _tokens(boundaries: frozenset[int], start: int, stop: int) -> int:
    return sum(start < b <= stop for b in boundaries)


def _without_compounds(phrase: str) -> list[str]:
    """Cut a phrase at formulas, which are keywords of their own: "doped TiO2 thin film" leaves "thin film"."""
    if not _CAPITAL_WITHIN.search(phrase):
        return [phrase]
    parts: list[list[str]] = [[]]
    for word in phrase.split():
        if any(compound(piece) is not None or is_capitals(piece) for piece in re.split(r"[-–/]", word)):
            parts.append([])
        else:
            parts[-1].append(word)
    # What stood before a formula ("doped", "pure") describes it.
    return [" ".join(part) for part in parts[-1:] if part]


def candidates(title: str, body: str, longest: int = 3, most: int = 60) -> Found:
    """Find the pieces of noun phrases that may serve as keywords.

    Parameters
    ----------
    title, body
        The document.
    longest
        Words a candidate at most; every run of words within a noun phrase counts.
    most
        Candidates kept, those of the title and the frequent ones first.

    Returns
    -------
    dict
        Name (lower case, singular words) to [times, 1 if in the title, 1 if it ever ends its phrase, 1 if it ever is
        the whole of it].
    """
    found: Found = {}
    names = names_in(f"{title} . {body}")
    for text, in_title in ((title, 1), (body, 0)):
        for part in (part for chunk in noun_phrases(text) for part in _without_compounds(chunk.text)):
            words, whole = _words(part, names), _boundaries(part)
            for start in range(len(words)):
                for stop in range(start + 1, min(start + longest, len(words)) + 1):
                    # "end-to-end training" has no part "to end".
                    if words[start] in CLOSED or words[stop - 1] in CLOSED:
                        continue
                    entry = found.setdefault(" ".join(words[start:stop]), [0, 0, 0, 0])
                    entry[0] += 1
                    entry[1] |= in_title
                    # No term begins or ends within "multi-class", nor is it that word alone.
                    uncut = start in whole and stop in whole and stop - start > 1 and _tokens(whole, start, stop) > 1
                    entry[2] |= stop == len(words) and (uncut or stop - start == 1)
                    entry[3] |= start == 0 and stop == len(words) and (uncut or stop - start == 1)
    if len(found) > most:
        ranked = sorted(found.items(), key=lambda item: (-item[1][1], -item[1][0]))[:most]
        return dict(ranked)
    return found


@dataclass(frozen=True)
class Table:
    """Candidates of many documents; one entry a (document, candidate).

    Attributes
    ----------
    names
        Name of each candidate, alphabetical.
    document, name, times
        Numbers of document and candidate, and occurrences, shape ``(n_entries,)``; documents ascending.
    in_title
        Whether it stands in the title.
    heads
        Whether it ends its noun phrase somewhere: "neural network" does, "convolutional neural" does not.
    whole
        Whether it is a whole noun phrase somewhere.
    documents
        Number of documents.
    """

    names: tuple[str, ...]
    document: IntArray
    name: IntArray
    times: IntArray
    in_title: BoolArray
    heads: BoolArray
    whole: BoolArray
    documents: int


def tabulate(found: Sequence[Found]) -> Table:
    """Lay the candidates of documents out as one table."""
    names = tuple(sorted({name for one in found for name in one}))
    number = {name: i for i, name in enumerate(names)}
    sizes = [len(one) for one in found]
    total = sum(sizes)
    name = np.fromiter((number[k] for one in found for k in one), np.int64, total)
    times = np.fromiter((v[0] for one in found for v in one.values()), np.int64, total)
    title = np.fromiter((v[1] for one in found for v in one.values()), np.bool_, total)
    heads = np.fromiter((v[2] for one in found for v in one.values()), np.bool_, total)
    whole = np.fromiter((v[3] for one in found for v in one.values()), np.bool_, total)
    return Table(names, np.repeat(np.arange(len(found)), sizes), name, times, title, heads, whole, len(found))


def select(table: Table, years: IntArray, most: int = 10, least: int = 5) -> tuple[IntArray, IntArray]:
    """Choose the keywords of each document that serve prediction best, by what was known before its year.

    Parameters
    ----------
    table
        Candidates.
    years
        Year of each document, shape ``(documents,)``.
    most
        Keywords a document at most.
    least
        Older documents that must hold a candidate for it to be a keyword; fewer while there are few
        documents.

    Returns
    -------
    indptr, indices
        Document i has keywords ``indices[indptr[i]:indptr[i + 1]]`` (numbers into `table.names`, ascending).

    Notes
    -----
    Score: (1 + ln times) · 1.5 in a title · sqrt(ln((n + 1) / (df + 1))), with n and df counted over
    documents of earlier years only. Candidates that became popular later have no advantage. Keywords for people to
    read are chosen by `phrases.select_terms`.
    """
    df = np.zeros(len(table.names), np.int64)
    score = np.full(table.name.size, -1.0)
    entry_year = years[table.document]
    older = 0
    for year in np.unique(years):
        here = np.flatnonzero(entry_year == year)
        known = df[table.name[here]]
        fit = known >= min(least, older // 200)
        score[here] = np.where(fit, weight(table, here, known, older), -1.0)
        np.add.at(df, table.name[here], 1)
        older += int(np.count_nonzero(years == year))
    return best(table, score, most)


def weight(table: Table, entries: IntArray, known: IntArray, older: int) -> FloatArray:
    """Score of entries by their frequency, place and rarity, see `select`."""
    rarity = np.sqrt(np.log((older + 2.0) / (known + 1.0)))
    found: FloatArray = (1.0 + np.log(table.times[entries])) * np.where(table.in_title[entries], 1.5, 1.0) * rarity
    return found


def best(table: Table, score: FloatArray, most: int) -> tuple[IntArray, IntArray]:
    """Keep the `most` entries of each document with the highest positive scores, as `select` returns them."""
    order = np.lexsort((table.name, -score, table.document))
    order = order[score[order] > 0]
    document = table.document[order]
    starts = np.searchsorted(document, np.arange(table.documents))
    rank = np.arange(order.size) - starts[document]
    order = order[rank < most]
    order = order[np.lexsort((table.name[order], table.document[order]))]
    indptr = np.searchsorted(table.document[order], np.arange(table.documents + 1))
    return indptr.astype(np.int64), table.name[order]


def compact(names: Sequence[str], indices: IntArray) -> tuple[tuple[str, ...], IntArray]:
    """Renumber keywords so that only those in use remain; names stay in alphabetical order."""
    used, renumbered = np.unique(indices, return_inverse=True)
    return tuple(names[i] for i in used), renumbered.astype(np.int64)
