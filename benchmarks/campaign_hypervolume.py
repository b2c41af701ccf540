"""Two objectives at once: the hypervolume that a laboratory's campaign reaches, against random and Sobol'.

    python benchmarks/campaign_hypervolume.py TABLE.csv --objectives max:COLUMN,min:COLUMN [--seeds N] [--quick]

Every other column is a parameter; repeated rows are averaged. `bo` is what `hypograph campaign suggest` does (two
surrogates, exact expected gain of hypervolume), `botorch` is qLogNEHVI, which it takes for more objectives; both
from the same five random experiments that the random campaign of their seed begins with. Hypervolumes are percent of
what the whole table dominates above its worst values. Finished seeds are kept in the results file. ``--quick`` is one
seed of two experiments after the first five.
"""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from harness import arguments, kept, supplied, write

from hypograph.models.campaigns.bayes.botorch import ask_several
from hypograph.models.campaigns.bayes.hypervolume import hypervolume
from hypograph.models.campaigns.core.trials import Objective, Trial, measured, untried
from hypograph.models.campaigns.core.trials import outcomes as outcomes_of
from hypograph.models.campaigns.optimizers.registry import make_optimizer
from hypograph.models.campaigns.space.candidates import candidates, identity
from hypograph.models.campaigns.space.space import Space, space_of_options
from hypograph.models.statistics.intervals import mean_interval

BUDGET, INITIAL = 20, 5
CHAN_LAM = "acid,bromide,catalyst,base,solvent,desired,undesired"  # the supplied file has no header
METHODS = ("random", "sobol", "bo", "botorch")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("table", type=Path, nargs="?", help="default: the supplied Chan–Lam couplings")
    parser.add_argument("--objectives", default="max:desired,min:undesired")
    parser.add_argument("--header", help="column names of a file without a header, by commas")
    parser.add_argument("--seeds", type=int, default=24)
    parser.add_argument("--methods", default=",".join(METHODS))
    a = parser.parse_args()
    if a.table is None:
        a.table, a.header = supplied("reactions/chan_lam.csv"), a.header or CHAN_LAM
    goals = tuple(Objective(n, way) for way, n in (o.split(":") for o in a.objectives.split(",")))
    space, outcomes = read(a.table, a.header, goals)
    y = np.array([[o.utility(v) for o, v in zip(goals, row, strict=True)] for row in outcomes.values()])
    worst, width = y.min(0), np.ptp(y, axis=0)
    whole = hypervolume((y - worst) / width, np.zeros(2))
    before = kept("campaign_hypervolume", quick=a.quick)
    runs = before["runs"] if before.get("table") == a.table.stem else {}
    budget = INITIAL + 2 if a.quick else BUDGET
    for seed in range(1 if a.quick else a.seeds):
        done = runs.setdefault(str(seed), {})
        for method in (m for m in a.methods.split(",") if m not in done):
            began = time.process_time()
            trials = campaign(method, space, goals, outcomes, seed, budget)
            rows = np.array([[o.utility(t.values[o.name]) for o in goals] for t in trials])
            reached = [hypervolume((rows[: i + 1] - worst) / width, np.zeros(2)) / whole for i in range(budget)]
            done[method] = {
                "reached": [round(100 * r, 3) for r in reached],
                "cpu_seconds": round(time.process_time() - began, 2),
            }
        document = {"table": a.table.stem, "budget": budget, "initial": INITIAL, **summary(runs), "runs": runs}
        write("campaign_hypervolume", document, quick=a.quick, compact=True)
    print(json.dumps(summary(runs), indent=1))


def read(path: Path, header: str | None, goals: tuple[Objective, ...]) -> tuple[Space, dict[Any, list[float]]]:
    """Return the space of a table, and the mean outcomes of each point."""
    rows = list(csv.reader(path.open(encoding="utf-8-sig")))
    names = header.split(",") if header else rows.pop(0)
    wanted = [names.index(o.name) for o in goals]
    places = [i for i, n in enumerate(names) if n not in {o.name for o in goals}]
    groups: dict[tuple[str, ...], list[list[float]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[i] for i in places), []).append([float(row[i]) for i in wanted])
    space = space_of_options(
        [names[i] for i in places], [sorted({point[k] for point in groups}) for k in range(len(places))]
    )
    labels = [p.name for p in space.parameters]
    return space, {
        identity(dict(zip(labels, point, strict=True))): np.mean(found, 0).tolist() for point, found in groups.items()
    }


def campaign(
    method: str, space: Space, goals: tuple[Objective, ...], outcomes: dict[Any, list[float]], seed: int, budget: int
) -> list[Trial]:
    """Run one campaign on the table; combinations that it lacks are failed experiments."""
    trials: list[Trial] = []
    known = "random" if method == "botorch" else method
    optimizer = make_optimizer(known, space, goals, initial=INITIAL, seed=seed)
    begin = make_optimizer("random", space, goals, seed=seed)
    while len(trials) < budget:
        early = method in {"bo", "botorch"} and len(trials) < INITIAL
        if method == "botorch" and not early:
            point = by_botorch(space, goals, trials, seed)
        else:
            (found,) = (begin if early else optimizer).ask(trials, 1)
            point = dict(found.parameters)
        values = outcomes.get(identity(point))
        done = {} if values is None else {o.name: v for o, v in zip(goals, values, strict=True)}
        trials.append(Trial(f"e{len(trials)}", point, "done" if done else "failed", done))
    return [t for t in trials if t.status == "done"]


def by_botorch(space: Space, goals: tuple[Objective, ...], trials: list[Trial], seed: int) -> dict[str, Any]:
    """Return the point with the largest qLogNEHVI."""
    known = measured(trials)
    free = untried(candidates(space, np.random.default_rng(seed)), trials)
    tried = [t.parameters for t in known]
    return free[ask_several(space, tried, outcomes_of(known, goals), [], free, 1, seed + len(trials))[0]]


def summary(runs: dict[str, Any]) -> dict[str, Any]:
    """Mean, spread and time by method, and the paired differences of `bo`."""
    there = [m for m in METHODS if any(m in r for r in runs.values())]
    rows = []
    for m in there:
        mine = [r[m] for r in runs.values() if m in r]
        last = np.array([r["reached"][-1] for r in mine])
        rows.append(
            {
                "method": m,
                "seeds": len(mine),
                "hypervolume_percent": round(float(last.mean()), 2),
                "sd": round(float(last.std(ddof=1)), 2) if len(mine) > 1 else None,
                "mean_so_far": round(float(np.mean([r["reached"] for r in mine])), 2),
                "cpu_seconds": round(float(np.mean([r["cpu_seconds"] for r in mine])), 2),
            }
        )
    paired = {}
    for m in (m for m in there if m != "bo"):
        both = [r for r in runs.values() if m in r and "bo" in r]
        gain = np.array([r["bo"]["reached"][-1] - r[m]["reached"][-1] for r in both])
        paired[m] = {k: round(v, 2) for k, v in mean_interval(gain).items()}
    return {"methods": rows, "bo_minus": paired}


if __name__ == "__main__":
    main()
