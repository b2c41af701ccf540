"""Reaction tables: packaged ones by name, the user's as CSV."""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypograph.flows.runtime.datasets import checked
from hypograph.models.campaigns.bayes.correlations import numbers
from hypograph.models.campaigns.laboratory.results import column_of
from hypograph.models.campaigns.laboratory.table_definition import Reading, objective_from, understand
from hypograph.models.core.errors import InputError, MalformedRowError, MissingFileError
from hypograph.models.core.tabular import RowProblem, Table, as_text, number, parse_table, read_column
from hypograph.models.core.tabular.decoding import unpacked


@dataclass(frozen=True, slots=True)
class ReactionTable:
    """A table of tried combinations and their outcome.

    Attributes
    ----------
    options
        Options of each parameter, in alphabetical order.
    pool
        Combinations as option indices, shape ``(m, d)``, each once.
    values
        Outcome of each combination, larger is better, shape ``(m,)``; replicates are averaged.
    sha256
        Checksum of the source, for the keys of units.
    smiles
        File of the options' structures beside the table, ``smiles/NAME.json``.
    structures
        Structures by parameter and option, from columns of the table itself.
    """

    name: str
    parameters: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    pool: NDArray[np.int64]
    values: NDArray[np.float64]
    objective: str
    goal: str
    sha256: str
    origin: str = ""
    smiles: Path | None = None
    structures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Number of options of each parameter, shape ``(d,)``."""
        return np.array([len(o) for o in self.options], dtype=np.int64)

    @property
    def levels(self) -> list[NDArray[np.float64] | None]:
        """Places of the options in [0, 1] where a parameter's options are three or more numbers, else None."""
        return [numbers(o) for o in self.options]

    def point(self, row: int) -> dict[str, str]:
        """Return a combination by its parameters' names."""
        return {p: o[i] for p, o, i in zip(self.parameters, self.options, self.pool[row], strict=True)}


def packaged_names() -> list[str]:
    """Names of the tables that ship with the package."""
    return list(_catalogue())


def packaged_table(name: str, *, objective: str = "", goal: str = "", parameters: Sequence[str] = ()) -> ReactionTable:
    """Read a table that ships with the package; its own objective and goal unless others are named.

    Raises
    ------
    InputError
        If there is none of that name, or it has no such column.
    """
    if name not in _catalogue():
        raise InputError("no such packaged table", where=name, expected=", ".join(_catalogue()))
    row = _catalogue()[name]
    found = _packaged_rows(name, objective or row["objective"], tuple(parameters))
    return _made(found, goal or row["goal"])


@functools.cache
def _packaged_rows(name: str, objective: str, parameters: tuple[str, ...]) -> _Rows:
    """Read a packaged file once a process; of its rows a table is made anew for each who asks."""
    row = _catalogue()[name]
    raw = gzip.decompress((resources.files("hypograph.flows.readers") / "tables" / row["file"]).read_bytes())
    return _rows(raw, name, name, objective, parameters, row["origin"], 2)


def read_table(
    path: Path, *, objective: str | None = None, goal: str = "max", parameters: Sequence[str] = ()
) -> ReactionTable:
    """Read a table with a header; the last column is the outcome unless another is named.

    Raises
    ------
    MissingFileError
        If the file is not there.
    InputError, MalformedRowError
        With file, row and column.
    """
    if not path.is_file():
        raise MissingFileError("no such file", where=str(path))
    return _parse(
        path.read_bytes(),
        path.stem,
        path.name,
        objective=objective,
        goal=goal,
        parameters=parameters,
    )


