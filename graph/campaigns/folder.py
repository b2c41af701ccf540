"""A laboratory's campaign as a folder, which is the truth, and as nodes in the store, which follow it.

The folder holds plain text that any program reads in years: ``campaign.json`` (the definition, with its
format number), ``events.jsonl`` (everything that happened, one JSON object a line, only ever appended to) and
``experiments.csv`` (as things stand; written anew after each change). The command line, the pages and the
flow all change a campaign in the same way::

    with changing(folder) as campaign:
        campaign.append([live.record(campaign.definition, campaign.events, "e3", {"yield": 71.5})])
    keep(store, campaign)
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypograph.graph.campaigns.outcomes import learn
from hypograph.graph.records.settings import parameter_records
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory import progress
from hypograph.models.campaigns.laboratory.edits import edited
from hypograph.models.core.errors import DiskError, InputError, MalformedRowError, MissingFileError
from hypograph.models.core.keys import digest
from hypograph.models.core.locks import file_lock
from hypograph.models.core.records import Edge, Node, Outcome, Unit
from hypograph.models.core.tabular import guarded

if TYPE_CHECKING:
    from hypograph.graph.store.store import GraphStore

NEW_HINT = "`hypograph campaign new` begins one."


@dataclass
class CampaignFolder:
    """A campaign's folder, read.

    Attributes
    ----------
    base
        The definition that the campaign began with, as ``campaign.json`` holds it.
    definition
        The definition as it stands after all edits.
    notices
        What the reader should be told of the folder, such as a line that a crash cut off.
    """

    folder: Path
    base: live.Definition
    events: list[dict[str, Any]]
    notices: list[str] = field(default_factory=list)
    definition: live.Definition = field(init=False)

    def __post_init__(self) -> None:
        self.definition = edited(self.base, self.events)

    def append(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Add events to the history and write the table of experiments anew; call it inside `changing`.

        A last line that a crash cut off is taken out, so that the next event starts on a line of its own.

        Raises
        ------
        InputError
            If an event does not fit what happened before.
        DiskError
            If the folder cannot be written.
        """
        at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        rows = [{**e, "at": at} for e in events]
        definition = edited(self.base, [*self.events, *rows])
        live.fold(definition, [*self.events, *rows])
        try:
            _mend(self.folder / "events.jsonl")
            with (self.folder / "events.jsonl").open("a", encoding="utf-8") as file:
                file.write("".join(json.dumps(r, ensure_ascii=False, allow_nan=False) + "\n" for r in rows))
                file.flush()
                os.fsync(file.fileno())
            self.events += rows
            self.definition = definition
            _write(self.folder / "experiments.csv", export_csv(self))
        except OSError as error:
            raise DiskError(f"could not write ({error.strerror})", where=str(self.folder)) from error


def create(folder: Path, record: Mapping[str, Any]) -> CampaignFolder:
    """Begin a campaign in a new or empty folder.

    Raises
    ------
    InputError, SpaceError
        If there is a campaign already, or the definition cannot be read.
    DiskError
        If the folder cannot be written.
    """
    _refuse_another(folder)
    named = {"name": folder.absolute().name, **record}
    read = live.definition_from(named)
    definition = replace(read, id=digest("live campaign", read.record(), str(datetime.now(UTC))))
    text = json.dumps(definition.record(), ensure_ascii=False, indent=1) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file_lock(folder / ".lock"):
            _refuse_another(folder)  # begun by another program meanwhile
            _write(folder / "campaign.json", text)
            found = CampaignFolder(folder, definition, [])
            found.append([])
    except OSError as error:
        raise DiskError(f"could not write ({error.strerror})", where=str(folder)) from error
    return found


def _refuse_another(folder: Path) -> None:
    if (folder / "campaign.json").exists():
        raise InputError("there is a campaign already", where=str(folder), hint="Choose another folder.")


@contextlib.contextmanager
def changing(folder: Path) -> Iterator[CampaignFolder]:
    """Read a campaign and hold it, so that two programs do not suggest or record at once.

    Raises
    ------
    MissingFileError, MalformedRowError, InputError
        As `load`.
    """
    if not (folder / "campaign.json").is_file():
        raise MissingFileError("no campaign here", where=str(folder), expected="campaign.json", hint=NEW_HINT)
    with file_lock(folder / ".lock"):
        yield load(folder)


def load(folder: Path) -> CampaignFolder:
    """Read a campaign's folder without changing it; a last line cut off by a crash is left out.

    Raises
    ------
    MissingFileError, MalformedRowError, InputError
        If there is none, or a line cannot be read.
    """
    path = folder / "campaign.json"
    if not path.is_file():
        raise MissingFileError("no campaign here", where=str(folder), expected="campaign.json", hint=NEW_HINT)
    try:
        definition = live.definition_from(json.loads(path.read_text("utf-8")))
    except (ValueError, AttributeError) as error:
        raise InputError(f"not a campaign ({error})", where=str(path)) from error
    history = folder / "events.jsonl"
    *lines, last = _text(history).split("\n")
    events, notices = [], list[str]()
    for number, line in enumerate(lines, 1):
        event = _event(line)
        if event is None:
            raise MalformedRowError(
                "not a JSON object",
                where=f"{history}, line {number}",
                hint="Put the line right, or take it out if it never happened.",
            )
        events.append(event)
    if last and (event := _event(last)) is not None:
        events.append(event)
    elif last:
        notices.append(_cut_off(history, len(lines) + 1))
    found = CampaignFolder(folder, definition, events, notices)
    live.fold(found.definition, events)
    return found


