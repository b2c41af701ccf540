"""What the system is measured against: the same folds, the same features, no evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.evidence.sources.learners import Learners

TREES: Final = 100


def majority(learners: Learners, train: IntArray, targets: IntArray, seed: int) -> FloatArray:
    """The base rate of a single phase in training, for every target; shape ``(targets,)``."""
    return np.full(len(targets), learners.labels[train].mean())


def logistic(learners: Learners, train: IntArray, targets: IntArray, seed: int) -> FloatArray:
    """Logistic regression on composition features, shape ``(targets,)``."""
    from sklearn.linear_model import LogisticRegression

    return _fitted(LogisticRegression(C=1.0, max_iter=500), learners, train, targets)


def forest(learners: Learners, train: IntArray, targets: IntArray, seed: int) -> FloatArray:
    """Random forest on composition features, shape ``(targets,)``."""
    from sklearn.ensemble import RandomForestClassifier

    return _fitted(RandomForestClassifier(TREES, n_jobs=-1, random_state=seed), learners, train, targets)


def extra_trees(learners: Learners, train: IntArray, targets: IntArray, seed: int) -> FloatArray:
    """Extremely randomised trees on composition features, shape ``(targets,)``."""
    from sklearn.ensemble import ExtraTreesClassifier

    return _fitted(ExtraTreesClassifier(TREES, n_jobs=-1, random_state=seed), learners, train, targets)


def _fitted(model: Any, learners: Learners, train: IntArray, targets: IntArray) -> FloatArray:
    y = learners.labels[train]
    if y.min() == y.max():
        return np.full(len(targets), y[0])
    model.fit(learners.features[train], y)
    return np.asarray(model.predict_proba(learners.features[targets])[:, 1], float)


BASELINES: Final[dict[str, Callable[[Learners, IntArray, IntArray, int], FloatArray]]] = {
    "majority": majority,
    "logistic": logistic,
    "forest": forest,
    "extra-trees": extra_trees,
}
