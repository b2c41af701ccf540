"""What is stored does not depend on the number of threads."""

import os
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from hypograph.flows.runtime.threads import ONE_THREAD, use_one_thread
from hypograph.flows.runtime.unit_kinds import UnitKind
from hypograph.flows.runtime.units import UnitRunner
from hypograph.models.core.records import Outcome, Unit


class Nothing:
    """A store that keeps the keys of units only."""

    def __init__(self) -> None:
        self.keys: set[str] = set()

    def commit(self, unit: Unit) -> bool:
        self.keys.add(unit.key)
        return True

    def has_unit(self, key: str) -> bool:
        return key in self.keys


def numbers() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info()}


def test_loaded_libraries_and_those_to_come_take_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ONE_THREAD:
        monkeypatch.setenv(name, "2")
    with threadpool_limits(2):
        assert 2 in numbers()
        use_one_thread()
        assert numbers() == {1}
        assert {os.environ[n] for n in ONE_THREAD} == {"1"}


def test_a_unit_gives_the_same_last_digit_on_any_number_of_threads(tmp_path: Path) -> None:
    matrix = np.random.default_rng(0).normal(size=(701, 701)).astype(np.float32)

    def work() -> Outcome:
        return Outcome({"threads": sorted(numbers()), "sums": (matrix @ matrix @ matrix).sum(1).tolist()})

    found = []
    for count in (1, 2):
        with threadpool_limits(count):
            found.append(UnitRunner(Nothing(), tmp_path / str(count)).run(UnitKind("sum"), {}, work))
    assert found[0] == found[1]
    assert found[0]["threads"] == [1]
