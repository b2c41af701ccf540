"""Commands of `hypograph campaign` for a laboratory's own campaign, kept as a folder and in the store."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hypograph.flows.cli.common import JsonFlag, SeedOption, emit, say, table
from hypograph.models.core.errors import InputError

if TYPE_CHECKING:
    from hypograph.graph import GraphStore
    from hypograph.graph.campaigns.folder import CampaignFolder

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Folder = Annotated[Path, typer.Argument(help="The campaign's folder.")]
Store = Annotated[bool, typer.Option("--store/--no-store", help="Also keep the campaign in the graph store.")]
Note = Annotated[str, typer.Option(help="A remark to keep beside it.")]


@app.command("new", help="Begin a campaign in a folder, from a space in TOML or from a CSV table.")
def new(
    folder: Folder,
    space: Annotated[
        Path, typer.Option(help="TOML with [[parameters]] and [[objectives]], or a CSV to infer them from.")
    ],
    objective: Annotated[
        list[str] | None, typer.Option(help="max:COLUMN, min:COLUMN or target=NUMBER:COLUMN; several where repeated.")
    ] = None,
    method: Annotated[str | None, typer.Option(help="random, sobol, bo, llm or hybrid.")] = None,
    initial: Annotated[int | None, typer.Option(min=1, help="Points before the surrogate is believed.")] = None,
    replicates: Annotated[int | None, typer.Option(min=1, help="Experiments of each suggested point.")] = None,
    results: Annotated[bool, typer.Option("--results", help="Take the CSV's rows as results.")] = False,
    seed: SeedOption = 0,
    store: Store = True,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.campaigns import laboratory as files
    from hypograph.graph.campaigns import folder as folders

    inferred = space.suffix == ".csv"
    if results and not inferred:
        raise InputError("no results here", where=str(space), expected="a CSV with --results")
    record = files.infer_definition(space, objective or ()) if inferred else files.read_definition(space)
    if objective and not inferred:
        record["objectives"] = [files.objective_from(text) for text in objective]
    record |= {
        k: v for k, v in (("method", method), ("initial", initial), ("replicates", replicates)) if v is not None
    } | {"seed": seed}
    campaign = folders.create(folder, record)
    if results:
        _add_rows(campaign, space)
    with _opened(store) as graph:
        _finish(campaign, graph)
    _show(campaign, as_json)


@app.command("suggest", help="Suggest the next experiments, each with its reason and what is expected of it.")
def suggest(
    folder: Folder,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1536, help="How many: a plate is one call.")] = 1,
    method: Annotated[str, typer.Option(help="Another method than the campaign's, for this once.")] = "",
    entropy_target: Annotated[
        float | None, typer.Option(min=0, max=1, help="Keep the entropy of exploration at this or above.")
    ] = None,
    repeat: Annotated[str, typer.Option(help="Ask for this experiment again instead.")] = "",
    store: Store = True,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.campaigns.laboratory import suggest as suggest_events
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.graph.campaigns import folder as folders
    from hypograph.models.campaigns.laboratory import events as live

    settings = load_settings()
    with folders.changing(folder) as campaign, _opened(store) as graph:
        if repeat:
            events = live.repeat(campaign.definition, campaign.events, repeat, count)
            campaign.append(events)
        else:
            events = suggest_events(campaign, count, settings, graph, method=method, entropy_target=entropy_target)
        _finish(campaign, graph)
    wanted = count if repeat else count * campaign.definition.replicates
    shown = [_suggestion(e) for e in events]
    if len(shown) < wanted:
        say(f"only {len(shown)} of {wanted}: the space has no more")
    names = list(shown[0]["parameters"])
    rows = [
        (s["id"], *(s["parameters"][n] for n in names), _range(s["predicted"]), s["source"], s["reason"]) for s in shown
    ]
    document = {"campaign": campaign.definition.id, "suggestions": shown}
    emit(document, as_json, table(("id", *names, "expected (95%)", "source", "reason"), rows))


@app.command("record", help="Record outcomes: one by its id, or many from a CSV.")
def record(
    folder: Folder,
    id: Annotated[str, typer.Argument(help="The experiment; leave out with --csv.")] = "",
    value: Annotated[
        list[str] | None, typer.Option("--value", help="The outcome; NAME=NUMBER where there are several.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Outcomes by the column id, or by the parameters' columns.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="The experiment gave no outcome.")] = False,
    note: Note = "",
    store: Store = True,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.graph.campaigns import folder as folders
    from hypograph.models.campaigns.laboratory import events as live

    if (csv is None) == (not id):
        raise InputError("what is to be recorded?", expected="an experiment's id, or --csv FILE")
    problems: list[str] = []
    with folders.changing(folder) as campaign:
        if csv is not None:
            problems = _add_rows(campaign, csv)
        elif failed:
            campaign.append([live.fail(campaign.definition, campaign.events, id, note)])
        else:
            values = _values(value or [], [o.name for o in campaign.definition.objectives])
            campaign.append([live.record(campaign.definition, campaign.events, id, values, note)])
    with _opened(store) as graph:
        _finish(campaign, graph)
    _show(campaign, as_json, problems)
    if problems:
        raise InputError(f"{len(problems)} rows were not recorded", where=str(csv), expected="see above")


@app.command("undo", help="Take an outcome back, or withdraw a suggestion; the history keeps both.")
def undo(
    folder: Folder,
    id: Annotated[str, typer.Argument(help="The experiment.")],
    note: Note = "",
    store: Store = True,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.graph.campaigns import folder as folders
    from hypograph.models.campaigns.laboratory import events as live

    with folders.changing(folder) as campaign:
        campaign.append([live.undo(campaign.definition, campaign.events, id, note)])
    with _opened(store) as graph:
        _finish(campaign, graph)
    _show(campaign, as_json)


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


def _add_rows(campaign: CampaignFolder, path: Path) -> list[str]:
    from hypograph.flows.campaigns.laboratory import events_from_csv

    events, problems = events_from_csv(campaign, path)
    campaign.append(events)
    for problem in problems:
        say(problem)
    say(f"{len(events)} outcomes recorded")
    return problems


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


def _range(predicted: dict[str, float] | None) -> str | None:
    return None if predicted is None else f"{predicted['mean']:.4g} ({predicted['low']:.4g} to {predicted['high']:.4g})"


def _show(campaign: CampaignFolder, as_json: bool, problems: list[str] | None = None) -> None:
    from hypograph.models.campaigns.laboratory import progress

    found = progress.status(campaign.definition, campaign.events)
    if problems is not None:
        found["problems"] = problems
    counts = ", ".join(f"{found[k]} {k}" for k in ("done", "pending", "failed", "withdrawn"))
    text = f"{found['name']} ({found['method']}): {counts}"
    if found["best"]:
        point = ", ".join(f"{k}={v}" for k, v in found["best"]["parameters"].items())
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
