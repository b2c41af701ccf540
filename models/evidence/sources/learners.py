"""The sources of evidence that are learned from alloy tables, refitted for any choice of training alloys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hypograph.models.evidence.alloys.elements import standardise
from hypograph.models.evidence.alloys.hosts import ExchangeIndex, nearest_hosts, pack
from hypograph.models.evidence.alloys.table import AlloyTable
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.evidence.sources.context import ContextModel, fit_context
from hypograph.models.evidence.sources.kernel import NystromMap, RidgeSums
from hypograph.models.evidence.sources.pairs import PairMap
from hypograph.models.statistics.functions import logit

RIDGE: Final = ("kernel", "pairs")
TO_LOGIT: Final = 2.5
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
        known = np.flatnonzero(np.isfinite(table.labels) & (table.source >= 0))
        self.labels = np.where(np.isfinite(table.labels), table.positive, 0.0)
        # Scales come from the known alloys, so that candidates beside them change nothing.
        self.features = standardise(table.features, known)
        self.context_features = self.features[:, context_columns(len(table.elements.names), self.features.shape[1])]
        self.index = ExchangeIndex(table.present, known)
        # Where exchanges of one element give hosts enough, no others are looked for.
        self.dense = self.index.usual >= DENSE
        near = NystromMap(self.features[known], settings.reference, seed=seed)(self.features)
        pairs = PairMap(table.elements, settings.pairs, seed)(table.weights)
        # The inner product of joined coordinates is the sum of the two kernels.
        self.sums = RidgeSums(np.concatenate([near, pairs], 1), self.labels, known)
        self._parts = {"kernel": slice(None), "pairs": slice(near.shape[1], None)}

    def ridge(self, train: IntArray, targets: IntArray, names: Sequence[str] = RIDGE) -> list[FloatArray]:
        """Log-odds from ridge regression, one array of shape ``(targets,)`` for each name of `RIDGE`.

        `pairs` knows the terms of pairs of elements alone, `kernel` the composition features too.
        """
        parts = [self._parts[name] for name in names]
        scores = self.sums.predict(train, targets, parts, self.settings.penalty)
        return [TO_LOGIT * np.clip(score, -1.5, 1.5) for score in scores]

    def trees(self, train: IntArray, targets: IntArray, draft: bool = False) -> FloatArray:
        """Log-odds from extremely randomised trees on composition features, shape ``(targets,)``.

        A draft, good enough to measure reliability by, takes fewer trees and rows.
        """
        from sklearn.ensemble import ExtraTreesClassifier

        y = self.labels[train]
        if y.min() == y.max():
            return np.full(len(targets), logit(np.array([y[0]]))[0])
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
        forest.fit(self.features[train].astype(np.float32), y)
        return logit(forest.predict_proba(self.features[targets].astype(np.float32))[:, 1], 0.01)

    def hosts(self, train: IntArray, targets: IntArray, bar: IntArray | None = None) -> IntArray:
        """Hosts of targets among training alloys; `bar` names an element a target's hosts must not hold."""
        if self.dense:
            allowed = np.zeros(len(self.table), bool)
            allowed[train] = True
            return pack(self.index.hosts(targets, allowed, bar), self.settings.hosts)
        barred = None
        if bar is not None:
            barred = np.zeros((len(targets), self.table.present.shape[1]), bool)
            barred[np.arange(len(targets)), bar] = True
        return nearest_hosts(self.table.present, self.context_features, targets, train, self.settings.hosts, barred)

    def fit_context(self, train: IntArray, by_element: bool, draft: bool = False) -> ContextModel:
        """Learn the metric; `by_element`: hosts lack one of the target's elements, as for a new element.

        A draft learns from half of the alloys.
        """
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
