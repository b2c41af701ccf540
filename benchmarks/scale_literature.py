"""How a build of the literature grows with the corpus: seconds, memory and size on disk, fitted and extrapolated.

Publications are generated: eight sentences each around terms that are drawn by Zipf's law from 19,000, a year, and
eight references to earlier ones. Each size is added to a corpus and built from scratch in a process of its own; the
memory of the embedded graph server is measured apart.

python benchmarks/scale_literature.py [--quick] [--sizes 3000 10000 30000] [--goal 100000]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
from harness import arguments, kept, write

ADJECTIVES = """
cubic hexagonal porous layered doped amorphous ternary binary magnetic thermal optical ionic metallic organic hybrid
nanoscale refractory ductile brittle lightweight superconducting piezoelectric catalytic photonic electronic
bulk granular dense sintered annealed quenched forged additive eutectic martensitic austenitic superelastic
corrosion resistant conductive insulating dielectric ferroelectric luminescent transparent flexible rigid
"""
MATERIALS = """
perovskite spinel garnet zeolite alloy steel ceramic glass polymer composite oxide nitride carbide boride sulfide
selenide telluride phosphide fluoride hydride intermetallic graphene nanotube fullerene quantum membrane electrolyte
cathode anode absorber catalyst coating laminate foam fibre crystal film wire powder aerogel
"""
ROLES = """
synthesis growth diffusion fracture fatigue hardness degradation transport stability kinetics
"""
SENTENCES = (
    "We report the {0} and its effect on the {1} under controlled conditions.",
    "The {0} was characterised by diffraction and compared with the {1}.",
    "Our results show that the {0} depends on the {1} in this range of temperature.",
    "A model of the {0} explains the measured values of the {1}.",
    "These findings suggest that the {0} may be improved by the {1}.",
)
REFERENCES = 8
STEPS = ("literature-read", "literature-graph", "literature-write")


def papers(n: int) -> list[object]:
    """Generate publications, the earliest first."""
    from hypograph.models.core.records import Publication

    rng = np.random.default_rng(0)
    terms = [f"{a} {m} {r}" for r in ROLES.split() for a in ADJECTIVES.split() for m in MATERIALS.split()]
    rng.shuffle(terms)
    found: list[object] = []
    for i in range(n):
        drawn = [terms[k] for k in np.minimum(rng.zipf(1.3, 16), len(terms)) - 1]
        text = [SENTENCES[rng.integers(5)].format(*drawn[j : j + 2]) for j in range(0, 16, 2)]
        cited = tuple(f"10.1/{k}" for k in sorted(set(rng.integers(0, i, REFERENCES)))) if i else ()
        title = f"{drawn[0].capitalize()} and {drawn[1]} in study {i}"
        year, count = 1990 + 35 * i // n, int(rng.zipf(1.5)) % 500
        doi = f"10.1/{i}"
        found.append(Publication(doi, title, " ".join(text), year, "Journal", doi, citations=count, references=cited))
    return found


class Server(threading.Thread):
    """Watches the memory of the embedded graph server."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most, self.done = 0, threading.Event()

    def run(self) -> None:
        """Look twice a second."""
        while not self.done.wait(0.5):
            for process in psutil.process_iter(["name"]):
                if process.info["name"] == "java" and process.ppid() in self.keepers():
                    self.most = max(self.most, process.memory_info().rss)

    @staticmethod
    def keepers() -> set[int]:
        """Return the processes that we have started."""
        return {child.pid for child in psutil.Process().children(recursive=True)}


def one(n: int) -> dict[str, float]:
    """Add and build a corpus of one size."""
    from hypograph.flows.literature.build import build
    from hypograph.flows.literature.corpus import Corpus
    from hypograph.graph import StoreConfig, open_store
    from hypograph.models.core.progress import Silence, listening

    class Marks(Silence):
        """When the last unit of each kind was done."""

        at: dict[str, float] = {}  # noqa: RUF012

        def unit(self, kind: str, done: int, skipped: int) -> None:
            self.at[kind] = time.perf_counter()

    made, server, marks = papers(n), Server(), Marks()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        corpus, began = Corpus(root / "corpus"), time.perf_counter()
        corpus.add(made)  # type: ignore[arg-type]
        added = time.perf_counter() - began
        made.clear()
        with open_store(StoreConfig(root / "graph")) as store, listening(marks):
            store.ensure_schema()
            server.start()
            began, worked = time.perf_counter(), time.process_time()
            done = build(store, root / "units", corpus.publications())
            seconds, processor = time.perf_counter() - began, time.process_time() - worked
            server.done.set()
        size = sum(f.stat().st_size for f in (root / "graph" / "databases").rglob("*") if f.is_file())
    steps = [began, *(marks.at.get(kind, began) for kind in STEPS)]
    return {
        "n": n,
        "add_seconds": round(added, 1),
        "seconds": round(seconds, 1),
        "processor_seconds": round(processor, 1),
        **{f"{kind}_until": round(at - began, 1) for kind, at in zip(STEPS, steps[1:], strict=True)},
        "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "server_megabytes": round(server.most / 1e6, 1),
        "disk_megabytes": round(size / 1e6, 1),
        "keywords": done.keywords,
        "edges": done.edges,
    }


def fitted(rows: list[dict[str, float]], goal: int) -> dict[str, dict[str, float]]:
    """Fit a power law to what grows, and follow it to the goal."""
    found = {}
    n = np.log([row["n"] for row in rows])
    for what in ("add_seconds", "seconds", "processor_seconds", "megabytes", "disk_megabytes", "edges"):
        exponent, factor = np.polyfit(n, np.log([max(row[what], 0.1) for row in rows]), 1)
        at_goal = float(np.exp(factor + exponent * np.log(goal)))
        found[what] = {"exponent": round(float(exponent), 2), "at_goal": round(at_goal)}
    return found


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[3_000, 10_000, 30_000])
    parser.add_argument("--goal", type=int, default=100_000)
    parser.add_argument("--one", type=int)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(given.one)))
        return
    before = {row["n"]: row for row in kept("scale_literature", quick=given.quick).get("measured", [])}
    for n in [300, 600] if given.quick else given.sizes:
        command = [sys.executable, __file__, "--one", str(n)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        before[n] = json.loads(done.stdout.splitlines()[-1])
        print(before[n], flush=True)
        rows = [before[k] for k in sorted(before)]
        growth = fitted(rows, given.goal) if len(rows) > 1 else {}
        write("scale_literature", {"goal": given.goal, "measured": rows, "growth": growth}, quick=given.quick)


if __name__ == "__main__":
    main()
