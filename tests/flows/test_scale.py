"""Wide steps give the same results, whoever computes them."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from distributed.protocol.pickle import dumps, loads

from hypograph.flows.campaigns.units import campaign_units
from hypograph.flows.evidence.units import evidence_units
from hypograph.flows.literature.units import literature_units
from hypograph.flows.readers.inputs import read_inputs
from hypograph.flows.runtime.settings import Settings
from hypograph.flows.runtime.unit_kinds import UnitKind
from hypograph.flows.runtime.units import UnitRunner
from hypograph.flows.runtime.workers import spread, workers_of
from hypograph.graph.core.schema import LABELS
from hypograph.models.core.keys import digest
from hypograph.models.core.records import Edge, Outcome, Unit

SPREAD = """
import functools, json, os, sys
from pathlib import Path
from hypograph.flows.server.prefect_server import Orchestrator
from hypograph.models.core.errors import InputError, NetworkError
from hypograph.models.core.keys import digest

class Piece:
    def __init__(self, number, notes):
        self.number, self.notes = number, notes

    def __call__(self):
        return self.number

    def __setstate__(self, state):
        self.__dict__ = state
        with open(self.notes, "a") as notes:
            notes.write(f"{self.number}\\n")

def fail(notes, kind):
    with open(notes, "a") as file:
        file.write("x")
    if kind == "wrong":
        raise InputError("of no use")
    if len(Path(notes).read_text()) == 1:
        raise NetworkError("busy")

if __name__ == "__main__":
    with Orchestrator(Path(sys.argv[1])) as orchestrator:
        from hypograph.flows.runtime.workers import Workers, spread
        works = [functools.partial(digest, i, [0.1 * i]) for i in range(12)] + [os.getpid]
        with orchestrator.connected():
            found = {n: spread(works, workers=n) for n in (0, 2)}
            notes = str(Path(sys.argv[1]) / "unpacked.txt")
            with Workers(1) as one:
                results = []
                one.each(works, lambda number, result: results.append(result))
                names = [f"square {number}" for number in range(20)]
                one.each([Piece(number, notes) for number in range(20)], lambda number, result: None, names)
                one.each([functools.partial(fail, notes + kind, kind) for kind in ("busy", "busy")], lambda n, r: None)
                try:
                    one.each([functools.partial(fail, notes + "wrong", "wrong"), os.getpid], lambda n, r: None)
                except InputError:
                    pass
            found[1] = results
            tried = {kind: Path(notes + kind).read_text() for kind in ("busy", "wrong")}
            from prefect.client.orchestration import get_client
            with get_client(sync_client=True) as client:
                runs = [run.name for run in client.read_task_runs(limit=200)]
        unpacked = Path(notes).read_text().split()
        print(json.dumps({"mine": os.getpid(), "found": found, "unpacked": unpacked,
                          "runs": runs, "tried": tried}))
