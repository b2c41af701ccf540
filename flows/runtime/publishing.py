"""What a scheduled run adds to its work: endpoint limits, retries, progress and artifacts to watch."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar
from urllib.parse import urlsplit

from hypograph.flows.runtime.settings import Settings
from hypograph.models.core.errors import HypographError
from hypograph.models.core.keys import digest
from hypograph.models.core.progress import listening

ATTEMPTS = 3
FIRST_WAIT, LONGEST_WAIT = 5.0, 120.0


def endpoint_limit(settings: Settings) -> str | None:
    """Name of the concurrency limit of the configured language-model endpoint; None without one."""
    if settings.llm_base_url is not None:
        host = urlsplit(settings.llm_base_url).hostname or "endpoint"
        return f"llm-{host}-{digest(settings.llm_base_url, length=8)}"
    return "llm-local" if settings.llm_local or settings.llm_local_path else None


@contextlib.contextmanager
def endpoint_slots(settings: Settings) -> Iterator[None]:
    """Hold the endpoint's slots on the Prefect server, so that runs together keep within its limit.

    A run's own gateway sends up to ``llm_max_concurrency`` requests at once, and so takes that many slots;
    the lease lapses by itself if the run dies.
    """
    name = endpoint_limit(settings)
    if name is None:
        yield
        return
    from prefect.client.orchestration import get_client
    from prefect.concurrency.sync import concurrency

    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(name, settings.llm_max_concurrency)
    with concurrency(name, occupy=settings.llm_max_concurrency, strict=True, lease_duration=120):
        yield


T = TypeVar("T")


def retried(work: Callable[[], T]) -> T:
    """Do the work, again after a pause where the error says that waiting can help.

    What was finished before an error is found done by the next attempt. A run that somebody waits for at the
    command line is not tried again: that person is told at once.
    """
    import tenacity
    from prefect.runtime import deployment

    if deployment.id is None:
        return work()

    from hypograph.flows.runtime.observe import log

    def note(state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log("retry", level="WARNING", attempt=state.attempt_number, error=str(error))

    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda e: isinstance(e, HypographError) and e.retryable),
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=tenacity.wait_random_exponential(FIRST_WAIT, LONGEST_WAIT),
        before_sleep=note,
        reraise=True,
    )(work)


class _Published:
    """Writes the run's log and moves its progress artifact."""

    def __init__(self, steps: Collection[str]) -> None:
        from prefect.artifacts import create_progress_artifact

        self._steps, self._finished = steps, set[str]()
        self._bar: Any = create_progress_artifact(0.0, key="progress", description="Steps of the run")

    def step(self, name: str, text: str) -> None:
        from hypograph.flows.runtime.observe import log

        log("step", step=name, text=text)
        if name in self._steps and text != "started":
            self._finished.add(name)
            self.reach(100.0 * len(self._finished) / len(self._steps))

    def unit(self, kind: str, done: int, skipped: int) -> None:
        pass

    def say(self, text: str) -> None:
        from hypograph.flows.runtime.observe import log

        log("said", text=text)

    def reach(self, percent: float) -> None:
        from prefect.artifacts import update_progress_artifact

        update_progress_artifact(self._bar, percent)


@contextlib.contextmanager
def published_progress(steps: Collection[str]) -> Iterator[None]:
    """Let the run's log and its progress artifact hear the work; `steps` are those that move the bar."""
    published = _Published(steps)
    with listening(published):
        yield
    published.reach(100.0)


def publish(name: str, document: dict[str, Any]) -> None:
    """Publish the run's document as Prefect artifacts: its tables, and a plot of where the time went."""
    from prefect.artifacts import create_image_artifact, create_markdown_artifact, create_table_artifact

    create_table_artifact(
        document["steps"], key=f"{name}-steps", description="Steps: seconds, units done, units found done"
    )
    create_image_artifact(_bars(document["steps"]), key=f"{name}-time", description="Seconds a step")
    if document.get("campaigns"):
        rows = [
            {k: v if isinstance(v, str) else json.dumps(v) for k, v in row.items() if k != "curve"}
            for row in document["campaigns"]
        ]
        create_table_artifact(rows, key=f"{name}-campaigns", description="Campaigns, each method beside random")
    create_markdown_artifact(_markdown(name, document), key=f"{name}-summary", description="What was found")


def _markdown(name: str, document: dict[str, Any]) -> str:
    lines = [f"# {name}", "", f"Graph `{document['graph_hash'][:16]}`, {document['seconds']:.1f} s.", ""]
    if found := document.get("literature"):
        lines.append(f"- literature: {', '.join(f'{v} {k}' for k, v in found.items())}")
    if found := document.get("evidence"):
        lines.append(f"- evidence: {found['pairs']} element pairs, {found['predictions']} predictions")
    if found := document.get("hypotheses"):
        best = found["best"]["statement"] if found["best"] else "none"
        lines.append(f"- hypotheses: {found['count']}; best: {best}")
    model = document.get("llm")
    lines.append(f"- language model: {model['model'] if model else 'none, the run is knowledge-free'}")
    return "\n".join(lines)


def _bars(steps: list[dict[str, Any]]) -> str:
    """Draw a bar chart as a data address: the page that shows it needs no file server."""
    from base64 import b64encode

    longest = max((s["seconds"] for s in steps), default=0.0) or 1.0
    rows = [
        f'<text x="4" y="{24 * i + 17}">{s["name"]}</text>'
        f'<rect x="110" y="{24 * i + 5}" width="{320 * s["seconds"] / longest:.1f}" height="16" fill="#36a"/>'
        f'<text x="{116 + 320 * s["seconds"] / longest:.1f}" y="{24 * i + 17}">{s["seconds"]:.1f} s</text>'
        for i, s in enumerate(steps)
    ]
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="500" height="{24 * len(steps) + 8}" '
        f'font-family="sans-serif" font-size="13">{"".join(rows)}</svg>'
    )
    return "data:image/svg+xml;base64," + b64encode(picture.encode()).decode()
