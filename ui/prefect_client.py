"""Prefect's server as the pages see it: deployments, schedules, runs and their logs, over its HTTP interface only."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
from typing_extensions import TypedDict

from hypograph.graph.files.serving import basic, read_serving
from hypograph.models.core.errors import InputError, UnavailableError
from hypograph.ui.config import UiConfig

# A server that starts a run on a busy machine keeps others waiting; one that is not there is found out at once.
PATIENCE = httpx.Timeout(20.0, connect=3.0)
# What Prefect's own client does where its database is locked (503): nothing was changed, so ask again.
PAUSES = (0.3, 1.0, 3.0)
MOST_RUNS, MOST_LOGS, LOGS_AT_ONCE = 30, 500, 200
ENDED = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})
START = 'Start one with `hypograph flows serve --cron "0 6 * * *"` and reload this page.'


def address(config: UiConfig) -> tuple[str, str | None] | None:
    """Return where Prefect's interface is, and its credentials: as configured, else of a living `flows serve`."""
    if config.prefect_api:
        return config.prefect_api.rstrip("/"), config.prefect_auth
    found = None if config.serving is None else read_serving(config.serving)
    return None if found is None else (found.api_url.rstrip("/"), found.auth_string)


class Schedule(TypedDict):
    """When a deployment runs: in words, and as Prefect has it (seconds for an interval)."""

    words: str
    active: bool
    cron: str | None
    interval: float | None
    zone: str


class Field(TypedDict):
    """What a form asks for: `kind` is `integer`, `number`, `boolean`, `file` or `text`."""

    name: str
    kind: str
    least: float | None
    most: float | None
    value: object
    about: str
    options: list[str]
    longest: int | None


class Deployment(TypedDict):
    """A flow that can be started, with its schedules, its next time and the fields of its parameters."""

    id: str
    flow: str
    about: str
    paused: bool
    ready: bool
    schedules: list[Schedule]
    next: str | None
    fields: list[Field]


class Run(TypedDict):
    """A run of a flow, or a step of one; `seconds` since it began."""

    id: str
    name: str
    flow: str | None
    state: str
    kind: str
    ended: bool
    message: str | None
    began: bool
    started: str | None
    seconds: float
    scheduled: bool
    parameters: dict[str, object]


class LogLine(TypedDict):
    """One line of a run's log; `level` as Python's logging counts it."""

    at: str
    level: int
    text: str


class WholeRun(Run):
    """One run with its steps, its progress in percent, and its log."""

    steps: list[Run]
    progress: float | None
    log: list[LogLine]


