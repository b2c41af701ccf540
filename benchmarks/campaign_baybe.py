"""`bo` beside BayBE with its chemical encoding: the same tables, starts and budget, paired differences.

    python benchmarks/campaign_baybe.py --baybe PYTHON [TABLE …] [--starts N] [--quick]

BayBE runs by its own interpreter (`PYTHON`, of an environment with ``baybe[chem]``), with Mordred descriptors where all
options of a parameter have a structure. Both know the whole table as candidates and begin with the same five random
rows; BayBE is given the rows in an order drawn for each start, so that the file's order decides nothing. Best of 20
experiments in percent of the table's maximum, 95% intervals of paired differences. Processor seconds are those of one
campaign run alone, without imports and without descriptors. Finished starts are kept in the results file.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from harness import arguments, kept, skip, write
from numpy.typing import NDArray

from hypograph.flows.campaigns.descriptors import of_table, read_smiles
from hypograph.flows.campaigns.table_runs import run_bayesian
from hypograph.flows.readers.reaction_tables import ReactionTable, find_table
from hypograph.models.campaigns.analysis.percent import percent, zero_and_top
from hypograph.models.campaigns.space.structures import structures
from hypograph.models.core.keys import digest
from hypograph.models.core.tabular import number
from hypograph.models.statistics.intervals import mean_interval

BUDGET, INITIAL = 20, 5
TABLES = ("reductive_amination", "suzuki_doyle", "buchwald_hartwig")
WORKER = Path(__file__).with_name("campaign_baybe_worker.py")
ARMS = {"bo": "auto", "bo without descriptors": "none"}
Ints = NDArray[np.int64]


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("tables", nargs="*", help="default: three with structures, or borylation without supplied data")
    parser.add_argument("--baybe", metavar="PYTHON", help="interpreter that has BayBE")
    parser.add_argument("--starts", type=int, default=40)
    given = parser.parse_args()
    if not given.quick:
        require(given.baybe)
    starts = 2 if given.quick else given.starts
    names = given.tables or (["borylation"] if given.quick or "HYPOGRAPH_DATA_DIR" not in os.environ else TABLES)
    found: dict[str, Any] = kept("campaign_baybe", quick=given.quick).get("tables", {})
    for name in names:
        table = find_table(name)
        row = found.setdefault(table.name, {"rows": len(table.pool), "runs": {}})
        for done in measure(table, row, starts, given.baybe):
            row |= summary(done)
            write("campaign_baybe", {"budget": BUDGET, "initial": INITIAL, "tables": found}, quick=given.quick)
        print(json.dumps({table.name: {k: v for k, v in row.items() if k != "runs"}}), flush=True)


def require(python: str | None) -> None:
    """Skip the benchmark where BayBE is not at hand."""
    if python is None:
        skip("name an interpreter that has BayBE: --baybe PYTHON")
    if subprocess.run([python, "-c", "import baybe"], capture_output=True, env=bare()).returncode:
        skip(f"{Path(python).name} has no BayBE")


def bare() -> dict[str, str]:
    """Return the environment of a worker: nothing of this program's on its path."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"OMP_NUM_THREADS": "1"}


def measure(table: ReactionTable, row: dict[str, Any], starts: int, python: str | None) -> Iterator[dict[str, Any]]:
    """Run what is missing; all runs of the table so far, after each."""
    rng = np.random.default_rng(int(digest("baybe", table.sha256, length=15), 16))
    first = np.stack([rng.permutation(len(table.pool))[:INITIAL] for _ in range(starts)])
    shares = percent(table.values, *zero_and_top(table.values))
    runs = row["runs"]

    def take(seed: int, arm: str, rows: Sequence[int], seconds: float) -> None:
        reached = np.maximum.accumulate(shares[np.asarray(rows)])
        runs.setdefault(str(seed), {})[arm] = {
            "best": round(float(reached[-1]), 3),
            "mean": round(float(reached.mean()), 3),
            "seconds": round(seconds, 3),
        }

    for arm, kind in ARMS.items():
        apart = of_table(table, kind)
        run_bayesian(table, table.values, first[:1], INITIAL + 1, [0], descriptors=apart)  # what is loaded once
        for seed in (s for s in range(starts) if arm not in runs.get(str(s), {})):
            began = time.process_time()
            picks = run_bayesian(table, table.values, first[seed : seed + 1], BUDGET, [seed], descriptors=apart)
            take(seed, arm, picks[0].tolist(), time.process_time() - began)
        yield runs
    todo = [s for s in range(starts) if "baybe" not in runs.get(str(s), {})]
    for told in by_baybe(python, table, first, todo) if python and todo else ():
        if "baybe" in told:
            row |= told
        else:
            take(told["seed"], "baybe", told["rows"], told["seconds"])
            yield runs


def by_baybe(python: str, table: ReactionTable, first: Ints, seeds: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Run campaigns in BayBE's own interpreter; what it is, then each campaign."""
    parameters = [described(table, j) for j in range(len(table.parameters))]
    levels = [p.get("numbers") or p["options"] for p in parameters]
    request = {
        "parameters": parameters,
        "rows": [[level[i] for level, i in zip(levels, row, strict=True)] for row in table.pool.tolist()],
        "values": table.values.tolist(),
        "budget": BUDGET,
        "runs": [
            {
                "seed": seed,
                "start": first[seed].tolist(),
                "order": np.random.default_rng([seed, 7]).permutation(len(table.pool)).tolist(),
            }
            for seed in seeds
        ],
    }
    with subprocess.Popen(
        [python, str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=bare()
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(json.dumps(request))
        worker.stdin.close()
        yield from map(json.loads, worker.stdout)
    if worker.returncode:
        raise SystemExit(f"BayBE's worker ended with {worker.returncode}")


def described(table: ReactionTable, j: int) -> dict[str, Any]:
    """Return a parameter as BayBE is told of it: numbers, structures where every option has its own, or names."""
    name, options = table.parameters[j], list(table.options[j])
    values = [number(o) for o in options]
    if all(v is not None for v in values):
        return {"name": name, "options": options, "numbers": values}
    beside = read_smiles(table.smiles) if table.smiles else {}
    known = next((m for m in beside.values() if all(o in m for o in options)), None)
    found = structures(options, known)
    if found is None or None in found or len(set(found)) < len(options):
        return {"name": name, "options": options}
    return {"name": name, "options": options, "smiles": dict(zip(options, found, strict=True))}


def summary(runs: dict[str, Any]) -> dict[str, Any]:
    """Means and processor time of each arm over the starts that all have, and paired differences."""
    arms = [a for a in (*ARMS, "baybe") if any(a in r for r in runs.values())]
    whole = [r for r in runs.values() if all(a in r for a in arms)]
    rows = {
        a: {k: round(float(np.mean([r[a][k] for r in whole])), 3) for k in ("best", "mean", "seconds")} for a in arms
    }
    document: dict[str, Any] = {"starts": len(whole), "arms": rows}
    if "baybe" in arms and len(whole) > 1:
        for arm in ARMS:
            for what in ("best", "mean"):
                gain = np.array([r[arm][what] - r["baybe"][what] for r in whole])
                document[f"{arm} minus baybe, {what}"] = {k: round(v, 2) for k, v in mean_interval(gain).items()}
        document["processor time, bo / baybe"] = round(rows["bo"]["seconds"] / rows["baybe"]["seconds"], 4)
    return document


if __name__ == "__main__":
    main()