def find_table(name: str, objective: str | None = None, parameters: Sequence[str] = ()) -> ReactionTable:
    """Return a table by its packaged name, its name among the supplied data, or its path.

    A file below a folder with a ``MANIFEST.json`` is read as that says: `columns` for a file without a header,
    `goal` for what is wanted of the outcomes. Two goals, one to maximise and one to minimise, become the score
    d²/(d + u), the smallest over replicates.

    Parameters
    ----------
    objective
        ``max:COLUMN`` or ``min:COLUMN``; None for the last column (or the manifest's goal).

    Raises
    ------
    MissingFileError, InputError, MalformedRowError
        With file, row and column.
    """
    wanted = objective_from(objective) if objective else None
    column, goal = (wanted["name"], wanted.get("direction", "")) if wanted else ("", "")
    if goal == "target":
        raise InputError("a table is searched for its best", where=str(objective), expected="max:COLUMN or min:COLUMN")
    path = Path(name)
    if not path.is_file() and name in _catalogue():
        return packaged_table(name, objective=column, goal=goal, parameters=parameters)
    if not path.is_file():
        path = _supplied(name)
    path = checked(path)
    listed = _listed(path)
    if listed is None or listed.get("header") is not None:
        found = read_table(path, objective=column or None, goal=goal or "max", parameters=parameters)
    else:
        found = _headerless(path, listed, goal, column, parameters)
    structures = path.parent / "smiles" / f"{path.stem}.json"
    return replace(found, smiles=structures) if structures.is_file() else found


def _supplied(name: str) -> Path:
    """Return the file of a reaction table in the folder of supplied data."""
    from hypograph.flows.runtime.settings import load_settings

    folder = load_settings().data_dir
    reactions = None if folder is None else folder / "reactions"
    if reactions is not None and (reactions / f"{name}.csv").is_file():
        return reactions / f"{name}.csv"
    named = sorted(f.stem for f in reactions.glob("*.csv")) if reactions is not None and reactions.is_dir() else []
    known = ", ".join([*_catalogue(), *(n for n in named if n not in _catalogue())])
    raise MissingFileError("no such table", where=name, expected=f"a CSV file or one of {known}")


def _listed(path: Path) -> dict[str, Any] | None:
    """Return what a MANIFEST.json beside or above the file says of it."""
    for folder in (path.absolute().parent, path.absolute().parent.parent):
        manifest = folder / "MANIFEST.json"
        if manifest.is_file():
            try:
                entries = json.loads(manifest.read_text("utf-8"))
                found = entries.get(path.absolute().relative_to(folder).as_posix())
            except (ValueError, AttributeError) as error:
                raise InputError("not a manifest", where=str(manifest), expected="a JSON object of files") from error
            if isinstance(found, dict) and isinstance(found.get("columns"), list):
                return {"header": None, **found}
    return None


def _headerless(path: Path, listed: dict[str, Any], goal: str, column: str, parameters: Sequence[str]) -> ReactionTable:
    columns = [str(c) for c in listed["columns"]]
    raw = ",".join(columns).encode() + b"\n" + unpacked(path.read_bytes(), path.name)
    goals = [g.split() for g in str(listed.get("goal", "")).split(",") if len(g.split()) == 2]
    if column or len(goals) < 2:
        wanted = column or (goals[0][1] if goals else columns[-1])
        way = goal or (goals[0][0] if goals else "max")
        others = [c for c in columns if c != wanted and c not in {g[1] for g in goals}]
        return _parse(
            raw,
            path.stem,
            path.name,
            objective=wanted,
            goal=way,
            parameters=list(parameters) or others,
            first=1,
        )
    up, down = (next(c for way, c in goals if way == wanted) for wanted in ("max", "min"))
    names = [c for c in columns if c not in {up, down}]
    return _scored(*(_rows(raw, path.stem, path.name, one, names, "", 1) for one in (up, down)))


def _scored(desired: _Rows, undesired: _Rows) -> ReactionTable:
    """Join two outcomes: d²/(d + u), and of replicates the worst."""
    joined = {}
    for key, values in desired.outcomes.items():
        d, u = np.array(values), np.array(undesired.outcomes[key])
        joined[key] = [float(np.min(np.where(d + u > 0, d**2 / np.maximum(d + u, 1e-12), 0.0)))]
    objective = f"{desired.objective}^2/({desired.objective}+{undesired.objective})"
    return _table(joined, desired.name, desired.parameters, objective, "max", desired.sha256, desired.origin)


