"""What is left of a language model's advantage without names, and without outcomes to learn from.

    python benchmarks/campaign_ablation.py TABLE [--budget N] [--seeds N] [--out NAME]

Runs random, bo, llm, llm --blind, llm --exchange and llm --permute with the model that the settings name
(HYPOGRAPH_LLM_BASE_URL and HYPOGRAPH_LLM_MODEL, or HYPOGRAPH_LLM_LOCAL). All begin from the same experiments. Memory
survives permuted outcomes, dies with the names and misleads where they are exchanged; reasoning from results survives
codes and dies with permuted outcomes. Each row is written as it is done, and rows that are there are not run again:
start it anew after an interruption. Without a model only the arms that need none are run.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from harness import arguments, kept, write

from hypograph.flows.campaigns.benchmark import Plan, benchmark
from hypograph.flows.readers.reaction_tables import ReactionTable, find_table
from hypograph.flows.runtime.settings import load_settings
from hypograph.flows.runtime.sources import Knowledge, open_knowledge
from hypograph.models.core.knowledge_free import if_informed

ARMS: dict[str, dict[str, Any]] = {
    "random": {"method": "random"},
    "bo": {"method": "bo"},
    "llm": {"method": "llm"},
    "llm --blind": {"method": "llm", "blind": True},
    "llm --exchange": {"method": "llm", "exchange": True},
    "llm --permute": {"method": "llm", "permute": True},
    "random --permute": {"method": "random", "permute": True},
}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("table", nargs="?", default="borylation")
    parser.add_argument("--budget", type=int, default=12)
    parser.add_argument("--initial", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", default="campaign_ablation")
    a = parser.parse_args()
    if a.quick:
        a.budget, a.initial, a.seeds = 6, 3, 2
    document: dict[str, Any] = kept(a.out, quick=a.quick) or {"rows": []}
    table = find_table(a.table)
    with open_knowledge(load_settings(), None) as knowledge:
        model = "" if knowledge.gateway is None else knowledge.gateway.config.model
        for arm, how in ARMS.items():
            about = {"table": table.name, "arm": arm, "budget": a.budget, "initial": a.initial, "seeds": a.seeds}
            about["model"] = model if how["method"] == "llm" else ""
            if any(about.items() <= row.items() for row in document["rows"]) or (how["method"] == "llm" and not model):
                continue
            row = about | measure(table, knowledge, a.budget, a.initial, a.seeds, **how)
            document["rows"].append(row)
            write(a.out, document, quick=a.quick)
            print(f"{table.name:22s} {arm:18s} best {row['best']:.1f} ± {row['sd']:.1f}  auc {row['auc']:.1f}")


def measure(
    table: ReactionTable,
    knowledge: Knowledge,
    budget: int,
    initial: int,
    seeds: int,
    *,
    method: str,
    blind: bool = False,
    permute: bool = False,
    exchange: bool = False,
) -> dict[str, Any]:
    """Run one arm."""
    expert = "model" if method == "llm" else None
    plan = Plan(budget, initial, seeds, 0, expert, blind, permute, exchange)
    planner = if_informed(knowledge.sources.planner) if method == "llm" else None
    scorer = if_informed(knowledge.sources.scorer) if method == "llm" else None
    document, _ = benchmark(table, [method], plan, scorer, planner, lambda line: print(line, file=sys.stderr))
    found = document["methods"][0]
    best = np.array(found["by_seed"])
    return {
        "best": round(float(best.mean()), 2),
        "sd": round(float(best.std(ddof=1)), 2) if seeds > 1 else 0.0,
        "auc": round(found["auc"], 2),
        "entropy": round(found["entropy"]["published"], 3),
        "by_seed": [round(float(b), 2) for b in best],
        "seconds_per_campaign": round(found["seconds_per_campaign"], 2),
    }


if __name__ == "__main__":
    main()
