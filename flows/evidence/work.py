"""What the units of the evidence step do."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from hypograph.flows.evidence.describe import known_of
from hypograph.flows.evidence.predictor import EvidenceSpec, Fitted, gathered, predictor_of_records, system_of
from hypograph.flows.evidence.sources import Knowledge, OpinionRow
from hypograph.flows.readers.element_table import element_table
from hypograph.flows.runtime.unit_kinds import EVIDENCE_ASK
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.records.evidence import (
    Known,
    alloy_part,
    element_part,
    opinion_edges,
    pair_edges,
    skill_of_sources,
    source_nodes,
)
from hypograph.models.core.protocols import Expert
from hypograph.models.core.records import AlloyRecord, Edge, Outcome
from hypograph.models.evidence.alloys.candidates import combinations, fit_pair_score, members_to_weights
from hypograph.models.evidence.alloys.folds import Fold, parts
from hypograph.models.evidence.alloys.keys import set_keys
from hypograph.models.evidence.alloys.substitution import count_exchanges
from hypograph.models.evidence.alloys.table import AlloyTable, build_table, element_sets
from hypograph.models.evidence.fusion.alloy_predictor import Joint
from hypograph.models.evidence.fusion.explanation import explain
from hypograph.models.evidence.fusion.phase_frame import phase_bounds
from hypograph.models.evidence.fusion.predictor import vote
from hypograph.models.statistics.arrays import BoolArray, FloatArray, IntArray
from hypograph.models.statistics.decisions import auc, auc_interval, mcc
from hypograph.models.statistics.functions import logit

MOST_ELEMENTS: Final = 26
LEAST_SETS: Final = 12
ASKED_ELEMENTS: Final = 12
ASKED_SMALL: Final = 4
ASK_CHUNK: Final = 20
SAMPLE: Final = 4000
SHORTLIST: Final = 4


def ask(runner: UnitRunner, expert: Expert, records: Sequence[AlloyRecord], *, small: bool) -> list[dict[str, Any]]:
    """Ask the expert about the pairs of the commonest elements, a unit for each few pairs."""
    counts = Counter(e for elements in {r.elements for r in records} for e in elements)
    most = ASKED_SMALL if small else ASKED_ELEMENTS
    common = sorted(sorted(counts, key=lambda e: (-counts[e], e))[:most])
    pairs = by_weight([(a, b) for i, a in enumerate(common) for b in common[i + 1 :]], records)
    found: list[dict[str, Any]] = []
    for start in range(0, len(pairs), ASK_CHUNK):
        part = pairs[start : start + ASK_CHUNK]

        def work(part: list[tuple[str, str]] = part) -> Outcome:
            rows = [
                {
                    "pair": list(pair),
                    "similar": o.similar,
                    "dissimilar": o.dissimilar,
                    "answer": o.answer,
                    "provenance": o.provenance,
                }
                for pair, o in zip(part, expert.assess(part), strict=True)
            ]
            return Outcome({"opinions": rows})

        found.extend(runner.run(EVIDENCE_ASK, {"expert": expert.name, "pairs": part}, work)["opinions"])
    return found


def by_weight(pairs: Sequence[tuple[str, str]], records: Sequence[AlloyRecord]) -> list[tuple[str, str]]:
    """Order pairs of elements by how much an answer can move: a budget of minutes then leaves out what moves least.

    An answer speaks of every alloy that holds one of the two, and weighs against the exchanges that tables hold: the
    number of element sets with exactly one of them, for each exchange counted and one.
    """
    sets = {frozenset(r.elements) for r in records}
    partners: dict[frozenset[str], list[str]] = {}
    for held in sets:
        for element in held:
            partners.setdefault(held - {element}, []).append(element)
    exchanged = Counter(frozenset(pair) for others in partners.values() for pair in itertools.combinations(others, 2))
    weight = {
        (a, b): sum((a in held) != (b in held) for held in sets) / (1 + exchanged[frozenset((a, b))]) for a, b in pairs
    }
    return sorted(pairs, key=lambda pair: (-weight[pair], pair))


@dataclass
class Job:
    """The work of one evidence step; nothing is computed before a unit needs it.

    Attributes
    ----------
    records
        Alloys with known outcome.
    opinions
        What an expert answered, one mapping for each pair of elements.
    expert
        Its name.
    seed, small
        As for `evidence_units`.
    folder
        Where the fitted predictor is kept.
    """

    records: list[AlloyRecord]
    opinions: list[dict[str, Any]] = field(default_factory=list)
    expert: str = ""
    seed: int = 0
    small: bool = False
    folder: Path = Path()

    @property
    def spec(self) -> EvidenceSpec:
        """What the predictor is made from: the same as for a command about the same records."""
        return EvidenceSpec((), self.small, self.seed)

    @property
    def asked(self) -> list[OpinionRow] | None:
        """The expert's opinions; None without an expert."""
        return [(*o["pair"], "", o["similar"], o["dissimilar"]) for o in self.opinions] or None

    @cached_property
    def fitted(self) -> Fitted:
        """The predictor: found beside the units, or fitted and kept there."""
        return predictor_of_records(self.records, self.spec, self.folder, opinions=self.asked)

    @cached_property
    def knowledge(self) -> Knowledge:
        """Records, table and sources."""
        return gathered(self.records, self.spec, self.asked, "evidence")

    @property
    def table(self) -> AlloyTable:
        """The table of compositions."""
        return self.knowledge.table

    @cached_property
    def skills(self) -> dict[str, dict[str, float]]:
        """Measured skill of each source of records."""
        return skill_of_sources(self.records, self.knowledge.behind)

    @cached_property
    def known(self) -> Known:
        """What names a piece of evidence."""
        return known_of(self.fitted)

    @cached_property
    def by_set(self) -> tuple[BoolArray, FloatArray]:
        """Element sets (present, label): what most compositions of a set show."""
        return element_sets(self.table)

    def substitutability(self) -> Outcome:
        """Evidence for the substitutability of each pair of elements, and the sources."""
        counts = count_exchanges(*self.by_set)
        nodes, edges, pairs = element_part(self.table.elements, counts)
        sources = source_nodes(self.records, self.skills, self.expert, len(self.opinions))
        return Outcome({"pairs": pairs}, [*sources, *nodes], [*edges, *self._by_source()])

    def _by_source(self) -> list[Edge]:
        """What each source says of the pairs by itself, where there are several."""
        names = sorted({r.source for r in self.records})
        edges = opinion_edges(self.opinions, self.expert) if self.expert else []
        for name in names if len(names) > 1 else ():
            table, _ = build_table([r for r in self.records if r.source == name], element_table())
            edges += pair_edges(table.elements.symbols, count_exchanges(*element_sets(table)), name, name)
        return edges

    def check(self) -> Outcome:
        """Check on a fifth of the element sets, which train nothing."""
        table = self.table
        part = parts(table.family, 5, self.seed)
        fold = Fold("held-out", np.flatnonzero(part != 0), np.flatnonzero(part == 0))
        checked: dict[str, dict[str, float | None]] = {}
        system = system_of(self.knowledge, self.spec)
        y = table.positive[fold.test]
        forecast = system.forecast(fold)
        checked["ours"] = _scores(y, forecast.probability, forecast.says)
        if self.opinions:
            bare = system_of(self.knowledge, self.spec, with_expert=False).forecast(fold)
            checked["ours-no-expert"] = _scores(y, bare.probability, bare.says)
        hosts = system.learners.hosts(fold.train, fold.test)
        share = vote(system.learners, fold, fold.test, hosts)
        checked["vote"] = _scores(y, share, (share > 0).astype(float))
        usual = float(table.positive[fold.train].mean() >= 0.5)
        checked["majority"] = _scores(y, np.zeros(len(y)), np.full(len(y), usual))
        return Outcome({"checked": checked, "held_out": self._held_out(fold, checked["ours"]["auc"])})

    def _held_out(self, fold: Fold, area: float | None) -> dict[str, float]:
        """How much the check rests on: alloys of one set are no independent tests."""
        families, y = self.table.family[fold.test], self.table.positive[fold.test]
        single = np.array([y[families == f].mean() > 0.5 for f in np.unique(families)])
        found: dict[str, float] = {"alloys": len(fold.test), "sets": len(single)}
        if area is not None and 0 < single.sum() < len(single):
            low, high = auc_interval(area, int(single.sum()), int((~single).sum()))
            found |= {"auc_low": round(low, 6), "auc_high": round(high, 6)}
        return found

    def predict(self, size: int, top: int) -> Outcome:
        """Predict alloys of one size that are in no table: all quickly, the best of them in full."""
        elements = self.candidate_elements()
        known = set(set_keys(self.table.present).tolist())
        members = np.concatenate(
            [elements[m] for m in combinations(len(elements), size)] or [np.empty((0, size), np.int64)]
        )
        width = len(self.table.elements.symbols)
        fresh = np.array([k not in known for k in set_keys(members_to_weights(members, width) > 0).tolist()], bool)
        members = members[fresh]
        if not len(members):
            return Outcome({"alloys": []})
        rng = np.random.default_rng(self.seed)
        most = SAMPLE // 10 if self.small else SAMPLE
        sample = members[np.sort(rng.choice(len(members), min(most, len(members)), replace=False))]
        quick = fit_pair_score(sample, logit(self.predicted(sample).probability, 1e-6), width)
        order = np.argsort(-quick.score(members), kind="stable")[: SHORTLIST * top]
        best = members[np.sort(order)]
        joint = self.predicted(best)
        keep = np.lexsort((np.arange(len(best)), -joint.probability))[:top]
        predictor = self.fitted.predictor
        bounds = phase_bounds(joint.mass, predictor.phase_reports(joint))
        because = explain(predictor, joint, keep)
        rows = [
            alloy_part(self.known, best[i], joint, bounds, int(i), pieces)
            for i, pieces in zip(keep, because, strict=True)
        ]
        nodes = [n for r in rows for n in r.nodes]
        edges = [e for r in rows for e in r.edges]
        return Outcome({"alloys": [r.row for r in rows], "fidelity": quick.fidelity}, nodes, edges)

    def predicted(self, members: IntArray) -> Joint:
        """Predict equimolar alloys, given as columns of elements."""
        return self.fitted.predictor.predict(members_to_weights(members, len(self.table.elements.symbols)))

    def candidate_elements(self) -> IntArray:
        """Columns of the elements that enough element sets hold, at most twenty-six, in order."""
        counts = self.by_set[0].sum(0)
        order = np.lexsort((np.arange(len(counts)), -counts))
        least = min(LEAST_SETS, max(1, int(len(self.by_set[0]) / 50)))
        return np.sort([c for c in order[:MOST_ELEMENTS] if counts[c] >= least]).astype(np.int64)


def _scores(y: FloatArray, score: FloatArray, says: FloatArray | BoolArray) -> dict[str, float | None]:
    area, matthews = auc(y, score), mcc(y, says)
    return {
        "auc": None if area is None else round(area, 6),
        "mcc": None if matthews is None else round(matthews, 6),
    }
