"""Commands of `hypograph campaign` for a laboratory's own campaign, kept as a folder and in the store."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hypograph.flows.cli.campaign.text import (
    awaited_text,
    insight_text,
    interval_text,
    reading_from,
    refuse_problems,
    say_recorded,
    say_understood,
    show_understood,
    understood_lines,
    weighable,
)
from hypograph.flows.cli.common import JsonFlag, emit, say, table
from hypograph.models.campaigns.optimizers.registry import names
from hypograph.models.core.errors import InputError

if TYPE_CHECKING:
    from hypograph.graph import GraphStore
    from hypograph.graph.campaigns.folder import CampaignFolder

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Folder = Annotated[Path, typer.Argument(help="The campaign's folder.")]
Store = Annotated[bool, typer.Option("--store/--no-store", help="Also keep the campaign in the graph store.")]
Parameters = Annotated[str, typer.Option(help="Columns that are parameters, by commas; default: all but records.")]
Types = Annotated[str, typer.Option(help="NAME=number, text or range (any number from lowest to highest), by commas.")]
Columns = Annotated[str, typer.Option(help="NAME=HEADER by commas, where the table calls something otherwise.")]
DecimalMark = Annotated[str, typer.Option("--decimal", help="comma or point; default: as each column shows.")]
Note = Annotated[str, typer.Option(help="A remark to keep beside it.")]


@app.command("new", help="Begin a campaign in a folder, from a space in TOML or from a table.")
def new(
    folder: Folder,
    sheet: Annotated[
        Path | None,
        typer.Argument(help="A table of yours: short for --space TABLE --results.", metavar="TABLE"),
    ] = None,
    space: Annotated[
        Path | None,
        typer.Option(help="TOML with [[parameters]] and [[objectives]], or a table (CSV, workbook) to infer them."),
    ] = None,
    hypothesis: Annotated[
        str, typer.Option(help="Id of a hypothesis to test: the space is what it states, the objective its prediction.")
    ] = "",
    objective: Annotated[
        list[str] | None, typer.Option(help="max:COLUMN, min:COLUMN or target=NUMBER:COLUMN; several where repeated.")
    ] = None,
    method: Annotated[str | None, typer.Option(help=f"One of {names()}.")] = None,
    initial: Annotated[int | None, typer.Option(min=1, help="Points before the surrogate is believed.")] = None,
    replicates: Annotated[int | None, typer.Option(min=1, help="Experiments of each suggested point.")] = None,
    results: Annotated[bool, typer.Option("--results", help="Take the table's rows as results.")] = False,
    parameters: Parameters = "",
    types: Types = "",
    columns: Columns = "",
    decimal: DecimalMark = "",
    descriptors: Annotated[
        str, typer.Option(help="auto, none, rdkit, mordred, fingerprints, or a file of structures or vectors.")
    ] = "",
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of every random choice; default: the file's.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is understood and write nothing.")] = False,
    store: Store = True,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.campaigns import laboratory as files

    if sheet is not None:
        if space is not None:
            raise InputError("two spaces are given", where=str(sheet), expected=f"this one or --space {space}")
        space, results = sheet, sheet.suffix.lower() != ".toml"
    if (space is None) == (not hypothesis):
        raise InputError(
            "give a table, a space or a hypothesis",
            where="campaign new",
            expected="a table behind the folder, --space or --hypothesis",
        )
    given = (("method", method), ("initial", initial), ("replicates", replicates), ("seed", seed))
    settings = {k: v for k, v in given if v is not None}
    if space is None:
        with _opened(True) as graph:
            _test(graph, folder, hypothesis, settings, dry_run, as_json)
        return
    reading = reading_from(objective or (), parameters, types, columns, decimal)
    if dry_run:
        show_understood(files.preview(space, reading, descriptors), as_json)
        return
    begun = files.begin(folder, space, reading, settings=settings, results=results, descriptors=descriptors, tell=say)
    if begun.understood is not None:
        say_understood(begun.understood)
    if begun.untaken:
        command = shlex.join(["hypograph", "campaign", "record", str(folder), "--csv", str(space)])
        say(f"{begun.untaken} rows hold outcomes, which are not taken; take them with `{command}`")
    problems = None if begun.recorded is None else say_recorded(begun.recorded, space)
    with _opened(store) as graph:
        _finish(begun.campaign, graph)
    _show(begun.campaign, as_json, problems)
    refuse_problems(problems, space)


def _test(
    graph: GraphStore | None, folder: Path, hypothesis: str, settings: dict[str, Any], dry_run: bool, as_json: bool
) -> None:
    """Begin a campaign that tests a hypothesis of the graph, or say what it would be."""
    from hypograph.flows.campaigns import laboratory as files
    from hypograph.graph.campaigns.folder import create
    from hypograph.graph.campaigns.outcomes import begin_test, definition_for, hypothesis_of
    from hypograph.models.campaigns.laboratory.definition import definition_from

    if graph is None:
        raise InputError("a hypothesis is looked up in the graph", where="--hypothesis")
    found = hypothesis_of(graph, hypothesis)
    record = {"name": folder.name, **definition_for(found), **settings}
    if dry_run:
        show_understood(files.space_document(definition_from(record)), as_json)
        return
    campaign = create(folder, record)
    _finish(campaign, graph)
    begin_test(graph, campaign.definition.id, str(found["id"]))
    _show(campaign, as_json, None)


@app.command("suggest", help="Suggest the next experiments, each with its reason and what is expected of it.")
def suggest(
    folder: Folder,
    count: Annotated[
        int | None,
        typer.Option("--count", "-n", min=1, max=1536, help="How many: a plate is one call. Default: a plate, or 1."),
    ] = None,
    method: Annotated[str, typer.Option(help="Another method than the campaign's, for this once.")] = "",
    entropy_target: Annotated[
        float | None, typer.Option(min=0, max=1, help="Keep the entropy of exploration at this or above.")
    ] = None,
    repeat: Annotated[str, typer.Option(help="Ask for this experiment again instead.")] = "",
    learn_from: Annotated[
        list[Path] | None,
        typer.Option(help="An earlier campaign's folder or a table of results: what it says of options, if borne out."),
    ] = None,
    store: Store = True,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.campaigns.laboratory import suggest as suggest_events
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.graph.campaigns import folder as folders
    from hypograph.models.campaigns.laboratory import events as live

    settings = load_settings()
    with folders.changing(folder) as campaign, _opened(store) as graph:
        plate = campaign.definition.plate
        awaited = [e.id for e in live.fold(campaign.definition, campaign.events) if e.status == "pending"]
        count = count or (1 if repeat or plate is None else max(plate.points(campaign.definition.replicates), 1))
        if repeat:
            events = live.repeat(campaign.definition, campaign.events, repeat, count)
            campaign.append(events)
        else:
            events = suggest_events(
                campaign, count, settings, graph, method=method, entropy_target=entropy_target, earlier=learn_from or ()
            )
        _finish(campaign, graph)
    wanted = count if repeat else count * campaign.definition.replicates
    shown = [_suggestion(e) for e in events]
    if len(shown) < wanted:
        say(f"only {len(shown)} of {wanted}: the space has no more")
    if awaited:
        say(awaited_text(awaited))
    names = list(shown[0]["parameters"])
    rows = [
        (
            s["id"],
            *(weighable(s["parameters"][n]) for n in names),
            interval_text(s["predicted"]),
            s["source"],
            s["reason"],
        )
        for s in shown
    ]
    document = {"campaign": campaign.definition.id, "suggestions": shown, "awaited": awaited}
    emit(document, as_json, table(("id", *names, "expected (95%)", "source", "reason"), rows))


@app.command("record", help="Record outcomes: one by its id, or many from a table.")
def record(
    folder: Folder,
    id: Annotated[str, typer.Argument(help="The experiment; leave out with --csv.")] = "",
    value: Annotated[
        list[str] | None, typer.Option("--value", help="The outcome; NAME=NUMBER where there are several.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="A table (CSV, workbook) of outcomes by the column id, or by the parameters.")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="The experiment gave no outcome.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Take rows that are recorded already as new experiments.")
    ] = False,
    columns: Columns = "",
    decimal: DecimalMark = "",
    note: Note = "",
    store: Store = True,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.campaigns import laboratory as files
    from hypograph.flows.readers.tabular import read_table
    from hypograph.graph.campaigns import folder as folders
    from hypograph.models.campaigns.laboratory import events as live

    if (csv is None) == (not id):
        raise InputError("what is to be recorded?", expected="an experiment's id, or --csv FILE")
    if failed and value:
        raise InputError("a failed experiment has no outcome", where="--failed, --value", expected="one of them")
    if csv is not None and (failed or value):
        raise InputError("the table holds the outcomes", where="--csv", expected="neither --value nor --failed")
    recorded = None
    with folders.changing(folder) as campaign:
        if csv is not None:
            reading = reading_from((), "", "", columns, decimal)
            recorded = files.record_table(campaign, read_table(csv), reading, again=again)
        elif failed:
            campaign.append([live.fail(campaign.definition, campaign.events, id, note)])
        else:
            values = _values(value or [], [o.name for o in campaign.definition.objectives])
            campaign.append([live.record(campaign.definition, campaign.events, id, values, note)])
    problems = [] if recorded is None or csv is None else say_recorded(recorded, csv)
    with _opened(store) as graph:
        _finish(campaign, graph)
    _show(campaign, as_json, problems, already=0 if recorded is None else recorded.already)
    refuse_problems(problems, csv)


@app.command("undo", help="Take an outcome, a suggestion or a change of the space back; the history keeps both.")
def undo(
    folder: Folder,
    id: Annotated[str, typer.Argument(help="The experiment, or the change (edit-1).")],
    note: Note = "",
    store: Store = True,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.graph.campaigns import folder as folders
    from hypograph.models.campaigns.laboratory import edits
    from hypograph.models.campaigns.laboratory import events as live

    with folders.changing(folder) as campaign:
        if live.EDIT_ID.fullmatch(id):
            campaign.append([edits.undo_edit(campaign.base, campaign.events, id, note)])
        else:
            campaign.append([live.undo(campaign.definition, campaign.events, id, note)])
    with _opened(store) as graph:
        _finish(campaign, graph)
    _show(campaign, as_json)


@app.command("edit", help="Change the space of a running campaign; each change can be undone by its id.")
def edit(
    folder: Folder,
    add: Annotated[list[str] | None, typer.Option(help="PARAMETER=LEVEL: a further option or level.")] = None,
    drop: Annotated[list[str] | None, typer.Option(help="PARAMETER=LEVEL: not to be suggested any more.")] = None,
    low: Annotated[list[str] | None, typer.Option(help="PARAMETER=NUMBER: another lower bound.")] = None,
    high: Annotated[list[str] | None, typer.Option(help="PARAMETER=NUMBER: another upper bound.")] = None,
    fix: Annotated[list[str] | None, typer.Option(help="PARAMETER=LEVEL: this level only.")] = None,
    never: Annotated[
        list[str] | None, typer.Option(help="An experiment's id, or PARAMETER=LEVEL by semicolons: never (again).")
    ] = None,
    allow: Annotated[list[str] | None, typer.Option(help="Takes back what --never said.")] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(help="NAME=LEVEL;LEVEL;… or NAME=LOW..HIGH: a further parameter; say --had with it."),
    ] = None,
    had: Annotated[list[str] | None, typer.Option(help="NAME=LEVEL that all earlier experiments had.")] = None,
    smiles: Annotated[list[str] | None, typer.Option(help="OPTION=SMILES of an option that is added.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be understood and write nothing.")] = False,
    note: Note = "",
    store: Store = True,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.campaigns.laboratory import change_space
    from hypograph.flows.cli.campaign.changes import changes_from, new_parameters
    from hypograph.graph.campaigns import folder as folders

    given = {"add": add, "drop": drop, "low": low, "high": high, "fix": fix, "never": never, "allow": allow}
    with folders.changing(folder) as campaign:
        changes = changes_from(campaign, {k: v or [] for k, v in given.items()}, smiles or [])
        changes += new_parameters(parameter or [], had or [], smiles or [])
        document = change_space(campaign, changes, note, dry_run=dry_run, tell=say)
    if not dry_run:
        with _opened(store) as graph:
            _finish(campaign, graph)
    done = "nothing was written" if dry_run else f"{document['edit']}: undo it with `hypograph campaign undo`"
    emit(document, as_json, "\n".join([*understood_lines(document), done]))


@app.command("insight", help="Say what the results show: parameters that count, slices, predictions, when to stop.")
def insight(
    folder: Folder,
    at: Annotated[
        list[str] | None, typer.Option("--at", help="PARAMETER=LEVEL by semicolons: a point to predict.")
    ] = None,
    ahead: Annotated[int, typer.Option(min=1, max=96, help="Experiments that the stopping hint looks ahead.")] = 5,
    gain: Annotated[
        float | None, typer.Option(min=0, help="Improvement worth having; default 1% of the range seen.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.cli.campaign.changes import point_from
    from hypograph.graph.campaigns import folder as folders
    from hypograph.models.campaigns.laboratory import insight as insights

    campaign = folders.load(folder)
    points = [point_from(campaign.definition.space, text) for text in at or ()]
    document = insights.insight(campaign.definition, campaign.events, at=points, ahead=ahead, gain=gain)
    emit(document, as_json, insight_text(document))


@app.command("status", help="Say how the campaign stands.")
def status(folder: Folder, as_json: JsonFlag = False) -> None:
    from hypograph.graph.campaigns import folder as folders

    _show(folders.load(folder), as_json)


@app.command("export", help="Print the experiments as CSV, or the whole campaign with its history as JSON.")
def export(folder: Folder, as_json: JsonFlag = False) -> None:
    from hypograph.graph.campaigns import folder as folders

    campaign = folders.load(folder)
    document = {"definition": campaign.definition.record(), "events": campaign.events}
    emit(document, as_json, folders.export_csv(campaign))


@contextlib.contextmanager
def _opened(store: bool) -> Iterator[GraphStore | None]:
    """Open the graph store where one is wanted."""
    if not store:
        yield None
        return
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.graph import open_store

    with open_store(load_settings().store_config()) as graph:
        graph.ensure_schema()
        yield graph


def _finish(campaign: CampaignFolder, graph: GraphStore | None) -> None:
    """Tell what the folder has to say and bring the store up to date; without one the folder has everything."""
    from hypograph.graph.campaigns.folder import keep
    from hypograph.models.core.errors import StoreError

    for notice in campaign.notices:
        say(notice)
    if graph is None:
        return
    try:
        keep(graph, campaign)
    except StoreError as error:
        error.hint += " The folder is written; the next command brings the store up to date."
        raise


def _values(given: list[str], names: list[str]) -> dict[str, str]:
    if len(given) == 1 and "=" not in given[0] and len(names) == 1:
        return {names[0]: given[0]}
    parts = [text.rpartition("=") for text in given]
    if not given or any(not sep for _, sep, _ in parts):
        raise InputError("an outcome is missing", where="--value", expected=", ".join(f"{n}=NUMBER" for n in names))
    return {name.strip(): number for name, _, number in parts}


def _suggestion(event: dict[str, Any]) -> dict[str, Any]:
    mean, sd = event["mean"], event["sd"]
    predicted = None if mean is None else {"mean": mean, "low": mean - 1.96 * sd, "high": mean + 1.96 * sd}
    kept = {k: event[k] for k in ("id", "parameters", "source", "reason")}
    return {**kept, "predicted": predicted}


def _show(
    campaign: CampaignFolder, as_json: bool, problems: list[str] | None = None, already: int | None = None
) -> None:
    from hypograph.models.campaigns.laboratory import progress

    found = progress.status(campaign.definition, campaign.events)
    if problems is not None:
        found["problems"] = problems
    if already is not None:
        found["already"] = already
    counts = (
        f"{found['done']} done, {found['pending']} pending, {found['failed']} failed, {found['withdrawn']} withdrawn"
    )
    text = f"{found['name']} ({found['method']}): {counts}"
    if found["best"]:
        point = ", ".join(f"{k}={weighable(v)}" for k, v in found["best"]["parameters"].items())
        values = ", ".join(f"{k} {v:.4g}" for k, v in found["best"]["values"].items())
        text += f"\nbest: {found['best']['id']}, {values} with {point}"
    for other in found["front"] or ():
        values = ", ".join(f"{k} {v:.4g}" for k, v in other["values"].items())
        text += f"\non the front: {other['id']}, {values}"
    if found["awaited"]:
        more = "" if len(found["awaited"]) <= 12 else f" and {len(found['awaited']) - 12} more"
        text += f"\nawaited: {', '.join(found['awaited'][:12])}{more}"
    if found["entropy"]:
        text += f"\nentropy of exploration: {found['entropy']['published']:.2f}"
    emit(found, as_json, text)
