"""Search strategies on simulated landscapes, ours minus the best published one in every cell.

python benchmarks/hypotheses_simulation.py [--quick] [--structured]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from hypograph.flows.cli.common import table
from hypograph.flows.hypotheses_simulate import simulation_document

RESULTS = Path(__file__).parent / "results"


def summarise(document: dict) -> str:
    rows = [
        (r["scenario"], r["budget"], r["strategy"], r["best"], r["gain"]["mean"], r["gain"]["low"], r["gain"]["high"])
        for r in document["against_best_published"]
    ]
    text = table(("scenario", "budget", "strategy", "best published", "gain", "low", "high"), rows)
    for name in dict.fromkeys(r[2] for r in rows):
        gains = [r[4] for r in rows if r[2] == name]
        text += (
            f"\n{name}: at least +.05 in {sum(g >= 0.05 for g in gains)} of {len(gains)} cells, "
            f"below -.02 in {sum(g < -0.02 for g in gains)}, worst {min(gains):+.3f}"
        )
    for row in document["calibration"]:
        text += f"\n{row['strategy']}: probability of best {row['stated']:.3f} stated, {row['true']:.3f} true, "
        text += f"expected calibration error {row['ece']:.3f} (n = {row['n']})"
    return text


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--structured", action="store_true", help="also the model with the simulator's pairs (slow)")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    strategies = ["ours", "best-of-n", "greedy", "greedy-sc", "hierarchical-1", "hierarchical-3", "beam"]
    if chosen.structured:
        strategies.insert(1, "ours-structured")
    instances, budgets = (40, [60, 240]) if chosen.quick else (200, [60, 240, 960])
    document = simulation_document(["all"], budgets, strategies, instances, chosen.seed, print)
    print(summarise(document))
    name = "hypotheses_simulation" + ("_structured" if chosen.structured else "")
    if not chosen.quick:
        (RESULTS / f"{name}.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
