"""The fusion of evidence beside the published way and plain learners, element by element held out.

    python benchmarks/evidence_fusion.py [--quick]

Needs HYPOGRAPH_DATA_DIR (supplied data). `--quick` leaves forests and the large table out.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from hypograph.flows.evidence_evaluate import METHODS, evaluate_tables

TABLES = {
    "hull 0.9 Tm": ["hull_quaternary26_0.9Tm.csv"],
    "LTVC-4": ["hea_ltvc_1.csv", "hea_ltvc_4.csv"],
    "AFLOW-4": ["hea_aflow_1.csv", "hea_aflow_4.csv"],
}
KEEP = (
    "method", "accuracy", "auc", "mcc", "ece", "ece_fold", "accuracy_certain_half", "share_saturated",
    "ignorance_predicts_error", "seconds", "skipped_folds",
)  # fmt: skip


def main() -> None:
    quick = "--quick" in sys.argv
    folder = Path(os.environ["HYPOGRAPH_DATA_DIR"]) / "alloys"
    results: dict[str, Any] = {}
    for name, files in TABLES.items():
        if quick and name.startswith("hull"):
            continue
        methods = [m for m in METHODS if not (quick and m in ("forest", "extra-trees"))]
        document = evaluate_tables(
            [folder / f for f in files],
            "loeo",
            expert_answers=folder / "llm_substitutability.csv",
            methods=methods,
            tell=lambda text: print(text, file=sys.stderr),
        )
        results[name] = {
            "methods": [{k: m[k] for k in KEEP} for m in document["methods"]],
            "comparisons": document["comparisons"],
        }
        show(name, results[name])
    if not quick:
        path = Path(__file__).parent / "results" / "evidence_fusion.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"data": "supplied data", "protocol": "loeo", **results}, indent=1) + "\n")


def show(name: str, result: dict[str, Any]) -> None:
    print(f"\n{name}: mean over held-out elements; difference to ours with a 95% interval over elements")
    gaps = {c["b"]: c for c in result["comparisons"]}
    for m in result["methods"]:
        gap = gaps.get(m["method"], {}).get("auc")
        text = f"{gap['mean']:+.3f} [{gap['low']:+.3f}, {gap['high']:+.3f}]" if gap else ""
        print(
            f"{m['method']:15s} acc {m['accuracy']:.3f} AUC {m['auc']:.3f} MCC {m['mcc']:.3f} ECE {m['ece']:.3f} "
            f"certain half {m['accuracy_certain_half']:.3f} saturated {m['share_saturated']:.3f} "
            f"ignorance→error {m['ignorance_predicts_error']:.3f} {m['seconds']:.1f} s  {text}"
        )


if __name__ == "__main__":
    main()
