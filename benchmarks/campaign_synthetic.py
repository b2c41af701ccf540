"""A laboratory's campaigns on made-up functions: mixtures, constraints, noise, targets, plates.

    python benchmarks/campaign_synthetic.py [--seeds N] [--quick]

Each case is a definition as in a campaign's folder and a function that plays the laboratory; the methods go through
the same events as `hypograph campaign suggest` and `record`. Given is how far the best experiment is from the best of
10,000 random allowed points, in percent of what these span (for a target: the gap that is left), without noise.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from harness import arguments, kept, write

from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.space.sampling import sample
from hypograph.models.statistics.intervals import mean_interval

METHODS = ("random", "sobol", "bo")
Point = dict[str, Any]


def blend(p: Point) -> float:
    """A mixture of three solvents with a catalyst: a ridge inside, and a catalyst that likes water."""
    water, ethanol, toluene = p["water"], p["ethanol"], p["toluene"]
    base = {"A": 0.6, "B": 1.0, "C": 0.8, "D": 0.3}[p["catalyst"]]
    return base * float(np.exp(-8 * (water - 0.35) ** 2 - 6 * (toluene - 0.1) ** 2)) + 0.2 * ethanol * (
        p["catalyst"] == "C"
    )


def branin(p: Point) -> float:
    """Branin's function, turned to be maximised; three equal optima, of which the constraint leaves one or two."""
    x, y = p["x"], p["y"]
    return -float(
        (y - 5.1 * x**2 / (4 * np.pi**2) + 5 * x / np.pi - 6) ** 2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x) + 10
    )


def acidity(p: Point) -> float:
    """A curve that crosses the target at another dose for each buffer."""
    return 3.0 + {"P": 0.0, "Q": 1.2, "R": -0.8}[p["buffer"]] + 2.5 * float(np.log1p(p["dose"])) + 0.01 * p["heat"]


MIXTURE: dict[str, Any] = {
    "parameters": [
        {"name": "catalyst", "options": ["A", "B", "C", "D"]},
        *({"name": n, "low": 0, "high": 1} for n in ("water", "ethanol", "toluene")),
    ],
    "mixtures": [{"names": ["water", "ethanol", "toluene"]}],
    "constraints": [{"weights": {"toluene": 1.0}, "at_most": 0.3}],
}
CASES: dict[str, tuple[dict[str, Any], Callable[[Point], float], float, int, int]] = {
    # definition, function, noise, points at a time, rounds
    "mixture": ({**MIXTURE, "objectives": [{"name": "y"}]}, blend, 0.0, 1, 20),
    "mixture, plates of 8": ({**MIXTURE, "objectives": [{"name": "y"}], "initial": 8}, blend, 0.0, 8, 4),
    "mixture, noise, 2 replicates": ({**MIXTURE, "objectives": [{"name": "y"}], "replicates": 2}, blend, 0.1, 1, 20),
    "Branin under a constraint": (
        {
            "parameters": [{"name": "x", "low": -5, "high": 10}, {"name": "y", "low": 0, "high": 15}],
            "constraints": [{"weights": {"x": 1.0, "y": 1.0}, "at_most": 13.0}],
            "objectives": [{"name": "y_"}],
        },
        branin,
        0.0,
        1,
        25,
    ),
    "target": (
        {
            "parameters": [
                {"name": "buffer", "options": ["P", "Q", "R"]},
                {"name": "dose", "low": 0, "high": 20},
                {"name": "heat", "values": [20, 40, 60]},
            ],
            "objectives": [{"name": "pH", "direction": "target", "target": 7.4}],
        },
        acidity,
        0.0,
        1,
        12,
    ),
}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--case", action="append", choices=list(CASES), help="default: all; the others' rows are kept")
    a = parser.parse_args()
    seeds = 2 if a.quick else a.seeds
    before = kept("campaign_synthetic", quick=a.quick).get("rows", [])
    rows = [r for r in before if r["case"] not in (a.case or CASES)]
    for name in a.case or CASES:
        left = {m: np.array([campaign(name, m, s) for s in range(seeds)]) for m in METHODS}
        for method, found in left.items():
            row = {"case": name, "method": method, "seeds": seeds, "left": round(float(found[:, 0].mean()), 3)}
            row["seconds"] = round(float(found[:, 1].mean()), 2)
            if method != "bo":
                row["bo_minus"] = {k: round(v, 3) for k, v in mean_interval(left["bo"][:, 0] - found[:, 0]).items()}
            rows.append(row)
            print(json.dumps(row))
        write("campaign_synthetic", {"rows": rows}, quick=a.quick)


def campaign(name: str, method: str, seed: int) -> tuple[float, float]:
    """Return what is left to the best, and the processor seconds."""
    record, function, noise, batch, rounds = CASES[name]
    definition = live.definition_from({"initial": 5, **record, "method": method, "seed": seed})
    rng, began = np.random.default_rng(seed), time.process_time()
    goal = definition.objectives[0]
    events: list[dict[str, Any]] = []
    for _ in range(rounds):
        asked = live.suggest(definition, events, batch)
        events += asked
        for e in asked:
            value = function(e["parameters"]) + noise * rng.standard_normal()
            events.append(live.record(definition, events, e["id"], {goal.name: value}))
    took = time.process_time() - began
    tried = [goal.utility(function(e.parameters)) for e in live.fold(definition, events)]
    if goal.target is not None:
        return -max(tried), took
    drawn = sample(definition.space, np.random.default_rng(0), 10_000 if name not in _SPAN else 0)
    low, high = _SPAN.setdefault(name, _span([goal.utility(function(p)) for p in drawn] or [0.0]))
    return 100 * (high - max(tried)) / (high - low), took


_SPAN: dict[str, tuple[float, float]] = {}


def _span(values: list[float]) -> tuple[float, float]:
    return min(values), max(values)


if __name__ == "__main__":
    main()
