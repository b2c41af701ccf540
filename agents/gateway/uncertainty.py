"""How unsure a model is: entropies of closed and of free answers, turned into ignorance mass."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

LEAST_MASS = 0.02
STATED_CLIP = 0.02  # a model that states 0 or 1 may still be wrong
_AROUND = re.compile(r"[\W_]+")
_SAID = (
    re.compile(r"^[\W_]*([A-Z])[\W_]*$"),
    re.compile(r"\b(?:answer|option|choice)\b(?:\s+is)?[\s:=*(\"'{]*(?:\\(?:boxed|text)\{)?([A-Z])(?![\w'])", re.I),
    re.compile(r"\\boxed\{\s*([A-Z])\s*\}"),
    re.compile(r"^[\W_]*([A-Z])(?=[\s]*[.:)*\n])"),
    re.compile(r"\b([A-Z])[\W_]*$"),
)


def letters(top: Mapping[str, float] | Sequence[tuple[str, float]], n: int) -> np.ndarray | None:
    """Read probabilities of the answers A, B, … from the log-probabilities at the answer's token.

    Parameters
    ----------
    top
        The likeliest tokens with their log-probabilities; one token may stand there more than once.
    n
        Number of options.

    Returns
    -------
    numpy.ndarray or None
        Shape ``(n,)``, sum 1: ``p_i = Σ exp(l_t) / Σ_j Σ exp(l_t)`` over the tokens t that spell letter i.
        None where all letters together have less than 2% of the mass: then the model did not answer the
        question. Where the server shows one token only, the rest of the mass is shared by the other letters.

    Notes
    -----
    Reading probabilities instead of sampled labels: Kadavath et al. 2022 (arXiv 2207.05221), section 2.
    """
    pairs = list(top.items() if isinstance(top, Mapping) else top)
    mass = np.zeros(n)
    for token, value in pairs:
        if (i := letter_index(token, n)) is not None:
            mass[i] += np.exp(value)
    total = float(mass.sum())
    if total < LEAST_MASS:
        return None
    if len(pairs) == 1:
        mass = np.where(mass > 0, mass, max(0.0, 1.0 - total) / max(n - 1, 1))
    return np.asarray(mass / mass.sum())


def letter_index(token: str, n: int) -> int | None:
    """Return which of n letters a token spells, whatever blanks, quotes or marks stand around it."""
    spelt = _AROUND.sub("", token.lstrip("Ġ")).upper()
    i = ord(spelt) - ord("A") if len(spelt) == 1 else -1
    return i if 0 <= i < n else None


def letter_said(text: str, n: int) -> int | None:
    """Return which of n letters a text gives as its answer, None where it gives none.

    The whole text, its beginning (``B.``, ``**B**``), the last "answer is B", or its last word.
    """
    for pattern in _SAID:
        found = [m for m in pattern.finditer(text.strip()) if 0 <= ord(m[1].upper()) - ord("A") < n]
        if found:
            return ord(found[-1][1].upper()) - ord("A")
    return None


def joined(stated: np.ndarray, answers: Sequence[int]) -> np.ndarray:
    """Join stated probabilities with how often the answers agree, half and half in log-odds.

    Parameters
    ----------
    stated
        Probabilities of the options, shape ``(samples, n)``, rows sum to 1.
    answers
        The option that each sample names.

    Returns
    -------
    numpy.ndarray
        Shape ``(n,)``, sum 1: the normalised geometric mean of the samples' geometric mean, clipped to [.02, .98], and
        `shares` of the answers.

    Notes
    -----
    Stated confidence and self-consistency err in different ways and do better together (arXiv 2511.14275).
    """
    told = np.log(np.clip(stated, STATED_CLIP, 1.0 - STATED_CLIP)).mean(axis=0)
    logs = 0.5 * told + 0.5 * np.log(shares(answers, np.shape(stated)[1]))
    p = np.exp(logs - logs.max())
    return np.asarray(p / p.sum())


def shares(answers: Sequence[int], n: int) -> np.ndarray:
    """Return the probabilities of n options from repeated samples, with Jeffreys' prior (k + ½)/(N + n/2)."""
    counts = np.bincount(np.asarray(answers, dtype=int), minlength=n).astype(float)
    return np.asarray((counts + 0.5) / (counts.sum() + 0.5 * n))


def normalised_entropy(p: np.ndarray) -> np.ndarray:
    """Return ``−Σ p log p / log n`` over the last axis, in [0, 1]: 0 certain, 1 no idea."""
    p = np.asarray(p, dtype=float)
    logs = np.log(p, where=p > 0, out=np.zeros_like(p))
    return np.asarray(np.clip(-(p * logs).sum(axis=-1) / np.log(p.shape[-1]), 0.0, 1.0))


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
