"""What ten more publications cost: a build from scratch beside the build after adding them.

Run: python benchmarks/literature_growth.py [--quick] [--sizes 4000 20000] [--fresh]

Of each size the seconds of `build` (store open, program started) from scratch and after ten more, on the clock and of
this process (the embedded server's are not in the latter), their ratios, and how many parts of the corpus were read
again. With --fresh the graph after adding is compared by content hash with one built from scratch.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from harness import arguments, supplied, write

from hypograph.flows.literature.build import build
from hypograph.flows.literature.corpus import Corpus
from hypograph.flows.readers.publications.registry import read_publications
from hypograph.graph import GraphStore, StoreConfig, open_store
from hypograph.models.core.progress import Silence
from hypograph.models.core.records import Publication

MORE = 10


class _Reads(Silence):
    """Counts the parts of a corpus that were read."""

    read = 0
    before = 0

    def unit(self, kind: str, done: int, skipped: int) -> None:
        if kind == "literature-read":
            self.read += done - self.before
            self.before = done


def timed(store: GraphStore, folder: Path, publications: list[Publication]) -> tuple[float, float, int]:
    """Build; return the seconds on the clock and of this process, and how many parts of the corpus were read."""
    known = set(folder.glob("??/*.json.gz"))
    start, worked = time.perf_counter(), time.process_time()
    build(store, folder, publications)
    seconds = time.perf_counter() - start, time.process_time() - worked
    return *seconds, len(set(folder.glob("??/*.json.gz")) - known)


def measure(every: list[Publication], size: int, fresh: bool) -> dict[str, object]:
    """Measure one size."""
    chosen = every[:: max(1, len(every) // (size + MORE))][: size + MORE]
    more = chosen[:: len(chosen) // MORE][:MORE]
    keys = {p.key for p in more}
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        corpus = Corpus(root / "corpus")
        corpus.add(p for p in chosen if p.key not in keys)
        with open_store(StoreConfig(data_folder=root / "graph")) as store:
            store.ensure_schema()
            scratch, scratch_cpu, parts = timed(store, root / "units", corpus.publications())
            corpus.add(more)
            grown, grown_cpu, again = timed(store, root / "units", corpus.publications())
            found = store.content_hash()
        same = None
        if fresh:
            with open_store(StoreConfig(data_folder=root / "fresh")) as store:
                store.ensure_schema()
                timed(store, root / "units-fresh", corpus.publications())
                same = store.content_hash() == found
    return {
        "publications": size,
        "scratch_seconds": round(scratch, 2),
        "grown_seconds": round(grown, 2),
        "ratio": round(grown / scratch, 3),
        "scratch_cpu_seconds": round(scratch_cpu, 2),
        "grown_cpu_seconds": round(grown_cpu, 2),
        "cpu_ratio": round(grown_cpu / scratch_cpu, 3),
        "parts": parts,
        "parts_read_again": again,
        "same_as_fresh": same,
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[4000, 20000])
    parser.add_argument("--fresh", action="store_true", help="compare the graph with one built from scratch")
    options = parser.parse_args()
    every = list(read_publications(supplied("papers_until_2017.jsonl.gz")).publications)
    sizes = [300] if options.quick else options.sizes
    write(
        "literature_growth",
        {"added": MORE, "sizes": [measure(every, n, options.fresh) for n in sizes]},
        quick=options.quick,
    )


if __name__ == "__main__":
    main()
