"""What earlier campaigns with other substrates are worth: `hybrid` with their results against `bo`, paired.

    python benchmarks/campaign_earlier.py [--quick] [--starts N]

Buchwald–Hartwig as it ships: a campaign for each aryl halide over ligand, base and additive, 20 experiments of which 5
are the start. It learns from 20 random experiments of each of two other halides. Control: the same results with the
options exchanged, so that they say of one what is true of another. Percent of the halide's maximum; 95% intervals of
the paired difference over halides.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from harness import arguments, write
from numpy.typing import NDArray
from scipy import stats

from hypograph.flows.readers.reaction_tables import ReactionTable, find_table
from hypograph.models.campaigns.bayes.lockstep import lockstep
from hypograph.models.campaigns.optimizers.earlier_results import Task, option_worths

BUDGET, INITIAL, EARLIER, RESULTS = 20, 5, 2, 20
SUBSTRATE = "Aryl halide"
Ints = NDArray[np.int64]


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--starts", type=int, default=20, help="campaigns a halide")
    given = parser.parse_args()
    table = find_table("buchwald_hartwig")
    at = table.parameters.index(SUBSTRATE)
    halides = range(2 if given.quick else len(table.options[at]))
    rows = [measure(table, at, h, 2 if given.quick else given.starts) for h in halides]
    differences = {
        arm: interval(np.array([r[arm] - r["bo"] for r in rows])) for arm in ("earlier", "earlier, exchanged")
    }
    document = {"table": table.name, "starts": given.starts, "minus_bo": differences, "rows": rows}
    print(differences)
    write("campaign_earlier", document, quick=given.quick)


def measure(table: ReactionTable, at: int, halide: int, starts: int) -> dict[str, Any]:
    """Run the three arms for one halide from the same starts; mean best of 20 in percent of its maximum."""
    mine = np.flatnonzero(table.pool[:, at] == halide)
    others = [j for j in range(table.pool.shape[1]) if j != at]
    pool, values = table.pool[np.ix_(mine, others)], table.values[mine]
    rng = np.random.default_rng(halide)
    begin = np.stack([rng.permutation(len(mine))[:INITIAL] for _ in range(starts)])
    plans: dict[str, Any] = {"bo": None, "earlier": [], "earlier, exchanged": []}
    for _ in range(starts):
        tasks = drawn(table, at, halide, rng)
        plans["earlier"].append(utility(option_worths(tasks), table, pool, others))
        plans["earlier, exchanged"].append(utility(option_worths(tasks), table, pool, others, rng))
    row: dict[str, Any] = {"halide": table.options[at][halide]}
    for arm, known in plans.items():
        picks = lockstep(
            pool, values, begin, BUDGET, seed=list(range(starts)), utility=None if known is None else np.stack(known)
        )
        row[arm] = round(float(100 * values[picks].max(1).mean() / values.max()), 2)
    print(row, flush=True)
    return row


def drawn(table: ReactionTable, at: int, halide: int, rng: np.random.Generator) -> list[Task]:
    """Draw earlier campaigns: random experiments with other halides."""
    found = []
    for other in rng.permutation([h for h in range(len(table.options[at])) if h != halide])[:EARLIER]:
        rows = rng.permutation(np.flatnonzero(table.pool[:, at] == other))[:RESULTS]
        points = [{n: v for n, v in table.point(int(r)).items() if n != table.parameters[at]} for r in rows]
        found.append(Task(table.options[at][other], tuple(points), tuple(table.values[rows].tolist())))
    return found


def utility(
    worths: dict[tuple[str, str], float],
    table: ReactionTable,
    pool: Ints,
    others: list[int],
    exchange: np.random.Generator | None = None,
) -> NDArray[np.float64]:
    """Return the worth of each candidate, or with the options' worths exchanged among them."""
    total = np.zeros(len(pool))
    for column, j in enumerate(others):
        own = np.array([worths.get((table.parameters[j], o), 0.0) for o in table.options[j]])
        total += (own if exchange is None else exchange.permutation(own))[pool[:, column]]
    return total


def interval(sample: NDArray[np.float64]) -> list[float]:
    """Mean and 95% interval (Student's t)."""
    half = float(stats.t.ppf(0.975, len(sample) - 1) * sample.std(ddof=1) / np.sqrt(len(sample)))
    return [round(float(v), 2) for v in (sample.mean(), sample.mean() - half, sample.mean() + half)]


if __name__ == "__main__":
    main()
