"""Odd argument lists over the whole command line: none may end in a traceback, a fault of the program, or a long line.

python benchmarks/cli_odd.py [--quick] [--lists 1000] [--minutes M] [--seed 0] [--fresh]

Commands, options and arguments are read from the command line itself. Each list runs in a process of its own, forked
from one that has everything imported, with a data folder of its own and an address where nothing listens for the graph.
Results are kept now and then, and the next call goes on from there: each list is drawn from the seed and its number.
"""

from __future__ import annotations

import collections
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from harness import arguments, kept, write

SECONDS = 30
KEPT_EVERY = 25
ENDS = {0, 1, 2, 130, 143}
VALUES = [
    "",
    "-",
    "--",
    "x" * 300,
    "x" * 5000,
    "/".join("y" * 2100),
    "inf",
    "-inf",
    "nan",
    "1e400",
    "-1",
    "0",
    "9" * 25,
]
VALUES += [
    "9" * 5000,
    "1.5",
    "é\udcff",
    "\u202e",
    "😀",
    "../..",
    "/proc/self/mem",
    "/dev/full",
    "/dev/null",
    "/",
    "a=b",
]
VALUES += [
    "[" * 5000,
    "{}",
    "null",
    "\x1b[31m",
    "%00",
    "Al,Co,Cr,Fe",
    "Xx",
    "$rows",
    "'; DROP",
    "http://[",
    "bolt://x:99999999",
]
# They stay until they are stopped, or fetch from elsewhere.
LASTING = {("flows", "serve"), ("ui",), ("model", "fetch"), ("data", "fetch"), ("demo",), ("model", "serve")}


def leaves(command: Any, names: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Commands that do something, with their names."""
    members = getattr(command, "commands", None)
    if members is None:
        return [(names, command)]
    return [leaf for name, one in members.items() for leaf in leaves(one, (*names, name))]


def commands() -> list[tuple[tuple[str, ...], Any]]:
    """The whole tree, imported."""
    from typer.main import get_command

    from hypograph.flows.cli.main import ROOMS, LazyGroup, app

    root = get_command(app)
    assert isinstance(root, LazyGroup)
    found, given = [], sys.argv[1:]
    for room in ROOMS:
        sys.argv[1:] = [room]
        context = root.make_context("hypograph", [room], resilient_parsing=False)
        found += leaves(root.get_command(context, room), (room,))
    sys.argv[1:] = given  # the results name the command
    return [leaf for leaf in found if leaf[0] not in LASTING]


def odd_list(rng: random.Random, names: tuple[str, ...], command: Any) -> list[str]:
    """One command with odd values; what it requires is there, more often than not."""
    words = list(names)
    for parameter in command.params:
        if not (parameter.required or rng.random() < 0.3):
            continue
        options = [o for o in parameter.opts if o.startswith("--")]
        words += [rng.choice(options)] if options else []
        if not getattr(parameter, "is_flag", False):
            words.append(rng.choice(VALUES))
    if rng.random() < 0.2:
        words.insert(rng.randrange(1, len(words) + 1), rng.choice(VALUES))
    return words


def one(words: list[str], folder: str) -> None:
    """Run a list in this process, which is thrown away."""
    from hypograph.flows.cli.main import main

    os.setsid()
    for number, name in ((0, os.devnull), (1, f"{folder}/out"), (2, f"{folder}/err")):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT, 0o600), number)
    os.chdir(folder)
    os.environ |= {"HYPOGRAPH_HOME": f"{folder}/home", "NEO4J_URI": "bolt://127.0.0.1:9", "NEO4J_PASSWORD": "none"}
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(n, mode, errors="replace") for n, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    main(words)


def judged(words: list[str]) -> str:
    """Run a list; returns what is wrong with its end, or its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        child = multiprocessing.get_context("fork").Process(target=one, args=(words, folder))
        child.start()
        child.join(SECONDS)
        if child.is_alive():
            os.killpg(child.pid or 0, signal.SIGKILL)
            child.join()
            return "still at work"
        text, printed = (Path(folder, name).read_text("utf-8", errors="replace") for name in ("err", "out"))
    if "Traceback" in text or "Exception ignored" in text:
        return "traceback"
    if "a fault of the program" in text:
        return "fault"
    if any(len(line) > 3000 for line in text.splitlines()):
        return "long line"
    if child.exitcode not in ENDS:
        return f"exit code {child.exitcode}"
    if child.exitcode in {1, 2} and not (text + printed).strip():
        return "silent"
    return str(child.exitcode)


def document(ends: collections.Counter[str], seed: int, seconds: float) -> dict[str, Any]:
    """The results so far."""
    wrong = sum(n for end, n in ends.items() if not end.isdigit() and end != "still at work")
    told = {"lists": ends.total(), "wrong": wrong, "ends": dict(sorted(ends.items())), "seed": seed}
    return told | {"seconds": round(seconds, 1)}


def main() -> None:
    """Run the lists and write how they ended."""
    parser = arguments(__doc__)
    parser.add_argument("--lists", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--show", action="store_true", help="print what is still at work after a while, too")
    given = parser.parse_args()
    before = {} if given.fresh else kept("cli_odd", quick=given.quick)
    before = before if before.get("seed") == given.seed else {}
    ends: collections.Counter[str] = collections.Counter(before.get("ends", {}))
    tree, began, spent = commands(), time.perf_counter(), before.get("seconds", 0.0)
    wanted = 24 if given.quick else given.lists
    while (number := ends.total()) < wanted and time.perf_counter() - began < 60 * given.minutes:
        rng = random.Random(f"{given.seed} {number}")
        words = odd_list(rng, *rng.choice(tree))
        end = judged(words)
        ends[end] += 1
        if not end.isdigit() and (given.show or end != "still at work"):
            print(end, [w[:60] for w in words], flush=True)
        if ends.total() % KEPT_EVERY == 0 or ends.total() == wanted:
            write("cli_odd", document(ends, given.seed, spent + time.perf_counter() - began), quick=given.quick)
    found = document(ends, given.seed, spent + time.perf_counter() - began)
    print(found)
    write("cli_odd", found, quick=given.quick)
    sys.exit(bool(found["wrong"]))


if __name__ == "__main__":
    main()
