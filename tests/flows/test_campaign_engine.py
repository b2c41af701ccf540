"""One engine: a table's trajectories are what a laboratory would have been told to do."""

from __future__ import annotations

import csv
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hypograph.flows.campaigns.benchmark import Plan, benchmark, trajectories
from hypograph.flows.campaigns.laboratory import begin
from hypograph.flows.cli.main import main
from hypograph.flows.readers.reaction_tables import find_table
from hypograph.models.campaigns.laboratory import events as live

NAMES = ("solvent", "T", "base", "amount")
LEVELS: tuple[tuple[Any, ...], ...] = (("THF", "DMF", "MeCN"), (80, 20, 50, 65), ("b2", "b1"), (0.2, 0.1))


def written(path: Path, seed: int = 0) -> Path:
    """Write a complete table whose options stand in no order."""
    rng = np.random.default_rng(seed)
    effects = [dict(zip(levels, rng.random(len(levels)), strict=True)) for levels in LEVELS]
    points = list(itertools.product(*LEVELS))
    rng.shuffle(points)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*NAMES, "yield"])
        for point in points:
            value = sum(e[x] for e, x in zip(effects, point, strict=True)) + 0.05 * rng.random()
            writer.writerow([*point, f"{20 * value:.3f}"])
    return path


def picked_in_a_laboratory(folder: Path, table: Path, trajectory: dict[str, Any], method: str) -> list[dict[str, Any]]:
    """Record the starts, then suggest and record by turns."""
    initial, seed = trajectory["initial"], trajectory["seed"]
    campaign = begin(folder, table, settings={"method": method, "initial": initial, "seed": seed}).campaign
    found = []
    for i, (point, value) in enumerate(zip(trajectory["parameters"], trajectory["values"], strict=True)):
        if i >= initial:
            (event,) = live.suggest(campaign.definition, campaign.events)
            campaign.append([event])
            found.append(event["parameters"])
            if {k: str(v) for k, v in event["parameters"].items()} != {
                k: str(campaign.definition.space[k].read(v)) for k, v in point.items()
            }:
                break
        campaign.append([live.record_point(campaign.definition, campaign.events, point, {"yield": value})])
    return found


@pytest.mark.parametrize("method", ["random", "sobol", "bo"])
def test_a_laboratory_picks_what_the_table_run_picked(tmp_path: Path, method: str) -> None:
    path = written(tmp_path / "t.csv")
    table, plan = find_table(str(path)), Plan(budget=13, initial=4, seeds=3)
    _, picks = benchmark(table, [method], plan)
    for trajectory in trajectories(table, plan, picks):
        folder = tmp_path / f"{method}{trajectory['seed']}"
        found = picked_in_a_laboratory(folder, path, trajectory, method)
        assert [{k: str(v) for k, v in p.items()} for p in found] == [
            {k: v if k in {"solvent", "base"} else str(float(v)) for k, v in p.items()}
            for p in trajectory["parameters"][4:]
        ]


def test_given_starts_are_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, first, second = written(tmp_path / "t.csv"), tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    common = ["campaign", "benchmark", "--table", str(path), "--budget", "9", "--initial", "4", "--json"]
    for more in (
        ["--method", "random", "--seeds", "3", "--trajectories", str(first)],
        ["--method", "bo", "--seed", "5", "--starts", str(first), "--trajectories", str(second)],
    ):
        with pytest.raises(SystemExit) as left:
            main([*common, *more])
        assert not left.value.code
    a, b = ([json.loads(line) for line in p.read_text().splitlines()] for p in (first, second))
    assert [r["parameters"][:4] for r in a] == [r["parameters"][:4] for r in b]
    assert [r["seed"] for r in a] == [r["seed"] for r in b]
    second.write_text(first.read_text().replace('"THF"', '"water"'))
    with pytest.raises(SystemExit) as left:
        main([*common, "--starts", str(second)])
    assert left.value.code == 2
    assert "line 1" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["engine_a", "engine_b"])
def test_the_shared_tables(cases_dir: Path, tmp_path: Path, name: str) -> None:
    path = cases_dir / "campaigns" / f"{name}.csv"
    table, plan = find_table(str(path)), Plan(budget=13, initial=5, seeds=2)
    _, picks = benchmark(table, ["bo"], plan)
    for trajectory in trajectories(table, plan, picks):
        found = picked_in_a_laboratory(tmp_path / f"lab{trajectory['seed']}", path, trajectory, "bo")
        assert len(found) == 8
        for point, wanted in zip(found, trajectory["parameters"][5:], strict=True):
            assert {k: str(v) for k, v in point.items()} == {
                k: v if isinstance(point[k], str) else str(float(v)) for k, v in wanted.items()
            }
