"""Search strategies on simulated landscapes, ours minus the best published one in every cell.

python benchmarks/hypotheses_simulation.py [--quick] [--instances 200] [--budget 60,240,960] [--without STRATEGY,…]
    [--out FILE]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from hypograph.flows.cli.common import table
from hypograph.flows.hypotheses_simulate import cells_document
from hypograph.models.search.simulate import STRATEGIES, simulate

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
    parser.add_argument("--instances", type=int, default=200)
    parser.add_argument("--budget", default="60,240,960")
    parser.add_argument("--scenario", default="A,B,C,D,E,F,G,H")
    parser.add_argument("--without", default="", help="strategies to leave out, with commas between")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default="hypotheses_simulation.json", help="file in benchmarks/results")
    chosen = parser.parse_args()
    budgets = [60, 240] if chosen.quick else [int(b) for b in chosen.budget.split(",")]
    instances = 20 if chosen.quick else chosen.instances
    strategies = [s for s in STRATEGIES if s not in chosen.without.split(",")]
    tried = []
    for scenario in chosen.scenario.split(","):
        # Landscapes are drawn a scenario by itself: parts add up, and each is kept as soon as it is done.
        tried += simulate([scenario], budgets, strategies, instances, chosen.seed, print)
        document = cells_document(tried, instances, chosen.seed)
        if not chosen.quick:
            (RESULTS / chosen.out).write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(summarise(document))


if __name__ == "__main__":
    main()
