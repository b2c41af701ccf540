"""Wide steps on 0, 1, 2 and 4 Dask workers: the same results, and how much faster.

Extraction takes the literature records that ship with the package, many times over; campaigns are replicates on the
borylation table; scoring is the full prediction of alloys that are in no table, with all sources, in pieces (the quick
score by pairs of elements does ten million alloys a second and needs no workers). Seconds include starting and ending
the workers; the speed-up of the work alone is taken from two sizes of the same work, which leaves the start out.

    python benchmarks/scale_workers.py [--quick] [--work scoring] [--workers 0 2]
"""

from __future__ import annotations

import functools
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from harness import arguments, kept, write


def extraction(count: int) -> list[Callable[[], Any]]:
    from hypograph.flows.readers.publications.registry import hea_literature
    from hypograph.models.literature.keywords.extraction import PhraseExtractor

    publications = hea_literature(limit=200)
    return [functools.partial(extract, PhraseExtractor(), publications) for _ in range(count)]


def extract(extractor: Any, publications: Sequence[Any]) -> str:
    from hypograph.models.core.keys import digest

    return digest([[m.keyword for m in extractor.extract(p)] for p in publications])


def campaigns(count: int) -> list[Callable[[], Any]]:
    from hypograph.flows.readers.reaction_tables import packaged_table

    table = packaged_table("borylation")
    return [functools.partial(campaign, table, seed) for seed in range(count)]


def campaign(table: Any, seed: int) -> str:
    from hypograph.flows.campaigns.units import _picks
    from hypograph.models.core.keys import digest

    return digest(_picks(table, {"seed": seed, "seeds": 4, "method": "bo", "initial": 5, "budget": 30}))


def scoring(count: int, piece: int) -> list[Callable[[], Any]]:
    """Pieces of the full prediction of alloys, each of other alloys; the reliabilities are learned here."""
    import numpy as np

    from hypograph.flows.evidence.work import Job
    from hypograph.flows.readers.inputs import read_inputs
    from hypograph.models.evidence.alloys.candidates import combinations, members_to_weights

    folder = Path(tempfile.mkdtemp())
    job = Job(list(read_inputs(None, None, None, small=False)[1]), small=False, folder=folder)
    elements = job.candidate_elements()
    members = np.concatenate([elements[m] for m in combinations(len(elements), 5)])
    # The predictor is fitted here and kept as a file, which each piece opens.
    _ = job.fitted
    (path,) = (folder / "predictors").glob("*.pickle")
    size = min(piece, len(members) // count)
    width = len(job.table.elements.symbols)
    return [
        functools.partial(score, path, members_to_weights(members[i * size : (i + 1) * size], width))
        for i in range(count)
    ]


def score(path: Path, weights: Any) -> str:
    from hypograph.flows.evidence.predictor import open_kept
    from hypograph.models.core.keys import digest

    fitted = open_kept(path)
    return digest(fitted.predictor.predict(weights).probability if fitted else [])


WORKS: dict[str, Any] = {"extraction": extraction, "campaigns": campaigns, "scoring": scoring}
# Pieces of the smaller and of the larger size.
SIZES = {"extraction": (8, 40), "campaigns": (8, 40), "scoring": (2, 8)}
# Alloys a piece of scoring. Each piece carries the table it learns from, 16 MB: it must be worth the way.
PIECE = 8_000


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--work", choices=WORKS, action="append", help="which; all by default, may be given again")
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 1, 2, 4])
    given = parser.parse_args()
    chosen, counts = given.work or list(WORKS), [0, 2] if given.quick else given.workers
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    from hypograph.flows.runtime.workers import spread
    from hypograph.flows.server.prefect_server import Orchestrator

    document = kept("scale_workers", quick=given.quick)
    with tempfile.TemporaryDirectory() as folder, Orchestrator(Path(folder)) as orchestrator:
        for name in chosen:
            count = 2 if given.quick else SIZES[name][1]
            piece = PIECE // 40 if given.quick else PIECE
            pieces = scoring(count, piece) if name == "scoring" else WORKS[name](count)
            small = pieces[: 1 if given.quick else SIZES[name][0]]
            rows: list[dict[str, Any]] = []
            found: list[list[Any]] = []
            with orchestrator.connected():
                for workers in counts:
                    seconds = []
                    for works in (small, pieces):
                        began = time.perf_counter()
                        found.append(spread(works, workers=workers))
                        seconds.append(time.perf_counter() - began)
                    net = seconds[1] - seconds[0]
                    rows.append(
                        {
                            "workers": workers,
                            "pieces": len(pieces),
                            "seconds": round(seconds[1], 2),
                            "seconds_without_start": round(net, 2),
                            "speed_up": round(rows[0]["seconds_without_start"] / net if rows else 1.0, 2),
                            "same": found[-1] == found[1] and found[-2] == found[0],
                            "load": round(os.getloadavg()[0], 1),
                        }
                    )
                    print(name, rows[-1], flush=True)
            document[name] = rows
    write("scale_workers", document, quick=given.quick)


if __name__ == "__main__":
    main()
