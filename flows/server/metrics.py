"""Prometheus text at ``/metrics``: what ran, how it ended, what was spent; on loopback, for whoever shows the token."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from hypograph.flows.runtime.settings import Settings
from hypograph.flows.server.access import bearer, refusal
from hypograph.graph.files.serving import basic
from hypograph.models.core.errors import HypographError, PortTakenError

if TYPE_CHECKING:
    from prometheus_client.core import Metric

STATES = (
    "SCHEDULED",
    "PENDING",
    "RUNNING",
    "COMPLETED",
    "FAILED",
    "CANCELLED",
    "CRASHED",
    "PAUSED",
    "CANCELLING",
)


class Collector:
    """Asks the Prefect server and the store at each scrape, so that nothing has to be counted twice.

    Parameters
    ----------
    api_url
        Address of the Prefect API, or None to leave its figures out.
    auth_string
        Its credentials ``user:password``, where it wants any.
    settings
        Where the store is; None leaves its figures out.
    """

    def __init__(self, api_url: str | None, auth_string: str | None, settings: Settings | None) -> None:
        self.api_url, self.settings = api_url, settings
        self._headers = {} if auth_string is None else {"Authorization": basic(auth_string)}

    def collect(self) -> Iterable[Metric]:
        """Give the metric families."""
        from prometheus_client.core import GaugeMetricFamily

        for name, source in (("prefect", self._prefect), ("store", self._store), ("process", self._process)):
            up = GaugeMetricFamily(f"hypograph_{name}_up", f"1 if the {name} figures could be read")
            try:
                yield from source()
                up.add_metric([], 1)
            except (HypographError, OSError, ValueError):
                up.add_metric([], 0)
            yield up

    def _prefect(self) -> list[Metric]:
        from prometheus_client.core import GaugeMetricFamily

        if self.api_url is None:
            return []
        import httpx

        runs = GaugeMetricFamily("hypograph_flow_runs", "Flow runs by state", labels=["state"])
        late = GaugeMetricFamily("hypograph_flow_runs_late", "Scheduled runs that should have started")
        try:
            with httpx.Client(base_url=self.api_url, headers=self._headers, timeout=10) as client:
                for state in STATES:
                    body = {"flow_runs": {"state": {"type": {"any_": [state]}}}}
                    answer = client.post("/flow_runs/count", json=body)
                    runs.add_metric([state.lower()], answer.raise_for_status().json())
                body = {"flow_runs": {"state": {"name": {"any_": ["Late"]}}}}
                late.add_metric([], client.post("/flow_runs/count", json=body).raise_for_status().json())
        except httpx.HTTPError as error:
            raise OSError(str(error)) from error
        return [runs, late]

    def _store(self) -> list[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        if self.settings is None:
            return []
        from hypograph.graph import open_store
        from hypograph.graph.core.schema import LABELS
        from hypograph.graph.queries import operations

        with open_store(self.settings.store_config()) as store:
            counts = {k: v for k, v in store.counts().items() if k in LABELS}
            kinds = store.read(operations.UNITS_BY_KIND)
            ended = store.read(operations.RUNS_BY_STATE)
            spent = store.read(operations.CALLS_BY_MODEL)
        nodes = GaugeMetricFamily("hypograph_store_nodes", "Nodes by label", labels=["label"])
        for label, count in counts.items():
            nodes.add_metric([label], count)
        units = CounterMetricFamily("hypograph_units", "Units of work committed, by kind", labels=["kind"])
        for row in kinds:
            units.add_metric([row["kind"]], row["n"])
        runs = CounterMetricFamily("hypograph_runs", "Runs in the graph", labels=["flow", "state"])
        for row in ended:
            runs.add_metric([row["flow"], row["state"]], row["n"])
        return [nodes, units, runs, *_spent(spent)]

    def _process(self) -> list[Metric]:
        from prometheus_client.core import CounterMetricFamily

        from hypograph.flows.runtime.observe import unit_counts

        units = CounterMetricFamily(
            "hypograph_process_units",
            "Units of this process, by kind and outcome",
            labels=["kind", "outcome"],
        )
        for (kind, outcome), count in sorted(unit_counts().items()):
            units.add_metric([kind, outcome], count)
        return [units]


def _spent(rows: list[dict[str, Any]]) -> list[Metric]:
    from prometheus_client.core import CounterMetricFamily

    calls = CounterMetricFamily("hypograph_model_calls", "Calls of language models", labels=["model", "cached"])
    tokens = CounterMetricFamily("hypograph_model_tokens", "Language-model tokens", labels=["model"])
    cost = CounterMetricFamily("hypograph_model_cost", "Money spent on language models", labels=["model"])
    for row in rows:
        calls.add_metric([row["model"], str(row["cached"]).lower()], row["calls"])
        if not row["cached"]:
            tokens.add_metric([row["model"]], row["tokens"])
            cost.add_metric([row["model"]], row["cost"])
    return [calls, tokens, cost]


def metrics_text(collector: Collector) -> bytes:
    """Return the metrics in the Prometheus text format."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry()
    registry.register(collector)
    return generate_latest(registry)


@contextlib.contextmanager
def metrics_server(collector: Collector, token: str, port: int = 0) -> Iterator[str]:
    """Serve ``/metrics`` on 127.0.0.1 from a thread and give its address.

    Parameters
    ----------
    token
        What a scraper shows as ``Authorization: Bearer TOKEN``.

    Raises
    ------
    PortTakenError
        If somebody listens on the port.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_GET(self) -> None:
            sent = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
            if (refused := refusal(sent, bearer(token))) is not None:
                self._answer(refused[0], "text/plain; charset=utf-8", f"{refused[1]}\n".encode())
            elif self.path.split("?")[0] != "/metrics":
                self._answer(404, "text/plain; charset=utf-8", b"Only /metrics is here.\n")
            else:
                self._answer(200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(collector))

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", "Bearer")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Write no access log."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise PortTakenError(
            f"cannot listen ({error.strerror})",
            where=f"127.0.0.1:{port}",
            hint="Choose another --metrics-port.",
        ) from error
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
