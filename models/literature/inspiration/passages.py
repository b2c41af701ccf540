"""Passages of a corpus: cut from publications, found by words and, where there are embeddings, by meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hypograph.models.core.records import Publication
from hypograph.models.literature.graph.pair_counts import FloatArray
from hypograph.models.literature.inspiration.retrieval import Bm25, terms
from hypograph.models.literature.keywords.extraction import pieces

LENGTH: Final = 400
DOCUMENTS: Final = 20
# Rank constant of the fusion, as in the source.
FUSE: Final = 60
Embed = Callable[[Sequence[str]], FloatArray]
# What is written for a reader that obeys. A lexical rule: it catches the plain cases before a model sees them;
# what it misses is still fenced as data, and can neither cite nor run anything.
_ORDERS: Final = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,60}\b(?:instructions?|prompts?|rules)\b"
    r"|\b(?:ignore|disregard|forget) (?:all|everything)(?: the)? (?:above|previous|prior|before)\b"
    r"|\b(?:system prompt|you are now|as an ai|language models? (?:must|should))\b"
    r"|\b(?:answer|respond|reply) (?:only )?with\b"
    r"|<<<|>>>",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a publication, verbatim up to white space, and the publication's key."""

    publication: str
    text: str


def gives_orders(text: str) -> bool:
    """Whether a text reads like instructions to a language model rather than like a finding."""
    return _ORDERS.search(text) is not None


def cut(publication: Publication, length: int = LENGTH) -> list[Passage]:
    """Cut a publication into passages of whole sentences, about `length` characters each.

    A single longer sentence is cut off at twice the length.
    """
    parts: list[str] = []
    for piece in (" ".join(p.split()) for p in pieces(publication)):
        # The title stands alone: it is a claim of its own.
        if len(parts) > 1 and len(parts[-1]) + len(piece) < length:
            parts[-1] = f"{parts[-1]} {piece}"
        else:
            parts.append(piece[: 2 * length])
    return [Passage(publication.key, part) for part in parts]


class PassageIndex:
    """The passages of a corpus, found by a query.

    Parameters
    ----------
    publications
        The corpus; retracted publications are left out.
    embed
        Maps texts to vectors of shape ``(n, d)``; None ranks by words alone.
    split
        Cuts a text into the words that are compared.

    Attributes
    ----------
    by_key
        The publications by their keys.
    """

    def __init__(
        self,
        publications: Sequence[Publication],
        embed: Embed | None = None,
        split: Callable[[str], Sequence[str]] = terms,
    ) -> None:
        self._publications = [p for p in publications if not p.retracted]
        self.by_key = {p.key: p for p in self._publications}
        self._embed, self._split = embed, split
        self._index = Bm25([" ".join([p.title, p.abstract, *p.passages]) for p in self._publications], split)

    def find(self, query: str, most: int = 5, documents: int = DOCUMENTS) -> list[Passage]:
        """Find passages for a query, best first, at most two of a publication.

        Publications are ranked by BM25, then the passages of the best of them; with embeddings the order of
        the passages is fused with that of their cosines.

        References
        ----------
        Cormack, Clarke & Büttcher, SIGIR 2009: reciprocal rank fusion, Σ 1 / (60 + rank).
        """
        ranked = [self._publications[i] for i in self._index.best(query, documents)]
        passages = [passage for publication in ranked for passage in cut(publication)]
        if not passages:
            return []
        scores = Bm25([p.text for p in passages], self._split).scores(query)
        value = 1.0 / (FUSE + _ranks(scores))
        if self._embed is not None:
            vectors = self._embed([query, *(p.text for p in passages)])
            vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
            value = value + 1.0 / (FUSE + _ranks(np.round(vectors[1:] @ vectors[0], 6)))
        taken: dict[str, int] = {}
        found: list[Passage] = []
        for i in np.lexsort((np.arange(value.size), -value)):
            passage = passages[int(i)]
            if (scores[i] > 0 or self._embed is not None) and taken.get(passage.publication, 0) < 2:
                taken[passage.publication] = taken.get(passage.publication, 0) + 1
                found.append(passage)
        return found[:most]


def _ranks(scores: FloatArray) -> FloatArray:
    """Rank of each score, 1 for the highest; ties by position."""
    ranks = np.empty(scores.size)
    ranks[np.lexsort((np.arange(scores.size), -scores))] = np.arange(1, scores.size + 1)
    return ranks
