"""Seconds for fifty campaigns, without and with descriptors, for one campaign with BoTorch, and for one ask after many.

    python benchmarks/campaign_speed.py [TABLE]

Processor seconds of one core, after imports. BoTorch: MixedSingleTaskGP fitted anew at each of fifteen asks and
LogExpectedImprovement over the whole table. One ask after many: what `campaign suggest` does in a laboratory whose
table has twenty columns of numbers and seven hundred rows with outcomes (made-up numbers, two decimals), reading left
out.
"""

from __future__ import annotations

import time
import warnings

import numpy as np
from harness import arguments, supplied, write

from hypograph.flows.campaigns.descriptors import of_table
from hypograph.flows.campaigns.table_runs import run_bayesian
from hypograph.flows.readers.reaction_tables import ReactionTable, find_table
from hypograph.models.campaigns.laboratory import events as live

CAMPAIGNS, BUDGET, INITIAL = 50, 20, 5
COLUMNS, RECORDED = 20, 700


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("table", nargs="?", help="default: the supplied Buchwald–Hartwig couplings")
    given = parser.parse_args()
    default = "borylation" if given.quick or given.table else str(supplied("reactions/buchwald_hartwig.csv"))
    table = find_table(given.table or default)
    rng = np.random.default_rng(0)
    starts = np.stack([rng.permutation(len(table.pool))[:INITIAL] for _ in range(CAMPAIGNS)])
    apart = of_table(table, "auto")
    run_bayesian(table, table.values, starts[:1], INITIAL + 1, [0])
    seconds = []
    for descriptors in ((), apart):
        began = time.process_time()
        run_bayesian(table, table.values, starts, BUDGET, range(CAMPAIGNS), descriptors=descriptors)
        seconds.append(time.process_time() - began)
    theirs = botorch(table, starts[0])
    row = {
        "table": table.name,
        "rows": len(table.pool),
        "campaigns": CAMPAIGNS,
        "experiments": BUDGET,
        "seconds": round(seconds[0], 2),
        "with_descriptors_seconds": round(seconds[1], 2),
        "one_botorch_campaign_seconds": round(theirs, 2),
        "ask_after_many": after_many(COLUMNS, 70 if given.quick else RECORDED),
    }
    write("campaign_speed", row, quick=given.quick)
    print(row)


def after_many(columns: int, recorded: int) -> dict[str, float]:
    """Seconds of one suggestion after many results; the warm process has suggested before."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 1001, (recorded, columns)) / 100
    y = 50 - ((x[:, :5] - 4) ** 2).sum(1) / 3 + rng.normal(size=recorded)
    names = [f"x{j}" for j in range(columns)]
    definition = live.definition_from(
        {
            "parameters": [{"name": n, "values": sorted(set(x[:, j].tolist()))} for j, n in enumerate(names)],
            "objectives": [{"name": "y"}],
        }
    )
    points = [dict(zip(names, row, strict=True)) for row in x.tolist()]
    events = [
        {"event": "record", "id": f"e{i}", "parameters": point, "values": {"y": float(value)}}
        for i, (point, value) in enumerate(zip(points, y, strict=True))
    ]
    live.suggest(definition, events[:10])
    began = time.process_time()
    live.suggest(definition, events)
    return {"columns": columns, "recorded": recorded, "seconds": round(time.process_time() - began, 2)}


def botorch(table: ReactionTable, start: np.ndarray) -> float:
    """Seconds of one campaign, without the import."""
    import torch
    from botorch.acquisition.analytic import LogExpectedImprovement
    from botorch.fit import fit_gpytorch_mll
    from botorch.models.gp_regression_mixed import MixedSingleTaskGP
    from gpytorch.mlls import ExactMarginalLogLikelihood

    warnings.simplefilter("ignore")
    picks, pool = list(start), torch.as_tensor(table.pool, dtype=torch.float64)
    began = time.process_time()
    while len(picks) < BUDGET:
        y = torch.as_tensor(table.values[picks], dtype=torch.float64)[:, None]
        y = (y - y.mean()) / y.std()
        model = MixedSingleTaskGP(pool[picks], y, cat_dims=list(range(pool.shape[1])))
        fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
        with torch.no_grad():
            gain = LogExpectedImprovement(model, best_f=float(y.max()))(pool[:, None])
        gain[picks] = -torch.inf
        picks.append(int(gain.argmax()))
    return time.process_time() - began


if __name__ == "__main__":
    main()
