"""What knowledge adds to Bayesian optimization, and that wrong knowledge costs little: paired differences.

    python benchmarks/campaign_knowledge.py [--quick] [--seeds N] [--only WORD] [TABLE ...]

Tables are packaged names or files; every method begins from the same starts, and differences are paired. Each start has
its own draws of the hyperparameters, as `campaign benchmark` and a laboratory with its seed have. The reference is
`reference_gp`. A noisy or permuted similarity is drawn anew for each group of ten starts, and intervals of those
rows are over groups. Rows that are not measured anew stay in the result file, which is written after each method.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from harness import arguments, kept, write
from reference_gp import reference
from scipy import stats

from hypograph.flows.campaigns.table_runs import run_bayesian
from hypograph.flows.readers.reaction_tables import find_table
from hypograph.models.campaigns.optimizers.simulated_experts import simulated_utility
from hypograph.models.core.keys import digest
from hypograph.models.statistics.entropy import exploration_entropy

BUDGET, INITIAL = 20, 5
NOISY = 0.37  # two uniform variables mixed in this share correlate at 0.5
GROUP = 10  # starts that share one draw of a similarity


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("tables", nargs="*", default=[])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--only", default="", help="methods with this word (bo is always run)")
    parser.add_argument("--out", default="campaign_knowledge")
    a = parser.parse_args()
    seeds = 10 if a.quick else a.seeds
    rows: list[dict[str, Any]] = kept(a.out, quick=a.quick).get("rows", [])
    for name in a.tables or (["borylation"] if a.quick else _tables()):
        for row in measure(name, seeds, a.only):
            same = (row["table"], row["method"])
            rows = [r for r in rows if (r["table"], r["method"]) != same] + [row]
            write(a.out, {"budget": BUDGET, "initial": INITIAL, "rows": rows}, quick=a.quick)


def _tables() -> list[str]:
    folder = os.environ.get("HYPOGRAPH_DATA_DIR")
    names = ("buchwald_hartwig", "suzuki_doyle", "chan_lam", "reductive_amination")
    supplied = [f"{folder}/reactions/{n}.csv" for n in names] if folder else []
    return [*supplied, "buchwald_hartwig", "borylation"]


def measure(name: str, seeds: int, only: str = "") -> Iterator[dict[str, Any]]:
    table = find_table(name)
    rng = np.random.default_rng(int(digest(0, table.sha256, length=15), 16))
    order = np.stack([rng.permutation(len(table.pool))[:BUDGET] for _ in range(seeds)])
    starts, top = order[:, :INITIAL], float(table.values.max())
    plans: dict[str, Any] = {"reference GP-EI (MAP)": None, "random": None, "bo": {}}
    for kind in ("informative:0.5", "permuted", "adversarial"):
        each = [simulated_utility(table.pool, table.values, kind, seed=s) for s in range(seeds)]
        plans[f"hybrid, {kind}"] = {"utility": np.stack(each)}
    columns, groups = range(table.pool.shape[1]), -(-seeds // GROUP)
    blurred = [[_similarity(table.pool, table.values, j, g, NOISY) for j in columns] for g in range(groups)]
    oracle = [_similarity(table.pool, table.values, j, 0, 1.0) for j in columns]
    plans["similarity, rank correlation 0.5"] = {"similarity": blurred}
    plans["similarity, permuted"] = {
        "similarity": [[_shuffled(s, j, g) for j, s in enumerate(b)] for g, b in enumerate(blurred)]
    }
    plans["similarity, oracle"] = {"similarity": [oracle] * groups}
    best: dict[str, np.ndarray] = {}
    rows: list[dict[str, Any]] = []
    for method, knowledge in plans.items():
        if only not in method and method != "bo":
            continue
        began = time.process_time()
        if method == "random":
            picks = order
        elif knowledge is None:
            picks = reference(table.pool, table.values, starts, BUDGET)
        elif "similarity" in knowledge:
            groups_of = np.split(np.arange(seeds), range(GROUP, seeds, GROUP))
            picks = np.concatenate([
                run_bayesian(table, table.values, starts[g], BUDGET, g.tolist(), similarity=s)
                for s, g in zip(knowledge["similarity"], groups_of, strict=True)
            ])  # fmt: skip
        else:
            picks = run_bayesian(table, table.values, starts, BUDGET, range(seeds), **knowledge)
        seconds = time.process_time() - began
        best[method] = _add(rows, table, name, method, picks, top, seconds, best)
        yield rows[-1]


def _add(
    rows: list[dict[str, Any]],
    table: Any,
    name: str,
    method: str,
    picks: np.ndarray,
    top: float,
    seconds: float,
    known: dict[str, np.ndarray],
) -> np.ndarray:
    sofar = 100 * np.maximum.accumulate(table.values[picks], axis=1) / top
    last = sofar[:, -1]
    entropy = exploration_entropy(table.pool[picks], table.sizes)[:, -1]
    row: dict[str, Any] = {
        "table": table.name + (" (supplied data)" if "/" in name else " (packaged)"),
        "method": method,
        "seeds": len(picks),
        "best": round(float(last.mean()), 2),
        "sd": round(float(last.std(ddof=1)), 2),
        "auc": round(float(sofar.mean()), 2),
        "entropy": round(float(entropy.mean()), 3),
        "entropy_sd": round(float(entropy.std(ddof=1)), 3),
        "seconds_per_campaign": round(seconds / len(picks), 4),
    }
    for other in ("bo", "reference GP-EI (MAP)"):
        if other in known and method not in {"random", other}:
            d = last - known[other]
            if "similarity" in method and "oracle" not in method:
                d = np.array([part.mean() for part in np.split(d, range(GROUP, len(d), GROUP))])
            half = _quantile(len(d)) * d.std(ddof=1) / np.sqrt(len(d)) if len(d) > 1 else np.nan
            key = "minus_bo" if other == "bo" else "minus_reference"
            row[key] = [round(float(v), 2) for v in (d.mean(), d.mean() - half, d.mean() + half)]
    rows.append(row)
    print(
        f"{row['table']:36s} {method:34s} n={len(picks):<4d} best {row['best']:6.2f} ± {row['sd']:5.2f}"
        f"  auc {row['auc']:6.2f}  entropy {row['entropy']:.3f}  minus bo {row.get('minus_bo')}"
        f"  minus reference {row.get('minus_reference')}"
        f"  {row['seconds_per_campaign']:.3f} s",
        flush=True,
    )
    return last


def _similarity(pool: np.ndarray, values: np.ndarray, j: int, seed: int, share: float) -> np.ndarray:
    """Similarity of options from their outcome profiles (1: the oracle), their ranks blurred by the share of noise."""
    n = int(pool[:, j].max()) + 1
    others = np.delete(pool, j, axis=1)
    _, cell = np.unique(others, axis=0, return_inverse=True)
    grid = np.full((n, int(cell.max()) + 1), np.nan)
    grid[pool[:, j], cell] = values
    with np.errstate(all="ignore"):
        apart = np.array([[np.nanmean((grid[a] - grid[b]) ** 2) for b in range(n)] for a in range(n)])
    apart = np.where(np.isnan(apart), np.nanmean(apart), apart)
    upper = np.triu_indices(n, 1)
    ranks = np.argsort(np.argsort(apart[upper])) / max(len(upper[0]) - 1, 1)
    noise = np.random.default_rng([seed, j]).random(len(ranks))
    blurred = share * ranks + (1.0 - share) * noise
    found = np.eye(n)
    found[upper] = 1 - np.clip(blurred, 0.02, 1.0)
    return np.maximum(found, found.T)


def _quantile(n: int) -> float:
    """Half width of a 95% interval in standard errors: Student's, which matters for few groups."""
    return float(stats.t.ppf(0.975, n - 1))


def _shuffled(matrix: np.ndarray, j: int, seed: int) -> np.ndarray:
    p = np.random.default_rng([5, seed, j]).permutation(len(matrix))
    return matrix[np.ix_(p, p)]


if __name__ == "__main__":
    main()
