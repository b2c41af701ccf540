"""How keywords lie to each other in the graph: embedding, and a score that needs neither impact nor years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hypograph.models.literature.graph.pair_counts import FloatArray, IntArray, PairCounts


def embed(pairs: PairCounts, df: IntArray, publications: int, rank: int = 32) -> FloatArray:
    """Embed keywords by a truncated decomposition of their positive pointwise mutual information.

    Parameters
    ----------
    pairs
        Counts of pairs.
    df
        Publications holding each keyword, shape ``(n,)``, positive.
    publications
        All publications.
    rank
        Dimensions; fewer where there are fewer keywords.

    Returns
    -------
    numpy.ndarray
        Unit rows, shape ``(n, rank)``; zero rows for keywords without a positive association.

    References
    ----------
    Levy & Goldberg, NIPS 2014, equation 11 (symmetric weighting of the singular values).
    """
    from scipy import sparse
    from scipy.sparse.linalg import svds

    size = df.size
    first, second = pairs.first, pairs.second
    rarer = np.minimum(df[first], df[second])
    # Rare keywords have large PMI by chance: discount of Pantel & Lin (KDD 2002).
    trust = pairs.counts / (pairs.counts + 1.0) * rarer / (rarer + 1.0)
    pmi = np.log(pairs.counts * publications / df[first] / df[second]) * trust
    kept = pmi > 0
    first, second, pmi = first[kept], second[kept], pmi[kept]
    rank = min(rank, size - 2)
    if rank < 1 or not pmi.size:
        return np.zeros((size, max(rank, 1)))
    matrix = sparse.csr_matrix(
        (np.tile(pmi, 2), (np.concatenate([first, second]), np.concatenate([second, first]))), (size, size)
    )
    start = np.random.default_rng(0).normal(size=size)
    left, values, _ = svds(matrix, k=rank, v0=start)
    scaled = left * np.sqrt(values)
    norm = np.linalg.norm(scaled, axis=1, keepdims=True)
    # The sign of a singular vector is arbitrary; cosines do not see it. Rounding hides the last bits.
    return np.where(norm > 1e-9, scaled / np.maximum(norm, 1e-12), 0.0)


@dataclass(frozen=True)
class AffinityScore:
    """Score of a keyword set from association and novelty alone.

    A set is promising where its keywords are close in the embedding (they keep the same company) while few of
    its pairs have met: ``score = sqrt(coherence * novelty)``, coherence the mean cosine of its pairs, at
    least 0.

    Attributes
    ----------
    embedding
        Unit rows, shape ``(n, rank)``.
    pairs
        Pairs that have met.
    """

    embedding: FloatArray
    pairs: PairCounts

    def novelty(self, sets: IntArray) -> FloatArray:
        """Share of pairs that never met, shape ``(b,)``; `sets` is ``(b, k)``, rows ascending."""
        left, right = np.triu_indices(sets.shape[1], 1)
        fresh: FloatArray = (self.pairs.between(sets[:, left], sets[:, right]) == 0).mean(axis=1)
        return fresh

    def coherence(self, sets: IntArray) -> FloatArray:
        """Mean cosine over the pairs of each set, in [0, 1], shape ``(b,)``."""
        vectors = self.embedding[sets]
        total = vectors.sum(axis=1)
        size = sets.shape[1]
        own = (vectors**2).sum(axis=(1, 2))
        mean: FloatArray = ((total**2).sum(axis=1) - own) / (size * (size - 1))
        return np.clip(mean, 0.0, 1.0)

    def __call__(self, sets: IntArray) -> FloatArray:
        """Score of each set in [0, 1], shape ``(b,)``."""
        return np.asarray(np.sqrt(self.coherence(sets) * self.novelty(sets)))
