"""How good predictions and their ignorance are."""

from __future__ import annotations

import numpy as np

from hypograph.models.core.documents.figures import Risk
from hypograph.models.evidence.masses.mass import FloatArray


def certain_half(right: FloatArray, ignorance: FloatArray) -> float:
    """Share of right decisions among the half with the least ignorance (order of rows breaks ties)."""
    order = np.argsort(ignorance, kind="stable")
    return float(np.asarray(right, float)[order[: max(1, len(order) // 2)]].mean())


def risk_coverage(right: FloatArray, ignorance: FloatArray, points: int = 10) -> list[Risk]:
    """Error rate among the most certain share of predictions, for `points` shares up to 1."""
    order = np.argsort(ignorance, kind="stable")
    wrong = 1.0 - np.asarray(right, float)[order]
    ends = [max(1, round(len(wrong) * (i + 1) / points)) for i in range(points)]
    return [{"coverage": round(end / len(wrong), 6), "risk": round(float(wrong[:end].mean()), 6)} for end in ends]
