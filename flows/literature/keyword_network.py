"""Which keywords stand together in a corpus: those that the keyword graph would have, without a store."""

from __future__ import annotations

from pathlib import Path

from hypograph.flows.literature.corpus import Corpus
from hypograph.flows.literature.inspire import NoStore
from hypograph.flows.literature.units import prepare
from hypograph.flows.literature.vocabulary import read_vocabulary
from hypograph.flows.runtime.units import UnitRunner
from hypograph.models.literature.graph.bibliographic import LEAST, Network, co_keywords


def keyword_network(home: Path, corpus: Corpus, least: int | None = None) -> Network:
    """Return the keywords of a corpus and how often they meet.

    Parameters
    ----------
    home
        The data folder; what is read is kept below it, and found again.
    least
        Publications that a keyword stands in at least; None: 2.

    Raises
    ------
    InputError
        If the corpus is empty.
    """
    runner = UnitRunner(NoStore(), home / "units" / "without-store")
    found = prepare(runner, corpus.publications(), vocabulary=read_vocabulary(corpus.folder))
    return co_keywords(found.chosen, found.keywords, LEAST if least is None else least)
