"""The whole: sources of evidence, their measured reliabilities, and predictions with an ignorance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from hypograph.models.evidence.alloys.folds import Fold, inner_folds
from hypograph.models.evidence.alloys.table import AlloyTable
from hypograph.models.evidence.fusion.base_rates import for_element
from hypograph.models.evidence.fusion.familiarity import familiarity, reliability
from hypograph.models.evidence.fusion.fusion import Fusion, fit_fusion
from hypograph.models.evidence.fusion.threshold import best_cut
from hypograph.models.evidence.fusion.weights import Weights
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.evidence.sources.learners import RIDGE, Learners, Settings
from hypograph.models.statistics.functions import logit

# A further source: (learners, fold, targets, hosts) → log-odds of the targets, shape (targets,).
Extra = Callable[[Learners, Fold, IntArray, IntArray], FloatArray]
CORE: Final = ("kernel", "pairs", "trees", "context")
# What the fusion expects before anything is measured. The core sources share the truth: their reliabilities sum to
# about 1, how much to is open (first number, a standard deviation), how they divide it is nearly even (second). Others
# owe a proof (third). Picked by looking at results on the three tables of benchmarks/evidence_fusion.py, which is why a
# table that is not there may come out lower (docs/evidence.md, "How the settings were chosen").
TOGETHER: Final = 0.7
APART: Final = 0.2
EXTRA: Final = 0.1


@dataclass(frozen=True)
class Forecast:
    """Predictions for the tested alloys of a fold.

    Attributes
    ----------
    rows
        Rows of the table, shape ``(alloys,)``.
    probability
        Pignistic probability of a single phase.
    mass
        Shape ``(alloys, 4)``: ∅, single phase, not, unknown.
    conflict
        K between the sources after discounting.
    threshold
        Probability from which a single phase is declared: best for these alloys by expected Matthews coefficient.
    evidence
        Log-odds that each source gave, shape ``(alloys, sources)``.
    fusion
        Learned reliabilities.
    """

    rows: IntArray
    probability: FloatArray
    mass: FloatArray
    conflict: FloatArray
    threshold: float
    evidence: FloatArray
    fusion: Fusion

    @property
    def says(self) -> FloatArray:
        """Decisions, 0 or 1."""
        return (self.probability > self.threshold).astype(float)


@dataclass
class System:
    """Predicts phases from a table of alloys.

    Parameters
    ----------
    table
        Alloys.
    settings
        Sizes of the learners.
    core
        Which of `CORE` take part.
    extras
        Further sources by name.
    inner, most
        Inner folds, and test alloys in each, for learning the reliabilities.
    seed
        Seed of all random choices.
    fitted
        Learners over the table, where there are some.
    """

    table: AlloyTable
    settings: Settings = field(default_factory=Settings)
    core: Sequence[str] = CORE
    extras: dict[str, Extra] = field(default_factory=dict)
    inner: int = 6
    most: int = 400
    seed: int = 0
    fitted: Learners | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.fitted is None:
            self.learners = Learners(self.table, self.settings, self.seed)
        else:
            self.learners = self.fitted
        self._kept: dict[tuple[int, ...], tuple[IntArray, FloatArray]] = {}

    def extended(self, weights: FloatArray) -> System:
        """Return the system with candidates behind the table; what it has fitted serves them too."""
        learners = self.learners.extended(weights)
        return replace(self, table=learners.table, fitted=learners)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the sources, in the order of evidence columns."""
        return (*self.core, *self.extras)

    def evidence(self, fold: Fold, targets: IntArray, draft: bool = False) -> FloatArray:
        """Log-odds of each source for targets, learned from the fold's training alloys only."""
        columns = []
        learners = self.learners
        hosts = np.empty((len(targets), 0), np.int64)
        bar = held_in(self.table, fold, targets)
        columns.extend(learners.ridge(fold.train, targets, [name for name in RIDGE if name in self.core]))
        if "trees" in self.core:
            columns.append(learners.trees(fold.train, targets, draft))
        if "context" in self.core:
            model = learners.fit_context(fold.train, bool(fold.held), draft)
            value, _, hosts = learners.context(model, fold.train, targets, bar)
            columns.append(value)
        elif self.extras or "vote" in self.core:
            hosts = learners.hosts(fold.train, targets, bar)
        if "vote" in self.core:
            columns.append(vote(learners, fold, targets, hosts))
        columns.extend(extra(learners, fold, targets, hosts) for extra in self.extras.values())
        return np.stack(columns, 1)

    def learn(self, fold: Fold) -> Fusion:
        """Learn the reliabilities on inner folds of a fold's training alloys."""
        inner = self._inner(fold)
        with ThreadPoolExecutor(self.settings.jobs) as pool:
            evidence = list(pool.map(lambda one: self._inner_evidence(fold, one), inner))
        if not inner:
            nothing = np.empty((0, len(self.names)))
            return fit_fusion(nothing, np.empty(0), np.empty(0, np.int64), *self.prior())
        # What was held out names the group: the last element, or the number of the inner fold.
        group = [one.held[-1] if one.held else number for number, one in enumerate(inner)]
        groups = np.repeat(np.array(group, np.int64), [len(one.test) for one in inner])
        labels, stacked = self.learners.labels[np.concatenate([one.test for one in inner])], np.concatenate(evidence)
        fusion = fit_fusion(stacked, labels, groups, *self.prior())
        if not fold.held:
            return fusion
        return for_element(fusion, stacked, labels, groups, self.table.elements.distance(), fold.held[0])

    def prior(self) -> tuple[FloatArray, FloatArray]:
        """Mean and covariance of the reliabilities before anything is measured."""
        core, extras = len(self.core), len(self.extras)
        covariance = np.diag(np.full(core + extras, EXTRA**2))
        covariance[:core, :core] = (TOGETHER / max(core, 1)) ** 2 + APART**2 * np.eye(core)
        return np.repeat([1.0 / max(core, 1), 0.0], [core, extras]), covariance

    def _inner_evidence(self, fold: Fold, inner: Fold) -> FloatArray:
        """Evidence for an inner fold; two outer folds that share a pair of held elements share the fits."""
        if len(inner.held) != 2:
            return self.evidence(inner, inner.test, draft=True)
        key = tuple(sorted(inner.held))
        if key not in self._kept:
            a, b = inner.held
            mirror = np.flatnonzero(self.table.present[:, a] & ~self.table.present[:, b])
            mirror = mirror[self.table.source[mirror] >= 0]
            if len(mirror) > self.most:
                mirror = np.sort(np.random.default_rng(self.seed).choice(mirror, self.most, replace=False))
            targets = np.concatenate([inner.test, mirror])
            self._kept[key] = targets, self.evidence(inner, targets, draft=True)
        targets, values = self._kept[key]
        order = np.argsort(targets)
        return values[order[np.searchsorted(targets, inner.test, sorter=order)]]

    def forecasts(self, folds: Sequence[Fold]) -> list[Forecast]:
        """Predict the tested alloys of many folds, `Settings.jobs` of them at once; same result for any number."""
        with ThreadPoolExecutor(self.settings.jobs) as pool:
            # What two outer folds share is made once, before both ask for it.
            inner = [(fold, one) for fold in folds for one in self._inner(fold) if len(one.held) == 2]
            once = {tuple(sorted(one.held)): (fold, one) for fold, one in inner}
            list(pool.map(lambda pair: self._inner_evidence(*pair), once.values()))
            return list(pool.map(self.forecast, folds))

    def _inner(self, fold: Fold) -> list[Fold]:
        return inner_folds(self.table, fold, self.inner, self.most, self.seed)

    def forecast(self, fold: Fold, fusion: Fusion | None = None) -> Forecast:
        """Predict the tested alloys of a fold."""
        fusion = fusion or self.learn(fold)
        evidence = self.evidence(fold, fold.test)
        present = self.table.present
        known = familiarity(self.table.elements, present[fold.train], present[fold.test])
        return make_forecast(fold.test, evidence, fusion, reliability(known))


