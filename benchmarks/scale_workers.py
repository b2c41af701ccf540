"""Wide steps on 0, 1, 2 and 4 Dask workers: the same results, and how much faster.

Extraction takes the literature records that ship with the package, many times over; campaigns are replicates
on the borylation table. Seconds include starting and ending the workers; the speed-up of the work alone is
taken from two sizes of the same work (the difference leaves the start-up out).

    python benchmarks/scale_workers.py [--quick]
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


def extraction(count: int) -> list[Callable[[], Any]]:
    from hypograph.flows.readers.publications import hea_literature
    from hypograph.models.keywords.extraction import PhraseExtractor

    publications = hea_literature(limit=200)
    return [functools.partial(extract, PhraseExtractor(), publications) for _ in range(count)]


def extract(extractor: Any, publications: Sequence[Any]) -> str:
    from hypograph.models.keys import digest

    return digest([[m.keyword for m in extractor.extract(p)] for p in publications])


def campaigns(count: int) -> list[Callable[[], Any]]:
    from hypograph.flows.readers.tables import packaged_table

    table = packaged_table("borylation")
    return [functools.partial(campaign, table, seed) for seed in range(count)]


def campaign(table: Any, seed: int) -> str:
    from hypograph.flows.campaigns import _picks
    from hypograph.models.keys import digest

    return digest(_picks(table, {"seed": seed, "seeds": 4, "method": "bo", "initial": 5, "budget": 30}))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    from hypograph.flows.orchestrator import Orchestrator
    from hypograph.flows.scale import spread

    sizes = (2, 4) if quick else (8, 40)
    rows = []
    with tempfile.TemporaryDirectory() as folder, Orchestrator(Path(folder)) as orchestrator:
        for name, make in (("extraction", extraction), ("campaigns", campaigns)):
            small, large = make(sizes[0]), make(sizes[1])
            want = spread(large[:1])
            with orchestrator.connected():
                base = None
                for workers in (0, 2) if quick else (0, 1, 2, 4):
                    seconds, found = [], []
                    for works in (small, large):
                        began = time.perf_counter()
                        found = spread(works, workers=workers)
                        seconds.append(time.perf_counter() - began)
                    first = found if base is None else base[1]
                    net = seconds[1] - seconds[0]
                    base = base or (net, found)
                    rows.append(
                        {
                            "work": name,
                            "workers": workers,
                            "seconds": round(seconds[1], 2),
                            "speed_up": round(base[0] / net, 2),
                            "same": found == first and found[:1] == want,
                        }
                    )
                    print(rows[-1], f"load {os.getloadavg()[0]:.1f}", flush=True)
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    if not quick:
        document = {"cores": os.cpu_count(), "load_at_end": round(os.getloadavg()[0], 1), "rows": rows}
        (results / "scale_workers.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
