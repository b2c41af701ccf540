"""Why: which exchanges of elements from which known alloys carry a prediction, and which speak against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hypograph.models.evidence.alloys.folds import Fold
from hypograph.models.evidence.fusion.predictor import Forecast, System
from hypograph.models.evidence.masses.mass import IntArray


@dataclass(frozen=True)
class Piece:
    """One piece of evidence for or against a single phase.

    Attributes
    ----------
    host
        Row of the known alloy, −1 for a learner that speaks for no single alloy.
    source
        Name of the source in the system.
    supports
        Whether it speaks for a single phase.
    weight
        Likeness of the situation in (0, 1], for a learner the mass of its own opinion.
    belief_share, conflict_share
        Share of all weight of evidence on the predicted side, or on the other side; one of them is 0.
    """

    host: int
    source: str
    supports: bool
    weight: float
    belief_share: float
    conflict_share: float


def explain(system: System, fold: Fold, forecast: Forecast, which: IntArray, most: int = 8) -> list[list[Piece]]:
    """List the strongest pieces of evidence of some predictions.

    Parameters
    ----------
    system, fold, forecast
        What made the predictions.
    which
        Positions in the forecast.
    most
        Pieces kept of each prediction.

    Returns
    -------
    list of list of Piece
        One list a prediction, strongest first. Shares are of all pieces, kept or not: over all pieces each
        sums to 1 where there is any on that side.

    Notes
    -----
    Each source pulls the log-odds by β·evidence. The pull of `context` is what its hosts say, so it is
    split over them by weight; other sources are one piece each.
    """
    rows = forecast.rows[which]
    learners = system.learners
    pulls = forecast.evidence[which] * forecast.fusion.beta
    context = system.names.index("context") if "context" in system.names else -1
    hosts, weights = np.empty((len(rows), 0), np.int64), np.empty((len(rows), 0))
    if context >= 0:
        model = learners.fit_context(fold.train, bool(fold.held))
        hosts = learners.hosts(fold.train, rows)
        weights = model.weights(learners.context_features, rows, hosts)
    return [
        _pieces(system, pulls[i], context, hosts[i], weights[i], bool(forecast.probability[which[i]] >= 0.5), most)
        for i in range(len(rows))
    ]


def _pieces(
    system: System,
    pulls: np.ndarray,
    context: int,
    hosts: np.ndarray,
    weights: np.ndarray,
    predicted: bool,
    most: int,
) -> list[Piece]:
    raw: list[tuple[float, int, str, bool, float]] = []
    for k, name in enumerate(system.names):
        size = abs(float(pulls[k]))
        if k != context:
            raw.append((size, -1, name, bool(pulls[k] > 0), float(-np.expm1(-size))))
            continue
        total = weights.sum()
        for host, weight in zip(hosts.tolist(), weights.tolist(), strict=True):
            if host >= 0 and weight > 0:
                raw.append((size * weight / total, host, name, bool(system.learners.labels[host] > 0.5), weight))
    belief = sum(r[0] for r in raw if r[3] == predicted) or 1.0
    against = sum(r[0] for r in raw if r[3] != predicted) or 1.0
    raw.sort(key=lambda r: (-r[0], r[2], r[1]))
    return [
        Piece(
            host,
            name,
            supports,
            weight,
            size / belief if supports == predicted else 0.0,
            size / against if supports != predicted else 0.0,
        )
        for size, host, name, supports, weight in raw[:most]
    ]
