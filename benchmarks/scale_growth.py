"""How time, memory and store size grow with publications and alloys; fits a power law and extrapolates.

Publications are synthetic (keywords drawn from Zipf's law, ten a publication, as in the literature records); alloys are
random compositions of 26 elements, five each; a screen is `evidence predict --elements` over every alloy of five of so
many elements (60 make 5.5 million), learning from the shipped tables included. Each size runs in a process of its own,
so that its peak memory is its own. Seconds of pairs, alloys and screens are processor time of one core; those of the
store are on the clock.

    python benchmarks/scale_growth.py [--quick] [--only pairs alloys screen store]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from harness import arguments, kept, write

GOALS = {"pairs": 10_000_000, "alloys": 100_000_000, "store": 10_000_000, "screen": 5_461_512}
GASES = frozenset(["H", "He", "N", "O", "F", "Ne", "Cl", "Ar", "Br", "Kr", "I", "Xe", "At", "Rn"])


def pairs(n: int) -> dict[str, float]:
    """Count keyword pairs of n publications, year by year, and merge."""
    from hypograph.models.literature.graph.pair_counts import count_pairs, merge_counts

    rng = np.random.default_rng(0)
    parts, seconds, held = [], 0.0, 0
    years = max(1, n // 250_000)
    for _ in range(years):
        size = n // years
        drawn = np.minimum(rng.zipf(1.3, (size, 10)), 100_000).astype(np.int64)
        drawn.sort(axis=1)
        keep = np.concatenate([np.ones((size, 1), bool), drawn[:, 1:] != drawn[:, :-1]], axis=1)
        indptr = np.concatenate([[0], np.cumsum(keep.sum(1))]).astype(np.int64)
        began = time.process_time()
        parts.append(count_pairs(indptr, drawn[keep]))
        if len(parts) == 4:
            parts = [merge_counts(parts)]
        seconds += time.process_time() - began
    began = time.process_time()
    held = len(merge_counts(parts))
    return {"seconds": seconds + time.process_time() - began, "rows": held}


def alloys(n: int) -> dict[str, float]:
    """Score n alloys of five elements by element pairs, in blocks, as the quick score of a prediction."""
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(26, 26)).astype(np.float32)
    left, right = np.triu_indices(5, 1)
    best, seconds = np.full(200, -np.inf, np.float32), 0.0
    for start in range(0, n, 1_000_000):
        members = rng.integers(0, 26, (min(1_000_000, n - start), 5))
        began = time.process_time()
        score = weight[members[:, left], members[:, right]].sum(1)
        best = np.sort(np.concatenate([best, np.partition(score, -200)[-200:]]))[-200:]
        seconds += time.process_time() - began
    return {"seconds": seconds, "rows": n}


def screen(n: int) -> dict[str, float]:
    """Predict every alloy of five of n elements; the quick score is timed apart."""
    from hypograph.flows.evidence.predict import predict_alloys
    from hypograph.models.core.elements import SYMBOLS

    began = time.process_time()
    found = predict_alloys([s for s in SYMBOLS if s not in GASES][:n], 5, 10)
    seconds = time.process_time() - began
    return {"seconds": seconds, "seconds_scoring": found["seconds_scoring"], "n": found["scored"], "elements": n}


def store(n: int) -> dict[str, float]:
    """Write n publications with three mentions each; seconds and bytes on disk."""
    import tempfile

    from hypograph.graph import StoreConfig, open_store
    from hypograph.models.core.records import Edge, Node, Outcome, Unit

    with tempfile.TemporaryDirectory() as folder, open_store(StoreConfig(Path(folder))) as opened:
        opened.ensure_schema()
        words = [Node("Keyword", f"k{i}", {"name": f"k{i}"}) for i in range(1000)]
        opened.commit(Unit("words", "growth", Outcome({}, words)))
        began = time.perf_counter()
        for start in range(0, n, 2000):
            keys = [f"p{i}" for i in range(start, min(start + 2000, n))]
            nodes = [
                Node("Publication", k, {"key": k, "title": f"A title of about fifty characters, number {k}"})
                for k in keys
            ]
            edges = [
                Edge(
                    "MENTIONS",
                    ("Publication", k),
                    ("Keyword", f"k{(hash_of(k) + 7 * j) % 1000}"),
                    {"score": 1.0},
                )
                for k in keys
                for j in range(3)
            ]
            opened.commit(Unit(f"growth-{start}", "growth", Outcome({}, nodes, edges)))
        seconds = time.perf_counter() - began
        size = sum(f.stat().st_size for f in (Path(folder) / "databases").rglob("*") if f.is_file())
    return {"seconds": seconds, "bytes": size, "rows": n}


def hash_of(key: str) -> int:
    return int(key[1:]) * 2654435761 % 1000


def measure(kind: str, n: int) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, "--one", kind, str(n)], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def extrapolate(kind: str, rows: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Fit what grows: a power law; for store and screen, which start at a fixed size, a straight line."""
    found = {}
    n = np.array([row["n"] for row in rows], float)
    for what in ("seconds", "megabytes", "bytes", "rows"):
        if what not in rows[0]:
            continue
        values = np.array([row[what] for row in rows], float)
        if kind in {"store", "screen"}:
            slope, start = np.polyfit(n, values, 1)
            found[what] = {"each": float(slope), "at_goal": round(float(start + slope * GOALS[kind]))}
        else:
            exponent, factor = np.polyfit(np.log(n), np.log(values), 1)
            at_goal = float(np.exp(factor) * GOALS[kind] ** exponent)
            found[what] = {"exponent": round(float(exponent), 2), "at_goal": round(at_goal)}
    return found


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--only", nargs="+", choices=GOALS, default=list(GOALS), help="the others keep their results")
    given = parser.parse_args()
    if given.one:
        kind, n = given.one[0], int(given.one[1])
        row = {"pairs": pairs, "alloys": alloys, "screen": screen, "store": store}[kind](n)
        row["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"n": n, **row}))
        return
    quick = given.quick
    plan = {
        "pairs": (20_000, 80_000) if quick else (250_000, 500_000, 1_000_000, 2_000_000),
        "alloys": (200_000, 400_000) if quick else (1_000_000, 4_000_000, 16_000_000),
        "screen": (12, 16) if quick else (20, 30, 45, 60),
        "store": (2000, 4000) if quick else (4000, 8000, 16_000, 32_000),
    }
    result = {k: v for k, v in kept("scale_growth", quick=quick).items() if k in GOALS}
    for kind in given.only:
        sizes = plan[kind]
        rows = [measure(kind, n) for n in sizes]
        result[kind] = {"goal": GOALS[kind], "measured": rows, **extrapolate(kind, rows)}
        print(kind, json.dumps(result[kind], indent=1), flush=True)
    write("scale_growth", result, quick=quick)


if __name__ == "__main__":
    main()
