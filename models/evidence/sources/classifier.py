"""Any scikit-learn classifier as a source of evidence on alloys."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from hypograph.models.core.errors import InputError
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.statistics.functions import logit

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin

    from hypograph.models.evidence.alloys.folds import Fold
    from hypograph.models.evidence.sources.learners import Learners

# Odds of more than 99 to 1 are no classifier's to promise from some thousand alloys; as for the randomised trees.
SUREST = 0.01


def classifier_evidence(
    classifier: ClassifierMixin, name: str
) -> Callable[[Learners, Fold, IntArray, IntArray], FloatArray]:
    """Make a source of evidence: log-odds from a copy of a classifier fitted to each fold's training alloys.

    Parameters
    ----------
    classifier
        With ``fit(X, y)`` and ``predict_proba(X)``; it gets standardised composition features, shape
        ``(alloys, features)``, and labels 0 and 1. It is never fitted itself.
    name
        Tells its fits from those of others.

    Raises
    ------
    InputError
        If it gives no probabilities.
    """
    if not callable(getattr(classifier, "predict_proba", None)):
        raise InputError(
            "this classifier gives no probabilities",
            where=type(classifier).__name__,
            expected="predict_proba",
            hint="Wrap it in sklearn.calibration.CalibratedClassifierCV.",
        )

    def source(learners: Learners, fold: Fold, targets: IntArray, hosts: IntArray) -> FloatArray:
        y = learners.labels[fold.train]
        if y.min() == y.max():
            return np.zeros(len(targets))
        fitted = learners.fit_once(f"classifier {name}", fold.train, lambda: _fitted(classifier, learners, fold.train))
        return logit(np.asarray(fitted.predict_proba(learners.features[targets])[:, 1], float), SUREST)

    return source


def _fitted(classifier: ClassifierMixin, learners: Learners, train: IntArray) -> Any:
    from sklearn.base import clone

    copy: Any = clone(classifier)
    if "random_state" in copy.get_params() and copy.get_params()["random_state"] is None:
        copy.set_params(random_state=learners.seed)
    return copy.fit(learners.features[train], learners.labels[train].astype(int))


def classifier_version(classifier: ClassifierMixin) -> str:
    """Return what tells a classifier's results from those of another: class, parameters, version of scikit-learn."""
    told = f"{type(classifier).__module__}.{type(classifier).__qualname__} {_parameters(classifier)}"
    return f"{hashlib.sha256(told.encode()).hexdigest()[:16]} scikit-learn {importlib.metadata.version('scikit-learn')}"


def _parameters(classifier: Any) -> dict[str, str]:
    return {k: repr(v) for k, v in sorted(classifier.get_params(deep=True).items())}
