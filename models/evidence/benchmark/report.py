"""Figures of a method over the folds of a protocol, and paired differences between methods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hypograph.models.core.documents.evidence import EvidenceMethod, FoldFigures, PairedFolds
from hypograph.models.core.documents.figures import Mean
from hypograph.models.evidence.benchmark.measures import certain_half, risk_coverage
from hypograph.models.evidence.masses.mass import FloatArray
from hypograph.models.statistics.calibration import calibration_error
from hypograph.models.statistics.decisions import accuracy, auc, mcc

SATURATED: Final = 1e-6
DIGITS: Final = 6
RESAMPLES: Final = 4000


@dataclass(frozen=True)
class FoldResult:
    """What a method said of a fold's test alloys; arrays of shape ``(alloys,)``.

    Attributes
    ----------
    name
        Name of the fold.
    labels
        0 or 1.
    score
        What ranks the alloys.
    probability
        Pignistic probability of a single phase.
    says
        Decisions, 0 or 1.
    ignorance
        m(Ω).
    """

    name: str
    labels: FloatArray
    score: FloatArray
    probability: FloatArray
    says: FloatArray
    ignorance: FloatArray


def figures(method: str, folds: Sequence[FoldResult], seconds: float) -> EvidenceMethod:
    """Summarise a method as COMMANDS says.

    Returns
    -------
    dict
        `accuracy`, `accuracy_likelier`, `auc`, `mcc` are means over folds (one-class folds are left out of the last
        two and named); `ece`, `accuracy_certain_half`, `risk_coverage`, `share_saturated`,
        `ignorance_predicts_error` are over all predictions together; `ece_fold` is the mean over folds.
        None where undefined.

    Notes
    -----
    `accuracy` and `mcc` are of the decisions. What ignorance is about is the belief, whichever threshold a use of it
    takes: `accuracy_likelier`, `accuracy_certain_half`, `risk_coverage` and `ignorance_predicts_error` are of the
    outcome with the larger pignistic probability.
    """
    rows: list[FoldFigures] = []
    for f in folds:
        area, matthews = auc(f.labels, f.score), mcc(f.labels, f.says)
        rows.append({"name": f.name, "auc": _round(area), "mcc": _round(matthews), "n": len(f.labels)})
    skipped = [r["name"] for r in rows if r["auc"] is None]
    labels = np.concatenate([f.labels for f in folds])
    probability = np.concatenate([f.probability for f in folds])
    ignorance = np.concatenate([f.ignorance for f in folds])
    right = (labels > 0.5) == (probability > 0.5)
    return {
        "method": method,
        "accuracy": _round(float(np.mean([accuracy(f.labels, f.says) for f in folds]))),
        "accuracy_likelier": _round(float(np.mean([accuracy(f.labels, f.probability) for f in folds]))),
        "auc": _mean([r["auc"] for r in rows]),
        "mcc": _mean([r["mcc"] for r in rows]),
        "ece": _round(calibration_error(probability, labels, equal="width")),
        "ece_fold": _round(float(np.mean([calibration_error(f.probability, f.labels, equal="width") for f in folds]))),
        "accuracy_certain_half": _round(certain_half(right, ignorance)),
        "risk_coverage": risk_coverage(right, ignorance),
        "share_saturated": _round(float((ignorance < SATURATED).mean())),
        "ignorance_predicts_error": _round(auc(1.0 - right, ignorance)),
        "seconds": round(seconds, 3),
        "skipped_folds": skipped,
        "folds": rows,
    }


def paired(first: EvidenceMethod, second: EvidenceMethod, seed: int = 0) -> PairedFolds:
    """Difference of two methods' `figures` over the folds that both have: mean and 95% bootstrap interval.

    Returns
    -------
    dict
        `a`, `b`, and for `auc` and `mcc` an object with `mean`, `low`, `high`, or None where no fold has
        both.
    """
    folds = {f["name"]: f for f in first["folds"]}
    both = [(folds[f["name"]], f) for f in second["folds"] if f["name"] in folds]
    return {
        "a": first["method"],
        "b": second["method"],
        "auc": _gap([(a["auc"], b["auc"]) for a, b in both], seed),
        "mcc": _gap([(a["mcc"], b["mcc"]) for a, b in both], seed),
    }


def _gap(pairs: Sequence[tuple[float | None, float | None]], seed: int) -> Mean | None:
    gaps = np.array([a - b for a, b in pairs if a is not None and b is not None])
    if not len(gaps):
        return None
    rng = np.random.default_rng(seed)
    means = gaps[rng.integers(0, len(gaps), (RESAMPLES, len(gaps)))].mean(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return {
        "mean": round(float(gaps.mean()), DIGITS),
        "low": round(float(low), DIGITS),
        "high": round(float(high), DIGITS),
    }


def _round(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(value, DIGITS)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return _round(float(np.mean(known))) if known else None
