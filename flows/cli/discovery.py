"""`hypograph demo` and `hypograph run`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from hypograph.flows.cli.common import (
    DryRunFlag,
    JsonFlag,
    MinutesOption,
    SeedOption,
    Spoken,
    emit,
    say,
    show_estimate,
    table,
)
from hypograph.models.core.errors import InputError, MissingFileError
from hypograph.models.core.progress import listening

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

SmallFlag = Annotated[bool, typer.Option("--small", help="A fixed small subset: seconds instead of minutes.")]
SeedsOption = Annotated[int, typer.Option("--seeds", min=1, max=1000, help="Replicate campaigns a method.")]
BudgetOption = Annotated[int, typer.Option("--budget", min=2, max=10_000, help="Experiments a campaign.")]


@app.command("demo", help="Run the whole path on the data that ships with the package.")
def demo(
    context: typer.Context,
    small: SmallFlag = False,
    seed: SeedOption = 0,
    seeds: SeedsOption = 20,
    minutes: MinutesOption = None,
    dry_run: DryRunFlag = False,
    as_json: JsonFlag = False,
) -> None:
    if dry_run:
        show_estimate(context, as_json)
        return
    _run({"small": small, "seed": seed, "seeds": seeds, "fetched_model": not small, "minutes": minutes}, as_json)


@app.command("run", help="Run the whole path on your own question, papers, alloys and reaction table, each optional.")
def run(
    context: typer.Context,
    question: Annotated[str, typer.Option(help="A research question of any discipline.")] = "",
    idea: Annotated[str, typer.Option(help="A coarse idea to start from.")] = "",
    survey: Annotated[Path | None, typer.Option(help="Background survey: a text file.")] = None,
    discipline: Annotated[str, typer.Option(help="A shipped discipline, or a TOML file.")] = "chemistry",
    papers: Annotated[Path | None, typer.Option(help="Publications: JSON lines, CSV and more.")] = None,
    alloys: Annotated[Path | None, typer.Option(help="CSV with a composition and a label column.")] = None,
    table: Annotated[Path | None, typer.Option(help="CSV of a reaction table; the last column is the outcome.")] = None,
    seed: SeedOption = 0,
    seeds: SeedsOption = 20,
    budget: BudgetOption = 20,
    small: SmallFlag = False,
    minutes: MinutesOption = None,
    dry_run: DryRunFlag = False,
    as_json: JsonFlag = False,
) -> None:
    if dry_run:
        show_estimate(context, as_json)
        return
    given = {"papers": papers, "alloys": alloys, "table": table}
    if not question.strip() and not any(given.values()):
        raise InputError(
            "nothing to work on",
            expected="at least one of --question, --papers, --alloys, --table",
            hint="`hypograph demo` needs none.",
        )
    for name, path in {**given, "survey": survey}.items():
        if path is not None and not path.exists():
            raise MissingFileError("no such file", where=str(path), hint=f"It was given as --{name}.")
    from hypograph.flows.readers.disciplines import load_discipline
    from hypograph.flows.readers.inputs import read_inputs

    # Wrong input is said before any server is started.
    if any(given.values()):
        read_inputs(papers, alloys, table, tell=say)
    load_discipline(discipline)
    asked = {"question": question.strip(), "idea": idea.strip(), "discipline": discipline}
    if survey is not None:
        asked["survey"] = _survey(survey)
    _run(
        {**given, **asked, "small": small, "seed": seed, "seeds": seeds, "budget": budget, "minutes": minutes}, as_json
    )
    return


def _survey(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the file cannot be read as text ({error})", where=str(path)) from error


def _run(parameters: dict[str, Any], as_json: bool) -> None:
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.server.prefect_server import Orchestrator

    settings = load_settings()
    # Prefect's server and the graph server boot as children of this (main) thread while the imports go on.
    with Orchestrator(settings.home, settings.prefect_api_url) as orchestrator:
        imports = threading.Thread(target=_import_flow, daemon=True)
        imports.start()
        from hypograph.graph import open_store

        say(f"graph store: {settings.neo4j_uri or settings.home / 'store'}")
        with open_store(settings.store_config()):
            imports.join()
            from hypograph.flows.discovery import flow

            with orchestrator.connected(), listening(Spoken()):
                document = flow.discovery(flow.DiscoveryParameters(**parameters))
    emit(document, as_json, summary(document))


def _import_flow() -> None:
    import hypograph.flows.discovery  # noqa: F401  (fills the module cache)


def summary(document: dict[str, Any]) -> str:
    """Lay the document out as the short table that ends a run."""
    steps = document["steps"]
    done, skipped = (sum(step[k] for step in steps) for k in ("done", "skipped"))
    rows = [
        *_found(document),
        *[
            (
                f"campaign {c['table']}, {c['method']}",
                f"best {_figure(c['best'])}, entropy {_figure(c['entropy'])}" + _against(c.get("against_random")),
            )
            for c in document["campaigns"]
        ],
        ("units", f"{done} done, {skipped} found done"),
        ("graph", document["graph_hash"][:16]),
        ("time", f"{document['seconds']:.1f} s"),
        ("page", f"{document['page']}  (start it with `hypograph ui`)"),
    ]
    following = [(step["command"], step["why"]) for step in document["next"]]
    return f"{table(('what', 'found'), rows)}\n\n{table(('go on with', 'to see'), following)}"


def _against(difference: dict[str, float] | None) -> str:
    """Return the paired difference to random in words, with its interval."""
    if difference is None:
        return ""
    low, high = (f"{difference[k]:+.1f}" for k in ("low", "high"))
    return f"; {difference['mean']:+.1f} against random from the same starts (95%: {low} to {high})"


def _found(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if found := document["literature"]:
        counts = ", ".join(f"{found[k]:,} {k}" for k in ("publications", "keywords", "edges"))
        yield "literature", counts
    if found := document["evidence"]:
        yield "evidence", f"{found['pairs']:,} element pairs, {found['predictions']:,} predictions kept"
        for method, row in found["checked"].items():
            yield f"  held-out check, {method}", f"AUC {_figure(row['auc'])}, MCC {_figure(row['mcc'])}"
        if part := found.get("held_out"):
            sure = f"; AUC of ours {part['auc_low']:.2f} to {part['auc_high']:.2f} (95%)" if "auc_low" in part else ""
            yield "  held-out check, on", f"{part['alloys']} alloys of {part['sets']} element sets{sure}"
    if found := document["hypotheses"]:
        yield "hypotheses", f"{found['count']:,}"
        if best := found["best"]:
            chance = best["probability_best"]
            sure = "" if chance is None else f" (probability of being best {chance:.2f})"
            yield "  first", f"{best['statement']}{sure}"
        if found.get("note"):
            yield "  note", found["note"]


def _figure(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("mean", value.get("value", value.get("published")))
        if isinstance(value, dict):
            return _figure(value)
    return "–" if value is None else f"{value:.3g}"
