"""A useless table: how far labels drawn at random move predictions, and what the measured trust leaves of that.

    python benchmarks/evidence_useless.py [--seeds N] [--quick]

The predictor (quick preset) learns from `pei2020`, then from `pei2020` beside a table that says nothing: the
compositions of `borg2020` with their labels permuted. Asked are compositions of the literature that stand in neither.
Means over the seeds, for learners taught by both tables (`taught`) and for the predictor as it is (`kept`): the
probability with which the useless table was found to say something, the mean and the largest change of the probability
of a single phase, and the change of AUC against the literature's own labels. `control`: the same with the labels of
`borg2020` as they are. Written to `results/evidence_useless.json`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from harness import arguments, write

from hypograph.flows.evidence.predictor import EvidenceSpec, Fitted, fit, gathered, taught_by_all, weights_of
from hypograph.flows.readers.alloys import hea_literature_alloys, hea_tables
from hypograph.models.core.records import AlloyRecord
from hypograph.models.evidence.masses.mass import FloatArray
from hypograph.models.statistics.decisions import auc

GOOD, OTHER, USELESS = "pei2020", "borg2020", "useless"
SPEC = EvidenceSpec(small=True)
ASKED = 300


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--seeds", type=int, default=8, help="permutations of the labels")
    given = parser.parse_args()
    records = hea_tables()
    good = [r for r in records if r.source == GOOD]
    other = [replace(r, source=USELESS) for r in records if r.source == OTHER]
    fractions, truth = asked(good, other)
    bare = probability(fit(gathered(good, SPEC, None, "benchmark"), SPEC), fractions)
    base = auc(truth, bare)
    rows: list[dict[str, Any]] = []
    for seed in range(2 if given.quick else given.seeds):
        labels = np.random.default_rng(seed).permutation([r.single_phase for r in other])
        drawn = [replace(r, single_phase=bool(p), phases=()) for r, p in zip(other, labels, strict=True)]
        rows.append(measured(good, drawn, fractions, truth, bare))
        print(seed, rows[-1])
    document = {
        "asked": len(truth), "auc_alone": base, "seeds": len(rows),
        "permuted": {
            name: {k: float(np.mean([r[name][k] for r in rows])) for k in rows[0][name]} for name in ("taught", "kept")
        },
        "set_aside": int(sum(r["set_aside"] for r in rows)),
        "each": rows,
        "control": measured(good, other, fractions, truth, bare),
    }  # fmt: skip
    for name, part in document.items():
        print(name, part)
    write("evidence_useless", document, quick=given.quick)


def asked(*tables: list[AlloyRecord]) -> tuple[list[dict[str, float]], FloatArray]:
    """Compositions of the literature whose element sets stand in no table, one a set, with what most records say."""
    seen = {r.elements for table in tables for r in table}
    found: dict[tuple[str, ...], list[AlloyRecord]] = {}
    for r in hea_literature_alloys():
        if r.elements not in seen:
            found.setdefault(r.elements, []).append(r)
    sets = sorted(found)
    chosen = np.random.default_rng(0).choice(len(sets), min(ASKED, len(sets)), replace=False)
    first = [found[sets[i]][0] for i in chosen]
    fractions = [
        dict(zip(r.elements, r.fractions or (1 / len(r.elements),) * len(r.elements), strict=True)) for r in first
    ]
    return fractions, np.array([np.mean([r.single_phase for r in found[sets[i]]]) >= 0.5 for i in chosen], float)


def probability(fitted: Fitted, fractions: list[dict[str, float]]) -> FloatArray:
    return fitted.predictor.predict(weights_of(fitted, fractions)).probability


def measured(
    good: list[AlloyRecord],
    other: list[AlloyRecord],
    fractions: list[dict[str, float]],
    truth: FloatArray,
    bare: FloatArray,
) -> dict[str, Any]:
    knowledge = gathered([*good, *other], SPEC, None, "benchmark")
    taught, kept = taught_by_all(knowledge, SPEC), fit(knowledge, SPEC)
    found: dict[str, Any] = {"set_aside": USELESS in kept.knowledge.mute}
    for name, one in (("taught", taught), ("kept", kept)):
        p = probability(one, fractions)
        trust = next(t for t in one.predictor.trusts if t.name == USELESS)
        found[name] = {
            "informative": trust.informative,
            "mean_change": float(np.abs(p - bare).mean()),
            "largest_change": float(np.abs(p - bare).max()),
            "auc_change": float((auc(truth, p) or np.nan) - (auc(truth, bare) or np.nan)),
        }
    return found


if __name__ == "__main__":
    main()
