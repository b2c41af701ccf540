"""How often a word stands in titles: words of topics do, words of prose do not."""

from __future__ import annotations

import csv
import functools
from importlib import resources
from typing import Final

# A word of which nothing is known stands in a title as often as the average word, and counts for 15 documents.
AVERAGE: Final = 0.106
PRIOR: Final = 15.0


@functools.cache
def background() -> dict[str, tuple[int, int]]:
    """Titles and documents that hold each frequent word, of 12,000 papers of 2010 to 2017.

    The table was counted by ``benchmarks/literature_title_share.py`` (supplied data); it holds no keyphrases.
    """
    source = resources.files("hypograph.models.literature.text") / "title_share.csv"
    with source.open(encoding="utf-8") as file:
        return {row["word"]: (int(row["titles"]), int(row["documents"])) for row in csv.DictReader(file)}


@functools.lru_cache(maxsize=65536)
def title_share(word: str, titles: int = 0, documents: int = 0) -> float:
    """How often a word that a document holds stands in its title; words of topics do, words of prose do not.

    Parameters
    ----------
    word
        Lower case, singular.
    titles, documents
        Counts of the corpus at hand, added to those of the background.
    """
    t, d = background().get(word, (0, 0))
    return (titles + t + AVERAGE * PRIOR) / (documents + d + PRIOR)
