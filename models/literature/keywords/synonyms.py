"""Keywords that may mean the same: proposed for review, never merged by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hypograph.models.literature.graph.pair_counts import FloatArray

# Cosine from which two names may mean the same; a person decides.
NEAR = 0.85


@dataclass(frozen=True, slots=True)
class MergeProposal:
    """Two keywords that may be one, alphabetical; `similarity` in [0, 1]."""

    first: str
    second: str
    similarity: float
    reason: str


def propose_merges(
    names: Sequence[str],
    embedding: FloatArray,
    expansions: Mapping[str, str],
    most: int = 500,
    close: float = 0.5,
    meaning: FloatArray | None = None,
) -> list[MergeProposal]:
    """Find keywords that are written alike and keep the same company, and abbreviations with their expansion.

    Where the names are embedded, also keywords that mean nearly the same however they are written.

    Parameters
    ----------
    names
        Keywords.
    embedding
        Unit rows (or zero rows where nothing is known), shape ``(n, rank)``.
    expansions
        Abbreviation to expansion, both normalised, as introduced by the texts.
    most
        Proposals at most, the most similar first.
    close
        Least similarity of the letters (Jaccard of letter trigrams).
    meaning
        Unit rows of the names' embeddings by meaning, shape ``(n, d)``; zero rows for names not embedded.

    Returns
    -------
    list of MergeProposal
        Most similar first. Letters alike need neighbours alike (cosine at least 0.3) unless the two differ
        by spaces and hyphens only.
    """
    number = {name: i for i, name in enumerate(names)}
    found: dict[tuple[str, str], MergeProposal] = {}
    for short, long in sorted(expansions.items()):
        if short in number and long in number and short != long:
            first, second = sorted((short, long))
            found[first, second] = MergeProposal(first, second, 1.0, f"{short} is introduced as {long}")
    for first, second, letters in _alike(names, close):
        if (first, second) in found:
            continue
        cosine = float(embedding[number[first]] @ embedding[number[second]])
        if letters == 1.0:
            found[first, second] = MergeProposal(first, second, 1.0, "differ by spaces and hyphens only")
        elif cosine >= 0.3:
            value = round((letters + cosine) / 2.0, 6)
            reason = f"letters {letters:.2f}, company {cosine:.2f}"
            found[first, second] = MergeProposal(first, second, value, reason)
    for first, second, cosine in _near(names, meaning) if meaning is not None else ():
        if (first, second) not in found:
            found[first, second] = MergeProposal(first, second, round(cosine, 6), f"meaning {cosine:.2f}")
    return sorted(found.values(), key=lambda m: (-m.similarity, m.first, m.second))[:most]


def _near(names: Sequence[str], meaning: FloatArray, least: float = NEAR) -> list[tuple[str, str, float]]:
    """Pairs of names whose embeddings have a cosine of at least `least`."""
    found = []
    for start in range(0, len(names), 2000):
        cosine = meaning[start : start + 2000] @ meaning.T
        for row, column in zip(*np.nonzero(cosine >= least), strict=True):
            if start + row < column:
                first, second = sorted((names[start + row], names[column]))
                found.append((first, second, min(float(cosine[row, column]), 1.0)))
    return found


def _alike(names: Sequence[str], close: float) -> list[tuple[str, str, float]]:
    """Pairs of lower-case names whose letter trigrams have a Jaccard similarity of at least `close`."""
    from scipy import sparse

    plain = [n for n in names if len(n) >= 6 and n == n.lower()]
    if len(plain) < 2:
        return []
    flat = ["".join(c for c in n if c.isalnum()) for n in plain]
    grams = [sorted({f"  {f} "[i : i + 3] for i in range(len(f) + 1)}) for f in flat]
    number = {g: i for i, g in enumerate(sorted({g for one in grams for g in one}))}
    indptr = np.concatenate(([0], np.cumsum([len(g) for g in grams])))
    indices = np.array([number[g] for one in grams for g in one])
    matrix = sparse.csr_matrix((np.ones(indices.size), indices, indptr), shape=(len(plain), len(number)))
    sizes = np.diff(indptr)
    found = []
    for start in range(0, len(plain), 2000):
        common = (matrix[start : start + 2000] @ matrix.T).tocoo()
        left, right = common.row + start, common.col
        jaccard = common.data / (sizes[left] + sizes[right] - common.data)
        for i in np.flatnonzero((jaccard >= close) & (left < right)):
            a, b = sorted((plain[left[i]], plain[right[i]]))
            value = 1.0 if flat[left[i]] == flat[right[i]] else min(float(jaccard[i]), 0.99)
            found.append((a, b, value))
    return found
