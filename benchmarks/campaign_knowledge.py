"""What knowledge adds to Bayesian optimization, and that wrong knowledge costs little: paired differences.

    python benchmarks/campaign_knowledge.py [--quick] [--seeds N] [--reference N] [TABLE ...]

Tables are packaged names or files; every method begins from the same starts. The reference is a Gaussian process
with the same kernel, hyperparameters fitted (MAP) campaign by campaign, exact enumeration, expected improvement.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from hypograph.flows.readers.tables import find_table
from hypograph.models.keys import digest
from hypograph.models.optimize.entropy import exploration_entropy
from hypograph.models.optimize.experts import simulated_utility
from hypograph.models.optimize.finite import expected_improvement, lockstep, matern52

BUDGET, INITIAL, CHUNK = 20, 5, 25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="*", default=[])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--reference", type=int, default=200, help="seeds of the reference")
    parser.add_argument("--out", default="campaign_knowledge")
    a = parser.parse_args()
    seeds, reference = (10, 3) if a.quick else (a.seeds, a.reference)
    target = Path(__file__).parent / "results" / f"{a.out}.json"
    rows: list[dict[str, Any]] = []
    for name in a.tables or _tables():
        rows += measure(name, seeds, reference)
        target.write_text(json.dumps({"budget": BUDGET, "initial": INITIAL, "rows": rows}, indent=1) + "\n")


def _tables() -> list[str]:
    folder = os.environ.get("HYPOGRAPH_DATA_DIR")
    names = ("buchwald_hartwig", "suzuki_doyle", "chan_lam", "reductive_amination")
    supplied = [f"{folder}/reactions/{n}.csv" for n in names] if folder else []
    return [*supplied, "buchwald_hartwig", "borylation"]


def measure(name: str, seeds: int, reference: int) -> list[dict[str, Any]]:
    table = find_table(name)
    rng = np.random.default_rng(int(digest(0, table.sha256, length=15), 16))
    order = np.stack([rng.permutation(len(table.pool))[:BUDGET] for _ in range(seeds)])
    starts, top = order[:, :INITIAL], float(table.values.max())
    alike = [_similarity(table.pool, table.values, j, 0) for j in range(table.pool.shape[1])]
    shuffled = [_shuffled(s, j) for j, s in enumerate(alike)]
    plans: dict[str, Any] = {"random": None, "bo": {}}
    for kind in ("informative:0.5", "permuted", "adversarial"):
        each = [simulated_utility(table.pool, table.values, kind, seed=s) for s in range(seeds)]
        plans[f"hybrid, {kind}"] = {"utility": np.stack(each)}
    plans["similarity, rank correlation 0.5"] = {"similarity": alike}
    plans["similarity, permuted"] = {"similarity": shuffled}
    best, rows = {}, []
    for method, knowledge in plans.items():
        began = time.perf_counter()
        picks = order if knowledge is None else _chunked(table, starts, knowledge)
        best[method] = _add(rows, table, name, method, picks, top, time.perf_counter() - began, best.get("bo"))
    if reference:
        began = time.perf_counter()
        picks = np.stack([_map_campaign(table.pool, table.values, s) for s in starts[:reference]])
        ours = best["bo"][:reference]
        _add(rows, table, name, "reference GP-EI (MAP)", picks, top, time.perf_counter() - began, ours)
    return rows


def _chunked(table: Any, starts: np.ndarray, knowledge: dict[str, Any]) -> np.ndarray:
    """Run in pieces, so that memory stays small."""
    parts = []
    for i in range(0, len(starts), CHUNK):
        here = {k: v[i : i + CHUNK] if k == "utility" else v for k, v in knowledge.items()}
        parts.append(lockstep(table.pool, table.values, starts[i : i + CHUNK], BUDGET, seed=0, **here))
    return np.concatenate(parts)


def _add(
    rows: list[dict[str, Any]],
    table: Any,
    name: str,
    method: str,
    picks: np.ndarray,
    top: float,
    seconds: float,
    bo: np.ndarray | None,
) -> np.ndarray:
    sofar = 100 * np.maximum.accumulate(table.values[picks], axis=1) / top
    last = sofar[:, -1]
    row: dict[str, Any] = {
        "table": table.name + (" (supplied data)" if "/" in name else " (packaged)"),
        "method": method,
        "seeds": len(picks),
        "best": round(float(last.mean()), 2),
        "sd": round(float(last.std(ddof=1)), 2),
        "auc": round(float(sofar.mean()), 2),
        "entropy": round(float(exploration_entropy(table.pool[picks], table.sizes)[:, -1].mean()), 3),
        "seconds_per_campaign": round(seconds / len(picks), 4),
    }
    if bo is not None and len(bo) == len(last):
        d = last - bo
        half = 1.96 * d.std(ddof=1) / np.sqrt(len(d))
        row["minus_bo"] = [round(float(v), 2) for v in (d.mean(), d.mean() - half, d.mean() + half)]
    rows.append(row)
    print(
        f"{row['table']:36s} {method:34s} n={len(picks):<4d} best {row['best']:6.2f} ± {row['sd']:5.2f}"
        f"  auc {row['auc']:6.2f}  entropy {row['entropy']:.3f}  minus bo {row.get('minus_bo')}"
        f"  {row['seconds_per_campaign']:.3f} s",
        flush=True,
    )
    return last


def _similarity(pool: np.ndarray, values: np.ndarray, j: int, seed: int) -> np.ndarray:
    """Similarity of options from their outcome profiles, blurred to rank correlation 0.5 with the oracle's."""
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
    blurred = 0.37 * ranks + 0.63 * noise  # two uniform variables mixed so correlate at 0.5
    found = np.eye(n)
    found[upper] = 1 - np.clip(blurred, 0.02, 1.0)
    return np.maximum(found, found.T)


