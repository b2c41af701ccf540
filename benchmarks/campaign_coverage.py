"""Do the 95% intervals of `campaign compare` cover the truth? Differences of two methods drawn from known worlds.

In each world the two methods differ by a mean effect, the effect varies from table to table, and every common start
adds noise. With several tables the truth is the mean effect, with one table the effect on that table. The worlds that
the model does not assume: skewed noise, and effects that are mostly nothing and now and then large.

    python benchmarks/campaign_coverage.py [--quick] [--pairs 1000]
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from harness import arguments, write

from hypograph.flows.runtime.text import table
from hypograph.models.campaigns.analysis.paired_posterior import compare_paired

Draw = Callable[[np.random.Generator, Any], Any]
NOISES: dict[str, Draw] = {
    "normal": lambda rng, size: rng.normal(0, 6.0, size),
    "skewed": lambda rng, size: 6.0 * (rng.exponential(1.0, size) - 1.0),
}
SPREADS: dict[str, Draw] = {
    "normal": lambda rng, size: rng.normal(0, 3.0, size),
    "rare": lambda rng, size: np.where(rng.random(size) < 0.1, 10.0, 0.0) - 1.0,
}
# Tables, starts on each, how the effect varies over tables, noise.
WORLDS = [
    (1, 20, "normal", "normal"),
    (1, 20, "normal", "skewed"),
    (4, 20, "normal", "normal"),
    (4, 20, "normal", "skewed"),
    (4, 20, "rare", "normal"),
    (4, 5, "normal", "normal"),
]


def covered(world: tuple[int, int, str, str], pairs: int, seed: int) -> dict[str, Any]:
    tables, starts, spread, noise = world
    rng = np.random.default_rng(seed)
    mean = rng.normal(0, 4.0, pairs)
    effect = mean[:, None] + SPREADS[spread](rng, (pairs, tables))
    drawn = effect[..., None] + NOISES[noise](rng, (pairs, tables, starts))
    begun = time.perf_counter()
    found = [compare_paired(list(one)) for one in drawn]
    seconds = time.perf_counter() - begun
    truth = effect[:, 0] if tables == 1 else mean
    inside = np.array([f.low <= t <= f.high for f, t in zip(found, truth, strict=True)])
    stated = np.array([f.probability_positive for f in found])
    share = inside.mean()
    return {
        "tables": tables,
        "starts": starts,
        "effect_over_tables": spread,
        "noise": noise,
        "pairs": pairs,
        "coverage": round(float(share), 3),
        "standard_error": round(float(np.sqrt(share * (1 - share) / pairs)), 3),
        "median_width": round(float(np.median([f.high - f.low for f in found])), 2),
        "brier_of_sign": round(float(np.mean((stated - (truth > 0)) ** 2)), 3),
        "milliseconds_a_pair": round(1e3 * seconds / pairs, 1),
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--pairs", type=int, default=1000)
    given = parser.parse_args()
    pairs = 20 if given.quick else given.pairs
    rows = []
    for number, world in enumerate(WORLDS[:2] if given.quick else WORLDS):
        rows.append(covered(world, pairs, number))
        print(table(tuple(rows[0]), [tuple(row.values()) for row in rows]), flush=True)
        write("campaign_coverage", {"worlds": rows}, quick=given.quick)


if __name__ == "__main__":
    main()