@functools.cache
def _catalogue() -> dict[str, dict[str, Any]]:
    return tomllib.loads((resources.files("hypograph.flows.readers") / "tables" / "tables.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Outcomes as read, replicates side by side."""

    name: str
    parameters: tuple[str, ...]
    outcomes: dict[tuple[str, ...], list[float]]
    objective: str
    sha256: str
    origin: str
    structures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _parse(
    raw: bytes,
    name: str,
    where: str,
    *,
    objective: str | None,
    goal: str,
    origin: str = "",
    parameters: Sequence[str] = (),
    first: int = 2,
) -> ReactionTable:
    return _made(_rows(raw, name, where, objective, parameters, origin, first), goal)


def _made(rows: _Rows, goal: str) -> ReactionTable:
    made = _table(rows.outcomes, rows.name, rows.parameters, rows.objective, goal, rows.sha256, rows.origin)
    return replace(made, structures=rows.structures)


def _rows(
    raw: bytes,
    name: str,
    where: str,
    objective: str | None,
    parameters: Sequence[str],
    origin: str,
    first: int,
) -> _Rows:
    """Read the rows; `first` is the number of the first one in the file, 1 where the file has no header."""
    table = parse_table(raw, where)
    if len(table.rows) < 2:
        raise InputError("too few rows", where=where, expected="a header and at least two experiments")
    found = understand(table, Reading((objective,) if objective else (), tuple(parameters)))
    target = found.objectives[0]["name"]
    outcome = read_column(table, column_of(table, target) or target, kind="number")
    chosen = [c for p in found.parameters if (c := column_of(table, p["name"])) is not None]
    columns = [_option_texts(table, c) for c in chosen]
    faults = [*found.skipped, *outcome.problems, *outcome.absent]
    named = {fault.row for fault in faults}
    faults += [
        RowProblem(row.number, f"column {target!r} has no outcome")
        for row, value in zip(table.rows, outcome.values, strict=True)
        if value is None and row.number not in named
    ]
    if faults:
        row, reason = min(faults)
        raise MalformedRowError(
            reason, where=f"{where}, row {row + first - 2}", expected="an option of each parameter, and the outcome"
        )
    outcomes: dict[tuple[str, ...], list[float]] = {}
    for key, value in zip(zip(*columns, strict=True), outcome.values, strict=True):
        outcomes.setdefault(key, []).append(float(value or 0.0))
    structures = {c: p["smiles"] for c, p in zip(chosen, found.parameters, strict=True) if p.get("smiles")}
    return _Rows(name, tuple(chosen), outcomes, target, hashlib.sha256(raw).hexdigest(), origin or where, structures)


def _option_texts(table: Table, header: str) -> list[str]:
    """Return a column's options as they are written; of one number that is written in two ways the first."""
    column = read_column(table, header)
    if column.kind != "number":
        return [str(v) for v in column.values]
    spelled = dict[float, str]()
    for value, cell in zip(column.values, table.column(header), strict=True):
        if value is not None:
            text = as_text(cell)
            spelled.setdefault(float(value), text if number(text, ".") == value else as_text(float(value)))
    return ["" if v is None else spelled[float(v)] for v in column.values]


def _table(
    outcomes: dict[tuple[str, ...], list[float]],
    name: str,
    parameters: tuple[str, ...],
    objective: str,
    goal: str,
    sha256: str,
    origin: str,
) -> ReactionTable:
    options = tuple(tuple(sorted({k[j] for k in outcomes})) for j in range(len(parameters)))
    index = [{o: i for i, o in enumerate(column)} for column in options]
    pool = np.array([[index[j][v] for j, v in enumerate(key)] for key in outcomes], dtype=np.int64)
    sign = 1.0 if goal == "max" else -1.0
    values = sign * np.array([float(np.mean(v)) for v in outcomes.values()])
    return ReactionTable(name, parameters, options, pool, values, objective, goal, sha256, origin)
