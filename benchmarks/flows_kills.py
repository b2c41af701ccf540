"""Kill `hypograph demo --small` at random moments, run it again, and compare the graphs.

Each round starts from an empty data folder, kills the command after a time drawn uniformly from its whole
duration, checks that no child outlived it, runs the command to the end and compares the content hash and the
number of units with those of an undisturbed run.

    python benchmarks/flows_kills.py [--kills 100] [--quick]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

COMMAND = [sys.executable, "-m", "hypograph.flows.cli.main", "demo", "--small", "--json"]


def start(home: Path) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HYPOGRAPH_", "NEO4J_", "PREFECT_"))}
    environment |= {"HYPOGRAPH_HOME": str(home), "HOME": str(home)}
    return subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def finish(home: Path) -> dict[str, Any]:
    process = start(home)
    out, error = process.communicate(timeout=600)
    if process.returncode:
        return {"error": error.strip().splitlines()[-1]}
    found: dict[str, Any] = json.loads(out)
    return found


def killed(home: Path, after: float) -> tuple[int, int]:
    """Kill a run; return the number of units kept and of children that outlived it."""
    process = start(home)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(after)
    family: list[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    _, alive = psutil.wait_procs(family, timeout=30)
    return len(list((home / "units").glob("*/*.gz"))), len(alive)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    kills = 2 if arguments.quick else arguments.kills
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        whole = finish(Path(folder))
        seconds = time.monotonic() - began
    units = sum(s["done"] for s in whole["steps"])
    rows = []
    for i in range(kills):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            after = rng.uniform(0.2, seconds)
            kept, alive = killed(home, after)
            again = finish(home)
            same = again.get("graph_hash") == whole["graph_hash"]
            done = sum(s["done"] + s["skipped"] for s in again.get("steps", []))
            locks = home / "units" / "locks"
            left = len(list(locks.iterdir())) if locks.exists() else 0
            rows.append(
                {
                    "after": round(after, 2),
                    "kept": kept,
                    "same": same,
                    "units": done,
                    "alive": alive,
                    "locks": left,
                }
            )
            print(
                f"{i + 1:3} after {after:5.1f} s, {kept:2} units kept: {'same graph' if same else again}",
                flush=True,
            )
    result = {
        "kills": kills,
        "seconds_undisturbed": round(seconds, 1),
        "units": units,
        "killed_with_units_half_done": sum(0 < r["kept"] < units for r in rows),
        "identical_graphs": sum(r["same"] for r in rows),
        "units_lost_or_doubled": sum(r["units"] != units for r in rows),
        "orphans": sum(r["alive"] for r in rows),
        "locks_left": sum(r["locks"] for r in rows),
    }
    for name, value in result.items():
        print(f"{name:28} {value}")
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    if not arguments.quick:
        (results / "flows_kills.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
