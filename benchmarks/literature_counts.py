"""Count keyword pairs of synthetic corpora: time, memory, growth, and the same counts on Dask workers.

Run: python benchmarks/literature_counts.py [--quick]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

import numpy as np
from harness import arguments, write


def corpus(papers: int, size: int = 10, vocabulary: int = 100_000) -> tuple[np.ndarray, np.ndarray]:
    """Keywords by Zipf's law (frequency as 1 / rank), each once a paper (repeats move to the next free number)."""
    rng = np.random.default_rng(0)
    rows = np.exp(rng.random((papers, size), dtype=np.float32) * np.float32(np.log(vocabulary))).astype(np.int32)
    rows.sort(axis=1)
    for j in range(1, size):
        np.maximum(rows[:, j], rows[:, j - 1] + 1, out=rows[:, j])
    return np.arange(0, papers * size + 1, size, dtype=np.int64), rows.ravel().astype(np.int64)


def measure(papers: int) -> dict[str, float]:
    from hypograph.models.literature.graph.pair_counts import count_pairs

    indptr, indices = corpus(papers)
    began, worked = time.perf_counter(), time.process_time()
    found = count_pairs(indptr, indices)
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "papers": papers,
        "pairs": len(found),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "peak_mb": round(peak),
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--one", type=int, metavar="PAPERS", help="measure one size in this process")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.one)))
        return
    sizes = [10_000, 100_000] if given.quick else [100_000, 300_000, 1_000_000, 3_000_000, 10_000_000]
    rows = []
    for papers in sizes:  # a process each, so that the peak is its own
        run = subprocess.run(
            [sys.executable, __file__, "--one", str(papers)], capture_output=True, text=True, check=True
        )
        rows.append(json.loads(run.stdout))
        print(rows[-1], flush=True)
    x = np.log([r["papers"] for r in rows])
    result = {
        "rows": rows,
        "slope_cpu_seconds": round(float(np.polyfit(x, np.log([max(r["cpu_seconds"], 0.01) for r in rows]), 1)[0]), 2),
        "slope_memory": round(float(np.polyfit(x, np.log([r["peak_mb"] for r in rows]), 1)[0]), 2),
    }
    print({k: v for k, v in result.items() if k != "rows"})
    write("literature_counts", result, quick=given.quick)


if __name__ == "__main__":
    main()
