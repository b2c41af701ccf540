"""What the units of the evidence step do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np

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
from hypograph.models.evidence.alloys.substitution import count_exchanges, set_keys
from hypograph.models.evidence.alloys.table import AlloyTable, build_table
from hypograph.models.evidence.fusion.explanation import explain
from hypograph.models.evidence.fusion.fusion import Fusion
from hypograph.models.evidence.fusion.predictor import CORE, Forecast, System, make_forecast, vote
from hypograph.models.evidence.sources.learners import Settings
from hypograph.models.evidence.sources.opinions import Opinions, expert_source
from hypograph.models.statistics.decisions import auc, mcc
from hypograph.models.statistics.functions import logit

MOST_ELEMENTS: Final = 26
LEAST_SETS: Final = 12
ASKED_ELEMENTS: Final = 12
ASKED_SMALL: Final = 4
ASK_CHUNK: Final = 20
SAMPLE: Final = 4000
SHORTLIST: Final = 4
FULL: Final = Settings(reference=500, pairs=200, trees=30, context_targets=900, hosts=32)
QUICK: Final = Settings(reference=120, pairs=120, trees=10, context_targets=150, context_steps=8, hosts=16)


def ask(
    runner: UnitRunner, expert: Expert, records: Sequence[AlloyRecord], given: dict[str, Any]
) -> list[dict[str, Any]]:
    """Ask the expert about the pairs of the commonest elements, a unit for each few pairs."""
    counts = Counter(e for elements in {r.elements for r in records} for e in elements)
    most = ASKED_SMALL if given["small"] else ASKED_ELEMENTS
    common = sorted(sorted(counts, key=lambda e: (-counts[e], e))[:most])
    pairs = [(a, b) for i, a in enumerate(common) for b in common[i + 1 :]]
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


def element_sets(table: AlloyTable) -> tuple[Any, Any]:
    """Element sets of a table (present, label): what most compositions of a set show."""
    count = int(table.family.max()) + 1
    mean = np.bincount(table.family, table.labels, minlength=count) / np.bincount(table.family, minlength=count)
    first = np.unique(table.family, return_index=True)[1]
    return table.present[first], (mean >= 0.5).astype(float)


@dataclass
class Job:
    """The work of one evidence step; nothing is computed before a unit needs it."""

    records: list[AlloyRecord]
    opinions: list[dict[str, Any]] = field(default_factory=list)
    expert: str = ""
    seed: int = 0
    small: bool = False
    _learned: Fusion | None = field(default=None, repr=False)

    @cached_property
    def built(self) -> tuple[AlloyTable, list[list[int]]]:
        """The table of compositions, and the records behind each row."""
        return build_table(self.records, element_table())

    @property
    def table(self) -> AlloyTable:
        """The table of compositions."""
        return self.built[0]

    @cached_property
    def skills(self) -> dict[str, dict[str, float]]:
        """Measured skill of each source of records."""
        return skill_of_sources(self.records, self.built[1])

    @cached_property
    def known(self) -> Known:
        """What names a piece of evidence; a source that agrees half of the time is worth nothing."""
        reliability = {
            name: min(max(2 * skill["mean"] - 1, 0.05), 0.99) if skill["questions"] else 0.8
            for name, skill in self.skills.items()
        }
        return Known(self.table, self.records, self.built[1], reliability)

    @cached_property
    def by_set(self) -> tuple[Any, Any]:
        """Element sets (present, label): what most compositions of a set show."""
        return element_sets(self.table)

    def substitutability(self) -> Outcome:
        """Evidence for the substitutability of each pair of elements, and the sources."""
        counts = count_exchanges(*self.by_set)
        nodes, edges, pairs = element_part(self.table.elements.symbols, counts)
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

    def system(self, table: AlloyTable, with_expert: bool = True) -> System:
        """The system over a table, with the expert as a further source if there is one."""
        extras = {}
        if self.opinions and with_expert:
            extras["expert"] = expert_source(self.answers(table))
        settings = QUICK if self.small else FULL
        core = ("kernel", "context") if self.small else CORE
        inner = 3 if self.small else 5
        return System(table, settings, core, extras, inner=inner, most=500, seed=self.seed)

    def answers(self, table: AlloyTable) -> Opinions:
        """The expert's opinions as matrices over the table's elements."""
        rows = [(*o["pair"], "", o["similar"], o["dissimilar"]) for o in self.opinions]
        return Opinions.from_rows(rows, table.elements.symbols)

    def check(self) -> Outcome:
        """Check on a fifth of the element sets, which train nothing."""
        table = self.table
        part = parts(table.family, 5, self.seed)
        fold = Fold("held-out", np.flatnonzero(part != 0), np.flatnonzero(part == 0))
        checked: dict[str, dict[str, float | None]] = {}
        system = self.system(table)
        y = table.positive[fold.test]
        forecast = system.forecast(fold)
        checked["ours"] = _scores(y, forecast.probability, forecast.says)
        if self.opinions:
            bare = self.system(table, with_expert=False).forecast(fold)
            checked["ours-no-expert"] = _scores(y, bare.probability, bare.says)
        hosts = system.learners.hosts(fold.train, fold.test)
        share = vote(system.learners, fold, fold.test, hosts)
        checked["vote"] = _scores(y, share, (share > 0).astype(float))
        usual = float(table.positive[fold.train].mean() >= 0.5)
        checked["majority"] = _scores(y, np.zeros(len(y)), np.full(len(y), usual))
        return Outcome({"checked": checked})

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
        fusion, forecast, _ = self._forecast(sample)
        quick = fit_pair_score(sample, logit(forecast.probability, 1e-6), width)
        order = np.argsort(-quick.score(members), kind="stable")[: SHORTLIST * top]
        best = members[np.sort(order)]
        _, forecast, system = self._forecast(best, fusion)
        keep = np.lexsort((np.arange(len(best)), -forecast.probability))[:top]
        because = explain(system, self.final_fold(len(best)), forecast, keep)
        rows = [
            alloy_part(self.known, best[i], forecast, int(i), pieces) for i, pieces in zip(keep, because, strict=True)
        ]
        nodes = [n for r in rows for n in r.nodes]
        edges = [e for r in rows for e in r.edges]
        return Outcome({"alloys": [r.row for r in rows], "fidelity": quick.fidelity}, nodes, edges)

    def candidate_elements(self) -> Any:
        """Columns of the elements that enough element sets hold, at most twenty-six, in order."""
        counts = self.by_set[0].sum(0)
        order = np.lexsort((np.arange(len(counts)), -counts))
        least = min(LEAST_SETS, max(1, int(len(self.by_set[0]) / 50)))
        return np.sort([c for c in order[:MOST_ELEMENTS] if counts[c] >= least]).astype(np.int64)

    def final_fold(self, tests: int) -> Fold:
        """Everything known trains; the candidates are appended to the table."""
        count = len(self.table)
        return Fold("all", np.arange(count), np.arange(count, count + tests))

    def _forecast(self, members: Any, fusion: Fusion | None = None) -> tuple[Fusion, Forecast, System]:
        table = self.table.extend(members_to_weights(members, len(self.table.elements.symbols)))
        system = self.system(table)
        fold = self.final_fold(len(members))
        fusion = fusion or self._fusion(system, fold)
        return fusion, make_forecast(fold.test, system.evidence(fold, fold.test), fusion), system

    def _fusion(self, system: System, fold: Fold) -> Fusion:
        if self._learned is None:
            self._learned = system.learn(fold)
        return self._learned


def _scores(y: Any, score: Any, says: Any) -> dict[str, float | None]:
    area, matthews = auc(y, score), mcc(y, says)
    return {
        "auc": None if area is None else round(area, 6),
        "mcc": None if matthews is None else round(matthews, 6),
    }