"""


class Memory:
    """The least that a runner needs of a store."""

    def __init__(self) -> None:
        self.units: list[str] = []
        self.content: dict[str, Outcome] = {}

    def commit(self, unit: Unit) -> bool:
        self.units.append(unit.key)
        self.content[unit.key] = unit.outcome
        return True

    def has_unit(self, key: str) -> bool:
        return key in self.units


def square(x: int) -> Outcome:
    return Outcome({"y": x * x})


def test_without_workers_nothing_is_started() -> None:
    with workers_of(Settings()) as workers:
        assert workers is None
    assert spread([functools.partial(digest, i) for i in range(3)]) == [digest(i) for i in range(3)]
    assert spread([], workers=4) == []


@pytest.mark.slow
def test_none_one_and_two_workers_give_the_same_in_the_same_order(tmp_path: Path) -> None:
    script = tmp_path / "wide.py"
    script.write_text(textwrap.dedent(SPREAD))
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "HYPOGRAPH_"))}
    done = subprocess.run(
        [sys.executable, script, tmp_path], capture_output=True, text=True, env=kept, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    found = document["found"]
    assert found["0"][:-1] == found["1"][:-1] == found["2"][:-1] == [digest(i, [0.1 * i]) for i in range(12)]
    assert found["0"][-1] == document["mine"]
    assert document["mine"] not in {found["1"][-1], found["2"][-1]}, "the workers were not used"
    most = max(Counter(document["unpacked"]).values())
    assert {f"square {number}" for number in range(20)} <= set(document["runs"])
    assert "piece 13 of 13" in document["runs"]
    assert document["tried"] == {"busy": "xxx", "wrong": "x"}, "what may pass is tried again, and nothing else"
    assert most <= 5, "a piece goes to the worker that does it, not along with every other piece"


class Pickled:
    """Workers without processes: every piece and its outcome are pickled as Dask does it."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.asked: list[int] = []
        self.names: list[str] = []
        self.stop_after = stop_after

    def each(
        self, works: Sequence[Callable[[], Outcome]], keep: Callable[[int, Outcome], None], names: Sequence[str] = ()
    ) -> None:
        self.asked.append(len(works))
        self.names += names
        for number, work in enumerate(works):
            if number == self.stop_after:
                raise KeyboardInterrupt
            keep(number, loads(dumps(loads(dumps(work))())))


def test_a_wide_step_skips_what_is_done_and_keeps_the_order(tmp_path: Path) -> None:
    store, workers = Memory(), Pickled()
    jobs = [({"x": x}, functools.partial(square, x)) for x in range(6)]
    UnitRunner(store, tmp_path).run(UnitKind("square"), {"x": 3}, functools.partial(square, 3))
    runner = UnitRunner(store, tmp_path, workers=workers)
    assert [row["y"] for row in runner.run_all(UnitKind("square"), jobs)] == [0, 1, 4, 9, 16, 25]
    assert (workers.asked, runner.done, runner.skipped) == ([5], 5, 1)
    assert UnitRunner(store, tmp_path).run_all(UnitKind("square"), jobs) == runner.run_all(UnitKind("square"), jobs)
    assert len(store.units) == 6


def test_a_crash_keeps_what_came_before_it(tmp_path: Path) -> None:
    store = Memory()
    jobs = [({"x": x}, functools.partial(square, x)) for x in range(6)]
    with pytest.raises(KeyboardInterrupt):
        UnitRunner(store, tmp_path, workers=Pickled(stop_after=4)).run_all(UnitKind("square"), jobs)
    assert len(store.units) == 4
    runner = UnitRunner(store, tmp_path, workers=Pickled())
    assert [row["y"] for row in runner.run_all(UnitKind("square"), jobs)] == [0, 1, 4, 9, 16, 25]
    assert (runner.done, runner.skipped) == (2, 4)


def test_the_steps_of_a_run_write_the_same_on_workers(tmp_path: Path) -> None:
    publications, records, tables = read_inputs(None, None, None, small=True)
    stores = [Memory(), Memory()]
    for number, workers in enumerate((None, Pickled())):
        runner = UnitRunner(stores[number], tmp_path / str(number), workers=workers)
        literature_units(runner, publications, small=True)
        evidence_units(runner, records, small=True)
        campaign_units(runner, tables, ("random",), seeds=2, small=True)
        if workers is not None:
            # Chunks read, chunks written, predictions of each size, campaigns.
            assert len(workers.asked) == 4
            assert "evidence-predict: alloys of 4 elements" in workers.names
            assert f"campaign: {tables[0].name}, random" in workers.names
            assert len(set(workers.names)) == len(workers.names)
    assert lasting(stores[0].content) == lasting(stores[1].content)


def lasting(content: dict[str, Outcome]) -> list[tuple[str, Any, list[Any], Sequence[Edge]]]:
    """What was written, without the times that the content hash leaves out too."""
    found = []
    for key, outcome in sorted(content.items()):
        nodes = [
            (n.label, n.key, {k: v for k, v in n.props.items() if k not in LABELS[n.label].volatile})
            for n in outcome.nodes
        ]
        found.append((key, outcome.result, nodes, outcome.edges))
    return found
