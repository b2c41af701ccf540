"""The predictor of alloys: learners that never saw an alloy's element set, and its records, fused as evidence.

How this works
--------------
1. Learners (`System`) are fitted five times, each time without a fifth of the element sets. An alloy whose set is
   in the tables takes the fit that left it out, or its records would count twice; any other one the mean of five. What
   they say is one simple mass function with that pignistic probability, discounted by familiarity.
2. Records of the composition (within .5 at.% for each element) are evidence by source; how far a source is trusted is
   learned from where sources overlap (`source_trust`). Tables may copy each other: the cautious rule combines them.
3. Records of neighbours (.5 to 5 at.%) are weak evidence, cautious with the tables they stand in.
4. Learners ⊕ cautious{neighbours, tables} ⊕ literature ⊕ laboratory ⊕ papers, by Dempster's rule. K is
   reported, not spread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hypograph.models.core.records import AlloyRecord
from hypograph.models.evidence.alloys.folds import Fold, parts
from hypograph.models.evidence.alloys.keys import set_keys
from hypograph.models.evidence.alloys.state import AskedState
from hypograph.models.evidence.alloys.table import TEACHES_NOTHING, AlloyTable
from hypograph.models.evidence.fusion.familiarity import familiarity, reliability
from hypograph.models.evidence.fusion.fusion import Fusion, fit_fusion
from hypograph.models.evidence.fusion.known_records import APART, GROUPS, Near, RecordIndex, key, record_weights
from hypograph.models.evidence.fusion.predictor import System
from hypograph.models.evidence.fusion.source_trust import SourceTrust, learn_trust
from hypograph.models.evidence.fusion.stated_records import Condition, in_state
from hypograph.models.evidence.fusion.weights import Weights
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.statistics.functions import logit

FOLDS: Final = 5
# Most weight that neighbours give: shares of their reports for and against, learned from other sources' labels in the
# prototype of docs/evidence.md; one table's own neighbours agree with it more than alloys do.
NEIGHBOURS: Final = (0.446, 0.777)
NEIGHBOUR_RELIABILITY: Final = 0.95
FEW_NEIGHBOURS: Final = 0.05
# What all hosts of an alloy together are worth as reports of its phase.
HOST_REPORTS: Final = 2.0


@dataclass(frozen=True)
class Joint:
    """Predictions of alloys, and their parts.

    Attributes
    ----------
    probability
        Pignistic probability of a single phase, shape ``(alloys,)``.
    mass
        Shape ``(alloys, 4)``: ∅, single phase, not, unknown.
    conflict
        K, shape ``(alloys,)``.
    parts
        Weights of each part of the evidence: `learners`, `neighbours`, and the groups of records.
    evidence
        Log-odds that each learner gave, shape ``(alloys, learners)``.
    familiar
        How well the learners know the alloys' elements.
    fold
        Which fit spoke; −1 for the mean of all.
    near
        Records at and near the alloys.
    system
        The learners with the alloys behind the table.
    conditions
        What became of the question's state for each alloy; empty where none was asked for.
    """

    probability: FloatArray
    mass: FloatArray
    conflict: FloatArray
    parts: dict[str, Weights]
    evidence: FloatArray
    familiar: FloatArray
    fold: IntArray
    near: Near
    system: System
    conditions: list[Condition] = field(default_factory=list)


@dataclass
class AlloyPredictor:
    """A fitted predictor.

    Attributes
    ----------
    system
        The learners; each fit is kept.
    folds
        What each fit was trained on, and left out.
    fusion
        Reliabilities of the learners.
    index
        Records by composition.
    trusts
        What is known of each source of records.
    records
        All records.
    """

    system: System
    folds: list[Fold]
    fusion: Fusion
    index: RecordIndex
    trusts: list[SourceTrust]
    records: list[AlloyRecord]
    _by_row: FloatArray | None = field(default=None, repr=False)

    @classmethod
    def fit(
        cls,
        system: System,
        behind: Sequence[Sequence[int]],
        records: Sequence[AlloyRecord],
        skill: Mapping[str, float] | None = None,
    ) -> AlloyPredictor:
        """Fit the learners and the trust in the sources of records.

        Parameters
        ----------
        system
            Over the table of all records.
        behind
            Indices of the records behind each row of the table.
        skill
            What was measured of whoever read a source (`learn_trust`).
        """
        table = system.table
        system.learners.keep_fits()
        main = np.flatnonzero(table.source >= 0)
        part = parts(table.family[main], FOLDS, system.seed)
        folds = [Fold(str(k), main[part != k], main[part == k]) for k in range(FOLDS)]
        folds = [f for f in folds if len(f.train) >= 2 and len(f.test)]
        if not folds:
            # One element set: nothing can be left out, and how far learners are right is not known.
            folds = [Fold("all", main, np.empty(0, np.int64))]
        with ThreadPoolExecutor(system.settings.jobs) as pool:
            evidence = list(pool.map(lambda fold: system.evidence(fold, fold.test), folds))
        rows = np.concatenate([f.test for f in folds])
        groups = np.repeat(np.arange(len(folds)), [len(f.test) for f in folds])
        stacked = np.concatenate(evidence)
        fusion = fit_fusion(stacked, system.learners.labels[rows], groups, *system.prior())
        index = RecordIndex.build(table.weights, behind, records)
        found = cls(system, folds, fusion, index, [], list(records))
        quiet = np.flatnonzero(table.source == TEACHES_NOTHING)
        log_odds = logit(fusion.probability(stacked), 1e-6)
        if len(quiet):
            _, expected = found._learners(system, quiet, found._folds(table.weights[quiet]))
            rows, log_odds = np.concatenate([quiet, rows]), np.concatenate([expected, log_odds])
        prior = _prior(index, table, rows, log_odds)
        found.trusts = learn_trust(index.names, index.group, index.single, index.multi, prior, skill)
        return found

    @property
    def table(self) -> AlloyTable:
        """The table of compositions."""
        return self.system.table

    def predict(self, weights: FloatArray, state: AskedState | None = None) -> Joint:
        """Predict alloys given by atomic fractions, shape ``(alloys, elements of the table)``.

        Parameters
        ----------
        state
            Condition on the records of the alloys and near them, where they allow; the learners pool all states.
        """
        system = self.system.extended(weights)
        first = len(self.table)
        rows = np.arange(first, first + len(weights))
        fold = self._folds(weights)
        evidence, log_odds = self._learners(system, rows, fold)
        main = self.table.source >= 0
        known = familiarity(self.table.elements, self.table.present[main], weights > 0)
        parts_of = {"learners": Weights.of_log_odds(log_odds).discounted(reliability(known))}
        near = self.index.near(weights)
        near, conditions = (near, []) if state is None else in_state(near, self.records, state)
        parts_of |= self._records(near)
        together = parts_of["neighbours"].cautious(parts_of["tables"])
        total = sum((parts_of[name] for name in APART), parts_of["learners"] + together)
        mass = total.mass
        probability = mass[:, 1] + mass[:, 3] / 2
        return Joint(probability, mass, total.conflict, parts_of, evidence, known, fold, near, system, conditions)

    def fold_of(self, joint: Joint, place: int) -> Fold:
        """Return the fit that spoke of an alloy, tested on it; the first one where all did."""
        chosen = self.folds[max(int(joint.fold[place]), 0)]
        return Fold(chosen.name, chosen.train, np.array([len(self.table) + place], np.int64))

    def phase_reports(self, joint: Joint) -> FloatArray:
        """Reports by phase of each alloy: its records, near ones by likeness, and its hosts, two reports at most.

        Shape ``(alloys, len(FRAME) + 2)``.
        """
        reports = joint.near.phases()
        learners = joint.system.learners
        if "context" not in joint.system.core:
            return reports
        by_row = self._phases_by_row()
        for k, fold in enumerate(self.folds):
            mine = np.flatnonzero(joint.fold == k) if k else np.flatnonzero(joint.fold <= 0)
            if not len(mine):
                continue
            rows = len(self.table) + mine
            hosts = learners.hosts(fold.train, rows)
            weights = learners.fit_context(fold.train, False).weights(learners.context_features, rows, hosts)
            share = weights / np.maximum(weights.sum(1, keepdims=True), 1e-12)
            known = np.minimum(weights.sum(1), HOST_REPORTS)[:, None]
            reports[mine] += known * np.einsum("nh,nhp->np", share, by_row[np.maximum(hosts, 0)])
        return reports

    def _phases_by_row(self) -> FloatArray:
        """Share of each phase in the reports of each row of the table, shape ``(rows, len(FRAME) + 2)``."""
        if self._by_row is None:
            place = {key(w): i for i, w in enumerate(self.index.weights)}
            counts = np.array([self.index.phases[place[key(w)]] for w in self.table.weights])
            self._by_row = counts / np.maximum(counts.sum(1, keepdims=True), 1)
        return self._by_row

    def _folds(self, weights: FloatArray) -> IntArray:
        """Which fit left an alloy's element set out; −1 where none holds it."""
        keys = set_keys(self.table.present)
        out = {int(keys[row]): k for k, fold in enumerate(self.folds) for row in fold.test}
        return np.array([out.get(int(key), -1) for key in set_keys(weights > 0)], np.int64)

    def _learners(self, system: System, rows: IntArray, fold: IntArray) -> tuple[FloatArray, FloatArray]:
        evidence = np.zeros((len(rows), len(system.names)))
        log_odds = np.zeros(len(rows))
        share = np.where(fold < 0, 1.0 / len(self.folds), 1.0)
        for k, one in enumerate(self.folds):
            mine = np.flatnonzero((fold == k) | (fold < 0))
            if not len(mine):
                continue
            found = system.evidence(one, rows[mine])
            evidence[mine] += share[mine, None] * found
            log_odds[mine] += share[mine] * logit(self.fusion.probability(found), 1e-6)
        return evidence, log_odds

    def _records(self, near: Near) -> dict[str, Weights]:
        single, multi = near.counts()
        found = {name: record_weights(self.trusts, self.index.group, g, single, multi) for g, name in enumerate(GROUPS)}
        for_, against = near.around()
        total = for_ + against + FEW_NEIGHBOURS
        sides = Weights(NEIGHBOURS[0] * for_ / total, NEIGHBOURS[1] * against / total)
        return {"neighbours": sides.discounted(NEIGHBOUR_RELIABILITY), **found}


def _prior(index: RecordIndex, table: AlloyTable, rows: IntArray, log_odds: FloatArray) -> FloatArray:
    """Log-odds of each indexed composition by the learners that never saw its element set; 0 where none spoke."""
    place = {key(table.weights[row]): v for row, v in zip(rows, log_odds, strict=True)}
    return np.array([place.get(key(w), 0.0) for w in index.weights])
