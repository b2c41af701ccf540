"""The potential of proposed keyword sets, by a model of the publications so far, with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from hypograph.models.literature.graph.affinity import AffinityScore
from hypograph.models.literature.graph.pair_counts import FloatArray, IntArray
from hypograph.models.literature.potential.evaluation import ANCHOR, KEYWORD_PENALTY, WINDOW, keyword_matrix
from hypograph.models.literature.potential.features import NAMES, Snapshot, padded, snapshots
from hypograph.models.literature.potential.model import Head, Outcomes, fit_shrunk_head
from hypograph.models.literature.potential.text_ridge import Reading, fit_reading, targets_of
from hypograph.models.statistics.functions import sigmoid

# Publications with citations below which no model is fitted.
LEAST: Final = 200
_READINGS: Final = ("reading of impact", "reading of five-fold impact", "reading of the top tenth")
COLUMNS: Final = (*NAMES, *_READINGS)
_GROUPS: Final = (
    "impact",
    "reading",
    "frequency",
    "growth",
    "age",
    "novelty",
    "association",
    "distance",
    "words",
    "weight",
    "size",
)
_WORDS: Final = {
    "impact": "The citations of earlier publications with these keywords",
    "reading": "What each keyword has gone with in cited publications",
    "frequency": "How often the keywords are used",
    "growth": "How fast the use of the keywords grows",
    "age": "How long the keywords have been in use",
    "novelty": "How few of the pairs have met",
    "association": "How much the keywords go together",
    "distance": "How far apart the keywords stand",
    "words": "How many words the keywords have",
    "weight": "The weight of the edges between the keywords",
    "size": "The number of keywords",
}


@dataclass(frozen=True)
class SetModel:
    """Probability that a publication with a keyword set is in the top tenth of its venue and year.

    Attributes
    ----------
    snapshot
        State of the keyword graph now.
    reading
        Weights of keywords for three targets.
    head
        Logistic model over `COLUMNS`.
    """

    snapshot: Snapshot
    reading: Reading
    head: Head

    def features(self, sets: IntArray) -> FloatArray:
        """Describe sets of shape ``(b, k)``, -1 where shorter; shape ``(b, len(COLUMNS))``."""
        held = (sets >= 0)[:, :, None]
        read = np.where(held, self.reading.weights[np.maximum(sets, 0)], 0.0).sum(axis=1) + self.reading.base
        return np.column_stack([self.snapshot.features(sets), read])

    def __call__(self, sets: IntArray) -> FloatArray:
        """Potential of each set in (0, 1), shape ``(b,)``."""
        return sigmoid(self.head.logit(self.features(sets)))

    def because(self, members: IntArray, most: int = 4) -> list[str]:
        """Say what raises or lowers the potential of one set, in sentences, strongest first."""
        shares = self.head.contributions(self.features(members[None]))[0]
        totals: dict[str, float] = {}
        for name, share in zip(COLUMNS, shares, strict=True):
            group = next((g for g in _GROUPS if g in name), "size")
            totals[group] = totals.get(group, 0.0) + float(share)
        ranked = sorted(totals.items(), key=lambda item: (-abs(item[1]), item[0]))[:most]
        return [_sentence(name, value) for name, value in ranked]


def _sentence(group: str, value: float) -> str:
    """A contribution in words, with its size in logits."""
    return f"{_WORDS[group]}: this {'raises' if value >= 0 else 'lowers'} the potential ({value:+.2f})."


def fit_set_model(
    indptr: IntArray, indices: IntArray, words: FloatArray, years: IntArray, outcomes: Outcomes
) -> SetModel | None:
    """Fit the model on all publications, each described by what was known before its year.

    Parameters
    ----------
    indptr, indices, words
        Keywords of each publication, and words of each keyword.
    years
        Year of each publication; publications without (0) do not enter.
    outcomes
        What became of each.

    Returns
    -------
    SetModel or None
        None where citations or years are too few to learn from.
    """
    if not can_learn(years, outcomes):
        return None
    kept = np.flatnonzero(years > 0)
    sizes = np.diff(indptr)[kept]
    starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    place = np.repeat(indptr[kept] - starts[:-1], sizes) + np.arange(starts[-1])
    return _fit(starts, indices[place], words, years[kept], outcomes.fwci[kept], outcomes.top[kept])


def can_learn(years: IntArray, outcomes: Outcomes) -> bool:
    """Whether citations and years are enough to learn from; arguments as for `fit_set_model`."""
    known = (years > 0) & ~np.isnan(outcomes.top)
    return bool(known.sum() >= LEAST and np.unique(years[known]).size >= 3 and outcomes.top[known].any())


def _fit(
    indptr: IntArray, indices: IntArray, words: FloatArray, years: IntArray, fwci: FloatArray, top: FloatArray
) -> SetModel:
    rows = padded(indptr, indices)
    matrix = keyword_matrix(indptr, indices, words.size)
    targets = targets_of(fwci, top)
    known = ~np.isnan(targets).any(axis=1)
    features = np.full((years.size, len(COLUMNS)), np.nan)
    last = None
    reading = Reading(np.zeros((words.size, 3)), np.zeros(3))
    for year, snapshot in snapshots(indptr, indices, years, np.log2(fwci + 1.0), words):
        older = np.flatnonzero((years < year) & known)
        if older.size:
            reading = fit_reading(matrix[older], targets[older], year - 1 - years[older], KEYWORD_PENALTY)
        here = np.flatnonzero(years == year)
        if older.size >= LEAST // 2 and here.size:
            features[here] = np.column_stack([snapshot.features(rows[here]), reading(matrix[here])])
        last = snapshot
    assert last is not None  # noqa: S101  (snapshots always yields the year after the last)
    train = known & ~np.isnan(features).any(axis=1) & (years >= years.max() - WINDOW)
    return SetModel(last, reading, fit_shrunk_head(features[train], top[train] == 1.0, ANCHOR))


@dataclass(frozen=True)
class PromisingScore:
    """What the search for sets climbs: potential, tempered by coherence and novelty.

    ``potential * sqrt(coherence * novelty)``: a set must be promising, hang together, and be new.
    """

    model: SetModel
    affinity: AffinityScore

    def __call__(self, sets: IntArray) -> FloatArray:
        """Score of each set in [0, 1], shape ``(b,)``."""
        fit = self.affinity(sets)
        result: FloatArray = np.where(fit > 0, self.model(sets) * fit, 0.0)
        return result
