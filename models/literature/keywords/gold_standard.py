"""Measure keyphrases against a gold standard: macro F1 at a depth, stemmed."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from hypograph.models.literature.text import english as en
from hypograph.models.literature.text.chunks import keyphrases, scored_keyphrases, split

Method = Callable[[str, str], Sequence[str]]


@dataclass(frozen=True)
class GoldDocument:
    """A document and the keyphrases that people gave it."""

    name: str
    title: str
    body: str
    gold: tuple[str, ...]


@functools.cache
def _stemmer() -> Callable[[str], str]:
    import snowballstemmer

    stem: Callable[[str], str] = snowballstemmer.stemmer("porter").stemWord
    return functools.lru_cache(maxsize=262144)(stem)


def stemmed(phrase: str) -> str:
    """Return a phrase in lower case, hyphens as spaces, each word reduced to its Porter stem."""
    stem = _stemmer()
    return " ".join(stem(word) for word in re.sub(r"[\s\-]+", " ", phrase.lower()).split())


def f1_at(found: Sequence[str], gold: Collection[str], depth: int) -> float:
    """F1 of the first `depth` different stemmed phrases against the gold.

    Parameters
    ----------
    found
        Phrases, best first.
    gold
        Gold phrases, as they stand.
    depth
        Phrases that count.

    Returns
    -------
    float
        In [0, 1]; precision is over the phrases given, at most `depth`.
    """
    right = {stemmed(g) for g in gold} - {""}
    first = list(dict.fromkeys(s for s in map(stemmed, found) if s))[:depth]
    hits = len(right.intersection(first))
    return 2.0 * hits / (len(first) + len(right)) if hits else 0.0


def macro_f1(documents: Sequence[GoldDocument], method: Method, depths: Sequence[int] = (5, 10)) -> list[float]:
    """Mean F1 over documents at each depth."""
    totals = [0.0] * len(depths)
    for document in documents:
        found = method(document.title, document.body)
        for i, depth in enumerate(depths):
            totals[i] += f1_at(found, document.gold, depth)
    return [total / max(len(documents), 1) for total in totals]


class TfIdf:
    """Baseline: n-grams of one to three words, no stop word at their ends, by TF-IDF over the documents."""

    def __init__(self, documents: Sequence[GoldDocument]) -> None:
        self._df: dict[str, int] = {}
        for document in documents:
            for gram in set(self._grams(f"{document.title} . {document.body}")):
                self._df[gram] = self._df.get(gram, 0) + 1
        self._count = len(documents)

    def __call__(self, title: str, body: str) -> list[str]:
        """Return the best twenty n-grams."""
        times: dict[str, int] = {}
        for gram in self._grams(f"{title} . {body}"):
            times[gram] = times.get(gram, 0) + 1
        value = {g: n * log((self._count + 1) / (self._df.get(g, 0) + 1)) for g, n in times.items()}
        return sorted(value, key=lambda g: (-value[g], g))[:20]

    @staticmethod
    def _grams(text: str) -> list[str]:
        words = [w.lower() for w in split(text)]
        plain = [w[0].isalpha() and w not in en.CLOSED for w in words]
        found = []
        for start in range(len(words)):
            for stop in range(start + 1, min(start + 3, len(words)) + 1):
                inner = all(w[0].isalnum() for w in words[start:stop])
                if inner and plain[start] and plain[stop - 1]:
                    found.append(" ".join(words[start:stop]))
        return found


def ours(title: str, body: str) -> list[str]:
    """Keyphrases by boundaries, without corpus, language model or embeddings."""
    return keyphrases(title, body)


@dataclass(frozen=True)
class ByMeaning:
    """Ours, the best phrases ranked anew by how near they are to the document in meaning.

    Parameters
    ----------
    embed
        Maps texts to unit vectors, shape ``(n, d)``.
    depth
        Phrases that are embedded, the best without embeddings.
    weight
        A phrase's score is multiplied by exp(weight · cosine).
    """

    embed: Callable[[Sequence[str]], NDArray[np.float64]]
    depth: int = 20
    weight: float = 2.0

    def __call__(self, title: str, body: str) -> list[str]:
        """Return the phrases, best first."""
        found = scored_keyphrases(title, body)
        first = found[: self.depth]
        if not first:
            return []
        vectors = self.embed([f"{title}. {body}", *(phrase for phrase, _ in first)])
        cosine = np.round(vectors[1:] @ vectors[0], 6)
        value = np.array([score for _, score in first]) * np.exp(self.weight * cosine)
        order = np.lexsort((np.arange(len(first)), -value))
        return [first[int(i)][0] for i in order] + [phrase for phrase, _ in found[self.depth :]]
