"""Benchmarks on tables nobody tuned for, and comparisons of what they leave behind."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hypograph.flows.campaigns.benchmark import Plan, benchmark, trajectories
from hypograph.flows.campaigns.compare import compare
from hypograph.flows.campaigns.runs import read_runs
from hypograph.flows.readers.reaction_tables import ReactionTable, find_table
from hypograph.graph.campaigns import folder as folders
from hypograph.models.campaigns.laboratory import events
from hypograph.models.core.errors import InputError, MalformedRowError, MissingFileError
from hypograph.models.core.protocols import Planned


def written(path: Path, header: str, rows: list[str]) -> str:
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return str(path)


def mixed(path: Path, goal: str = "cost") -> str:
    """Fifty-four rows: options with None, a number, a constant column, replicates, ties and a name with a comma."""
    rows = []
    for a, b, t in product(("None", '"x, y"', "z"), ("p", "q", "r"), (20, 40.5, 60)):
        value = round(abs(t - 40.5) / 10 + (a != "z") + 2 * (b == "q"))
        rows += [f"{a},{b},{t},same,{value}", f"{a},{b},{t},same,{value + 1}"]
    return written(path, f"a,b,t,constant,{goal}", rows)


def runs(table: ReactionTable, **settings: Any) -> dict[str, Any]:
    plan = Plan(**{"budget": 12, "initial": 4, "seeds": 8, "expert": "informative:0.5", **settings})
    document, _ = benchmark(table, ["random", "sobol", "bo", "llm", "hybrid"], plan)
    return {m["method"]: m for m in document["methods"]}


def test_a_quantity_to_be_minimised_with_replicates_ties_and_a_constant_column(tmp_path: Path) -> None:
    table = find_table(mixed(tmp_path / "t.csv"), "min:cost")
    assert table.sizes.tolist() == [3, 3, 3, 1]
    assert len(table.pool) == 27
    assert table.point(0)["a"] == "None"
    assert [level is None for level in table.levels] == [True, True, False, True]
    found = runs(table)
    for figures in found.values():
        assert 0 <= figures["best"]["mean"] <= 100
        assert 0 <= figures["auc"] <= figures["best"]["mean"]
        assert all(figures["entropy"][k] >= 0 for k in ("published", "corrected", "relative_to_random"))
    assert found["bo"]["best"]["mean"] >= found["random"]["best"]["mean"]


@pytest.mark.slow
def test_a_large_table_of_numbers(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.random((1500, 3)).round(4)
    y = np.exp(-8 * ((x - [0.7, 0.3, 0.5]) ** 2).sum(1))
    path = written(tmp_path / "n.csv", "p,q,r,y", [f"{a},{b},{c},{v}" for (a, b, c), v in zip(x, y, strict=True)])
    document, _ = benchmark(find_table(path), ["random", "bo"], Plan(budget=15, initial=5, seeds=2))
    random, bo = (m["best"]["mean"] for m in document["methods"])
    assert bo > max(random, 95.0)


@pytest.mark.parametrize("value", ["0", "5", "-3"])
def test_a_table_on_which_nothing_matters(tmp_path: Path, value: str) -> None:
    table = find_table(written(tmp_path / "c.csv", "a,b,y", [f"{i},o{j},{value}" for i in range(6) for j in range(5)]))
    assert {m["best"]["mean"] for m in runs(table).values()} == {100.0}


def test_names_and_columns_that_are_not_there_are_named(tmp_path: Path) -> None:
    path = mixed(tmp_path / "t.csv")
    with pytest.raises(InputError, match="no column 'price'"):
        find_table(path, "min:price")
    with pytest.raises(InputError, match="no column 'least:cost'"):
        find_table(path, "least:cost")
    with pytest.raises(InputError, match="max:COLUMN or min:COLUMN"):
        find_table(path, "target=3:cost")
    with pytest.raises(MissingFileError, match="no such table"):
        find_table("nonsense")
    written(tmp_path / "bad.csv", "a,y", ["x,1", "y,high", "z,2"])
    with pytest.raises(MalformedRowError, match=r"row 3: y: 'high' is no number"):
        find_table(str(tmp_path / "bad.csv"))


def test_shuffled_outcomes_are_those_in_the_trajectories(tmp_path: Path) -> None:
    table, plan = find_table(mixed(tmp_path / "t.csv")), Plan(budget=6, initial=3, seeds=2, permute=True)
    document, picks = benchmark(table, ["random"], plan)
    rows = trajectories(table, plan, picks)
    best = [100 * max(r["values"]) / r["maximum"] for r in rows]
    assert document["methods"][0]["by_seed"] == pytest.approx(best)


def test_two_files_with_the_same_method_are_told_apart(tmp_path: Path) -> None:
    table = find_table(mixed(tmp_path / "t.csv"), "min:cost")
    for name, expert in (("good", "informative:1"), ("bad", "adversarial")):
        plan = Plan(budget=8, initial=3, seeds=12, expert=expert)
        _, picks = benchmark(table, ["llm"], plan)
        lines = [json.dumps(r) for r in trajectories(table, plan, picks)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    found = read_runs([str(tmp_path / f"{n}.jsonl") for n in ("good", "bad")], None)
    assert set(found) == {"llm (good.jsonl)", "llm (bad.jsonl)"}
    pair = compare(found)["pairs"][0]
    assert pair["pairs_of_runs"] == 12
    assert pair["difference"]["mean"] > 0
    assert pair["probability_a_better"] > 0.9


def test_a_laboratory_s_folders_are_compared_by_the_best_that_any_found(tmp_path: Path) -> None:
    record = {"parameters": [{"name": "heat", "values": [20, 40, 60]}], "objectives": [{"name": "yield"}]}
    for lab, gain in (("ours", 30.0), ("theirs", 0.0)):
        for k in range(6):
            folders.create(tmp_path / lab / f"c{k}", record)
            with folders.changing(tmp_path / lab / f"c{k}") as campaign:
                campaign.append(events.suggest(campaign.definition, campaign.events, 2))
                for i, value in ((1, 20.0 + k), (2, 50.0 + gain + k)):
                    campaign.append([events.record(campaign.definition, campaign.events, f"e{i}", {"yield": value})])
    found = read_runs([str(tmp_path / "ours"), str(tmp_path / "theirs")], None)
    assert found["ours"]["yield"][5].tolist() == pytest.approx([100 * 25 / 85, 100.0])
    assert found["theirs"]["yield"][5].tolist() == pytest.approx([100 * 25 / 85, 100 * 55 / 85])
    assert read_runs([str(tmp_path / "ours" / "c0")], None)["c0"]["yield"][0].shape == (2,)
    with pytest.raises(MissingFileError, match="no campaign here"):
        read_runs([str(tmp_path)], None)
    with pytest.raises(MissingFileError, match="no such file"):
        read_runs(["nowhere"], None)


class Remembers:
    """Plans the best combination of a table by its names, whatever the results are."""

    name = "remembers"

    def __init__(self, table: ReactionTable) -> None:
        self.best = table.point(int(table.values.argmax()))
        self.asked = 0

    def plan(self, *_: Any, **__: Any) -> list[Planned]:
        self.asked += 1
        return [Planned(self.best, "known by heart")]


class Refuses:
    name = "refuses"

    def utilities(self, *_: Any) -> np.ndarray:
        raise AssertionError("a planner needs no ratings")

    similarities = utilities


def test_memory_is_misled_by_exchanged_names_and_the_rows_stay_what_they_are(tmp_path: Path) -> None:
    table = wide(tmp_path)
    best, told = int(table.values.argmax()), list[str]()
    first = {}
    for exchange in (False, True):
        plan = Plan(4, 2, 3, 0, "model", exchange=exchange)
        planner = Remembers(table)
        document, picks = benchmark(table, ["llm"], plan, Refuses(), planner, told.append)
        assert document["exchanged_names"] == exchange
        assert planner.asked
        first[exchange] = picks["llm"][:, 2]
        assert trajectories(table, plan, picks)[0]["parameters"][2] == table.point(int(first[exchange][0]))
    assert (first[False] == best).all()
    assert (first[True] != best).all()
    assert "llm: campaign 3 of 3, 4 of 4 experiments" in told


def wide(tmp_path: Path) -> ReactionTable:
    rows = [f"{a},{b},{7 * i + j}" for (i, a), (j, b) in product(enumerate("pqrstu"), enumerate("klmn"))]
    (tmp_path / "wide.csv").write_text("acid,base,yield\n" + "\n".join(rows) + "\n", "utf-8")
    return find_table(str(tmp_path / "wide.csv"))
