"""What structures are worth to `bo`: descriptors against none, and against the same descriptors exchanged.

    python benchmarks/campaign_structures.py [TABLE …] [--quick] [--starts N] [--exchanges N] [--kinds auto,mordred]

All arms begin from the same random starts with the same seeds of draws, so differences are paired. A gain is chemistry
only where the true structures beat the exchanged ones. Best of 20 experiments (5 of them the start) in percent of the
table's maximum; intervals are 95%, over starts within a table, and over all pairs for the pooled row. Tables that are
not measured anew stay in the result file with their differences, a start each.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from harness import arguments, kept, write
from numpy.typing import NDArray

from hypograph.flows.campaigns.benchmark import Plan, outcomes
from hypograph.flows.campaigns.descriptors import exchanged, of_table
from hypograph.flows.campaigns.table_runs import run_bayesian
from hypograph.flows.readers.reaction_tables import ReactionTable, find_table
from hypograph.models.campaigns.analysis.percent import percent, zero_and_top
from hypograph.models.core.keys import digest

BUDGET, INITIAL = 20, 5
QUICK = ("borylation",)
TABLES = ("buchwald_hartwig", "suzuki_doyle", "suzuki_cernak", "reductive_amination", "borylation")
Floats = NDArray[np.float64]


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("tables", nargs="*", help="default: all that are there")
    parser.add_argument("--starts", type=int, default=200)
    parser.add_argument("--exchanges", type=int, default=3)
    parser.add_argument("--kinds", default="auto")
    given = parser.parse_args()
    starts, exchanges = (4, 1) if given.quick else (given.starts, given.exchanges)
    names = given.tables or (QUICK if given.quick or "HYPOGRAPH_DATA_DIR" not in os.environ else TABLES)
    rows: list[dict[str, Any]] = kept("campaign_structures", quick=given.quick).get("rows", [])
    for name in names:
        table = find_table(name)
        for kind in given.kinds.split(","):
            row, differences = measure(table, kind, starts, exchanges)
            print(json.dumps(row), flush=True)
            row["differences"] = {arm: np.round(found, 3).tolist() for arm, found in differences.items()}
            same = (row["table"], kind)
            rows = [r for r in rows if (r["table"], r["kind"]) != same] + [row]
            document = {"rows": rows, "pooled": pooled(rows)}
            write("campaign_structures", document, quick=given.quick, compact=True)
    print(json.dumps(pooled(rows)))


def pooled(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Differences over all tables, by kind of descriptors."""
    found = dict[str, list[float]]()
    for row in rows:
        for arm, values in row["differences"].items():
            found.setdefault(f"{row['kind']}: {arm}", []).extend(values)
    return {arm: interval(np.array(values)) for arm, values in found.items()}


def measure(table: ReactionTable, kind: str, starts: int, exchanges: int) -> tuple[dict[str, Any], dict[str, Floats]]:
    """Run all arms on one table; differences of the best after 20, a start each."""
    apart = of_table(table, kind)
    rng = np.random.default_rng(int(digest("structures", table.sha256, length=15), 16))
    first = np.stack([rng.permutation(len(table.pool))[:INITIAL] for _ in range(starts)])
    values = outcomes(table, Plan())

    def best(distances: Any) -> tuple[Floats, Floats, float]:
        began = time.process_time()
        picks = run_bayesian(table, values, first, BUDGET, range(starts), descriptors=distances)
        shares = percent(np.maximum.accumulate(values[picks], axis=1), *zero_and_top(values))
        return shares[:, -1], shares.mean(1), (time.process_time() - began) / starts

    none, none_auc, none_seconds = best(())
    true, true_auc, seconds = best(apart)
    others = [best(exchanged(apart, s))[0] for s in range(exchanges)]
    differences = {"true - none": true - none}
    if others:
        differences |= {
            "true - exchanged": true - np.mean(others, axis=0),
            "exchanged - none": np.mean(others, 0) - none,
        }
    row = {
        "table": table.name,
        "kind": kind,
        "starts": starts,
        "exchanges": exchanges,
        "described": [p for p, d in zip(table.parameters, apart, strict=True) if d is not None],
        "none": round(float(none.mean()), 2),
        "true": round(float(true.mean()), 2),
        **{arm: interval(found) for arm, found in differences.items()},
        "mean best so far, true - none": interval(true_auc - none_auc),
        "seconds_per_campaign": {"none": round(none_seconds, 3), "true": round(seconds, 3)},
    }
    return row, differences


def interval(sample: Floats) -> dict[str, float]:
    """Mean and half the width of its 95% interval."""
    half = 1.96 * float(sample.std(ddof=1)) / np.sqrt(len(sample)) if len(sample) > 1 else 0.0
    return {"mean": round(float(sample.mean()), 2), "half": round(float(half), 2)}


if __name__ == "__main__":
    main()
