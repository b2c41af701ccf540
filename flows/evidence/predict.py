"""`hypograph evidence predict` and `explain`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from hypograph.flows.evidence.sources import Knowledge, gather, make_system
from hypograph.flows.readers.alloys import hea_literature_alloys, hea_tables, parse_composition, read_alloys
from hypograph.graph.records.evidence import Known, describe, skill_of_sources
from hypograph.models.core.errors import InputError, UnknownElementError
from hypograph.models.core.records import AlloyRecord
from hypograph.models.evidence.alloys.candidates import combinations, fit_pair_score, members_to_weights
from hypograph.models.evidence.alloys.folds import Fold
from hypograph.models.evidence.alloys.substitution import set_keys
from hypograph.models.evidence.fusion.explanation import explain
from hypograph.models.evidence.fusion.fusion import Fusion
from hypograph.models.evidence.fusion.predictor import Forecast, System, make_forecast
from hypograph.models.evidence.masses.mass import FloatArray, IntArray
from hypograph.models.evidence.sources.opinions import answers_behind
from hypograph.models.literature.text.formulas import SYMBOL_SET
from hypograph.models.statistics.functions import logit

Tell = Callable[[str], None]
FULL_BELOW: Final = 6000
SAMPLE: Final = 6000
SHORTLIST: Final = 4


def _silent(text: str) -> None:
    """Tell nobody."""


def predict_alloys(
    elements: Sequence[str],
    size: int,
    top: int,
    files: Sequence[Path] = (),
    sources: Sequence[str] = (),
    expert_answers: Path | None = None,
    *,
    seed: int = 0,
    tell: Tell = _silent,
) -> dict[str, Any]:
    """Predict the equimolar alloys of some elements.

    Parameters
    ----------
    elements
        Symbols to choose from.
    size
        Elements in an alloy.
    top
        Alloys to return, best first.
    files
        Alloy tables to learn from; the tables that ship with the package if empty.
    sources, expert_answers, seed, tell
        As for `evaluate_tables`.

    Returns
    -------
    dict
        The document of COMMANDS, with `scored` (all alloys), `seconds_scoring` and `fidelity`: with more
        than six thousand alloys all are scored by element and pair terms fitted to the full prediction of
        a sample, and the best are predicted in full; `fidelity` is the correlation of the two on alloys
        that were not fitted.

    Raises
    ------
    UnknownElementError, InputError
        If an element is unknown, or there are fewer elements than `size`.
    """
    symbols = sorted(set(elements))
    for s in symbols:
        if s not in SYMBOL_SET:
            raise UnknownElementError(f"{s!r} is no chemical element", where="--elements")
    if len(symbols) < size:
        raise InputError(
            f"{len(symbols)} elements cannot make an alloy of {size}",
            where="--elements",
            expected=f"{size} or more",
        )
    oracle = _Oracle(files, sources, expert_answers, symbols, seed, tell)
    columns = oracle.knowledge.table.elements.index(symbols)
    total = math.comb(len(symbols), size)
    began = time.perf_counter()
    if total <= FULL_BELOW:
        members = columns[np.concatenate(list(combinations(len(symbols), size)))]
        fidelity, seconds = 1.0, 0.0
    else:
        members, fidelity, seconds = _screen(oracle, columns, size, top, total, seed, tell)
    forecast, _ = oracle.forecast(members)
    if not seconds:
        seconds = time.perf_counter() - began
    best = np.lexsort((np.arange(len(members)), -forecast.probability))[:top]
    known = set(set_keys(oracle.knowledge.table.present[oracle.knowledge.main]).tolist())
    weights = members_to_weights(members[best], oracle.width) > 0
    rows = [
        {"alloy": oracle.name(members[i]), **numbers(forecast, int(i)), "in_a_table": int(key) in known}
        for i, key in zip(best, set_keys(weights), strict=True)
    ]
    return {
        "alloys": rows,
        "scored": total,
        "seconds_scoring": round(seconds, 4),
        "alloys_per_second": round(total / max(seconds, 1e-9)),
        "fidelity": round(fidelity, 6),
        "learned_from": len(oracle.knowledge.main),
        "sources": list(oracle.knowledge.sources),
        "note": f"{total:,} alloys of {size} elements, learned from {len(oracle.knowledge.main):,} compositions",
    }


def explain_alloy(
    alloy: str,
    top: int = 10,
    files: Sequence[Path] = (),
    sources: Sequence[str] = (),
    expert_answers: Path | None = None,
    *,
    seed: int = 0,
    tell: Tell = _silent,
) -> dict[str, Any]:
    """Predict one alloy and say what the prediction rests on.

    Returns
    -------
    dict
        The document of COMMANDS. Shares of belief, and of conflict, sum to 1 over all pieces, of which the
        `top` strongest are listed.

    Raises
    ------
    UnknownElementError, MalformedRowError
        If the text is no alloy.
    """
    symbols, fractions = parse_composition(alloy, "ALLOY")
    oracle = _Oracle(files, sources, expert_answers, symbols, seed, tell)
    columns = oracle.knowledge.table.elements.index(symbols)
    weights = np.zeros((1, oracle.width))
    weights[0, columns] = fractions or 1.0 / len(symbols)
    forecast, system = oracle.forecast_weights(weights)
    fold = oracle.fold(system)
    pieces = explain(system, fold, forecast, np.array([0]), most=top)[0]
    known = oracle.known()
    because = [describe(known, symbols, p) for p in pieces]
    for said in because:
        if said["source"] == "expert":
            said["answers"] = _answers(oracle.knowledge, system, fold)
    return {
        "alloy": "-".join(symbols),
        **numbers(forecast, 0),
        "because": because,
        "learned_from": len(oracle.knowledge.main),
    }


def _answers(knowledge: Knowledge, system: System, fold: Fold) -> list[dict[str, Any]]:
    """List the expert's answers that say most about the one alloy that a fold tests."""
    opinions, symbols = knowledge.opinions, system.table.elements.symbols
    if opinions is None:
        return []
    hosts = system.learners.hosts(fold.train, fold.test)[0]
    return [
        {
            "pair": f"{symbols[leave]}–{symbols[enter]}",
            "domain": opinions.domains[field],
            "similar": round(float(opinions.similar[field, leave, enter]), 6),
            "dissimilar": round(float(opinions.dissimilar[field, leave, enter]), 6),
        }
        for field, leave, enter in answers_behind(opinions, system.table, int(fold.test[0]), hosts)
    ]