def make_forecast(rows: IntArray, evidence: FloatArray, fusion: Fusion, reliable: FloatArray | float = 1.0) -> Forecast:
    """Fuse the evidence of sources into mass functions.

    Parameters
    ----------
    reliable
        Share of the mass to keep (`familiarity`).

    Notes
    -----
    The fused probability already averages over the unknown reliabilities; the mass function is the least
    committed one with that pignistic probability, so the ignorance m(Ω) = 2·min(p, 1 − p) cannot vanish by
    repetition; it is then discounted. The conflict is K of the sources' discounted simple mass functions:
    (1 − e^−w⁺)(1 − e^−w⁻), with w⁺ and w⁻ the summed weights for and against.
    """
    mass = Weights.of_log_odds(logit(fusion.probability(evidence), 1e-9)).discounted(reliable).mass
    probability = mass[:, 1] + mass[:, 3] / 2
    pulls = evidence * fusion.beta
    for_, against = np.maximum(pulls, 0).sum(1), np.maximum(-pulls, 0).sum(1)
    conflict = -np.expm1(-for_) * -np.expm1(-against)
    cut = best_cut(probability, fusion.threshold)
    return Forecast(rows, probability, mass, conflict, cut, evidence, fusion)


def held_in(table: AlloyTable, fold: Fold, targets: IntArray) -> IntArray | None:
    """Name the held-out element that each target holds, shape ``(targets,)``; None if none is held out."""
    if not fold.held:
        return None
    held = np.array(fold.held, np.int64)
    return np.asarray(held[table.present[np.ix_(targets, held)].argmax(1)], np.int64)


def vote(learners: Learners, fold: Fold, targets: IntArray, hosts: IntArray) -> FloatArray:
    """Log-odds of the knowledge-free vote: every host counts the same."""
    known = hosts >= 0
    base = float(learners.labels[fold.train].mean())
    share = (np.where(known, learners.labels[np.maximum(hosts, 0)], 0.0).sum(1) + base) / (known.sum(1) + 1)
    return logit(share)
