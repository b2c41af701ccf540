"""`hypograph evidence evaluate`: every method on the same folds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from hypograph.flows.evidence.sources import Knowledge, gather, make_system, read_answers
from hypograph.flows.readers.alloys import read_alloys
from hypograph.models.core.documents.evidence import EvidenceEvaluation, EvidenceMethod, ExpertSkill
from hypograph.models.core.errors import InputError
from hypograph.models.evidence.alloys.folds import Fold, make_folds
from hypograph.models.evidence.benchmark.baselines import BASELINES
from hypograph.models.evidence.benchmark.published import Weights, ers_2021, from_similarity, uniform
from hypograph.models.evidence.benchmark.report import FoldResult, figures, paired
from hypograph.models.evidence.fusion.predictor import Forecast, System
from hypograph.models.evidence.fusion.reliability import GROUPS, posterior
from hypograph.models.evidence.masses.mass import FloatArray
from hypograph.models.evidence.sources.opinions import record

METHODS: Final = (
    "ours", "ours-no-expert", "paper", "vote", "majority", "logistic", "forest", "extra-trees",
)  # fmt: skip


def evaluate_tables(
    files: Sequence[Path],
    protocol: str,
    sources: Sequence[str] = (),
    expert_answers: Path | None = None,
    *,
    methods: Sequence[str] = (),
    columns: dict[str, str] | None = None,
    skip_bad: bool = True,
    seed: int = 0,
    tell: Callable[[str], None] = lambda text: None,
) -> EvidenceEvaluation:
    """Measure methods on alloy tables.

    Parameters
    ----------
    files
        Alloy tables; all train (always without what is held out), the last one is tested.
    protocol
        `loeo`, `cv10` or `train10`.
    sources
        Sources that `ours` may use, of `registry.SOURCES`; all that are there if empty.
    expert_answers
        Answers of an expert on pairs of elements.
    methods
        Of `METHODS`; all if empty.
    columns, skip_bad
        As for `read_alloys`.
    seed
        Seed of all random choices.
    tell
        Takes progress.

    Returns
    -------
    dict
        The document of COMMANDS, with `comparisons`: ours against each other method, paired over folds.

    Raises
    ------
    InputError
        If a file, a source, a method or the protocol cannot be used.
    """
    for name in methods:
        if name not in METHODS:
            raise InputError(f"{name!r} is no method", where="--methods", expected=", ".join(METHODS))
    if not files:
        raise InputError("no alloy table is named", where="--alloys", expected="one or more files")
    records = [
        (r, number)
        for number, path in enumerate(files)
        for r in read_alloys(path, columns=columns, skip_bad=skip_bad, tell=tell)
    ]
    opinions = read_answers(expert_answers) if expert_answers is not None else None
    knowledge = gather([r for r, _ in records], [n for _, n in records], sources, opinions, files[-1])
    tested = np.flatnonzero(knowledge.table.source == len(files) - 1)
    folds = make_folds(knowledge.table, protocol, tested, seed)
    bench = _Bench(knowledge, folds, seed, tell)
    found: list[EvidenceMethod] = []
    for name in METHODS:
        if methods and name not in methods:
            continue
        if name == "ours-no-expert" and knowledge.opinions is None and found and found[0]["method"] == "ours":
            # Without an expert the two are one.
            found.append({**found[0], "method": name})
            continue
        found.append(bench.measure(name))
    ours = next((m for m in found if m["method"].startswith("ours")), None)
    return {
        "alloys": {
            "files": [str(p) for p in files],
            "train": len(knowledge.main),
            "tested": len(tested),
            "share_single_phase": round(float(knowledge.table.positive[tested].mean()), 6),
            "elements": list(knowledge.table.elements.symbols),
        },
        "protocol": protocol,
        "sources": list(knowledge.sources),
        "seed": seed,
        "expert_skill": expert_skill(knowledge),
        "methods": found,
        "comparisons": [paired(ours, m, seed) for m in found if m is not ours] if ours else [],
    }


def expert_skill(knowledge: Knowledge) -> list[ExpertSkill]:
    """How often the expert is right about exchanges of elements in all tables, by field and element group.

    Returns
    -------
    list of dict
        `domain`, `group`, `asked`, and the posterior probability of being right: `mean`, `low`, `high` (95%). Empty
        without an expert. Predictions are made with skills measured on each fold's training alloys alone.
    """
    opinions, table = knowledge.opinions, knowledge.table
    if opinions is None:
        return []
    right, asked = record(opinions, table, table.positive, knowledge.main)
    skill = posterior(right, asked)
    return [
        {
            "domain": domain,
            "group": group,
            "asked": int(asked[d, g]),
            "mean": round(float(skill.mean[d, g]), 6),
            "low": round(float(skill.low[d, g]), 6),
            "high": round(float(skill.high[d, g]), 6),
        }
        for d, domain in enumerate(opinions.domains)
        for g, group in enumerate(GROUPS)
        if asked[d, g]
    ]


@dataclass
class _Bench:
    """Runs methods over the same folds."""

    knowledge: Knowledge
    folds: Sequence[Fold]
    seed: int
    tell: Callable[[str], None]
    _made: System | None = None

    def measure(self, method: str) -> EvidenceMethod:
        """Run a method on all folds and summarise it."""
        began = time.perf_counter()
        system = self._system(method)
        if method.startswith("ours"):
            results = [
                self._result(fold, forecast)
                for fold, forecast in zip(self.folds, system.forecasts(self.folds), strict=True)
            ]
        else:
            results = [self._fold(method, system, fold) for fold in self.folds]
        seconds = time.perf_counter() - began
        found = figures(method, results, seconds)
        self.tell(f"{method}: {len(results)} folds in {seconds:.1f} s, AUC {found['auc']}, MCC {found['mcc']}")
        if method.startswith("ours"):
            found["sources"] = list(system.names)
        return found

    def _system(self, method: str) -> System:
        """The system; of a baseline's only the features and labels are used, so any will do."""
        if method.startswith("ours") or self._made is None:
            self._made = make_system(self.knowledge, self.seed, with_expert=method == "ours")
        return self._made

    def _result(self, fold: Fold, forecast: Forecast) -> FoldResult:
        p = forecast.probability
        return FoldResult(fold.name, self.knowledge.table.positive[fold.test], p, p, forecast.says, forecast.mass[:, 3])

    def _fold(self, method: str, system: System, fold: Fold) -> FoldResult:
        table = self.knowledge.table
        y = table.positive[fold.test]
        if method in ("paper", "vote"):
            weights = self._published(method, fold)
            mass = weights.mass
            p = mass[:, 1] + mass[:, 3] / 2
            return FoldResult(fold.name, y, weights.score, p, (weights.score > 0).astype(float), mass[:, 3])
        p = BASELINES[method](system.learners, fold.train, fold.test, self.seed)
        return FoldResult(fold.name, y, p, p, (p > 0.5).astype(float), 2 * np.minimum(p, 1 - p))

    def _published(self, method: str, fold: Fold) -> Weights:
        table = self.knowledge.table
        labels: FloatArray = table.positive
        if method == "vote":
            return uniform(table.present, labels, fold.train, fold.test)
        data = ers_2021(table.present, labels, fold.train, fold.test)
        if self.knowledge.opinions is None:
            return data
        asked = from_similarity(table.present, labels, fold.train, fold.test, self.knowledge.opinions.combined())
        return Weights(data.positive + asked.positive, data.negative + asked.negative)


__all__ = ["METHODS", "evaluate_tables"]