def numbers(forecast: Forecast, place: int) -> dict[str, float]:
    """Belief, plausibility, pignistic probability, ignorance and conflict of one prediction."""
    mass = forecast.mass[place]
    return {
        "belief": round(float(mass[1]), 6),
        "plausibility": round(float(mass[1] + mass[3]), 6),
        "pignistic": round(float(forecast.probability[place]), 6),
        "ignorance": round(float(mass[3]), 6),
        "conflict": round(float(forecast.conflict[place]), 6),
    }


def _screen(
    oracle: _Oracle, columns: IntArray, size: int, top: int, total: int, seed: int, tell: Tell
) -> tuple[IntArray, float, float]:
    """Score all alloys by element and pair terms; returns (the best, fidelity, seconds of scoring)."""
    rng = np.random.default_rng(seed)
    sample = np.sort(np.argsort(rng.random((SAMPLE, len(columns))), axis=1)[:, :size], axis=1)
    sample = np.unique(sample, axis=0)
    sample = sample[rng.permutation(len(sample))]
    forecast, _ = oracle.forecast(columns[sample])
    quick = fit_pair_score(sample, logit(forecast.probability, 1e-6), len(columns))
    tell(f"element and pair terms follow the full prediction with r = {quick.fidelity:.3f}")
    keep = max(SHORTLIST * top, 200)
    best, scores = np.empty((0, size), np.int64), np.empty(0)
    began = time.perf_counter()
    for chunk in combinations(len(columns), size):
        value = quick.score(chunk)
        joined, all_scores = np.concatenate([best, chunk]), np.concatenate([scores, value])
        order = np.argpartition(-all_scores, min(keep, len(joined)) - 1)[:keep]
        best, scores = joined[order], all_scores[order]
    seconds = time.perf_counter() - began
    tell(f"{total:,} alloys in {seconds:.2f} s ({total / seconds:,.0f} a second)")
    order = np.lexsort((*best.T[::-1], -scores))
    return columns[best[order]], quick.fidelity, seconds


class _Oracle:
    """A system that has learned from all alloys given, for any candidates."""

    def __init__(
        self,
        files: Sequence[Path],
        sources: Sequence[str],
        answers: Path | None,
        symbols: Sequence[str],
        seed: int,
        tell: Tell,
    ) -> None:
        records: list[AlloyRecord] = []
        for path in files:
            records += read_alloys(path, tell=tell)
        if not files:
            records = [*hea_tables(), *hea_literature_alloys()]
            tell(f"learning from {len(records):,} records that ship with the package")
        where = files[-1] if files else "packaged tables"
        self.seed = seed
        self.knowledge: Knowledge = gather(records, [0] * len(records), sources, answers, where, symbols)
        self.fusion: Fusion | None = None

    @property
    def width(self) -> int:
        """Number of elements in the table."""
        return len(self.knowledge.table.elements.symbols)

    def name(self, members: IntArray) -> str:
        """Elements joined by hyphens."""
        return "-".join(self.knowledge.table.elements.symbols[int(m)] for m in members)

    def known(self) -> Known:
        """What names a piece of evidence."""
        skills = skill_of_sources(self.knowledge.records, self.knowledge.behind)
        reliability = {s: max(2 * v["mean"] - 1, 0.05) for s, v in skills.items()}
        return Known(self.knowledge.table, self.knowledge.records, self.knowledge.behind, reliability)

    def fold(self, system: System) -> Fold:
        """All known alloys train, the candidates after them are tested."""
        first = len(self.knowledge.table)
        return Fold("all", self.knowledge.main, np.arange(first, len(system.table)))

    def forecast(self, members: IntArray) -> tuple[Forecast, System]:
        """Predict equimolar alloys, given as columns of elements."""
        return self.forecast_weights(members_to_weights(members, self.width))

    def forecast_weights(self, weights: FloatArray) -> tuple[Forecast, System]:
        """Predict alloys given by fractions; reliabilities are learned once."""
        system = make_system(self.knowledge, self.seed, table=self.knowledge.table.extend(weights))
        fold = self.fold(system)
        if self.fusion is None:
            self.fusion = system.learn(fold)
        return make_forecast(fold.test, system.evidence(fold, fold.test), self.fusion), system
