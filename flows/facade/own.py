"""Your own sources and methods: a classifier or an expert as evidence, a BoTorch acquisition function as a method."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin

    from hypograph.flows.evidence.registry import EvidenceSource, Material
    from hypograph.models.campaigns.optimizers.registry import Method
    from hypograph.models.evidence.fusion.predictor import Extra


def classifier_source(classifier: ClassifierMixin, name: str = "") -> EvidenceSource:
    r"""Make a source of evidence on alloys of any scikit-learn classifier with ``predict_proba``.

    How far it is believed beside the other sources is learned: one without skill moves nothing.

    Parameters
    ----------
    classifier
        Not fitted; a copy is fitted to the training alloys of each fold, on standardised composition features.
    name
        What it is called in answers; the name of its class if empty.

    Raises
    ------
    InputError
        If it gives no probabilities.

    Examples
    --------
    >>> import hypograph as hg, itertools, pathlib, tempfile
    >>> from sklearn.naive_bayes import GaussianNB
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "mine.csv"
    >>> threes = itertools.combinations(["Co", "Cr", "Cu", "Fe", "Mn", "Ni"], 3)
    >>> rows = ["".join(t) + (",FCC" if "Ni" in t else ",FCC+BCC") for t in threes]
    >>> _ = path.write_text("\n".join(["alloy,phase", *rows]))
    >>> model = hg.AlloyPredictor(["data", hg.classifier_source(GaussianNB())], small=True)
    >>> found = model.fit(hg.read_alloys(path)).predict(["CoFeNi"])[0]
    >>> found["belief"] <= found["pignistic"] <= found["plausibility"]
    True
    """
    from hypograph.flows.evidence.registry import EvidenceSource
    from hypograph.models.evidence.sources.classifier import classifier_evidence, classifier_version

    title = name or type(classifier).__name__
    evidence = classifier_evidence(classifier, title)
    label = f"{type(classifier).__name__} on composition features"
    return EvidenceSource(title, label, lambda material: evidence, version=classifier_version(classifier))


def expert_source(expert: Callable[[str, str], float | None], name: str = "", version: str = "") -> EvidenceSource:
    r"""Make a source of evidence on alloys of any function that says whether two elements can stand for each other.

    How far it is believed is learned from exchanges whose outcome is known: an expert without skill moves nothing.

    Parameters
    ----------
    expert
        Takes two symbols and returns how surely they can stand for each other, in [0, 1]; None where it does not know.
        It is asked of each pair of elements in the training alloys, in alphabetical order.
    name
        What it is called in answers; the name of the function if empty.
    version
        Names what the function answers, so that what was learned with it is kept and found again: change it where the
        answers change. Without it nothing is found again in another process.

    Raises
    ------
    InputError
        If it answers with something else, when a predictor is fitted.

    Examples
    --------
    >>> import hypograph as hg
    >>> metals = {"Co", "Cr", "Fe", "Mn", "Ni"}
    >>> source = hg.expert_source(lambda a, b: 0.9 if {a, b} <= metals else None, "3d metals")
    >>> source.name
    '3d metals'
    """
    from hypograph.flows.evidence.registry import EvidenceSource

    title = name or getattr(expert, "__name__", type(expert).__name__)
    version = version or uuid.uuid4().hex  # two functions may share a name; a kept predictor must not be the other's
    return EvidenceSource(title, "opinions on pairs of elements", partial(_opinions, expert, title), version=version)


def _opinions(expert: Callable[[str, str], float | None], title: str, material: Material) -> Extra:
    import numpy as np

    from hypograph.models.core.errors import InputError
    from hypograph.models.evidence.sources.opinions import Opinions, expert_source

    symbols, used = material.table.elements.symbols, set(np.flatnonzero(material.table.present.any(0)).tolist())
    rows = []
    for a, b in itertools.combinations(sorted(s for i, s in enumerate(symbols) if i in used), 2):
        said = expert(a, b)
        if said is None:
            continue
        if not 0.0 <= said <= 1.0:
            raise InputError(f"{title} says {said!r} of {a} and {b}", expected="a number from 0 to 1, or None")
        rows.append((a, b, "", float(said), 1.0 - float(said)))
    return expert_source(Opinions.from_rows(rows, symbols))


def acquisition_method(acquisition: Callable[..., object], name: str = "", **arguments: object) -> Method:
    """Make a method of optimization of any BoTorch acquisition function that judges candidates.

    The method fills the space first, then fits a Gaussian process per objective and takes the allowed candidate that
    the acquisition function values most. Points of a batch, and points whose results are awaited, are pending for
    acquisition functions that know such points, and believed at their predicted mean for the others.

    Parameters
    ----------
    acquisition
        A class of BoTorch, or any function that returns an acquisition function. Of its arguments these are filled in
        by name: ``model``, ``best_f``, ``X_baseline``, ``X_observed``, ``mc_points``, ``candidate_set``, ``sampler``,
        ``ref_point``, ``partitioning``. Outcomes are standardised, and larger is better.
    name
        What the method is called; the name of the acquisition function if empty.
    **arguments
        Further arguments, such as ``beta``.

    Raises
    ------
    InputError
        If the acquisition function needs an argument that is not filled in.

    Examples
    --------
    >>> import hypograph as hg
    >>> from botorch.acquisition import UpperConfidenceBound
    >>> space = hg.Space.of(solvent=["DMF", "MeCN", "toluene"], temperature=[60, 80, 100])
    >>> method = hg.acquisition_method(UpperConfidenceBound, beta=0.5)
    >>> campaign = hg.Campaign(space, hg.maximize("yield"), method=method, initial=2)
    >>> for outcome in (41.0, 63.5, 58.0):
    ...     campaign.record(campaign.suggest()[0].id, outcome)
    >>> campaign.suggest()[0].source
    'UpperConfidenceBound'
    """
    from hypograph.models.campaigns.optimizers.acquisition import acquisition_optimizer, check_arguments
    from hypograph.models.campaigns.optimizers.registry import Method

    title = name or getattr(acquisition, "__name__", type(acquisition).__name__)
    check_arguments(acquisition, arguments)
    return Method(title, title, acquisition_optimizer(acquisition, title, arguments))
