"""`hypograph flows`: serve, list, run, schedule, pause, resume."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from hypograph.flows.cli.common import JsonFlag, emit, say, table
from hypograph.models.core.errors import InputError, UnavailableError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

    from hypograph.flows.runtime.settings import Settings

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Schedule flows and look after them.")

NameArgument = Annotated[str, typer.Argument(help="Name of a flow (see `flows list`).")]
CronOption = Annotated[str | None, typer.Option("--cron", help="Five cron fields, in UTC.")]
IntervalOption = Annotated[float | None, typer.Option("--interval", help="Seconds between starts.")]
ParamOption = Annotated[
    list[str] | None, typer.Option("--param", help="A parameter as name=value; may be given again.")
]


@app.command("serve", help="Run Prefect server, worker and schedules in one process, until stopped.")
def serve(
    flows: Annotated[list[str] | None, typer.Argument(help="Flows that the schedule is for.")] = None,
    cron: CronOption = None,
    interval: IntervalOption = None,
    small: Annotated[bool, typer.Option("--small", help="Scheduled runs take a small subset.")] = False,
    param: ParamOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=64, help="Runs at once.")] = 2,
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="Port of the Prefect server [4200, else a free one]."),
    ] = None,
    metrics_port: Annotated[
        int, typer.Option("--metrics-port", min=0, max=65535, help="Port of /metrics; 0: a free one.")
    ] = 0,
    notify: Annotated[str | None, typer.Option("--notify", help="Address that is called when a run fails.")] = None,
) -> None:
    from hypograph.flows.server.automations import checked_address
    from hypograph.flows.server.deployments import read_parameters, schedule_of
    from hypograph.flows.server.serve import Wish
    from hypograph.flows.server.serve import serve as run_server

    settings = _settings()
    given = read_parameters(param or [])
    if small:
        given["small"] = True
    wish = Wish(
        flows=flows or ["discovery"],
        schedule=schedule_of(cron, interval),
        parameters=given,
        port=port,
        metrics_port=metrics_port,
        limit=limit,
        notify=checked_address(notify) if notify else None,
    )
    run_server(settings, wish, say)


@app.command("list", help="List the flows, their schedules, last and next runs.")
def list_(as_json: JsonFlag = False) -> None:
    from hypograph.flows.server.deployments_status import overview
    from hypograph.flows.server.serve import serving_document

    with _server() as (settings, client):
        rows = overview(client)
        document = {"deployments": rows, "serving": serving_document(settings.home)}
    text = table(
        ("flow", "schedule", "paused", "last run", "next run"),
        [
            (
                row["name"],
                row["schedule"],
                "yes" if row["paused"] else "no",
                f"{row['last_run']['state']} {row['last_run']['started'] or ''}" if row["last_run"] else None,
                row["next_run"],
            )
            for row in rows
        ],
    )
    emit(document, as_json, text)


@app.command("run", help="Run a flow now: through `flows serve` where one runs, else here.")
def run(
    name: NameArgument,
    param: ParamOption = None,
    wait: Annotated[bool, typer.Option(help="Wait for the end of a run that `flows serve` takes.")] = True,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.server.deployments import deployable, read_parameters, validated
    from hypograph.flows.server.deployments_status import run_here, run_there

    which = deployable(name)
    settings = _settings()
    arguments = validated(which, read_parameters(param or []))
    from hypograph.flows.server.prefect_address import serving

    found = serving(settings.home / "prefect")
    if found is None:
        document = run_here(settings, which, arguments)
    else:
        say(f"{name}: handed to `flows serve`, watch at {found.api_url.removesuffix('/api')}")
        with _server() as (_, client):
            document = run_there(client, which, arguments, wait=wait)
    emit(document, as_json, f"{document['run']}  {document['state']}")
    if document["state"] in {"failed", "crashed", "cancelled"}:
        raise UnavailableError(f"the run {document['state']}", where=name, hint=document.get("message") or "")


@app.command("schedule", help="Set or, with --off, remove the schedule of a flow.")
def schedule(
    name: NameArgument,
    cron: CronOption = None,
    interval: IntervalOption = None,
    off: Annotated[bool, typer.Option("--off", help="Remove the schedule.")] = False,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.server.deployments import deployable, schedule_of
    from hypograph.flows.server.deployments_status import row_of, set_schedule

    which, made = deployable(name), schedule_of(cron, interval)
    if (made is None) is not off:
        raise InputError("no schedule, or two wishes", expected="one of --cron, --interval, --off")
    with _server() as (_, client):
        set_schedule(client, which, made)
        document = row_of(client, which)
    _tell_if_idle()
    emit(document, as_json, f"{name}: {document['schedule'] or 'no schedule'}")


@app.command("pause", help="Hold the schedule of a flow.")
def pause(name: NameArgument, as_json: JsonFlag = False) -> None:
    _set_paused(name, True, as_json)


@app.command("resume", help="Let the schedule of a flow go on.")
def resume(name: NameArgument, as_json: JsonFlag = False) -> None:
    _set_paused(name, False, as_json)


def _set_paused(name: str, paused: bool, as_json: bool) -> None:
    from hypograph.flows.server.deployments import deployable
    from hypograph.flows.server.deployments_status import row_of, set_paused

    which = deployable(name)
    with _server() as (_, client):
        set_paused(client, which, paused)
        document = row_of(client, which)
    emit(document, as_json, f"{name}: {'paused' if paused else 'goes on'}")


def _settings() -> Settings:
    from hypograph.flows.runtime.observe import configure
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.server.prefect_address import set_environment

    settings = load_settings()
    set_environment(settings.home / "prefect")
    configure(log_json=settings.log_json, otel_endpoint=settings.otel_endpoint)
    return settings


@contextlib.contextmanager
def _server() -> Iterator[tuple[Settings, SyncPrefectClient]]:
    """Connect to the configured server, the serving one, or one of our own for the moment."""
    settings = _settings()
    from hypograph.flows.server.prefect_server import Orchestrator

    with Orchestrator(settings.home, settings.prefect_api_url) as orchestrator, orchestrator.connected():
        from hypograph.flows.server.serve import clients

        with clients() as client:
            yield settings, client


def _tell_if_idle() -> None:
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.server.prefect_address import serving

    settings = load_settings()
    if settings.prefect_api_url is None and serving(settings.home / "prefect") is None:
        say("kept; it takes effect while `hypograph flows serve` runs")
