"""Kill `hypograph demo --small` at random moments, go on until it ends, and compare the graphs.

A home starts as an empty data folder. The command is started on it and killed, again and again, each time after a time
drawn uniformly from the whole duration of an undisturbed run; a try that ends before its kill ends the home, and after
five kills it is let end. Then content hash and number of units must be those of an undisturbed run. A stand-in for a
language model (benchmarks/modelserver.py) counts the calls that are sent a second time: each must have been under way
at a kill, and be noted as such by the journal of answers, so that the next run counts it in its budget.

Results are kept after every home, and the next call goes on from there. With --delay the stand-in takes its time, so
that most kills meet calls that are under way; these results go to a file of their own.

    python benchmarks/flows_kills.py [--kills 100] [--minutes 8] [--jobs 2] [--delay SECONDS] [--quick] [--fresh]
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from harness import arguments, kept, write

COMMAND = [sys.executable, "-m", "hypograph.flows.cli.main", "demo", "--small", "--json"]
KILLS_A_HOME = 5


@dataclass(frozen=True)
class Model:
    """The stand-in for a language model, one for all homes: its address is part of what a graph says."""

    address: str
    folder: Path

    def calls(self, home: Path) -> list[str]:
        """Hashes of the requests from a home that were answered."""
        path = self.folder / home.name
        return path.read_text().split() if path.exists() else []


def start(home: Path, model: Model) -> subprocess.Popen[str]:
    asked = {"HYPOGRAPH_LLM_BASE_URL": model.address, "HYPOGRAPH_LLM_MODEL": "stand-in"}
    asked |= {"HYPOGRAPH_LLM_API_KEY": home.name}
    return subprocess.Popen(
        COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(home) | asked
    )


def environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HYPOGRAPH_", "NEO4J_", "PREFECT_"))}
    return kept | {"HYPOGRAPH_HOME": str(home), "HOME": str(home)}


def stored(home: Path) -> int:
    """Units that the graph holds. A run looks up fewer where a search of many units is found done as a whole."""
    command = [*COMMAND[:3], "graph", "status", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(home), check=True)
    return int(json.loads(done.stdout)["counts"]["Unit"])


def under_way(home: Path) -> set[int]:
    """Numbers of the calls that a killed run has left noted, with no answer kept."""
    path = home / "llm-cache" / "answers.sqlite"
    if not path.exists():
        return set()
    with contextlib.closing(sqlite3.connect(path)) as base, contextlib.suppress(sqlite3.OperationalError):
        found = base.execute("SELECT id FROM under_way WHERE key NOT IN (SELECT key FROM answers)")
        return {id for (id,) in found}
    return set()


def finished(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, error = process.communicate(timeout=600)
    if process.returncode:
        return {"error": error.strip().splitlines()[-1]}
    found: dict[str, Any] = json.loads(out)
    return found


def killed(process: subprocess.Popen[str], after: float) -> int | None:
    """Kill a run; the number of children that outlived it, or None if it ended before."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(after)
        return None
    family: list[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    _, alive = psutil.wait_procs(family, timeout=30)
    return len(alive)


@contextlib.contextmanager
def served(delay: float) -> Iterator[Model]:
    script = Path(__file__).parent / "modelserver.py"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, script, Path(folder) / "others", "--delay", str(delay)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        try:
            yield Model(server.stdout.readline().strip(), Path(folder))
        finally:
            server.kill()
            server.wait()


def undisturbed(model: Model, name: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        home, began = Path(folder) / name, time.monotonic()
        document = finished(start(home, model))
        return {
            "seconds": round(time.monotonic() - began, 1),
            "graph_hash": document["graph_hash"],
            "units": stored(home),
            "calls": len(model.calls(home)),
        }


def beset(whole: dict[str, Any], number: int, most: int, model: Model) -> dict[str, Any]:
    """Kill runs on one home until one ends; what came of it."""
    rng = random.Random(number)
    with tempfile.TemporaryDirectory() as folder:
        home, row = Path(folder) / f"home-{number}", {"kills": 0, "orphans": 0, "kept": []}
        document, noted = None, set[int]()
        while row["kills"] < most:
            process = start(home, model)
            alive = killed(process, rng.uniform(0.2, whole["seconds"]))
            if alive is None:
                document = finished(process)
                break
            row["kills"] += 1
            row["orphans"] += alive
            noted |= under_way(home)
            row["kept"].append(len(list((home / "units").glob("*/*.gz"))))
        document = document or finished(start(home, model))
        locks = home / "units" / "locks"
        calls = Counter(model.calls(home))
        return row | {
            "same": document.get("graph_hash") == whole["graph_hash"],
            "error": document.get("error"),
            "units_stored": stored(home),
            "locks": len(list(locks.iterdir())) if locks.exists() else 0,
            "calls": len(calls),
            "calls_again": sum(n - 1 for n in calls.values()),
            "calls_noted": len(noted),
        }


def summary(whole: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    kept = [k for r in rows for k in r["kept"]]
    counted = [r["units_stored"] for r in rows if "units_stored" in r]  # older results lack it
    return {
        "kills": sum(r["kills"] for r in rows),
        "kills_with_units_half_done": sum(0 < k < whole["units"] for k in kept),
        "graphs": len(rows),
        "identical_graphs": sum(r["same"] for r in rows),
        "graphs_with_units_counted": len(counted),
        "units_lost_or_doubled": sum(n != whole["units"] for n in counted),
        "orphans": sum(r["orphans"] for r in rows),
        "locks_left": sum(r["locks"] for r in rows),
        "model_calls": sum(r["calls"] for r in rows),
        "model_calls_sent_again": sum(r["calls_again"] for r in rows),
        "model_calls_sent_again_unnoted": sum(max(0, r["calls_again"] - r.get("calls_noted", 0)) for r in rows),
        "model_calls_noted_under_way": sum(r.get("calls_noted", 0) for r in rows),  # older results lack it
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--jobs", type=int, default=1, help="homes side by side")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that the stand-in takes for an answer")
    given = parser.parse_args()
    name = "flows_kills_slow" if given.delay else "flows_kills"
    wanted = 2 if given.quick else given.kills
    end = time.monotonic() + 60 * given.minutes
    rows: list[dict[str, Any]] = []
    if not given.fresh:
        rows = kept(name, quick=given.quick).get("homes", [])
    with served(given.delay) as model, ThreadPoolExecutor(given.jobs) as pool:
        # Twice: what an undisturbed run does not say the same of itself, no other can.
        whole, again = (undisturbed(model, f"home-undisturbed-{i}") for i in range(2))
        print(f"undisturbed: {whole}", flush=True)
        if whole["graph_hash"] != again["graph_hash"]:
            raise SystemExit(f"two undisturbed runs end in different graphs: {whole}, {again}")
        # A seed a home, so that going on after a stop draws what an unbroken call would.
        homes = itertools.count(len(rows))
        while (have := sum(r["kills"] for r in rows)) < wanted and time.monotonic() < end:
            share = min(given.jobs, -(-(wanted - have) // KILLS_A_HOME))
            for row in pool.map(lambda n: beset(whole, n, KILLS_A_HOME, model), [next(homes) for _ in range(share)]):
                rows.append(row)
                print(f"home {len(rows)}: {row}", flush=True)
            document = {**summary(whole, rows), "undisturbed": whole, "homes": rows}
            write(name, document, quick=given.quick)
    for name, value in summary(whole, rows).items():
        print(f"{name:28} {value}")


if __name__ == "__main__":
    main()
