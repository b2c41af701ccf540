"""Seconds for fifty campaigns, without and with descriptors, and for one campaign with BoTorch.

    python benchmarks/campaign_speed.py [TABLE]

Processor seconds of one core, after imports. BoTorch: MixedSingleTaskGP fitted anew at each of fifteen asks and
LogExpectedImprovement over the whole table.
"""

from __future__ import annotations

import time
import warnings

import numpy as np
from harness import arguments, supplied, write

from hypograph.flows.campaigns.descriptors import of_table
from hypograph.flows.campaigns.table_runs import run_bayesian
from hypograph.flows.readers.reaction_tables import ReactionTable, find_table

CAMPAIGNS, BUDGET, INITIAL = 50, 20, 5


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
    }
    write("campaign_speed", row, quick=given.quick)
    print(row)


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
