"""Search strategies on simulated landscapes, ours minus the best published one in every cell.

python benchmarks/hypotheses_simulation.py [--quick] [--instances 200] [--budget 60,240,960] [--without STRATEGY,…]
    [--out FILE]
"""

from __future__ import annotations

from harness import arguments, kept, made, write

from hypograph.flows.hypotheses.simulate import cells_document
from hypograph.flows.runtime.text import table
from hypograph.models.hypotheses.simulation.comparison import STRATEGIES, simulate


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
    for name in dict.fromkeys(r["strategy"] for r in document["calibration"]):
        rows = [r for r in document["calibration"] if r["strategy"] == name]
        count = sum(r["n"] for r in rows)
        stated, true, error = (sum(r[k] * r["n"] for r in rows) / count for k in ("stated", "true", "ece"))
        worst = max(rows, key=lambda r: r["ece"])
        text += f"\n{name}: probability of best {stated:.3f} stated, {true:.3f} true, expected calibration error "
        text += f"{error:.3f} over scenarios, {worst['ece']:.3f} in {worst['scenario']} (n = {count})"
    return text


def joined(document: dict, part: dict, scenario: str) -> dict:
    """Put a scenario's rows in the place of those that were there; the other scenarios keep theirs."""
    # Scenarios may come from different runs: each says when and how it was made.
    parts = {**document.get("parts", {}), scenario: {"instances": part["instances"], "seed": part["seed"], **made()}}
    found: dict = {"seed": part["seed"], "parts": dict(sorted(parts.items()))}
    for name in ("cells", "against_best_published", "calibration"):
        kept = [row for row in document.get(name, ()) if scenario not in row["scenario"].split(", ")]
        added = [{"scenario": scenario, **row, "instances": part["instances"]} for row in part[name]]
        found[name] = sorted([*kept, *added], key=lambda row: row["scenario"])
    return found


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--instances", type=int, default=200)
    parser.add_argument("--budget", default="60,240,960")
    parser.add_argument("--scenario", default="A,B,C,D,E,F,G,H")
    parser.add_argument("--without", default="", help="strategies to leave out, with commas between")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default="hypotheses_simulation", help="name in benchmarks/results")
    chosen = parser.parse_args()
    budgets = [60, 240] if chosen.quick else [int(b) for b in chosen.budget.split(",")]
    instances = 20 if chosen.quick else chosen.instances
    strategies = [s for s in STRATEGIES if s not in chosen.without.split(",")]
    document = kept(chosen.out, quick=chosen.quick)
    for scenario in chosen.scenario.split(","):
        # Landscapes are drawn a scenario by itself: parts add up, and each is kept as soon as it is done.
        tried = simulate([scenario], budgets, strategies, instances, chosen.seed, print)
        document = joined(document, cells_document(tried, instances, chosen.seed), scenario)
        write(chosen.out, document, quick=chosen.quick, compact=True)
    print(summarise(document))


if __name__ == "__main__":
    main()
