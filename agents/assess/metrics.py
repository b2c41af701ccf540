"""Accuracy, AUC, calibration and skill, each with an interval that holds at small sizes."""

from __future__ import annotations

import numpy as np

Z95 = 1.959964
GOOD = 0.6  # skill of a source that is right in 80% of its answers
DOUBT = 30  # answers of a coin that a small sample is joined with


def wilson(right: float, n: int, z: float = Z95) -> tuple[float, float]:
    """Return Wilson's interval of a share; `right` may hold halves (ties).

    References
    ----------
    Wilson (1927), J. Am. Stat. Assoc. 22, 209–212.
    """
    if n == 0:
        return 0.0, 1.0
    p, z2 = right / n, z * z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return float(max(0.0, centre - half)), float(min(1.0, centre + half))


def auc(p: np.ndarray, truth: np.ndarray) -> float:
    """Return the area under the ROC curve, ties counted half; NaN where one class is missing.

    Parameters
    ----------
    p
        Scores, shape ``(n,)``.
    truth
        Booleans, shape ``(n,)``.
    """
    from scipy.stats import rankdata

    truth = np.asarray(truth, dtype=bool)
    yes, no = int(truth.sum()), int((~truth).sum())
    if not yes or not no:
        return float("nan")
    ranks = rankdata(np.asarray(p, dtype=float))
    return float((ranks[truth].sum() - yes * (yes + 1) / 2) / (yes * no))


def auc_interval(area: float, yes: int, no: int, z: float = Z95) -> tuple[float, float]:
    """Return the score interval of an AUC, found by bisection.

    The bounds are the areas θ with ``|θ − area| = z √V(θ)``, where ``V(θ) = θ(1−θ) [1 + N*((1−θ)/(2−θ) +
    θ/(1+θ))] / (yes·no)`` and ``N* = (yes + no)/2 − 1``: unlike a bootstrap it keeps its width at an area of
    1.

    References
    ----------
    Newcombe (2006), Statistics in Medicine 25, 559–573, method 5; V is Hanley and McNeil's (1982).
    """

    def off(theta: float) -> float:
        more = ((yes + no) / 2 - 1) * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        return float(z * np.sqrt(theta * (1 - theta) * (1 + more) / (yes * no)))

    def bound(sign: float) -> float:
        near, far = area, 0.0 if sign < 0 else 1.0
        for _ in range(60):
            middle = (near + far) / 2
            if abs(middle - area) < off(middle):
                near = middle
            else:
                far = middle
        return near

    return bound(-1.0), bound(1.0)


def reliability(p: np.ndarray, truth: np.ndarray, bins: int = 10) -> list[dict[str, float]]:
    """Return the reliability plot's points: for each used bin mean probability, share true, and count."""
    p, truth = np.asarray(p, dtype=float), np.asarray(truth, dtype=float)
    place = np.minimum((p * bins).astype(int), bins - 1)
    return [
        {
            "probability": float(p[place == b].mean()),
            "share": float(truth[place == b].mean()),
            "n": int((place == b).sum()),
        }
        for b in np.unique(place)
    ]


def ece(p: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error ``Σ n_b/N |p̄_b − share_b|`` over equal bins (Guo et al. 2017)."""
    points = reliability(p, truth, bins)
    return float(sum(q["n"] * abs(q["probability"] - q["share"]) for q in points) / max(1, len(p)))


def skill(value: float, low: float, high: float, n: int) -> dict[str, float]:
    """Return skill from an accuracy or AUC with its interval: ``max(0, 2x − 1)``, 0 a coin, 1 always right.

    ``weight`` is what an answer counts for. It is the lower end, so that one that answers by chance, or always alike,
    or against the truth, has no influence however its luck falls (up to the interval's 2.5%). Where the sample is too
    small to tell a coin from a source of skill `GOOD`, the estimate shrunk by `DOUBT` answers of a coin counts
    instead: a source that is right in 80% of ten answers is not silenced for want of more.
    """
    found = {
        "mean": max(0.0, 2 * value - 1),
        "low": max(0.0, 2 * low - 1),
        "high": max(0.0, 2 * high - 1),
    }
    shrunk = max(0.0, 2 * value - 1) * n / (n + DOUBT)
    undecided = found["low"] == 0.0 and found["high"] >= GOOD
    return {**found, "weight": shrunk if undecided else found["low"]}
