"""Prefect automations: a call to an address when a run fails, and an end for runs whose process vanished."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hypograph.models.core.errors import InputError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

FAILED, VANISHED = "hypograph: a run failed", "hypograph: a run vanished"
BLOCK = "hypograph-failure"
# Three missed heartbeats.
SILENCE_SECONDS = 95
# States in which no process is expected to live: ended, or, as a campaign that waits for its laboratory, suspended.
SILENT_STATES = ("Completed", "Failed", "Cancelled", "Crashed", "TimedOut", "Suspended", "Paused", "AwaitingRetry")


def set_automations(client: SyncPrefectClient, notify: str | None) -> None:
    """Make or renew our automations; without an address the failure notice is removed.

    Parameters
    ----------
    client
        Client of the server.
    notify
        An http(s) address; it gets a JSON document with `flow`, `run`, `state`, `message`.

    Raises
    ------
    InputError
        If the address is not http or https.
    """
    _put(client, VANISHED, _vanished())
    _put(client, FAILED, None if notify is None else _failed(checked_address(notify)))


def checked_address(address: str) -> str:
    """Return the address if it is one that can be called.

    Raises
    ------
    InputError
        If it is not http or https, or names no host.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InputError("not an address", where=f"--notify {address}", expected="https://… or http://…")
    return address


def _put(client: SyncPrefectClient, name: str, automation: Any | None) -> None:
    there = client.read_automations_by_name(name)
    for old in there:
        client.delete_automation(old.id)
    if automation is not None:
        client.create_automation(automation)


def _failed(address: str) -> Any:
    from prefect.blocks.webhook import Webhook
    from prefect.events.actions import CallWebhook
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
    from pydantic import SecretStr

    # The operator named the address, a machine of the laboratory as a rule: private ones are allowed.
    block: Any = Webhook(method="POST", url=SecretStr(address), allow_private_urls=True)
    identity = block.save(BLOCK, overwrite=True)
    payload = (
        '{"flow": {{ flow.name | tojson }}, "run": "{{ flow_run.id }}", '
        '"state": {{ flow_run.state.name | tojson }}, '
        '"message": {{ (flow_run.state.message or "") | tojson }}}'
    )
    return AutomationCore(
        name=FAILED,
        trigger=EventTrigger(
            expect={"prefect.flow-run.Failed", "prefect.flow-run.Crashed", "prefect.flow-run.TimedOut"},
            match_related={"prefect.resource.role": "tag", "prefect.resource.id": "prefect.tag.hypograph"},
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(0),
        ),
        actions=[CallWebhook(block_document_id=identity, payload=payload)],
    )


def _vanished() -> Any:
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

    return AutomationCore(
        name=VANISHED,
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={f"prefect.flow-run.{name}" for name in ("heartbeat", *SILENT_STATES)},
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=SILENCE_SECONDS),
        ),
        actions=[
            ChangeFlowRunState(
                name="Crashed",
                state=StateType.CRASHED,
                message="no heartbeat: its process is gone",
                force=False,
            )
        ],
    )
