"""Campaigns that other programs ran: a long table with a row an experiment, and Optuna's database."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np

from hypograph.flows.campaigns.foreign_definitions import foreign_definition
from hypograph.flows.campaigns.run import Run
from hypograph.flows.readers.tabular import RowProblem, Table, as_text, missing, read_column, read_table
from hypograph.models.campaigns.core.trials import Objective
from hypograph.models.campaigns.laboratory.results import column_of
from hypograph.models.core.errors import InputError, MalformedRowError

SQLITE: Final = b"SQLite format 3\x00"
_ORDER: Final = ("experiment", "iteration", "step", "trial", "number")
_REPLICATE: Final = re.compile(r"(.*?)[-_ ]*(?:seed|run|rep)?[-_ ]*(\d+)\Z", re.IGNORECASE)


def long_table(path: Path) -> Iterator[Run]:
    """Read a table with a row an experiment: columns `method` and `value`.

    Columns `table`, `seed`, `maximum` and `direction` are read where there are some. Rows are in the order of a column
    `experiment`, `iteration`, `step` or `trial`, else as they stand.

    Raises
    ------
    InputError, MalformedRowError
        With the column or row that is missing.
    """
    table = read_table(path)
    names = {n: column_of(table, n) for n in ("method", "value", "table", "seed", "maximum", "direction")}
    if names["method"] is None or names["value"] is None:
        raise InputError(
            "no runs to compare", where=str(path), expected="columns method and value, a row an experiment"
        )
    value = read_column(table, names["value"], kind="number")
    faults = [*table.problems, *value.problems, *value.absent]
    faults += [RowProblem(r.number, "no value") for r, v in zip(table.rows, value.values, strict=True) if v is None]
    if faults:
        row, reason = min(faults)
        raise MalformedRowError(reason, where=f"{path}, row {row}", expected="a finite number")
    order = next((c for n in _ORDER if (c := column_of(table, n)) is not None), None)
    rank = read_column(table, order, kind="number").values if order else list(range(len(table.rows)))
    text = {n: _texts(table, c) for n, c in names.items()}
    runs: dict[tuple[str, str, int], list[tuple[float, int]]] = defaultdict(list)
    for i in range(len(table.rows)):
        seed = text["seed"][i] or "0"
        if not seed.isdigit():
            raise MalformedRowError(
                f"seed {seed!r}", where=f"{path}, row {table.rows[i].number}", expected="a whole number"
            )
        key = text["table"][i] or path.stem, text["method"][i], int(seed)
        runs[key].append((float(rank[i] or 0.0), i))
    for (name, method, number), rows in runs.items():
        places = [i for _, i in sorted(rows)]
        sign = -1.0 if text["direction"][places[0]].casefold().startswith("min") else 1.0
        top = text["maximum"][places[0]]
        values = sign * np.array([float(value.values[i] or 0.0) for i in places])
        yield Run(str(path), method, name, number, values, (0.0, float(top)) if top else None)


def optuna_studies(path: Path) -> Iterator[Run]:
    """Read finished trials from Optuna's SQLite storage: a study a run, the first objective of each.

    A study called ``tpe-3`` is the method `tpe` with seed 3.

    Raises
    ------
    InputError
        If the file is no such database.
    """
    query = """
        SELECT s.study_name, d.direction, v.value FROM studies s
        JOIN study_directions d ON d.study_id = s.study_id AND d.objective = 0
        JOIN trials t ON t.study_id = s.study_id AND t.state = 'COMPLETE'
        JOIN trial_values v ON v.trial_id = t.trial_id AND v.objective = 0
        WHERE v.value IS NOT NULL ORDER BY s.study_id, t.number"""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as base:
            rows = base.execute(query).fetchall()
    except sqlite3.Error as error:
        raise InputError(f"not a database of Optuna ({error})", where=str(path)) from error
    studies: dict[tuple[str, str], list[float]] = defaultdict(list)
    for name, direction, value in rows:
        studies[str(name), str(direction)].append(float(value))
    for (name, direction), values in studies.items():
        found = _REPLICATE.match(name)
        method, seed = (found[1] or name, int(found[2])) if found else (name, 0)
        sign = -1.0 if direction == "MINIMIZE" else 1.0
        yield Run(str(path), method, path.stem, seed, sign * np.array(values), None)


def other_program(path: Path) -> Run | None:
    """Read the results in JSON that Ax or BayBE wrote, the first objective of each; None where the file is neither.

    A file called ``ax-3.json`` is the method `ax` with seed 3.
    """
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except ValueError:
        return None
    found = foreign_definition(document, str(path)) if isinstance(document, dict) else None
    if found is None:
        return None
    goal = Objective(**found.record["objectives"][0])
    values = [goal.utility(float(row[goal.name])) for row in found.rows if row.get(goal.name) is not None]
    if not values:
        raise InputError("; ".join(["no outcomes to compare", *found.notes]), where=str(path))
    named = _REPLICATE.match(path.stem)
    method, seed = (named[1] or path.stem, int(named[2])) if named else (path.stem, 0)
    return Run(str(path), method, goal.name, seed, np.array(values), None)


def _texts(table: Table, header: str | None) -> list[str]:
    if header is None:
        return [""] * len(table.rows)
    return ["" if missing(c) else as_text(c) for c in table.column(header)]
