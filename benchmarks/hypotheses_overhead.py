"""Processor time that the preference model takes per verdict of a search over documents.

python benchmarks/hypotheses_overhead.py [--quick]
"""

from __future__ import annotations

import json
import time

import numpy as np
from harness import arguments, write

from hypograph.models.hypotheses.search.beliefs import Beliefs, Prior
from hypograph.models.hypotheses.search.features import Facts


def main() -> None:
    parser = arguments(__doc__)
    chosen = parser.parse_args()
    items, verdicts = (30, 40) if chosen.quick else (200, 400)
    rng, facts = np.random.default_rng(0), Facts()
    values = rng.integers(0, 5, (items, 15))
    truth = rng.standard_normal((15, 5))[np.arange(15), values].sum(axis=1)
    beliefs = Beliefs(facts, Prior(1.0, 0.9, 0.64, 1.0, 4.0, 0.36), verdicts, items)
    for row in values:
        beliefs.admit(np.full((1, 1), facts.add(frozenset(f"{d}:{v}" for d, v in enumerate(row)))))
    taken = []
    for _ in range(verdicts):
        a, b = np.sort(rng.choice(items, 2, replace=False))
        y = float(0.8 * (truth[b] - truth[a]) + 0.4 * rng.standard_normal())
        began = time.process_time()
        beliefs.observe(np.array([a]), np.array([b]), np.array([y]), 1 if rng.random() < 0.5 else -1, 0.16)
        beliefs.fit(2, 1, rng)
        taken.append(1000 * (time.process_time() - began))
    found = {
        "hypotheses": items,
        "comparisons": verdicts,
        "mean_ms": float(np.mean(taken)),
        "median_ms": float(np.median(taken)),
        "longest_ms": float(np.max(taken)),
        "rank_correlation_with_truth": float(np.corrcoef(beliefs.utility[0, :items], truth)[0, 1]),
    }
    print(json.dumps(found, indent=1))
    write("hypotheses_overhead", found, quick=chosen.quick)


if __name__ == "__main__":
    main()
