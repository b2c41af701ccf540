"""Linear readings of impact from sparse words, fitted on earlier years only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from hypograph.models.literature.graph.pair_counts import FloatArray, IntArray

# What is read from the words: penalty, years after which a publication weighs 1/e.
FADE: Final = 4.0


@dataclass(frozen=True)
class Reading:
    """Weights of words and the value of an empty set, one column a target."""

    weights: FloatArray
    base: FloatArray

    def __call__(self, matrix: Any) -> FloatArray:
        """Read rows of a sparse matrix, shape ``(b, n_targets)``."""
        result: FloatArray = np.asarray(matrix @ self.weights) + self.base
        return result


def fit_reading(matrix: Any, targets: FloatArray, age: IntArray, penalty: float) -> Reading:
    """Fit a ridge regression with fading sample weights.

    Parameters
    ----------
    matrix
        Sparse rows, shape ``(n, n_words)``.
    targets
        Shape ``(n, n_targets)``.
    age
        Years before the newest row, from 0; a row weighs exp(-age / 4).
    penalty
        Ridge penalty.

    Returns
    -------
    Reading
    """
    from sklearn.linear_model import Ridge

    if matrix.shape[0] == 0 or matrix.shape[1] == 0:
        return Reading(np.zeros((matrix.shape[1], targets.shape[1])), np.zeros(targets.shape[1]))
    # Conjugate gradients from zero are deterministic; the tolerance is far below the noise of citations.
    model = Ridge(alpha=penalty, solver="sparse_cg", tol=1e-2).fit(matrix, targets, sample_weight=np.exp(-age / FADE))
    weights = np.asarray(model.coef_, dtype=float).reshape(targets.shape[1], -1).T
    return Reading(weights, np.broadcast_to(np.asarray(model.intercept_, dtype=float), targets.shape[1]).copy())


def targets_of(fwci: FloatArray, top: FloatArray) -> FloatArray:
    """Targets of the readings: log2(FWCI + 1), FWCI of 5 and more, top tenth; shape ``(n, 3)``."""
    return np.column_stack([np.log2(fwci + 1.0), (fwci >= 5.0).astype(float), top])


@dataclass(frozen=True)
class WordCounts:
    """Words of documents as a sparse matrix of 1 + ln(times); rows are documents."""

    matrix: Any
    words: tuple[str, ...]

    def weighted(self, older: IntArray, least: int = 5) -> Any:
        """Weigh by inverse document frequency among older documents; words too few of them hold are dropped.

        Parameters
        ----------
        older
            Numbers of the older documents.
        least
            Older documents that must hold a word.

        Returns
        -------
        scipy.sparse.csr_matrix
            Unit rows for all documents.
        """
        from scipy import sparse
        from sklearn.preprocessing import normalize

        df = np.bincount(self.matrix[older].indices, minlength=self.matrix.shape[1])
        kept = np.flatnonzero(df >= least)
        idf = np.log((older.size + 1.0) / (df[kept] + 1.0)) + 1.0
        return normalize(self.matrix[:, kept] @ sparse.diags(idf.astype(np.float32))).tocsr()


def count_words(texts: Sequence[str], least: int = 5) -> WordCounts:
    """Count words and word pairs of texts.

    A word that fewer than `least` documents of the whole corpus hold could not pass the causal threshold of
    any year either: leaving it out early saves memory and changes nothing.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    pattern = r"(?u)\b[a-zA-Z][\w-]+\b"
    vectorizer = CountVectorizer(ngram_range=(1, 2), min_df=min(least, max(len(texts), 1)), token_pattern=pattern)
    try:
        matrix = vectorizer.fit_transform(texts).astype(np.float32)
    except ValueError:  # no text holds a word
        from scipy import sparse

        return WordCounts(sparse.csr_matrix((len(texts), 0), dtype=np.float32), ())
    matrix.data = 1.0 + np.log(matrix.data)
    return WordCounts(matrix, tuple(vectorizer.get_feature_names_out().tolist()))
