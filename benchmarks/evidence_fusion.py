"""The fusion of evidence beside the published way and plain learners, on supplied data.

    python benchmarks/evidence_fusion.py [PART …]

Parts, all if none is named; each is written to `results/evidence_fusion.json` as it is done and the others are kept:

- `hull`, `ltvc`, `aflow`: every method, each element held out in turn, with paired intervals;
- `published`: the published variants made again, beside the figures that were published;
- `blind`: what an expert changes that answers at random, or always the same;
- `train10`: a tenth of the hull table trains.

Needs HYPOGRAPH_DATA_DIR.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from harness import arguments, kept, supplied, write

from hypograph.flows.evidence.evaluate import evaluate_tables
from hypograph.flows.readers.alloys import read_alloys
from hypograph.flows.readers.element_similarity import element_similarity
from hypograph.flows.readers.element_table import element_table
from hypograph.models.evidence.alloys.folds import make_folds
from hypograph.models.evidence.alloys.table import build_table
from hypograph.models.evidence.benchmark.published import ers_2021, from_similarity
from hypograph.models.statistics.decisions import accuracy, auc, mcc

FOLDER = Path(os.environ.get("HYPOGRAPH_DATA_DIR", "")) / "alloys"  # `main` skips without it
ANSWERS = FOLDER / "llm_substitutability.csv"
TABLES = {
    "hull": ["hull_quaternary26_0.9Tm.csv"],
    "ltvc": ["hea_ltvc_1.csv", "hea_ltvc_4.csv"],
    "aflow": ["hea_aflow_1.csv", "hea_aflow_4.csv"],
}
KEEP = (
    "method", "accuracy", "accuracy_likelier", "auc", "mcc", "ece", "ece_fold", "accuracy_certain_half",
    "share_saturated", "ignorance_predicts_error", "seconds", "skipped_folds",
)  # fmt: skip
# AUC of the published way: one-sided experts, the vote that knows nothing, cosine^4 of word vectors.
PUBLISHED = {
    "hull": {"experts": 0.927, "vote": 0.892, "mat2vec": 0.921},
    "ltvc": {"experts": 0.767, "vote": 0.738, "mat2vec": 0.770},
    "aflow": {"experts": 0.867, "vote": 0.857, "mat2vec": 0.866},
}
# Accuracy, AUC, MCC of Ha et al. 2021 (α = 0.01), ten-fold cross-validation.
COUNTED = {"ltvc": (0.762, 0.840, 0.512), "aflow": (0.847, 0.928, 0.637)}


def main() -> None:
    parts: dict[str, Callable[[], Any]] = {name: lambda name=name: held_out(name) for name in TABLES}  # type: ignore[misc]
    parts |= {"published": published, "blind": blind, "train10": train10}
    parser = arguments(__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="default: all; with --quick, ltvc")
    given = parser.parse_args()
    supplied("alloys")
    for name in given.parts or (["ltvc"] if given.quick else parts):
        results = {k: v for k, v in kept("evidence_fusion", quick=given.quick).items() if k in parts}
        write("evidence_fusion", results | {name: parts[name]()}, quick=given.quick)


def held_out(name: str) -> dict[str, Any]:
    return measured([FOLDER / f for f in TABLES[name]], "loeo", name)


def train10() -> dict[str, Any]:
    methods = ["ours-no-expert", "paper", "vote", "logistic", "forest", "extra-trees"]
    return measured([FOLDER / f for f in TABLES["hull"]], "train10", "hull, a tenth trains", methods)


def measured(files: list[Path], protocol: str, title: str, methods: list[str] | None = None) -> dict[str, Any]:
    document = evaluate_tables(
        files,
        protocol,
        expert_answers=ANSWERS,
        methods=methods or (),
        tell=lambda text: print(text, file=sys.stderr),
    )
    result = {
        "methods": [{k: m[k] for k in KEEP} for m in document["methods"]],
        "comparisons": document["comparisons"],
    }
    show(title, result)
    return result


def published() -> dict[str, Any]:
    """The published variants beside their published figures; differences are ours minus theirs."""
    found: dict[str, Any] = {}
    for name, wanted in PUBLISHED.items():
        path = FOLDER / TABLES[name][-1]
        document = evaluate_tables([path], "loeo", expert_answers=ANSWERS, methods=["paper", "vote"])
        again = {m["method"]: m["auc"] for m in document["methods"]}
        table, _ = build_table(read_alloys(path), element_table())
        similar = 0.1 * element_similarity("mat2vec", table.elements.symbols, FOLDER.parent)
        areas = []
        for fold in make_folds(table, "loeo", np.arange(len(table))):
            said = from_similarity(table.present, table.positive, fold.train, fold.test, similar)
            areas.append(auc(table.positive[fold.test], said.score))
        again["mat2vec"] = float(np.mean([a for a in areas if a is not None]))
        rows = {k: (again[{"experts": "paper"}.get(k, k)], v) for k, v in wanted.items()}
        if name in COUNTED:
            rows |= dict(zip(("counted accuracy", "counted AUC", "counted MCC"), counted(name), strict=True))
        found[name] = {k: {"again": round(a, 4), "published": p, "gap": round(a - p, 4)} for k, (a, p) in rows.items()}
        for k, row in found[name].items():
            print(f"{name:6s} {k:17s} {row['again']:.3f} published {row['published']:.3f} ({row['gap']:+.3f})")
    return found


def counted(name: str) -> list[tuple[float, float]]:
    """Accuracy, AUC and MCC of substitutability counted in the table (α = 0.01), ten folds, with the published."""
    table, _ = build_table(read_alloys(FOLDER / TABLES[name][-1]), element_table())
    figures = []
    for fold in make_folds(table, "cv10", np.arange(len(table))):
        said = ers_2021(table.present, table.positive, fold.train, fold.test, alpha=0.01)
        y = table.positive[fold.test]
        decided = (said.score > 0).astype(float)
        figures.append((accuracy(y, decided), auc(y, said.score), mcc(y, decided)))
    return list(zip(np.mean(np.array(figures, float), 0).tolist(), COUNTED[name], strict=True))


def blind() -> dict[str, Any]:
    """AUC with experts that know nothing, minus AUC without an expert."""
    found: dict[str, Any] = {}
    for name in ("ltvc", "aflow"):
        files = [FOLDER / f for f in TABLES[name]]
        bare = evaluate_tables(files, "loeo", methods=["ours-no-expert"])["methods"][0]["auc"]
        found[name] = {"without": bare}
        for kind in ("random", "constant"):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"{kind}.csv"
                write_blind(path, kind)
                beside = evaluate_tables(files, "loeo", expert_answers=path, methods=["ours"])["methods"][0]
            found[name][kind] = round(beside["auc"] - bare, 6)
        print(name, found[name])
    return found


def write_blind(path: Path, kind: str) -> None:
    """The real questions, answered at random or always the same."""
    rng = np.random.default_rng(0)
    with ANSWERS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["has_knowledge"] = "Q1Yes"
        row["substitutability"] = str(rng.choice(["Q2High", "Q2Medium", "Q2Low"])) if kind == "random" else "Q2High"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def show(name: str, result: dict[str, Any]) -> None:
    print(f"\n{name}: mean over folds; difference in AUC and MCC to ours with a 95% interval over folds")
    gaps = {c["b"]: c for c in result["comparisons"]}
    for m in result["methods"]:
        gap = gaps.get(m["method"])
        known = [gap[k] for k in ("auc", "mcc") if gap and gap[k]]
        text = "  ".join(f"{g['mean']:+.3f} [{g['low']:+.3f}, {g['high']:+.3f}]" for g in known)
        print(
            f"{m['method']:15s} acc {m['accuracy']:.3f} AUC {m['auc']:.3f} MCC {m['mcc']:.3f} ECE {m['ece']:.3f} "
            f"certain half {m['accuracy_certain_half']:.3f} saturated {m['share_saturated']:.3f} "
            f"ignorance→error {m['ignorance_predicts_error']:.3f} {m['seconds']:.1f} s  {text}"
        )


if __name__ == "__main__":
    main()
