"""Walk through the years: score each publication by models that know only earlier ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from hypograph.models.literature.graph.pair_counts import FloatArray, IntArray
from hypograph.models.literature.potential.features import CITED, NAMES, padded, snapshots
from hypograph.models.literature.potential.model import LABELS, Outcomes, fit_head, fit_shrunk_head
from hypograph.models.literature.potential.text_ridge import WordCounts, fit_reading, targets_of

# What a keyword set's model is shrunk towards; its features begin with those of the graph.
ANCHOR: Final = NAMES.index("impact (mean)")
LAGS: Final = (0, 1, 3)
WINDOW: Final = 12  # years of training behind a test year
ENOUGH: Final = 300  # older publications below which a year's features say little
KEYWORD_PENALTY, TEXT_PENALTY, RANK = 30.0, 1.0, 50
# method → (features, years that citations take to be known). Under a lag the features of the graph are
# stale and only the readings are used; names in _set know the keyword set alone.
METHODS: Final = {
    "ours": ("set", 0),
    "ours_text": ("text", 0),
    "citation_free": ("citation_free", 0),
    "lag1": ("readings", 1),
    "lag3": ("readings", 3),
    "citation_free_set": ("citation_free_set", 0),
    "lag1_set": ("set", 1),
    "lag3_set": ("set", 3),
}


@dataclass(frozen=True)
class Papers:
    """Publications in the form that evaluation needs.

    Attributes
    ----------
    indptr, indices
        Keywords of each.
    words
        Words of each keyword.
    years
        Year of each.
    outcomes
        What became of each.
    text
        Words of title and abstract.
    surface
        Lengths and the like of title and abstract, shape ``(n, n_surface)``.
    """

    indptr: IntArray
    indices: IntArray
    words: FloatArray
    years: IntArray
    outcomes: Outcomes
    text: WordCounts
    surface: FloatArray


@dataclass
class Walk:
    """Causal features of every publication, made once and shared by all methods."""

    papers: Papers
    test_years: Sequence[int]
    graph: dict[int, FloatArray] = field(default_factory=dict)
    keyword_reading: dict[int, FloatArray] = field(default_factory=dict)
    text_reading: dict[int, FloatArray] = field(default_factory=dict)
    first: int = 0

    def __post_init__(self) -> None:
        self._choose_years()
        p = self.papers
        rows = padded(p.indptr, p.indices)
        embeddings: dict[int, FloatArray] = {}
        for lag in LAGS:
            made = np.zeros((p.years.size, len(NAMES)))
            for year, snapshot in snapshots(p.indptr, p.indices, p.years, p.outcomes.impact, p.words, lag):
                here = np.flatnonzero(p.years == year)
                if here.size and year >= self.first:
                    embedding = embeddings.get(year)
                    embeddings[year] = embedding = snapshot.embedding if embedding is None else embedding
                    made[here] = snapshot.features(rows[here], embedding)
            self.graph[lag] = made
        self._read()

    def _choose_years(self) -> None:
        years = self.papers.years
        enough = [int(y) for y in np.unique(years) if np.count_nonzero(years < y) >= ENOUGH]
        earliest, start = min(self.test_years) - WINDOW, int(years.min()) + 1
        first = min(enough, default=start)
        # A young collection has features of few papers in its training years: better than no training year.
        self.first = max(earliest, first if first < min(self.test_years) else start)

    def _read(self) -> None:
        """Read keywords and text by models of every cutoff, each applied to the years that may use it."""
        p = self.papers
        n = p.years.size
        targets = targets_of(p.outcomes.fwci, p.outcomes.top)
        known = ~np.isnan(targets).any(axis=1)
        matrix = keyword_matrix(p.indptr, p.indices, p.words.size)
        for lag in LAGS:
            self.keyword_reading[lag], self.text_reading[lag] = np.zeros((n, 3)), np.zeros((n, 3))
        last = max(self.test_years)
        for cutoff in range(self.first - max(LAGS), last + 1):
            train = np.flatnonzero((p.years < cutoff) & known)
            use = [(lag, np.flatnonzero(p.years == cutoff + lag)) for lag in LAGS if self.first <= cutoff + lag <= last]
            if not train.size or not any(rows.size for _, rows in use):
                continue
            age = cutoff - 1 - p.years[train]
            by_keyword = fit_reading(matrix[train], targets[train], age, KEYWORD_PENALTY)
            weighted = p.text.weighted(np.flatnonzero(p.years < cutoff))
            by_text = fit_reading(weighted[train], targets[train], age, TEXT_PENALTY)
            for lag, rows in use:
                self.keyword_reading[lag][rows] = by_keyword(matrix[rows])
                self.text_reading[lag][rows] = by_text(weighted[rows])

    def columns(self, method: str, lag: int, year: int) -> FloatArray:
        """Features of a method for a test year, all publications."""
        graph = self.graph[lag]
        if method == "citation_free_set":
            return graph[:, ~CITED]
        if method == "set":
            return np.column_stack([graph, self.keyword_reading[lag]])
        readings = [self.keyword_reading[lag], self.text_reading[lag], self.papers.surface]
        if method == "readings":
            return np.column_stack(readings)
        if method == "citation_free":
            return np.column_stack([graph[:, ~CITED], self.papers.surface, self._coordinates(year)])
        return np.column_stack([graph, *readings, self._coordinates(year)])

    def _coordinates(self, year: int) -> FloatArray:
        """Coordinates of each text in the leading directions of the texts before a year."""
        if self._cached[0] != year:
            self._cached = (year, text_coordinates(self.papers.text, self.papers.years, year))
        return self._cached[1]

    _cached: tuple[int, FloatArray] = (-1, np.zeros((0, 0)))

    def score_year(
        self, method: str, lag: int, labels: Sequence[str], year: int, into: Mapping[str, FloatArray]
    ) -> None:
        """Score one test year for some labels, writing the probabilities into `into`."""
        years = self.papers.years
        test = np.flatnonzero(years == year)
        if not test.size:
            return
        features = self.columns(method, lag, year)
        window = (years >= self.first) & (years >= year - WINDOW) & (years < year - lag)
        for label in labels:
            about, positive = self.papers.outcomes.label(label)
            train = window & about
            known, truth = features[train], positive[train]
            head = fit_shrunk_head(known, truth, ANCHOR) if method == "set" else fit_head(known, truth)
            into[label][test] = head.probability(features[test])


def keyword_matrix(indptr: IntArray, indices: IntArray, size: int) -> Any:
    """Publications by keywords, 1 where held."""
    from scipy import sparse

    return sparse.csr_matrix((np.ones(indices.size, np.float32), indices, indptr), shape=(indptr.size - 1, size))


def text_coordinates(text: WordCounts, years: IntArray, year: int, rank: int = RANK) -> FloatArray:
    """Coordinates of all texts in a truncated decomposition of those before `year`, shape ``(n, rank)``."""
    from sklearn.utils.extmath import randomized_svd

    older = np.flatnonzero(years < year)
    weighted = text.weighted(older, least=10)
    rank = min(rank, older.size - 1, weighted.shape[1] - 1)
    if rank < 1:
        return np.zeros((years.size, 1))
    _, _, axes = randomized_svd(weighted[older], rank, n_iter=2, random_state=0)
    return np.asarray(weighted @ axes.T, dtype=float)


def evaluate(walk: Walk) -> dict[str, dict[str, FloatArray]]:
    """Score the test years by every method.

    Returns
    -------
    dict
        label → method → score of each publication (NaN outside the test years), for `METHODS` and the two
        baselines node_impact (shrunk mean impact of the keywords) and published_weight (mean edge weight).
    """
    n = walk.papers.years.size
    fitted = METHODS
    result = {label: {name: np.full(n, np.nan) for name in fitted} for label in LABELS}
    for year in walk.test_years:
        for name, (method, lag) in fitted.items():
            walk.score_year(method, lag, LABELS, year, {label: result[label][name] for label in LABELS})
    for label in LABELS:
        result[label]["node_impact"] = walk.graph[0][:, ANCHOR]
        result[label]["published_weight"] = walk.graph[0][:, NAMES.index("published weight")]
    return result
