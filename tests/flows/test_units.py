"""Units of work: done once, whole, found again."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hypograph.flows.runtime.unit_kinds import UnitKind
from hypograph.flows.runtime.units import UnitRunner
from hypograph.models.core.errors import DiskError
from hypograph.models.core.records import Node, Outcome, Unit


class Shelf:
    """A store that keeps units in a dictionary."""

    def __init__(self) -> None:
        self.units: dict[str, Unit] = {}

    def commit(self, unit: Unit) -> bool:
        fresh = unit.key not in self.units
        self.units.setdefault(unit.key, unit)
        return fresh

    def has_unit(self, key: str) -> bool:
        return key in self.units


def test_the_same_inputs_are_worked_once(tmp_path: Path) -> None:
    shelf, calls = Shelf(), []

    def work() -> Outcome:
        calls.append(1)
        return Outcome({"n": 3}, (Node("Keyword", "a", {"df": 1}),))

    first = UnitRunner(shelf, tmp_path).run(UnitKind("count"), {"x": 1, "y": 2}, work)
    later = UnitRunner(shelf, tmp_path)
    assert later.run(UnitKind("count"), {"y": 2, "x": 1}, work) == first == {"n": 3}
    assert (len(calls), later.done, later.skipped) == (1, 0, 1)
    later.run(UnitKind("count"), {"x": 2, "y": 2}, work)
    assert len(calls) == 2


@pytest.mark.parametrize("lost", ["file", "store"])
def test_a_half_done_unit_is_done_again(tmp_path: Path, lost: str) -> None:
    shelf = Shelf()
    runner = UnitRunner(shelf, tmp_path)
    runner.run(UnitKind("count"), {}, lambda: Outcome({"n": 1}))
    if lost == "file":
        next(tmp_path.rglob("*.json.gz")).unlink()
    else:
        shelf.units.clear()
    runner.run(UnitKind("count"), {}, lambda: Outcome({"n": 1}))
    assert (runner.done, runner.skipped) == (2, 0)
    assert len(shelf.units) == 1
    assert len(list(tmp_path.rglob("*.json.gz"))) == 1


def test_failed_work_leaves_nothing(tmp_path: Path) -> None:
    shelf = Shelf()

    def work() -> Outcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        UnitRunner(shelf, tmp_path).run(UnitKind("count"), {}, work)
    assert not shelf.units
    assert not list(tmp_path.rglob("*.*"))


def test_results_are_for_their_owner_only(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        UnitRunner(Shelf(), tmp_path / "units").run(UnitKind("count"), {}, lambda: Outcome({}))
    finally:
        os.umask(before)
    (kept,) = (tmp_path / "units").rglob("*.gz")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(DiskError, match="file") as caught:
        UnitRunner(Shelf(), blocked).run(UnitKind("count"), {}, lambda: Outcome({}))
    assert caught.value.exit_code == 1


def test_results_are_json_whatever_is_read_back(tmp_path: Path) -> None:
    result = UnitRunner(Shelf(), tmp_path).run(UnitKind("count"), {}, lambda: Outcome({"pair": (1, 2), "é": "ü"}))
    assert result == json.loads('{"pair": [1, 2], "é": "ü"}')


WORKER = """
import sys, time
from pathlib import Path
from hypograph.flows.runtime.unit_kinds import UnitKind
from hypograph.flows.runtime.units import UnitRunner
from hypograph.models.core.records import Outcome

folder = Path(sys.argv[1])

class Marks:
    def commit(self, unit):
        (folder / "marks" / unit.key).touch()
        return True

    def has_unit(self, key):
        return (folder / "marks" / key).exists()

def work():
    with (folder / "worked").open("a") as file:
        file.write("once\\n")
    time.sleep(1)
    return Outcome({"n": 7})

(folder / "marks").mkdir(exist_ok=True)
(folder / f"ready-{sys.argv[2]}").touch()
while len(list(folder.glob("ready-*"))) < 3:
    time.sleep(0.01)
runner = UnitRunner(Marks(), folder / "units")
print(runner.run(UnitKind("slow"), {"x": 1}, work)["n"], runner.done, runner.skipped)
"""


def test_the_same_unit_wanted_by_three_workers_is_worked_once(tmp_path: Path) -> None:
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    workers = [
        subprocess.Popen([sys.executable, script, tmp_path, str(i)], stdout=subprocess.PIPE, text=True)
        for i in range(3)
    ]
    said = [worker.communicate(timeout=120)[0].split() for worker in workers]
    assert sorted(said) == [["7", "0", "1"], ["7", "0", "1"], ["7", "1", "0"]]
    assert (tmp_path / "worked").read_text().split() == ["once"]
    assert list((tmp_path / "units" / "locks").iterdir()) == []
