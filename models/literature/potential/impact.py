"""Citations of a corpus as impact: of publications, of keywords, and the model of keyword sets fitted on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hypograph.models.core.records import Publication
from hypograph.models.literature.graph.keyword_graph import Corpus
from hypograph.models.literature.graph.pair_counts import FloatArray
from hypograph.models.literature.potential.model import Outcomes, outcomes
from hypograph.models.literature.potential.set_model import SetModel, fit_set_model


def literature_outcomes(publications: Sequence[Publication]) -> Outcomes:
    """Compare citations within venue and year; a retracted publication counts as unknown."""
    missing = [p.citations is None or p.year is None or p.retracted for p in publications]
    citations = np.array([np.nan if m else p.citations for p, m in zip(publications, missing, strict=True)], float)
    years = np.array([p.year or 0 for p in publications], np.int64)
    venues = np.unique(np.array([p.venue for p in publications]), return_inverse=True)[1]
    return outcomes(citations, years, venues)


def keyword_impact(corpus: Corpus) -> FloatArray:
    """Shrunk mean impact of each keyword: (sum + 5 mean) / (df + 5) over publications of known impact."""
    owner = np.repeat(np.arange(corpus.publications), np.diff(corpus.indptr))
    value = corpus.impact[owner]
    known = ~np.isnan(value)
    size = len(corpus.names)
    total = np.bincount(corpus.indices[known], value[known], size)
    count = np.bincount(corpus.indices[known], minlength=size)
    mean = float(np.nanmean(corpus.impact)) if (~np.isnan(corpus.impact)).any() else 1.0
    result: FloatArray = (total + 5.0 * mean) / (count + 5.0)
    return result


def set_model(corpus: Corpus, chosen: Sequence[Publication]) -> SetModel | None:
    """Fit the model of keyword sets, or None where citations or years are too few."""
    words = np.array([name.count(" ") + 1.0 for name in corpus.names])
    return fit_set_model(corpus.indptr, corpus.indices, words, corpus.years, literature_outcomes(chosen))
