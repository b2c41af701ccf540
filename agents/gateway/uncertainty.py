"""How unsure a model is: entropies of closed and of free answers, turned into ignorance mass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

LEAST_MASS = 0.02


def letters(top: Mapping[str, float], n: int) -> np.ndarray | None:
    """Read probabilities of the answers A, B, … from the first token's log-probabilities.

    Parameters
    ----------
    top
        Log-probability of each of the likeliest tokens.
    n
        Number of options.

    Returns
    -------
    numpy.ndarray or None
        Shape ``(n,)``, sum 1: ``p_i = Σ exp(l_t) / Σ_j Σ exp(l_t)`` over the tokens t that spell letter i.
        None where all letters together have less than 2% of the mass: then the model did not answer the
        question.

    Notes
    -----
    Reading probabilities instead of sampled labels: Kadavath et al. 2022 (arXiv 2207.05221), section 2.
    """
    mass = np.zeros(n)
    for token, value in top.items():
        spelt = token.strip().strip('"*().:').upper()
        if len(spelt) == 1 and 0 <= (i := ord(spelt) - ord("A")) < n:
            mass[i] += np.exp(value)
    total = float(mass.sum())
    return mass / total if total >= LEAST_MASS else None


def shares(answers: Sequence[int], n: int) -> np.ndarray:
    """Return the probabilities of n options from repeated samples, with Jeffreys' prior (k + ½)/(N + n/2)."""
    counts = np.bincount(np.asarray(answers, dtype=int), minlength=n).astype(float)
    return np.asarray((counts + 0.5) / (counts.sum() + 0.5 * n))


def normalised_entropy(p: np.ndarray) -> np.ndarray:
    """Return ``−Σ p log p / log n`` over the last axis, in [0, 1]: 0 certain, 1 no idea."""
    p = np.asarray(p, dtype=float)
    logs = np.log(p, where=p > 0, out=np.zeros_like(p))
    return np.asarray(np.clip(-(p * logs).sum(axis=-1) / np.log(p.shape[-1]), 0.0, 1.0))


def disagreement(p: np.ndarray) -> float:
    """Return how far readings differ: Jensen–Shannon divergence over log n, in [0, 1].

    Parameters
    ----------
    p
        Shape ``(readings, n)``, rows sum to 1.

    Notes
    -----
    ``H(mean p) − mean H(p)``: the part of the entropy that comes from the order of the answers and the
    wording, not from the question (mutual information, Depeweg et al. 2018, arXiv 1710.07283, eq. 11).
    """
    return float(max(0.0, normalised_entropy(p.mean(axis=0)) - normalised_entropy(p).mean()))


def least_committed(p: float) -> tuple[float, float, float]:
    """Return masses (for, against, unknown) whose pignistic probability is `p`, with most ignorance.

    ``m(for) = max(0, 2p − 1)``, ``m(against) = max(0, 1 − 2p)``, ``m(Ω) = 1 − |2p − 1|``.

    References
    ----------
    Dubois, Prade and Smets (2008), Int. J. Approx. Reasoning 48, 352–364: the least committed mass function
    with a given pignistic probability is the consonant one.
    """
    bet = 2.0 * min(max(p, 0.0), 1.0) - 1.0
    return max(0.0, bet), max(0.0, -bet), 1.0 - abs(bet)


def semantic_entropy(similarity: np.ndarray, threshold: float = 0.8) -> float:
    """Return the entropy over meanings of sampled answers, over log N, in [0, 1].

    Parameters
    ----------
    similarity
        Cosines of the answers' embeddings, shape ``(N, N)``.
    threshold
        Answers at least this alike, in a chain, mean the same.

    Notes
    -----
    Farquhar et al. 2024, Nature 630, 625–630, discrete form: ``−Σ_c |c|/N · log(|c|/N)``. Classes are
    connected components of alike answers, where the paper asks a model for entailment in both directions.
    """
    n = len(similarity)
    if n < 2:
        return 0.0
    reach = np.asarray(similarity) >= threshold
    np.fill_diagonal(reach, True)
    for _ in range(int(np.ceil(np.log2(n))) + 1):
        reach = reach | ((reach.astype(int) @ reach.astype(int)) > 0)
    sizes = np.unique(reach.argmax(axis=1), return_counts=True)[1] / n
    return float(np.clip(-(sizes * np.log(sizes)).sum() / np.log(n), 0.0, 1.0))


def semantic_volume(embeddings: np.ndarray, ridge: float = 1e-3) -> float:
    """Return the volume that sampled answers span, in [0, 1]: 0 all alike, 1 all orthogonal.

    Parameters
    ----------
    embeddings
        Shape ``(N, d)``; rows are normalised here.
    ridge
        ε below.

    Notes
    -----
    Semantic volume (Li et al. 2025, arXiv 2502.21239) is ``log det(V Vᵀ + εI)`` of the normalised embeddings
    V. It is scaled to its range: for N equal rows the determinant is ``(N + ε) ε^(N−1)``, for orthogonal
    ones ``(1 + ε)^N``.
    """
    v = np.asarray(embeddings, dtype=float)
    n = len(v)
    if n < 2:
        return 0.0
    v = v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-12)
    value = float(np.linalg.slogdet(v @ v.T + ridge * np.eye(n))[1])
    low = np.log(n + ridge) + (n - 1) * np.log(ridge)
    high = n * np.log1p(ridge)
    return float(np.clip((value - low) / (high - low), 0.0, 1.0))


def ignorance(embeddings: np.ndarray, threshold: float = 0.8) -> float:
    """Return the ignorance mass of a free answer: the larger of semantic entropy and semantic volume.

    Either alone misses something: the entropy sees no difference within a class, the volume none between few
    far classes and many near ones. Taking the larger is the cautious choice.
    """
    v = np.asarray(embeddings, dtype=float)
    v = v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-12)
    return max(semantic_entropy(v @ v.T, threshold), semantic_volume(v))
