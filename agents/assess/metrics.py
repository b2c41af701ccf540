"""Skill of a source: how far its answers count, from an accuracy or AUC with its interval."""

from __future__ import annotations

from hypograph.models.core.documents.figures import Mean, Skill

GOOD = 0.6  # skill of a source that is right in 80% of its answers
DOUBT = 30  # answers of a coin that a small sample is joined with


def skill(value: float, low: float, high: float, n: int) -> Skill:
    """Return skill from an accuracy or AUC with its interval: ``max(0, 2x − 1)``, 0 a coin, 1 always right.

    ``weight`` is what an answer counts for. It is the lower end, so that one that answers by chance, or always alike,
    or against the truth, has no influence however its luck falls (up to the interval's 2.5%). Where the sample is too
    small to tell a coin from a source of skill `GOOD`, the estimate shrunk by `DOUBT` answers of a coin counts
    instead: a source that is right in 80% of ten answers is not silenced for want of more.
    """
    found: Mean = {
        "mean": max(0.0, 2 * value - 1),
        "low": max(0.0, 2 * low - 1),
        "high": max(0.0, 2 * high - 1),
    }
    shrunk = max(0.0, 2 * value - 1) * n / (n + DOUBT)
    undecided = found["low"] == 0.0 and found["high"] >= GOOD
    return {**found, "weight": shrunk if undecided else found["low"]}
