"""Campaigns that other programs ran: long tables and Optuna's database, and what is neither."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hypograph.flows.campaigns.runs import read_runs
from hypograph.models.core.errors import InputError
from hypograph.models.core.progress import Silence, listening


def test_a_long_table_is_runs_in_the_order_of_their_experiments(tmp_path: Path) -> None:
    rows = [
        "Method;seed;iteration;value;maximum",
        "tpe;0;2;40,5;100",
        "tpe;0;1;10;100",
        "tpe;1;1;20;100",
        "bo;0;1;50;100",
    ]
    (tmp_path / "runs.csv").write_text("\n".join(rows), "utf-8")
    found = read_runs([str(tmp_path / "runs.csv")], None)
    assert found["tpe"]["runs"][0].tolist() == [10.0, 40.5]
    assert found["bo"]["runs"][0].tolist() == [50.0]
    (tmp_path / "bad.csv").write_text("method,value\na,1\na,NaN\n", "utf-8")
    with pytest.raises(InputError, match="row 3"):
        read_runs([str(tmp_path / "bad.csv")], None)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(InputError, match="method and value"):
        read_runs([str(tmp_path / "other.csv")], None)


def test_a_campaign_counts_once_and_cannot_have_two_outcomes(tmp_path: Path) -> None:
    lines = [
        {"method": m, "table": "t", "seed": s, "maximum": 100, "values": [10.0 * (s + 1), 50.0]}
        for m in ("bo", "random")
        for s in (0, 1)
    ]
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    second.write_text("\n".join(map(json.dumps, [*lines, lines[0]])), "utf-8")
    heard: list[str] = []

    class Ear(Silence):
        def say(self, text: str) -> None:
            heard.append(text)

    with listening(Ear()):
        found = read_runs([str(first), str(first), str(second)], None)
    assert {m: sorted(tables["t"]) for m, tables in found.items()} == {"bo": [0, 1], "random": [0, 1]}
    assert heard == ["9 campaigns stand there again with the same outcomes: counted once"]
    second.write_text("\n".join(map(json.dumps, [*lines, {**lines[0], "values": [1.0]}])), "utf-8")
    with pytest.raises(InputError, match="bo on t with seed 0 stands there twice"):
        read_runs([str(second)], None)


def test_optuna_studies_are_runs(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    with closing(sqlite3.connect(path)) as base:
        base.executescript(
            """
            CREATE TABLE studies (study_id INTEGER, study_name TEXT);
            CREATE TABLE study_directions (study_id INTEGER, direction TEXT, objective INTEGER);
            CREATE TABLE trials (trial_id INTEGER, number INTEGER, study_id INTEGER, state TEXT);
            CREATE TABLE trial_values (trial_id INTEGER, objective INTEGER, value REAL);
            INSERT INTO studies VALUES (1, 'tpe-0'), (2, 'tpe-1');
            INSERT INTO study_directions VALUES (1, 'MAXIMIZE', 0), (2, 'MAXIMIZE', 0);
            INSERT INTO trials VALUES (1, 0, 1, 'COMPLETE'), (2, 1, 1, 'COMPLETE'), (3, 2, 1, 'FAIL'),
                (4, 0, 2, 'COMPLETE');
            INSERT INTO trial_values VALUES (1, 0, 5.0), (2, 0, 10.0), (3, 0, 99.0), (4, 0, 7.5);
            """
        )
    found = read_runs([str(path)], None)
    assert {s: best.tolist() for s, best in found["tpe"]["study"].items()} == {0: [50.0, 100.0], 1: [75.0]}
    path.write_bytes(b"SQLite format 3\x00 and then nonsense")
    with pytest.raises(InputError, match=r"study\.db"):
        read_runs([str(path)], None)
