"""Outcomes of a laboratory's campaign as a table: a CSV's good rows become events, its bad ones a sentence each."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.space.candidates import identity
from hypograph.models.core.errors import InputError

Row = tuple[int, dict[str, str]]


def outcome_events(
    definition: live.Definition, events: Sequence[live.Event], content: bytes, where: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """Read outcomes from a CSV: by the column ``id``, or by the parameters' columns.

    Parameters
    ----------
    events
        What happened in the campaign before.
    content, where
        The file and its name.

    Returns
    -------
    events
        One a good row.
    problems
        One line a bad row, with file, row and column; good rows are not held up by bad ones.

    Raises
    ------
    InputError
        If the file is no table of outcomes at all.
    """
    header, rows, problems = read_rows(content, where)
    found = list[dict[str, Any]]()
    goals = [o.name for o in definition.objectives]
    names = [p.name for p in definition.space.parameters]
    if missing := [g for g in goals if g not in header] or (
        [] if "id" in header else [n for n in names if n not in header]
    ):
        raise InputError(f"no column {missing[0]!r}", where=where, expected=", ".join(["id", *names, *goals]))
    standing = {e.id: e for e in live.fold(definition, events)}
    awaited: dict[tuple[str, ...], list[str]] = {}
    for e in standing.values():
        if e.status == "pending":
            awaited.setdefault(identity(e.parameters), []).append(e.id)
    for number, row in rows:
        values, note = {g: row[g] for g in goals}, row.get("note", "")
        if not any(values.values()):
            continue
        try:
            id, point = row.get("id", ""), None
            if not id:
                point = definition.space.read({n: row[n] for n in names})
                id = next(iter(awaited.get(identity(point), ())), "")
            if id:
                event = live.outcome_of(definition, _named(standing, id), values, note)
                standing[id] = replace(standing[id], status="done")
                if id in (waiting := awaited.get(identity(standing[id].parameters), [])):
                    waiting.remove(id)
            else:
                event = live.own_outcome(definition, f"e{len(standing) + 1}", point or {}, values, note)
                standing[event["id"]] = live.Experiment(event["id"], point or {}, "done", {}, "person")
        except InputError as error:
            problems.append(f"{where}, row {number}: {error}")
            continue
        found.append(event)
    return found, problems


def _named(standing: Mapping[str, live.Experiment], id: str) -> live.Experiment:
    if id not in standing:
        raise InputError("no such experiment", where=id, expected=", ".join(list(standing)[-8:]) or "none yet")
    return standing[id]


def read_rows(content: bytes, where: str) -> tuple[list[str], list[Row], list[str]]:
    """Read a CSV in UTF-8 with a header.

    Returns
    -------
    header
        Names of the columns.
    rows
        Number of the row in the file, and the values by column.
    problems
        One line a row that has more or fewer columns than the header.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError("not a CSV file in UTF-8", where=where) from error
    if len(lines) < 2 or len(lines[0]) < 2:
        raise InputError("too few rows or columns", where=where, expected="a header and rows")
    header = [h.strip() for h in lines[0]]
    rows, problems = list[Row](), list[str]()
    for number, line in enumerate(lines[1:], 2):
        if len(line) == len(header):
            rows.append((number, {h: v.strip() for h, v in zip(header, line, strict=True)}))
        elif line:
            problems.append(f"{where}, row {number}: {len(line)} columns; expected {len(header)}")
    return header, rows, problems