def export_csv(campaign: CampaignFolder) -> str:
    """Write the experiments as they stand as CSV."""
    definition = campaign.definition
    names, goals = [p.name for p in definition.space.parameters], [o.name for o in definition.objectives]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    head = ["id", *names, *goals, "status", "source", "reason", "predicted", "sd", "note", "recorded_at"]
    writer.writerow([guarded(cell) for cell in head])
    for e in live.fold(definition, campaign.events):
        values = [e.values.get(g, "") for g in goals]
        told = ["" if v is None else v for v in (e.mean, e.sd)]
        row = [e.id, *(e.parameters[n] for n in names), *values, e.status, e.source, e.reason, *told, e.note]
        writer.writerow([guarded(cell) for cell in (*row, e.recorded_at)])
    return out.getvalue()


def keep(store: GraphStore, campaign: CampaignFolder) -> None:
    """Bring the store up to date with the folder; what was undone is taken out of the store too.

    Raises
    ------
    StoreError
        If the store cannot be written; the folder has everything, and the next change brings the store along.
    """
    from hypograph.graph.queries import campaigns as queries

    key = digest("live campaign", campaign.definition.id, campaign.events)
    if store.has_unit(key):
        return
    store.run_command(queries.FORGET_OUTCOMES, campaign=campaign.definition.id)
    store.commit(Unit(key, "live campaign", outcome(campaign)))
    # What a campaign tests hears of every result, whoever recorded it.
    learn(store, campaign.definition, campaign.events)


def folder_of(store: GraphStore, campaign: str) -> Path:
    """Find the folder of a campaign in the store, by its id.

    Raises
    ------
    InputError
        If the store has no such campaign.
    MissingFileError
        If its folder is not on this machine.
    """
    from hypograph.graph.queries import campaigns as queries

    rows = store.read(queries.LIVE_FOLDER, campaign=campaign)
    if not rows or not rows[0]["folder"]:
        raise InputError("no laboratory campaign of this id", where=campaign)
    folder = Path(rows[0]["folder"])
    if not (folder / "campaign.json").is_file():
        raise MissingFileError(
            "the campaign's folder is not on this machine",
            where=str(folder),
            hint="Record where the folder is, or move it back.",
        )
    return folder


def outcome(campaign: CampaignFolder) -> Outcome:
    """Return the campaign as nodes and edges for the store."""
    definition, rows = campaign.definition, progress.progress(campaign.definition, campaign.events)
    first, told = definition.objectives[0], progress.status(definition, campaign.events)
    props: dict[str, Any] = {
        "name": definition.name,
        "method": definition.method,
        "seed": definition.seed,
        "initial": definition.initial,
        "group": definition.id,
        "goal": first.direction,
        "objectives": ", ".join(o.name for o in definition.objectives),
        "space": json.dumps(definition.space.record(), ensure_ascii=False),
        "definition": json.dumps(definition.record(), ensure_ascii=False),
        "events": [json.dumps(e, ensure_ascii=False) for e in campaign.events],
        "folder": str(campaign.folder.absolute()),
        "count": told["done"],
        "live": True,
        "status": "running",
    }
    if campaign.events:
        props |= {"created_at": campaign.events[0].get("at", ""), "updated_at": campaign.events[-1].get("at", "")}
    if told["best"] is not None:
        props["best"] = told["best"]["values"][first.name]
        props |= _entropy(told["entropy"])
    nodes, edges = [Node("Campaign", definition.id, props)], []
    units = {p.name: p.unit for p in definition.space.parameters}
    for index, row in enumerate(rows, 1):
        key, e = digest(definition.id, row.experiment.id), row.experiment
        found: dict[str, Any] = {
            "index": index,
            "parameters": json.dumps(e.parameters, ensure_ascii=False),
            "values": json.dumps(dict(e.values)),
            "status": e.status,
            "source": e.source,
            "reason": e.reason,
            "note": e.note,
        }
        if e.mean is not None and e.sd is not None:
            found |= {"predicted_mean": e.mean, "predicted_low": e.mean - 1.96 * e.sd}
            found["predicted_high"] = e.mean + 1.96 * e.sd
        if e.status == "done":
            found |= {"value": e.values[first.name], "recorded_at": e.recorded_at, "best_so_far": row.best_so_far}
            found |= _entropy(row.entropy)
        nodes.append(Node("Experiment", key, found))
        edges.append(Edge("IN_CAMPAIGN", ("Experiment", key), ("Campaign", definition.id)))
        settings, ties = parameter_records(("Experiment", key), e.parameters, units)
        nodes += settings
        edges += ties
    return Outcome({"campaign": definition.id}, nodes, edges)


def _entropy(found: Mapping[str, float] | None) -> dict[str, float]:
    return {f"entropy_{k.removesuffix('_to_random')}": v for k, v in (found or {}).items()}


def _event(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _mend(history: Path) -> None:
    """Make the history end with a whole line."""
    text = _text(history)
    whole, end, last = text.rpartition("\n")
    if last:
        _write(history, text + "\n" if _event(last) is not None else whole + end)


def _cut_off(history: Path, number: int) -> str:
    return f"{history}, line {number}: cut off, as by a crash while it was written; enter what it said again."


def _text(history: Path) -> str:
    try:
        return history.read_text("utf-8", errors="replace") if history.is_file() else ""
    except OSError as error:
        raise DiskError(f"could not read ({error.strerror})", where=str(history)) from error


def _write(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, "utf-8")
    part.replace(path)