class Prefect:
    """Prefect's interface; use it as an asynchronous context manager.

    Raises
    ------
    UnavailableError
        From every method, if no server is known, it does not answer, or it refuses for a reason of its own.
    InputError
        From every method, if the server refuses what it was given.
    """

    def __init__(self, config: UiConfig) -> None:
        found = address(config)
        if found is None:
            raise UnavailableError("no Prefect server runs", hint=START)
        self.url, secret = found
        headers = {} if secret is None else {"Authorization": basic(secret)}
        self._client = httpx.AsyncClient(base_url=self.url, headers=headers, timeout=PATIENCE)

    async def __aenter__(self) -> Prefect:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def _ask(self, method: str, path: str, body: object = None) -> Any:
        answer = await self._send(method, path, body)
        for pause in PAUSES:
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            await asyncio.sleep(pause)
            answer = await self._send(method, path, body)
        if 400 <= answer.status_code < 500:
            raise InputError(_reason(answer), where="Prefect")
        if answer.is_error:
            raise UnavailableError(f"the Prefect server failed ({answer.status_code})", where=self.url)
        return answer.json() if answer.content else None

    async def _send(self, method: str, path: str, body: object) -> httpx.Response:
        try:
            return await self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise UnavailableError(
                f"the Prefect server does not answer ({type(error).__name__})", where=self.url, hint=START
            ) from error

    async def deployments(self) -> list[Deployment]:
        """Deployments by flow name, each with its schedules, the fields of its parameters and its next time."""
        found = await self._ask("POST", "/deployments/filter", {"limit": 100, "sort": "NAME_ASC"})
        ids = [d["flow_id"] for d in found]
        flows = await self._ask("POST", "/flows/filter", {"flows": {"id": {"any_": ids}}, "limit": 200})
        names = {f["id"]: f["name"] for f in flows}
        coming = await self._next([d["id"] for d in found])
        rows: list[Deployment] = [
            {
                "id": d["id"],
                "flow": names.get(d["flow_id"], d["name"]),
                "about": d["description"] or "",
                "paused": bool(d["paused"]),
                "ready": d["status"] == "READY",
                "schedules": [_schedule(s) for s in d["schedules"]],
                "next": None if d["paused"] else coming.get(d["id"]),
                "fields": fields(d),
            }
            for d in found
        ]
        return sorted(rows, key=lambda row: row["flow"])

    async def _next(self, ids: list[str]) -> dict[str, str]:
        """Return the next time of each deployment that has one."""
        wanted = {
            "flow_runs": {"deployment_id": {"any_": ids}, "state": {"type": {"any_": ["SCHEDULED"]}}},
            "sort": "NEXT_SCHEDULED_START_TIME_ASC",
            "limit": 200,
        }
        found: dict[str, str] = {}
        for run in await self._ask("POST", "/flow_runs/filter", wanted):
            found.setdefault(run["deployment_id"], run["next_scheduled_start_time"] or run["expected_start_time"])
        return found

    async def runs(self) -> list[Run]:
        """Runs that began or are about to, newest first."""
        begun = {"state": {"type": {"not_any_": ["SCHEDULED"]}}}
        wanted = {"flow_runs": begun, "sort": "EXPECTED_START_TIME_DESC", "limit": MOST_RUNS}
        found = await self._ask("POST", "/flow_runs/filter", wanted)
        ids = sorted({r["flow_id"] for r in found})
        flows = await self._ask("POST", "/flows/filter", {"flows": {"id": {"any_": ids}}, "limit": 200})
        names = {f["id"]: f["name"] for f in flows}
        return [_run(r, names.get(r["flow_id"])) for r in found]

    async def run(self, run: UUID) -> WholeRun:
        """One run with its steps, its progress in percent, and its log."""
        only = {"flow_runs": {"id": {"any_": [str(run)]}}}
        marks = {"artifacts": {"flow_run_id": {"any_": [str(run)]}, "key": {"any_": ["progress"]}}, "limit": 1}
        found, steps, lines, progress = await asyncio.gather(
            self._ask("GET", f"/flow_runs/{run}"),
            self._ask("POST", "/task_runs/filter", {**only, "sort": "EXPECTED_START_TIME_ASC", "limit": 200}),
            self._logs(run),
            self._ask("POST", "/artifacts/filter", marks),
        )
        flow = await self._ask("GET", f"/flows/{found['flow_id']}")
        return {
            **_run(found, flow["name"]),
            "steps": [_run(step, step["task_key"].rsplit("-", 1)[0].removesuffix("_task")) for step in steps],
            "progress": progress[0]["data"] if progress else None,
            "log": lines,
        }

    async def _logs(self, run: UUID) -> list[LogLine]:
        lines: list[LogLine] = []
        only = {"flow_run_id": {"any_": [str(run)]}}
        while len(lines) < MOST_LOGS:
            wanted = {"logs": only, "sort": "TIMESTAMP_ASC", "limit": LOGS_AT_ONCE, "offset": len(lines)}
            page = await self._ask("POST", "/logs/filter", wanted)
            lines += [{"at": r["timestamp"], "level": r["level"], "text": r["message"]} for r in page]
            if len(page) < LOGS_AT_ONCE:
                break
        return lines

    async def start(self, deployment: UUID, parameters: Mapping[str, object]) -> str:
        """Start a run now, and return its id; parameters that are not named keep the deployment's values."""
        body = {"parameters": await self._whole(deployment, parameters), "state": {"type": "SCHEDULED"}}
        return str((await self._ask("POST", f"/deployments/{deployment}/create_flow_run", body))["id"])

    async def _whole(self, deployment: UUID, parameters: Mapping[str, object]) -> dict[str, object]:
        """Join given parameters to those that the deployment has."""
        if not parameters:
            return {}
        before = (await self._ask("GET", f"/deployments/{deployment}"))["parameters"].get("parameters") or {}
        return {"parameters": {**before, **parameters}}

    async def pause(self, deployment: UUID, paused: bool) -> None:
        """Hold the schedules of a deployment, or let them go on."""
        await self._ask("PATCH", f"/deployments/{deployment}", {"paused": paused})

    async def schedule(self, deployment: UUID, cron: str | None, interval: float | None, zone: str = "UTC") -> None:
        """Give a deployment one schedule instead of those it has, a cron line in a zone; with neither it keeps none."""
        before = (await self._ask("GET", f"/deployments/{deployment}"))["schedules"]
        if cron or interval:
            made = {"cron": cron, "timezone": zone} if cron else {"interval": interval, "timezone": "UTC"}
            # The new one first: a line that Prefect refuses leaves the old one in force.
            await self._ask("POST", f"/deployments/{deployment}/schedules", [{"schedule": made, "active": True}])
        for old in before:
            await self._ask("DELETE", f"/deployments/{deployment}/schedules/{old['id']}")

    async def cancel(self, run: UUID) -> None:
        """Ask a run to stop; what it finished is kept."""
        body = {"state": {"type": "CANCELLING", "name": "Cancelling"}}
        await self._ask("POST", f"/flow_runs/{run}/set_state", body)