def _shuffled(matrix: np.ndarray, j: int) -> np.ndarray:
    p = np.random.default_rng([5, j]).permutation(len(matrix))
    return matrix[np.ix_(p, p)]


def _map_campaign(pool: np.ndarray, values: np.ndarray, start: np.ndarray) -> np.ndarray:
    picks = list(start)
    theta = None
    while len(picks) < BUDGET:
        y = values[picks]
        y = (y - y.mean()) / max(y.std(), 1e-9)
        apart = (pool[picks][:, None] != pool[picks][None]).astype(float)
        theta = _fit(apart, y, theta)
        scales, noise = np.exp(theta[:-1]), np.exp(theta[-1])
        inverse = np.linalg.inv(np.linalg.cholesky(matern52((apart / scales**2).sum(-1)) + noise * np.eye(len(y))))
        cross = matern52(((pool[picks][:, None] != pool[None]) / scales**2).sum(-1))
        factor = inverse @ cross
        mean, sd = (inverse @ y) @ factor, np.sqrt(np.maximum(1 - (factor**2).sum(0), 1e-10))
        gain = expected_improvement(mean, sd, np.array(y.max()))
        gain[picks] = -np.inf
        picks.append(int(gain.argmax()))
    return np.array(picks)


def _fit(apart: np.ndarray, y: np.ndarray, warm: np.ndarray | None) -> np.ndarray:
    from scipy.optimize import minimize

    d = apart.shape[-1]
    centre, width = np.r_[np.full(d, np.log(1.5)), np.log(0.03)], np.r_[np.full(d, 1.2), 1.0]

    def loss(theta: np.ndarray) -> float:
        square = matern52((apart / np.exp(theta[:-1]) ** 2).sum(-1)) + np.exp(theta[-1]) * np.eye(len(y))
        factor = np.linalg.cholesky(square + 1e-8 * np.eye(len(y)))
        white = np.linalg.solve(factor, y)
        return float(
            0.5 * white @ white + np.log(np.diag(factor)).sum() + 0.5 * (((theta - centre) / width) ** 2).sum()
        )

    limits = list(zip(centre - 4 * width, centre + 4 * width, strict=True))
    starts = [centre] if warm is None else [centre, warm]
    return min((minimize(loss, s, bounds=limits, method="L-BFGS-B") for s in starts), key=lambda r: r.fun).x


if __name__ == "__main__":
    main()
