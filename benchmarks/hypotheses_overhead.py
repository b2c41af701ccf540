"""Processor time that the preference model takes a comparison, at 500 hypotheses.

python benchmarks/hypotheses_overhead.py [--quick]
"""

from __future__ import annotations

import json
import time

import numpy as np
from harness import arguments, write

from hypograph.models.hypotheses.search.preference import Preference


def main() -> None:
    parser = arguments(__doc__)
    chosen = parser.parse_args()
    items, comparisons = (100, 200) if chosen.quick else (500, 2000)
    rng = np.random.default_rng(0)
    model = Preference()
    values = rng.integers(0, 5, (items, 15))
    truth = rng.standard_normal((15, 5))[np.arange(15), values].sum(axis=1)
    for i, row in enumerate(values):
        model.add(str(i), [(str(d), str(v)) for d, v in enumerate(row)], {"belief": float(rng.random())})
    taken = []
    for _ in range(comparisons):
        a, b = rng.choice(items, 2, replace=False)
        y = float(rng.random() < 1 / (1 + np.exp(truth[b] - truth[a])))
        began = time.process_time()
        model.observe(int(a), int(b), y)
        taken.append(1000 * (time.process_time() - began))
    found = {
        "hypotheses": items,
        "comparisons": comparisons,
        "mean_ms": float(np.mean(taken)),
        "median_ms": float(np.median(taken)),
        "longest_ms": float(np.max(taken)),
        "rank_correlation_with_truth": float(np.corrcoef(model.posterior(range(items))[0], truth)[0, 1]),
    }
    print(json.dumps(found, indent=1))
    write("hypotheses_overhead", found, quick=chosen.quick)


if __name__ == "__main__":
    main()
