"""What can be scheduled: flows by name, their parameters, and their Prefect deployments.

Another package adds a flow through the entry point group ``hypograph.flows``.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hypograph.models.core.errors import InputError
from hypograph.models.core.registry import Registry

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Schedule
    from pydantic import BaseModel

DEPLOYMENT = "hypograph"


@dataclass(frozen=True, slots=True)
class Deployable:
    """A flow that can be served.

    Attributes
    ----------
    name
        Name of the flow and of its deployment.
    entrypoint
        Module path that Prefect imports in the process of the run.
    summary
        One line for lists.
    parameters
        Path of the pydantic model of its one argument, `parameters`.
    """

    name: str
    entrypoint: str
    summary: str
    parameters: str


_HERE = "hypograph.flows.discovery.scheduled"
DEPLOYABLES: Final = Registry(
    "hypograph.flows",
    Deployable,
    "flow",
    (
        Deployable(
            "discovery",
            f"{_HERE}.discovery",
            "The whole path: literature, evidence, hypotheses, campaigns.",
            "hypograph.flows.discovery.flow.DiscoveryParameters",
        ),
        Deployable(
            "literature-refresh",
            f"{_HERE}.literature_refresh",
            "Publications to keyword graph and keyword sets.",
            f"{_HERE}.LiteratureParameters",
        ),
        Deployable(
            "evidence-refresh",
            f"{_HERE}.evidence_refresh",
            "Alloy tables to substitutability and phase predictions.",
            f"{_HERE}.EvidenceParameters",
        ),
        Deployable(
            "hypothesis-search",
            f"{_HERE}.hypothesis_search",
            "Keyword sets and predicted alloys to refined hypotheses.",
            f"{_HERE}.HypothesisParameters",
        ),
        Deployable(
            "campaign",
            f"{_HERE}.campaign",
            "Reaction tables to campaigns, beside random.",
            f"{_HERE}.CampaignParameters",
        ),
        Deployable(
            "campaign-live",
            f"{_HERE}.campaign_live",
            "A laboratory's campaign: suggest, wait for the results, go on.",
            f"{_HERE}.CampaignLiveParameters",
        ),
    ),
)


def deployable(name: str) -> Deployable:
    """Find a flow by name.

    Raises
    ------
    InputError
        If there is none.
    """
    return DEPLOYABLES.get(name)


def parameters_of(which: Deployable) -> type[BaseModel]:
    """Import the model of a flow's parameters."""
    found: type[BaseModel] = _imported(which.parameters)
    return found


def _imported(path: str) -> Any:
    module, _, attribute = path.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def flow_of(which: Deployable) -> Flow[..., Any]:
    """Import the flow."""
    found: Flow[..., Any] = _imported(which.entrypoint)
    return found


def read_parameters(given: Sequence[str]) -> dict[str, Any]:
    """Read ``name=value`` words; a value that is JSON is taken as such, else as text.

    Raises
    ------
    InputError
        For a word without ``=``.
    """
    parameters: dict[str, Any] = {}
    for word in given:
        name, equals, text = word.partition("=")
        if not equals or not name:
            raise InputError("not a parameter", where=f"--param {word}", expected="name=value")
        try:
            parameters[name] = json.loads(text)
        except RecursionError as error:
            raise InputError("nested too deep", where=f"--param {name}", expected="a plain value") from error
        except ValueError:  # not JSON, or a number of more digits than Python reads
            parameters[name] = text
    return parameters


def validated(which: Deployable, values: Mapping[str, Any]) -> dict[str, Any]:
    """Check values against the flow's parameter model and return the flow's arguments.

    Raises
    ------
    InputError
        Naming the parameter at fault.
    """
    from pydantic import ValidationError

    kind = parameters_of(which)
    try:
        model = kind.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"]) or "parameters"
        known = ", ".join(kind.model_fields)
        raise InputError(
            first["msg"][0].lower() + first["msg"][1:],
            where=f"{which.name}: {name}",
            hint=f"It takes {known}.",
        ) from error
    return {"parameters": model.model_dump(mode="json")}


def schedule_of(cron: str | None, interval: float | None) -> Schedule | None:
    """Make a schedule in UTC from a cron line or a number of seconds; None from neither.

    Raises
    ------
    InputError
        If both are given, or either cannot be used.
    """
    from prefect.schedules import Cron, Interval

    if cron is not None and interval is not None:
        raise InputError("two schedules", where="--cron and --interval", expected="one of them")
    try:
        if cron is not None:
            return Cron(cron, timezone="UTC")
        if interval is not None:
            if not interval > 0:
                raise ValueError(interval)
            return Interval(interval, timezone="UTC")
    except (ValueError, OverflowError) as error:
        where = f"--cron {cron}" if cron is not None else f"--interval {interval}"
        raise InputError("not a schedule", where=where, expected="five cron fields, or seconds above 0") from error
    return None


def build(
    which: Deployable,
    *,
    schedules: Sequence[Any] = (),
    paused: bool = False,
    parameters: Mapping[str, Any] | None = None,
) -> RunnerDeployment:
    """Make the flow's deployment.

    Two runs of one deployment never overlap: the second waits. What it would do again is found done.

    Parameters
    ----------
    which
        The flow.
    schedules
        Prefect schedules, or schedules as the server returned them.
    paused
        Whether its schedules are held.
    parameters
        Arguments of the flow, as `validated` gives them.
    """
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.types.entrypoint import EntrypointType

    made: Any = flow_of(which).to_deployment(
        DEPLOYMENT,
        schedules=list(schedules) or None,
        paused=paused,
        parameters=dict(parameters or {}),
        description=which.summary,
        tags=["hypograph"],
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    made.entrypoint = which.entrypoint
    return made  # type: ignore[no-any-return]
