"""A search for an answer to one research question, as a flow run: its limits, and what it publishes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hypograph.flows.hypotheses.search import Request, search_command
from hypograph.flows.runtime.settings import Settings
from hypograph.models.core.documents.hypotheses import Searched

if TYPE_CHECKING:
    from hypograph.flows.discovery.scheduled import HypothesisParameters


def search_question(parameters: HypothesisParameters, settings: Settings, run: str) -> Searched:
    """Search, and publish the levels of the best hypothesis as artifacts.

    Parameters
    ----------
    parameters
        With `question` and `coarse`.
    settings
        Store and language model.
    run
        Id of the flow run.

    Returns
    -------
    dict
        The document of `hypograph hypotheses search --json`, with `run` and `seconds`.
    """
    from hypograph.flows.runtime.observe import log
    from hypograph.flows.runtime.publishing import endpoint_slots, retried

    request = Request(
        question=parameters.question,
        coarse=parameters.coarse,
        survey=parameters.survey,
        papers=parameters.papers,
        discipline=parameters.discipline,
        calls=parameters.calls,
        seed=parameters.seed,
    )
    began = time.monotonic()
    with endpoint_slots(settings):
        document = retried(lambda: search_command(request, lambda text: log("step", step="search", text=text)))
    told: Searched = {**document, "run": run, "seconds": round(time.monotonic() - began, 3)}
    _publish(told)
    return told


def _chance(document: Searched) -> list[str]:
    if document["probability_best"] is None:
        return []
    return [f"- best with probability {document['probability_best']:.2f} among {document['lines']} documents"]


def _publish(document: Searched) -> None:
    from prefect.artifacts import create_markdown_artifact, create_table_artifact

    rows = [
        {"level": level["name"], "slot": detail["slot"], "value": detail["value"], "from": detail["provenance"]}
        for level in document["levels"]
        for detail in level["details"]
    ]
    create_table_artifact(rows, key="hypothesis-search-levels", description="Details of the best hypothesis")
    lines = [
        "# hypothesis-search",
        "",
        document["statement"],
        "",
        *_chance(document),
        f"- {document['comparisons']} comparisons by {document['judge'] or 'nobody'}, {document['calls']} calls",
        f"- stopped: {document['stopped']}",
    ]
    create_markdown_artifact("\n".join(lines), key="hypothesis-search-summary", description="What was found")
