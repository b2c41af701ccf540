"""The sources of evidence that are learned from alloy tables, refitted for any choice of training alloys."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from hypograph.models.evidence.alloys.elements import standardise
from hypograph.models.evidence.alloys.hosts import ExchangeIndex, nearest_hosts
from hypograph.models.evidence.alloys.table import AlloyTable
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.evidence.sources.context import ContextModel, fit_context
from hypograph.models.evidence.sources.kernel import BLOCK, Float32Array, NystromMap, RidgeSums
from hypograph.models.evidence.sources.pairs import PairMap
from hypograph.models.evidence.sources.trees import Forest
from hypograph.models.statistics.functions import logit

if TYPE_CHECKING:
    from sklearn.ensemble import ExtraTreesClassifier

T = TypeVar("T")

RIDGE: Final = ("kernel", "pairs")
# A ridge score of ±1 is a label: it counts as odds of 12 to 1. The fusion rescales each source, so only the clip at 1.5
# times this depends on it.
TO_LOGIT: Final = 2.5
# Usual hosts of an alloy by an exchange of one element from which no farther ones are looked for: hosts of up to two
# exchanges gave AUC .930 on the hull table, of one .939 (docs/evidence.md, "What was tried before").
DENSE: Final = 8.0


@dataclass(frozen=True)
class Settings:
    """Sizes of the learners, chosen for speed, the same for every table.

    `jobs` is the number of inner folds that are worked on at once.
    """

    reference: int = 800
    penalty: float = 1.0
    pairs: int = 400
    trees: int = 30
    tree_rows: int = 8000
    draft_trees: int = 15
    draft_rows: int = 4000
    context_targets: int = 2000
    context_steps: int = 25
    hosts: int = 32
    jobs: int = 1


class Learners:
    """Composition learners and hosts over one table.

    Parameters
    ----------
    table
        Alloys; those with NaN labels can be predicted but never train.
    settings
        Sizes.
    seed
        Seed of all random choices.
    """

    def __init__(self, table: AlloyTable, settings: Settings, seed: int = 0) -> None:
        self.table, self.settings, self.seed = table, settings, seed
        # Rows with a negative source stand aside: candidates, or records that only some source learns from.
        self.known = np.flatnonzero(np.isfinite(table.labels) & (table.source >= 0))
        self._describe()
        self.index = ExchangeIndex(table.present, self.known)
        # Where exchanges of one element give hosts enough, no others are looked for.
        self.dense = self.index.usual >= DENSE
        self.near = NystromMap(self.features[self.known], settings.reference, seed=seed)
        self.pairs = PairMap(table.elements, settings.pairs, seed)
        # The inner product of joined coordinates is the sum of the two kernels.
        self.sums: RidgeSums | None = RidgeSums(self._coordinates(), self.labels, self.known)
        self._parts = {"kernel": slice(None), "pairs": slice(self.near.projection.shape[1], None)}
        self._kept: dict[tuple[str, bytes], Any] | None = None

    def _coordinates(self) -> Float32Array:
        """Join the coordinates of both kernels, a block of alloys at a time: in double precision all would not fit."""
        starts = range(0, len(self.table), BLOCK)
        width = self.near.projection.shape[1] + self.pairs.terms.shape[1] + 1
        out = np.empty((len(self.table), width), np.float32)
        for block in (slice(start, start + BLOCK) for start in starts):
            near, pairs = self.near(self.features[block]), self.pairs(self.table.weights[block])
            out[block] = np.concatenate([near, pairs], 1)
        return out

    def _describe(self) -> None:
        """Labels and features of all rows; scales come from the known alloys, so candidates change nothing."""
        table = self.table
        self.labels = np.where(np.isfinite(table.labels), table.positive, 0.0)
        self.features = standardise(table.features, self.known)
        self.context_features = self.features[:, context_columns(len(table.elements.names), self.features.shape[1])]

    def keep_fits(self) -> None:
        """From now on keep each fit, by what trained it: a predictor asks the same ones again."""
        self._kept = {}

    def extended(self, weights: FloatArray) -> Learners:
        """Return the learners with candidates behind the alloys; the fits that are kept serve them too."""
        more = copy.copy(self)
        more.table = self.table.extend(weights)
        more._describe()
        more.index = self.index.extended(more.table.present[len(self.table) :])
        more.sums = None
        return more

    def without_sums(self) -> Learners:
        """Return the learners with what they have fitted, unable to fit anew: small enough to be stored."""
        less = copy.copy(self)
        less.sums = None
        return less

    def fit_once(self, kind: str, train: IntArray, make: Callable[[], T]) -> T:
        """Return what `make` fits to the rows of `train`; kept under `kind`, where fits are kept."""
        if self._kept is None:
            return make()
        key = (kind, hashlib.sha256(np.ascontiguousarray(train).tobytes()).digest())
        if key not in self._kept:
            self._kept[key] = make()
        found: T = self._kept[key]
        return found

    def ridge(self, train: IntArray, targets: IntArray, names: Sequence[str] = RIDGE) -> list[FloatArray]:
        """Log-odds from ridge regression, one array of shape ``(targets,)`` for each name of `RIDGE`.

        `pairs` knows the terms of pairs of elements alone, `kernel` the composition features too.
        """
        parts = [self._parts[name] for name in names]
        sums, penalty = self.sums, self.settings.penalty
        if self._kept is None and sums is not None:
            scores = sums.predict(train, targets, parts, penalty)
        else:
            scores = self._kept_ridge(train, targets, parts)
        return [TO_LOGIT * np.clip(score, -1.5, 1.5) for score in scores]

    def _kept_ridge(self, train: IntArray, targets: IntArray, parts: Sequence[slice]) -> list[FloatArray]:
        """Ridge regression by kept coefficients; coordinates are worked out for the targets alone."""
        features, weights = self.features[targets], self.table.weights[targets]
        coordinates = np.concatenate([self.near(features), self.pairs(weights)], 1)
        found = []
        for part in parts:

            def make(part: slice = part) -> FloatArray:
                if self.sums is None:
                    raise AssertionError("the sums of these learners were dropped")
                return self.sums.coefficients(train, [part], self.settings.penalty)[0].astype(float)

            coefficients = self.fit_once(f"ridge {part.start}", train, make)
            found.append(np.asarray(coordinates[:, part] @ coefficients, float))
        return found

    def trees(self, train: IntArray, targets: IntArray, draft: bool = False) -> FloatArray:
        """Log-odds from extremely randomised trees on composition features, shape ``(targets,)``.

        A draft, good enough to measure reliability by, takes fewer trees and rows.
        """
        y = self.labels[train]
        if y.min() == y.max():
            return np.full(len(targets), logit(np.array([y[0]]))[0])
        if self._kept is not None:
            forest = self.fit_once(f"trees {draft}", train, lambda: Forest.of(self._forest(train, draft)))
            return logit(forest.probability(self.features[targets]), 0.01)
        fitted = self._forest(train, draft)
        return logit(fitted.predict_proba(self.features[targets].astype(np.float32))[:, 1], 0.01)

    def _forest(self, train: IntArray, draft: bool) -> ExtraTreesClassifier:
        from sklearn.ensemble import ExtraTreesClassifier

        settings = self.settings
        count, rows = (settings.draft_trees, settings.draft_rows) if draft else (settings.trees, settings.tree_rows)
        # One thread: more would add the trees' votes in the order they finish, which rounds differently each time.
        forest = ExtraTreesClassifier(
            count,
            min_samples_leaf=2,
            max_features="sqrt",
            bootstrap=len(train) > rows,
            max_samples=rows if len(train) > rows else None,
            random_state=self.seed,
        )
        forest.fit(self.features[train].astype(np.float32), self.labels[train])
        return forest

    def hosts(self, train: IntArray, targets: IntArray, bar: IntArray | None = None) -> IntArray:
        """Hosts of targets among training alloys; `bar` names an element a target's hosts must not hold."""
        if self.dense:
            allowed = np.zeros(len(self.table), bool)
            allowed[train] = True
            return self.index.nearest(targets, allowed, bar, self.settings.hosts)
        barred = None
        if bar is not None:
            barred = np.zeros((len(targets), self.table.present.shape[1]), bool)
            barred[np.arange(len(targets)), bar] = True
        return nearest_hosts(self.table.present, self.context_features, targets, train, self.settings.hosts, barred)

    def fit_context(self, train: IntArray, by_element: bool, draft: bool = False) -> ContextModel:
        """Learn the metric; `by_element`: hosts lack one of the target's elements, as for a new element.

        A draft learns from half of the alloys.
        """
        return self.fit_once(f"context {by_element} {draft}", train, lambda: self._context(train, by_element, draft))

    def _context(self, train: IntArray, by_element: bool, draft: bool) -> ContextModel:
        rng = np.random.default_rng(self.seed)
        most = self.settings.context_targets // (2 if draft else 1)
        targets = np.sort(rng.choice(train, min(most, len(train)), replace=False))
        bar = None
        if by_element:
            # One of the target's elements, any with the same chance.
            noise = rng.random((len(targets), self.table.present.shape[1]))
            bar = np.where(self.table.present[targets], noise, -1.0).argmax(1)
        return fit_context(
            self.context_features,
            self.labels,
            targets,
            self.hosts(train, targets, bar),
            steps=self.settings.context_steps,
        )

    def context(
        self, model: ContextModel, train: IntArray, targets: IntArray, bar: IntArray | None = None
    ) -> tuple[FloatArray, FloatArray, IntArray]:
        """Return log-odds, ignorance (each of shape ``(targets,)``) and hosts ``(targets, most)``."""
        hosts = self.hosts(train, targets, bar)
        p, unknown = model.predict(self.context_features, self.labels, targets, hosts)
        return logit(p), unknown, hosts


def context_columns(properties: int, features: int) -> IntArray:
    """Columns of means, deviations and pair statistics: what an exchange of elements shifts smoothly."""
    return np.concatenate([np.arange(2 * properties), np.arange(4 * properties, features)])
