"""What a run tells about itself: JSON log lines, spans on request, and counters.

Importing this costs nothing: OpenTelemetry and Prometheus are loaded only where they are asked for. No log
line holds a credential: only the fields that a caller names are written.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any

from hypograph.models.core.errors import UnavailableError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

LOGGER = logging.getLogger("hypograph")
_context: contextvars.ContextVar[Mapping[str, str]] = contextvars.ContextVar("hypograph", default=MappingProxyType({}))


@dataclass
class _State:
    tracer: Tracer | None = None
    provider: TracerProvider | None = None
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


_state = _State()


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, event, the ids in force, and the event's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Lay the record out."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname,
            "event": record.getMessage(),
            **getattr(record, "ids", {}),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(*, log_json: bool, otel_endpoint: str | None = None, stream: IO[str] | None = None) -> None:
    """Set logs and traces up for this process.

    Parameters
    ----------
    log_json
        Write JSON lines; otherwise nothing is written (progress is prose on standard error).
    otel_endpoint
        OTLP address over HTTP, for instance ``http://127.0.0.1:4318``; None makes no traces.
    stream
        Where lines go; standard error by default.

    Raises
    ------
    UnavailableError
        If traces are asked for and the OpenTelemetry SDK is not installed.
    """
    for handler in list(LOGGER.handlers):
        LOGGER.removeHandler(handler)
    LOGGER.propagate = False
    LOGGER.setLevel(logging.INFO if log_json else logging.CRITICAL)
    if log_json:
        handler = logging.StreamHandler(stream or sys.stderr)
        handler.setFormatter(JsonFormatter())
        LOGGER.addHandler(handler)
    finish()
    _state.provider = _provider(otel_endpoint) if otel_endpoint else None
    _state.tracer = _state.provider.get_tracer("hypograph") if _state.provider else None


def finish() -> None:
    """Send the spans that are still held; the end of the process does it too."""
    if _state.provider is not None:
        _state.provider.shutdown()
        _state.provider = _state.tracer = None


def log(event: str, *, level: str = "INFO", **fields: Any) -> None:
    """Write an event with the ids in force."""
    LOGGER.log(logging.getLevelNamesMapping()[level], event, extra={"ids": dict(_context.get()), "fields": fields})


@contextlib.contextmanager
def identified(**ids: str) -> Iterator[None]:
    """Add ids (`run`, `unit`) to every line and span inside."""
    token = _context.set({**_context.get(), **ids})
    try:
        yield
    finally:
        _context.reset(token)


@contextlib.contextmanager
def observed_unit(kind: str, key: str) -> Iterator[dict[str, str]]:
    """Log, count and trace one unit of work.

    Yields
    ------
    dict
        The caller sets ``outcome`` to ``done`` or ``skipped`` in it.
    """
    note, began = {"outcome": "failed"}, time.perf_counter()
    with identified(unit=key), _span(f"unit {kind}", {"hypograph.unit": key, "hypograph.kind": kind}) as span:
        try:
            yield note
        finally:
            seconds = time.perf_counter() - began
            _state.counts[kind, note["outcome"]] = _state.counts.get((kind, note["outcome"]), 0) + 1
            _state.seconds[kind] = _state.seconds.get(kind, 0.0) + seconds
            if span is not None:
                span.set_attribute("hypograph.outcome", note["outcome"])
            level = "ERROR" if note["outcome"] == "failed" else "INFO"
            log("unit", level=level, kind=kind, outcome=note["outcome"], seconds=round(seconds, 4))


@contextlib.contextmanager
def observed_run(name: str, run: str) -> Iterator[None]:
    """Log and trace a run of a flow; its id is on everything inside."""
    began = time.perf_counter()
    with identified(run=run), _span(f"run {name}", {"hypograph.run": run, "hypograph.flow": name}):
        log("run started", flow=name)
        state = "failed"
        try:
            yield
            state = "completed"
        finally:
            level = "INFO" if state == "completed" else "ERROR"
            log(
                "run ended",
                level=level,
                flow=name,
                state=state,
                seconds=round(time.perf_counter() - began, 3),
            )


def unit_counts() -> dict[tuple[str, str], int]:
    """Units of this process by (kind, outcome)."""
    return dict(_state.counts)


@contextlib.contextmanager
def _span(name: str, attributes: Mapping[str, str]) -> Iterator[Any]:
    if _state.tracer is None:
        yield None
        return
    with _state.tracer.start_as_current_span(name, attributes=dict(attributes)) as span:
        yield span


def _provider(endpoint: str) -> TracerProvider:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise UnavailableError(
            "traces are asked for and the OpenTelemetry SDK is not installed",
            where=f"HYPOGRAPH_OTEL_ENDPOINT={endpoint}",
            hint="pip install 'hypograph[otel]', or unset it.",
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "hypograph"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint.rstrip("/") + "/v1/traces")))
    return provider
