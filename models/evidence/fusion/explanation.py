"""Explanations: which exchanges of elements from which known alloys, and which records, carry a prediction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hypograph.models.evidence.fusion.alloy_predictor import AlloyPredictor, Joint
from hypograph.models.evidence.fusion.familiarity import reliability
from hypograph.models.evidence.fusion.known_records import GROUPS
from hypograph.models.evidence.masses.mass import FloatArray, IntArray

RECORDS = tuple(f"records: {name}" for name in (*GROUPS, "neighbours"))


@dataclass(frozen=True)
class Piece:
    """One piece of evidence for or against a single phase.

    Attributes
    ----------
    host
        Row of the known alloy, −1 for a learner or for records that speak for no single alloy.
    source
        Name of the source in the system, or of records (`RECORDS`).
    supports
        Whether it speaks for a single phase.
    weight
        Likeness of the situation in (0, 1], for a learner or for records the mass of its own opinion.
    belief_share, conflict_share
        Share of all weight of evidence on the predicted side, or on the other side; one of them is 0.
    """

    host: int
    source: str
    supports: bool
    weight: float
    belief_share: float
    conflict_share: float


@dataclass(frozen=True)
class _Raw:
    size: float
    host: int
    source: str
    supports: bool
    weight: float


def explain(
    predictor: AlloyPredictor, joint: Joint, which: Sequence[int] | IntArray, most: int = 8
) -> list[list[Piece]]:
    """List the strongest pieces of evidence of some predictions.

    Parameters
    ----------
    predictor, joint
        What made the predictions, and what they are.
    which
        Positions in the predictions.
    most
        Pieces kept of each prediction.

    Returns
    -------
    list of list of Piece
        One list per prediction, strongest first. Shares are of all pieces, kept or not: over all pieces each
        sums to 1 where there is any on that side.

    Notes
    -----
    Each learner pulls the log-odds by β·evidence; together their weights are those of the one mass function that they
    make. The pull of `context` is what its hosts say, so it is split over them by likeness; other learners are one
    piece each, and so is each side of each group of records.
    """
    return [_pieces(predictor, joint, int(place), most) for place in which]


def _pieces(predictor: AlloyPredictor, joint: Joint, place: int, most: int) -> list[Piece]:
    raw = [*_learners(predictor, joint, place), *_records(joint, place)]
    raw = [r for r in raw if r.size > 1e-9]
    predicted = bool(joint.probability[place] >= 0.5)
    belief = sum(r.size for r in raw if r.supports == predicted) or 1.0
    against = sum(r.size for r in raw if r.supports != predicted) or 1.0
    raw.sort(key=lambda r: (-r.size, r.source, r.host))
    return [
        Piece(
            r.host,
            r.source,
            r.supports,
            r.weight,
            r.size / belief if r.supports == predicted else 0.0,
            r.size / against if r.supports != predicted else 0.0,
        )
        for r in raw[:most]
    ]


def _learners(predictor: AlloyPredictor, joint: Joint, place: int) -> list[_Raw]:
    """Pulls of the learners, on the scale of their joint weight."""
    pulls = joint.evidence[place] * predictor.fusion.beta
    total = abs(float(pulls.sum() + predictor.fusion.intercept))
    whole = float(np.logaddexp(0.0, total) - np.log(2.0))
    scale = (whole / total if total > 1e-6 else 0.5) * float(reliability(joint.familiar[place : place + 1])[0])
    found = []
    for k, name in enumerate(joint.system.names):
        size = scale * abs(float(pulls[k]))
        if name == "context":
            found += _hosts(predictor, joint, place, size)
        else:
            found.append(_Raw(size, -1, name, bool(pulls[k] > 0), float(-np.expm1(-size))))
    return found


def _hosts(predictor: AlloyPredictor, joint: Joint, place: int, size: float) -> list[_Raw]:
    """The pull of `context`, split over the hosts."""
    fold = predictor.fold_of(joint, place)
    learners = joint.system.learners
    hosts = learners.hosts(fold.train, fold.test)
    model = learners.fit_context(fold.train, bool(fold.held))
    weights: FloatArray = model.weights(learners.context_features, fold.test, hosts)[0]
    total = float(weights.sum())
    return [
        _Raw(size * float(w) / total, int(h), "context", bool(learners.labels[h] > 0.5), float(w))
        for h, w in zip(hosts[0], weights, strict=True)
        if h >= 0 and w > 0
    ]


def _records(joint: Joint, place: int) -> list[_Raw]:
    found = []
    for name in ("neighbours", *GROUPS):
        part = joint.parts[name]
        for supports, weight in ((True, part.single[place]), (False, part.multi[place])):
            size = float(weight)
            found.append(_Raw(size, -1, f"records: {name}", supports, float(-np.expm1(-size))))
    return found
