"""A laboratory's campaign through Prefect: suggest, wait suspended until the results are there, go on.

The campaign's folder says everything, so a run that starts again, after a wait or after a kill, finds where it was:
it suggests only where no more experiments are awaited than it was told to keep ahead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypograph.flows.campaigns.laboratory import read_definition, suggest
from hypograph.flows.runtime.settings import Settings
from hypograph.graph.campaigns import folder as folders
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory import progress
from hypograph.models.core.errors import HypographError, InputError, SpaceError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

    from hypograph.flows.discovery.scheduled import CampaignLiveParameters

WATCH_SECONDS = 5.0
WAITING, FINISHED = "waiting", "finished"


def advance(parameters: CampaignLiveParameters, settings: Settings, run_id: str) -> dict[str, Any]:
    """Take the campaign as far as it goes without new results.

    Returns
    -------
    dict
        `run`, `seconds`, `folder`, `state` (``waiting`` or ``finished``), `suggested` (ids), `experiments` (awaited, by
        id) and, as `campaign`, the document of ``hypograph campaign status``.

    Raises
    ------
    InputError, SpaceError
        If the folder or the definition cannot be read.
    StoreError
        If the store cannot be written; the folder has everything.
    """
    from hypograph.graph import FlowRun, open_store

    began, started = time.monotonic(), datetime.now(UTC)
    _begin(parameters)
    with open_store(settings.store_config()) as store, folders.changing(parameters.folder) as campaign:
        store.ensure_schema()
        store.start_run(FlowRun(run_id, "campaign-live", started, parameters.model_dump(mode="json")))
        suggested, state = [], WAITING
        awaited, settled = _counts(campaign)
        room = parameters.budget - awaited - settled
        if room > 0 and awaited <= parameters.ahead:
            try:
                events = suggest(campaign, min(parameters.batch, room), settings, store, method=parameters.method)
                suggested = [e["id"] for e in events]
            except SpaceError:
                # Everything allowed was tried: what is awaited is the end of it.
                room = 0
        if not _counts(campaign)[0] and room <= 0:
            state = FINISHED
        folders.keep(store, campaign)
        document = {
            "run": run_id,
            "seconds": round(time.monotonic() - began, 3),
            "folder": str(parameters.folder),
            "state": state,
            "suggested": suggested,
            "experiments": [
                {"id": e.id, **e.parameters, "reason": e.reason}
                for e in live.fold(campaign.definition, campaign.events)
                if e.status == "pending"
            ],
            "campaign": progress.status(campaign.definition, campaign.events),
        }
        ended = "completed" if state == FINISHED else state
        store.finish_run(run_id, ended, seconds=document["seconds"], summary=document)
    return document


def _begin(parameters: CampaignLiveParameters) -> None:
    if (parameters.folder / "campaign.json").exists():
        return
    if parameters.space is None:
        raise InputError(
            "no campaign here",
            where=str(parameters.folder),
            expected="campaign.json, or the parameter space with a TOML file",
        )
    folders.create(parameters.folder, read_definition(parameters.space))


def _counts(campaign: folders.CampaignFolder) -> tuple[int, int]:
    """Count awaited experiments, and those that are done or failed."""
    states = [e.status for e in live.fold(campaign.definition, campaign.events)]
    return states.count("pending"), states.count("done") + states.count("failed")


def publish(document: dict[str, Any]) -> None:
    """Show on Prefect's pages what is awaited, and how the campaign stands."""
    from prefect.artifacts import create_markdown_artifact, create_table_artifact

    told = document["campaign"]
    create_table_artifact(document["experiments"], key="campaign-live-awaited", description="Experiments to be done")
    best = told["best"]
    lines = [
        f"# {told['name']}: {document['state']}",
        "",
        f"{told['done']} done, {told['failed']} failed, {told['pending']} awaited.",
        f"Best: {best['id']}, {best['values']}" if best else "No outcome yet.",
        f"Results: `hypograph campaign record {document['folder']} --csv results.csv`",
    ]
    create_markdown_artifact("\n".join(lines), key="campaign-live-standing", description="How the campaign stands")


def wait_for_results(document: dict[str, Any]) -> None:
    """Suspend this run: its process ends, and the run starts anew when it is resumed.

    A run at the command line has no deployment to start it anew; it just ends, waiting.
    """
    from uuid import uuid4

    from prefect.flow_runs import suspend_flow_run
    from prefect.runtime import deployment

    if document["state"] == WAITING and deployment.id is not None:
        # A key that was used before would let the run go on at once.
        suspend_flow_run(key=uuid4().hex)


def resume_ready(client: SyncPrefectClient, suspended: Iterable[FlowRun], say: Callable[[str], None]) -> int:
    """Resume the suspended runs whose awaited results are there, and return how many.

    A run whose folder cannot be read is resumed too: it fails with the reason, where waiting would hide it.
    """
    count = 0
    for run in suspended:
        # As it was typed: a run that was begun on Prefect's page has what differs from the defaults only.
        given = run.parameters.get("parameters", {})
        folder = Path(given.get("folder", "")).expanduser()
        if _ready(folder, int(given.get("ahead", 0))):
            client.resume_flow_run(run.id)
            say(f"campaign-live: results are there, {folder} goes on")
            count += 1
    return count


def _ready(folder: Path, ahead: int) -> bool:
    try:
        return _counts(folders.load(folder))[0] <= ahead
    except HypographError:
        return True
