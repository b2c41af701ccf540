"""Reaction tables: packaged ones by name, the user's as CSV."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypograph.models.errors import InputError, MalformedRowError, MissingFileError


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

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Number of options of each parameter, shape ``(d,)``."""
        return np.array([len(o) for o in self.options], dtype=np.int64)

    def point(self, row: int) -> dict[str, str]:
        """Return a combination by its parameters' names."""
        return {p: o[i] for p, o, i in zip(self.parameters, self.options, self.pool[row], strict=True)}


def packaged_names() -> list[str]:
    """Names of the tables that ship with the package."""
    return list(_catalogue())


def packaged_table(name: str) -> ReactionTable:
    """Read a table that ships with the package.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in _catalogue():
        raise InputError("no such packaged table", where=name, expected=", ".join(_catalogue()))
    row = _catalogue()[name]
    folder = resources.files("hypograph.infra") / "tables"
    raw = gzip.decompress((folder / row["file"]).read_bytes())
    return _parse(raw, name, name, objective=row["objective"], goal=row["goal"], origin=row["origin"])


def read_table(
    path: Path, *, objective: str | None = None, goal: str = "max", parameters: Sequence[str] = ()
) -> ReactionTable:
    """Read a CSV with a header; the last column is the outcome unless another is named.

    Raises
    ------
    MissingFileError
        If the file is not there.
    InputError, MalformedRowError
        With file, row and column.
    """
    if not path.is_file():
        raise MissingFileError("no such file", where=str(path))
    raw = path.read_bytes()
    return _parse(
        gzip.decompress(raw) if path.suffix == ".gz" else raw,
        path.stem,
        path.name,
        objective=objective,
        goal=goal,
        parameters=parameters,
    )


def _catalogue() -> dict[str, dict[str, Any]]:
    return tomllib.loads((resources.files("hypograph.infra") / "tables" / "tables.toml").read_text("utf-8"))


def _parse(
    raw: bytes,
    name: str,
    where: str,
    *,
    objective: str | None,
    goal: str,
    origin: str = "",
    parameters: Sequence[str] = (),
) -> ReactionTable:
    try:
        rows = [r for r in csv.reader(io.StringIO(raw.decode("utf-8-sig"))) if r]
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8 text", where=where) from error
    if len(rows) < 3:
        raise InputError("too few rows", where=where, expected="a header and at least two experiments")
    header = [h.strip() for h in rows[0]]
    target = objective or header[-1]
    if target not in header:
        raise InputError(f"no column {target!r}", where=where, expected=", ".join(header))
    wanted = list(parameters) or [h for h in header if h != target]
    if missing := [p for p in wanted if p not in header]:
        raise InputError(f"no column {missing[0]!r}", where=where, expected=", ".join(header))
    columns, at = [header.index(p) for p in wanted], header.index(target)
    outcomes: dict[tuple[str, ...], list[float]] = {}
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            raise MalformedRowError(
                f"{len(row)} columns", where=f"{where}, row {number}", expected=f"{len(header)}"
            )
        try:
            value = float(row[at])
        except ValueError:
            value = float("nan")
        if not np.isfinite(value):
            raise MalformedRowError(
                f"{row[at]!r} is no number",
                where=f"{where}, row {number}, column {target!r}",
                expected="the outcome",
            )
        outcomes.setdefault(tuple(row[c].strip() for c in columns), []).append(value)
    return _table(
        outcomes, name, tuple(wanted), target, goal, hashlib.sha256(raw).hexdigest(), origin or where
    )


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
