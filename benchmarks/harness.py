"""What every benchmark shares: arguments, supplied data, and results that say when, where and how they were made.

A benchmark begins with `arguments`, takes data from `supplied`, and ends with `write`. With ``--quick`` it runs in its
smallest form, and what it writes goes to a folder that git ignores: a quick run never replaces a full one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

RESULTS = Path(__file__).parent / "results"
QUICK = RESULTS / "tmp"


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Parser of a benchmark: its docstring as help, and ``--quick``."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the smallest form; results go to results/tmp")
    return parser


def skip(reason: str) -> NoReturn:
    """End a benchmark that cannot run here, without a failure."""
    print(f"skipped: {reason}")
    sys.exit(0)


def supplied(name: str) -> Path:
    """Path of a supplied file or folder; without it the benchmark is skipped with the reason."""
    folder = os.environ.get("HYPOGRAPH_DATA_DIR")
    if not folder:
        skip(f"HYPOGRAPH_DATA_DIR is not set, and {name} is supplied data")
    path = Path(folder) / name
    if not path.exists():
        skip(f"{name} is not in HYPOGRAPH_DATA_DIR")
    return path


def result_file(name: str, *, quick: bool) -> Path:
    """File of a benchmark's results."""
    return (QUICK if quick else RESULTS) / f"{name}.json"


def kept(name: str, *, quick: bool) -> dict[str, Any]:
    """Results that are there already, to be added to; a quick run begins anew."""
    path = result_file(name, quick=quick)
    if quick or not path.is_file():
        return {}
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def write(name: str, document: dict[str, Any], *, quick: bool, compact: bool = False) -> None:
    """Write results with ``made``: date, commit, machine and command."""
    path = result_file(name, quick=quick)
    path.parent.mkdir(parents=True, exist_ok=True)
    layout: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 1}
    text = json.dumps({**document, "made": made()}, ensure_ascii=False, **layout)
    path.write_text(text + "\n", encoding="utf-8")


def made() -> dict[str, Any]:
    """Say when, where and how results are made: date, commit, machine and command."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
        "machine": {
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1),
            "python": platform.python_version(),
        },
        "command": " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *map(_plain, sys.argv[1:])]),
    }


def _plain(argument: str) -> str:
    """Say supplied data and cases by their names, wherever they lie."""
    for name in ("HYPOGRAPH_DATA_DIR", "CASES_DIR"):
        if folder := os.environ.get(name):
            argument = argument.replace(folder, f"${name}")
    # Where somebody keeps files is nobody's business.
    return Path(argument).name if argument.startswith("/") else argument


def _commit() -> str:
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
