"""What ten more publications cost: a build from scratch beside the build after adding them.

    python benchmarks/literature_growth.py --papers FILE.jsonl.gz --sizes 4000 20000

Prints one JSON document: of each size the seconds of `build` (store open, program started) from scratch and after ten
more, their ratio, and how many parts were read again. With --fresh the graph is compared by content hash with one
built from scratch on the same publications.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from hypograph.flows.literature.build import build
from hypograph.flows.literature.corpus import Corpus
from hypograph.flows.readers.publications.registry import read_publications
from hypograph.graph import GraphStore, StoreConfig, open_store
from hypograph.models.core.progress import Silence, listening
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


def timed(store: GraphStore, folder: Path, publications: list[Publication]) -> tuple[float, int]:
    """Build; return the seconds and how many parts of the corpus were read."""
    heard = _Reads()
    start = time.perf_counter()
    with listening(heard):
        build(store, folder, publications)
    return time.perf_counter() - start, heard.read


def measure(every: list[Publication], size: int, fresh: bool) -> dict[str, object]:
    """Measure one size."""
    step = max(1, len(every) // (size + MORE))
    chosen = every[::step][: size + MORE]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        corpus = Corpus(root / "corpus")
        more = chosen[:: len(chosen) // MORE][:MORE]
        keys = {p.key for p in more}
        corpus.add(p for p in chosen if p.key not in keys)
        with open_store(StoreConfig(data_folder=root / "graph")) as store:
            store.ensure_schema()
            scratch, parts = timed(store, root / "units", corpus.publications())
            corpus.add(more)
            grown, again = timed(store, root / "units", corpus.publications())
            same = None
            if fresh:
                found = store.content_hash()
                with open_store(StoreConfig(data_folder=root / "fresh")) as other:
                    other.ensure_schema()
                    timed(other, root / "units-fresh", corpus.publications())
                    same = other.content_hash() == found
    return {
        "publications": size,
        "scratch_seconds": round(scratch, 2),
        "grown_seconds": round(grown, 2),
        "ratio": round(grown / scratch, 3),
        "parts": parts,
        "parts_read_again": again,
        "same_as_fresh": same,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[4000])
    parser.add_argument("--fresh", action="store_true", help="Also compare with a build from scratch.")
    options = parser.parse_args()
    every = list(read_publications(options.papers).publications)
    print(json.dumps({"added": MORE, "sizes": [measure(every, n, options.fresh) for n in options.sizes]}, indent=1))


if __name__ == "__main__":
    main()