def fields(deployment: Mapping[str, Any]) -> list[Field]:
    """Return what a form has to ask for one run: name, kind, least, most, value in force, explanation.

    `kind` is `integer`, `number`, `boolean`, `file` or `text`.
    """
    schema = deployment.get("parameter_openapi_schema") or {}
    whole = (schema.get("properties") or {}).get("parameters") or {}
    references = [part["$ref"] for part in (whole, *(whole.get("anyOf") or ())) if "$ref" in part]
    if not references:
        return []
    model = (schema.get("definitions") or {}).get(references[0].rpartition("/")[2]) or {}
    values = (deployment.get("parameters") or {}).get("parameters") or {}
    return [_field(name, spec, values.get(name)) for name, spec in (model.get("properties") or {}).items()]


def fields_of(model: Mapping[str, Any]) -> list[Field]:
    """Return what a form has to ask for a flow whose parameters have this schema; as `fields`."""
    return [_field(name, spec, None) for name, spec in (model.get("properties") or {}).items()]


def _field(name: str, spec: Mapping[str, Any], value: object) -> Field:
    parts = [spec, *(spec.get("anyOf") or ())]
    kind = next((p["type"] for p in parts if p.get("type") not in {None, "null"}), "string")
    if any(p.get("format") in {"path", "file-path", "directory-path"} for p in parts):
        kind = "file"
    return {
        "name": name,
        "kind": "text" if kind == "string" else kind,
        "least": spec.get("minimum"),
        "most": spec.get("maximum"),
        "value": spec.get("default") if value is None else value,
        "about": spec.get("description") or "",
        "options": next((list(p["enum"]) for p in parts if p.get("enum")), []),
        "longest": next((p["maxLength"] for p in parts if p.get("maxLength")), None),
    }


def _schedule(row: Mapping[str, Any]) -> Schedule:
    made = row["schedule"]
    every = made.get("interval")
    words = in_words(made.get("cron"), made.get("timezone") or "UTC") or (
        f"every {_span(float(every))}" if every else made.get("rrule") or ""
    )
    zone = made.get("timezone") or "UTC"
    return {"words": words, "active": bool(row["active"]), "cron": made.get("cron"), "interval": every, "zone": zone}


DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_PLAIN = re.compile(r"(\d{1,2}) (\d{1,2}) \* \* (\*|[0-6](?:,[0-6])*)")


def in_words(cron: str | None, zone: str) -> str:
    """Say a cron line as a person would where it is daily or weekly; else as it stands."""
    found = _PLAIN.fullmatch(cron or "")
    if not found:
        return f"{cron} ({zone})" if cron else ""
    minute, hour, days = found.groups()
    when = "every day" if days == "*" else "every " + ", ".join(DAYS[int(day)] for day in days.split(","))
    return f"{when} at {int(hour):02d}:{int(minute):02d} ({zone})"


def _span(seconds: float) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            n = int(seconds // size)
            return name if n == 1 else f"{n} {name}s"
    return f"{seconds:g} seconds"


def _run(row: Mapping[str, Any], flow: str | None) -> Run:
    state = row["state_type"] or "PENDING"
    return {
        "id": row["id"],
        "name": row["name"],
        "flow": flow,
        "state": str(row["state_name"] or state).lower(),
        "kind": state.lower(),
        "ended": state in ENDED,
        "message": (row.get("state") or {}).get("message"),
        "began": row["start_time"] is not None,
        "started": row["start_time"] or row["expected_start_time"],
        # The estimate counts the time since the run began, which the total leaves out until it ends.
        "seconds": row["total_run_time"] if state in ENDED else row["estimated_run_time"],
        "scheduled": bool(row.get("auto_scheduled")),
        "parameters": row.get("parameters") or {},
    }


def _reason(answer: httpx.Response) -> str:
    """Say in a sentence why Prefect refused."""
    try:
        said = answer.json()
    except ValueError:
        return f"refused ({answer.status_code})"
    if isinstance(said, dict) and isinstance(said.get("detail"), str):
        return str(said["detail"]).removeprefix("Error creating flow run: ")[:300]
    details = said.get("exception_detail") if isinstance(said, dict) else None
    if isinstance(details, list):
        own = [d["msg"] for d in details if isinstance(d, dict) and str(d.get("type")) == "value_error"]
        other = [str(d.get("msg")) for d in details if isinstance(d, dict)]
        return str((own or other or ["refused"])[0]).removeprefix("Value error, ")[:300]
    return f"refused ({answer.status_code})"
