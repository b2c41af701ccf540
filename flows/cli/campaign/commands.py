"""`hypograph campaign`: benchmark and compare methods on tables."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hypograph.flows.cli.campaign.laboratory import app as live_app
from hypograph.flows.cli.common import JsonFlag, SeedOption, Spoken, emit, say, table
from hypograph.models.campaigns.optimizers.registry import names
from hypograph.models.core.documents.campaigns import Benchmarked
from hypograph.models.core.errors import InputError
from hypograph.models.core.progress import listening

if TYPE_CHECKING:
    from hypograph.graph import GraphStore
    from hypograph.models.core.protocols import OptionScorer, Planner

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def campaign() -> None:
    """Optimization campaigns: run your own, benchmark methods on tables, compare them."""


app.add_typer(live_app)


@app.command("benchmark", help="Run methods on one table from common starts; random is the yardstick.")
def benchmark(
    table_name: Annotated[str, typer.Option("--table", help="A CSV file or the name of a packaged table.")],
    method: Annotated[str, typer.Option(help=f"{names()}; several by commas.")] = "random,bo",
    budget: Annotated[int, typer.Option(min=2, help="Experiments in all.")] = 20,
    initial: Annotated[int, typer.Option(min=2, help="Random experiments among them.")] = 5,
    seeds: Annotated[
        int | None, typer.Option(min=1, max=10_000, help="Replicates a method; default 50, or all that are given.")
    ] = None,
    starts: Annotated[
        Path | None, typer.Option(help="Trajectories whose first experiments, and seeds, are taken.")
    ] = None,
    descriptors: Annotated[
        str, typer.Option(help="auto, none, rdkit, mordred, fingerprints, or a file of structures or vectors.")
    ] = "auto",
    exchange_descriptors: Annotated[
        bool, typer.Option("--exchange-descriptors", help="Give each option another one's descriptors: a control.")
    ] = False,
    expert: Annotated[str | None, typer.Option(help="informative:R, permuted, adversarial or model.")] = None,
    objective: Annotated[str | None, typer.Option(help="max:COLUMN or min:COLUMN; default: the last column.")] = None,
    parameters: Annotated[str, typer.Option(help="Parameter columns by commas; default: all others.")] = "",
    blind: Annotated[bool, typer.Option("--blind", help="Hide option names from the model.")] = False,
    exchange: Annotated[
        bool, typer.Option("--exchange", help="Show the model each option under another one's name.")
    ] = False,
    permute: Annotated[bool, typer.Option("--permute", help="Shuffle the outcomes.")] = False,
    trajectories: Annotated[Path | None, typer.Option(help="Write every campaign to this JSON-lines file.")] = None,
    seed: SeedOption = 0,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.campaigns import benchmark as bench
    from hypograph.flows.readers.reaction_tables import find_table

    found = find_table(table_name, objective, [p.strip() for p in parameters.split(",") if p.strip()])
    given = () if starts is None else bench.read_starts(starts, found, initial)[:seeds]
    plan = bench.Plan(
        budget, initial, len(given) or seeds or 50, seed, expert, blind, permute, exchange, given, descriptors,
        exchange_descriptors,
    )  # fmt: skip
    methods = [m.strip() for m in method.split(",") if m.strip()]
    with _model(expert) as (scorer, planner):
        document, picks = bench.benchmark(found, methods, plan, scorer, planner, say)
    if trajectories is not None:
        _write(trajectories, bench.trajectories(found, plan, picks))
        say(f"trajectories: {trajectories}")
    emit(document, as_json, _benchmark_text(document))


@app.command("compare", help="Compare methods or campaigns: how much better, and how sure.")
def compare(
    campaigns: Annotated[
        list[str],
        typer.Argument(
            help="Trajectory files, folders of campaigns, or the id, group, name or method of campaigns in the store."
        ),
    ],
    region: Annotated[float, typer.Option(min=0, help="Differences below this many percent count as none.")] = 1.0,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.campaigns.compare import compare as compare_runs
    from hypograph.flows.campaigns.runs import read_runs

    with _store_for(campaigns) as store, listening(Spoken()):
        runs = read_runs(campaigns, store)
    document = compare_runs(runs, region=region)
    if any(b["most"] > document["budget"] for b in document["budgets"].values()):
        lengths = ", ".join(f"{m} {b['least']}–{b['most']}" for m, b in document["budgets"].items())
        say(f"budgets differ ({lengths} experiments): compared over the first {document['budget']}")
    rows = [
        (
            f"{p['a']} against {p['b']}",
            p["difference"]["mean"],
            f"{p['difference']['low']:.2f} to {p['difference']['high']:.2f}",
            p["probability_a_better"],
            p["equivalent"],
            p["cliffs_delta"],
            f"{p['p_mann_whitney']:.2g}",
        )
        for p in document["pairs"]
    ]
    header = (
        "pair",
        "difference",
        "95% interval",
        "P(better)",
        "P(equivalent)",
        "Cliff's delta",
        "p (Mann-Whitney)",
    )
    emit(document, as_json, table(header, rows))


@app.command("tables", help="Name the reaction tables that ship with the package.")
def tables(as_json: JsonFlag = False) -> None:
    from hypograph.flows.readers.reaction_tables import packaged_names, packaged_table

    found = [packaged_table(n) for n in packaged_names()]
    rows: list[dict[str, Any]] = [
        {
            "name": t.name,
            "rows": len(t.pool),
            "options": [int(n) for n in t.sizes],
            "objective": t.objective,
            "origin": t.origin,
        }
        for t in found
    ]
    shown = [(r["name"], r["rows"], " x ".join(map(str, r["options"])), r["objective"]) for r in rows]
    emit({"tables": rows}, as_json, table(("name", "rows", "options", "objective"), shown))


@contextlib.contextmanager
def _store_for(names: list[str]) -> Iterator[GraphStore | None]:
    """Open the store where a name is neither a file nor a folder."""
    if all(Path(n).exists() for n in names):
        yield None
        return
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.graph import open_store

    with open_store(load_settings().store_config()) as store:
        yield store


@contextlib.contextmanager
def _model(expert: str | None) -> Iterator[tuple[OptionScorer | None, Planner | None]]:
    """Open the configured model where it is asked for, as what rates options and what plans."""
    if expert != "model":
        yield None, None
        return
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.runtime.sources import open_knowledge
    from hypograph.models.core.knowledge_free import if_informed

    with open_knowledge(load_settings(), None) as knowledge:
        yield if_informed(knowledge.sources.scorer), if_informed(knowledge.sources.planner)


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    part = path.with_name(path.name + ".part")
    try:
        part.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(f"cannot be written ({error.strerror})", where=str(path)) from error


def _benchmark_text(document: Benchmarked) -> str:
    rows = [
        (
            m["method"],
            f"{m['best']['mean']:.1f} ± {m['best']['sd']:.1f}",
            m["best"]["median"],
            m["auc"],
            m["reached_95"],
            m["time_to_95"],
            m["entropy"]["published"],
            m["entropy"]["corrected"],
            m["entropy"]["relative_to_random"],
            f"{m['seconds_per_campaign']:.3f}",
        )
        for m in document["methods"]
    ]
    header = ("method", "best % (mean ± sd)", "median", "mean best so far", "reached 95%", "time to 95%")
    title = (
        f"{document['table']}: {document['seeds']} campaigns of {document['budget']} experiments, "
        f"{document['initial']} initial"
    )
    return table((*header, "entropy", "corrected", "relative", "s a campaign"), rows, title)
