"""A laboratory's campaign as a folder, and in the store.

The folder holds plain text that any program reads in years: ``campaign.json`` (the definition, with its
format number), ``events.jsonl`` (everything that happened, one JSON object a line, only ever appended to) and
``experiments.csv`` (as things stand; written anew after each change).
"""

from __future__ import annotations

import csv
import io
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypograph.flows.guard import file_lock
from hypograph.models.errors import DiskError, InputError, MalformedRowError, MissingFileError
from hypograph.models.keys import digest
from hypograph.models.optimize import live
from hypograph.models.records import Edge, Node, Outcome


@dataclass
class LiveCampaign:
    """A campaign's folder, read."""

    folder: Path
    definition: live.Definition
    events: list[dict[str, Any]]

    def append(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Add events to the history and write the table of experiments anew.

        Raises
        ------
        DiskError
            If the folder cannot be written.
        """
        at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        rows = [{**e, "at": at} for e in events]
        live.fold(self.definition, [*self.events, *rows])
        try:
            with (self.folder / "events.jsonl").open("a", encoding="utf-8") as file:
                file.write("".join(json.dumps(r, ensure_ascii=False, allow_nan=False) + "\n" for r in rows))
                file.flush()
                os.fsync(file.fileno())
            self.events += rows
            _write(self.folder / "experiments.csv", export_csv(self))
        except OSError as error:
            raise DiskError(f"could not write ({error.strerror})", where=str(self.folder)) from error


def create(folder: Path, record: Mapping[str, Any]) -> LiveCampaign:
    """Begin a campaign in a new or empty folder.

    Raises
    ------
    InputError, SpaceError
        If there is a campaign already, or the definition cannot be read.
    DiskError
        If the folder cannot be written.
    """
    if (folder / "campaign.json").exists():
        raise InputError("there is a campaign already", where=str(folder), hint="Choose another folder.")
    named = {"name": folder.absolute().name, **record}
    definition = live.definition_from({**named, "id": digest("live campaign", named, str(datetime.now(UTC)))})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(definition.record(), ensure_ascii=False, indent=1) + "\n"
        _write(folder / "campaign.json", text)
    except OSError as error:
        raise DiskError(f"could not write ({error.strerror})", where=str(folder)) from error
    found = LiveCampaign(folder, definition, [])
    found.append([])
    return found


def load(folder: Path) -> LiveCampaign:
    """Read a campaign's folder; a last line cut off by a crash is left out.

    Raises
    ------
    MissingFileError, MalformedRowError, InputError
        If there is none, or a line cannot be read.
    """
    path = folder / "campaign.json"
    if not path.is_file():
        raise MissingFileError(
            "no campaign here",
            where=str(folder),
            expected="campaign.json",
            hint="`hypograph campaign new` begins one.",
        )
    try:
        definition = live.definition_from(json.loads(path.read_text("utf-8")))
    except (ValueError, AttributeError) as error:
        raise InputError(f"not a campaign ({error})", where=str(path)) from error
    history = folder / "events.jsonl"
    text = history.read_text("utf-8") if history.is_file() else ""
    lines, events = text.split("\n"), []
    if lines[-1]:
        # A crash cut the last line off: drop it, so that the next event starts on a line of its own.
        _write(history, text[: len(text) - len(lines[-1])])
    for number, line in enumerate(lines[:-1], 1):
        try:
            events.append(json.loads(line))
        except ValueError as error:
            raise MalformedRowError("not a JSON object", where=f"{history}, line {number}") from error
    live.fold(definition, events)
    return LiveCampaign(folder, definition, events)


def locked(folder: Path) -> Any:
    """Hold the campaign, so that two programs do not suggest or record at once."""
    if not folder.is_dir():
        raise MissingFileError("no such folder", where=str(folder), hint="`hypograph campaign new` begins one.")
    return file_lock(folder / ".lock")


def read_definition(path: Path) -> dict[str, Any]:
    """Read a definition from TOML or JSON.

    Raises
    ------
    MissingFileError, InputError
        If the file is not there or is neither.
    """
    if not path.is_file():
        raise MissingFileError("no such file", where=str(path), expected="a TOML file with [[parameters]]")
    try:
        text = path.read_text("utf-8-sig")
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise InputError(f"cannot be read ({error})", where=str(path), expected="TOML, or JSON in .json") from error
    if not isinstance(found, dict):
        raise InputError("not a definition", where=str(path), expected="a table of settings")
    return found


def infer_definition(path: Path, objective: str | None) -> dict[str, Any]:
    """Make a definition from a CSV with a header: numbers become values, everything else options.

    The objective is the last column, or the one named (``max:COLUMN``, ``min:COLUMN``).
    """
    header, rows = _csv(path)
    way, _, column = (objective or "").rpartition(":")
    target = column or header[-1]
    if target not in header:
        raise InputError(f"no column {target!r}", where=str(path), expected=", ".join(header))
    parameters = []
    for name in (h for h in header if h != target):
        seen = list(dict.fromkeys(row[name] for _, row in rows))
        if all(_number(v) is not None for v in seen):
            parameters.append({"name": name, "values": sorted({float(v) for v in seen})})
        else:
            parameters.append({"name": name, "options": seen})
    return {"parameters": parameters, "objectives": [{"name": target, "direction": way or "max"}]}


def events_from_csv(campaign: LiveCampaign, path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Read outcomes from a CSV: by the column ``id``, or by the parameters' columns.

    Returns
    -------
    events
        One a good row.
    problems
        One line a bad row, with file, row and column; good rows are not held up by bad ones.
    """
    header, rows = _csv(path)
    definition, events, problems = campaign.definition, list[dict[str, Any]](), list[str]()
    goals = [o.name for o in definition.objectives]
    names = [p.name for p in definition.space.parameters]
    if missing := [g for g in goals if g not in header] or (
        [] if "id" in header else [n for n in names if n not in header]
    ):
        raise InputError(f"no column {missing[0]!r}", where=str(path), expected=", ".join(["id", *names, *goals]))
    for number, row in rows:
        values = {g: row[g] for g in goals}
        if not any(values.values()):
            continue
        known, note = [*campaign.events, *events], row.get("note", "")
        try:
            if row.get("id"):
                event = live.record(definition, known, row["id"], values, note)
            else:
                event = live.record_point(definition, known, {n: row[n] for n in names}, values, note)
        except (InputError, KeyError) as error:
            problems.append(f"{path.name}, row {number}: {error}")
            continue
        events.append(event)
    return events, problems


def export_csv(campaign: LiveCampaign) -> str:
    """Write the experiments as they stand as CSV."""
    definition = campaign.definition
    names, goals = [p.name for p in definition.space.parameters], [o.name for o in definition.objectives]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", *names, *goals, "status", "source", "reason", "predicted", "sd", "note", "recorded_at"])
    for e in live.fold(definition, campaign.events):
        values = [e.values.get(g, "") for g in goals]
        told = ["" if v is None else v for v in (e.mean, e.sd)]
        row = [e.id, *(e.parameters[n] for n in names), *values, e.status, e.source, e.reason, *told, e.note]
        writer.writerow([*row, e.recorded_at])
    return out.getvalue()


def store_outcome(campaign: LiveCampaign) -> Outcome:
    """Return the campaign as nodes and edges for the store."""
    definition, found = campaign.definition, live.fold(campaign.definition, campaign.events)
    done = [e for e in found if e.status == "done"]
    entropy = dict(zip((e.id for e in done), live.entropies(definition.space, done), strict=True))
    first, best = definition.objectives[0], -float("inf")
    told = live.status(definition, campaign.events)
    props: dict[str, Any] = {
        "name": definition.name,
        "method": definition.method,
        "seed": definition.seed,
        "initial": definition.initial,
        "group": definition.id,
        "goal": first.direction,
        "objectives": ", ".join(o.name for o in definition.objectives),
        "space": json.dumps(definition.space.record(), ensure_ascii=False),
        "count": len(done),
        "live": True,
        "status": "running",
    }
    if told["best"] is not None:
        props["best"] = told["best"]["values"][first.name]
        props |= {f"entropy_{k}": v for k, v in told["entropy"].items()}
    nodes, edges = [Node("Campaign", definition.id, props)], []
    for index, e in enumerate(found, 1):
        key = digest(definition.id, e.id)
        row: dict[str, Any] = {
            "index": index,
            "parameters": json.dumps(e.parameters, ensure_ascii=False),
            "values": json.dumps(dict(e.values)),
            "status": e.status,
            "source": e.source,
            "reason": e.reason,
            "note": e.note,
        }
        if e.mean is not None and e.sd is not None:
            row |= {"predicted_mean": e.mean, "predicted_low": e.mean - 1.96 * e.sd}
            row["predicted_high"] = e.mean + 1.96 * e.sd
        if e.status == "done":
            best = max(best, first.utility(e.values[first.name]))
            row |= {"value": e.values[first.name], "recorded_at": e.recorded_at}
            row |= {f"entropy_{k}": v for k, v in entropy[e.id].items()}
            if first.target is None:
                row["best_so_far"] = best if first.direction == "max" else -best
        nodes.append(Node("Experiment", key, row))
        edges.append(Edge("IN_CAMPAIGN", ("Experiment", key), ("Campaign", definition.id)))
    return Outcome({"campaign": definition.id}, nodes, edges)


def _csv(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    if not path.is_file():
        raise MissingFileError("no such file", where=str(path))
    try:
        lines = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError("not a CSV file in UTF-8", where=str(path)) from error
    if len(lines) < 2 or len(lines[0]) < 2:
        raise InputError("too few rows or columns", where=str(path), expected="a header and rows")
    header = [h.strip() for h in lines[0]]
    rows = []
    for number, line in enumerate(lines[1:], 2):
        if not line:
            continue
        if len(line) != len(header):
            raise MalformedRowError(
                f"{len(line)} columns", where=f"{path.name}, row {number}", expected=f"{len(header)}"
            )
        rows.append((number, {h: v.strip() for h, v in zip(header, line, strict=True)}))
    return header, rows


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _write(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, "utf-8")
    part.replace(path)
