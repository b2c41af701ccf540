"""Requests that nobody thought of, made from the HTTP interface's own description: campaigns answer as described."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings

from hypograph.graph import GraphStore, StoreConfig
from hypograph.graph.campaigns import folder as folders
from hypograph.ui.app import create_app
from hypograph.ui.config import UiConfig

if TYPE_CHECKING:
    import schemathesis  # at run time where it is used: to import it takes as long as many a test
    from schemathesis.specs.openapi.schemas import OpenApiSchema

pytestmark = pytest.mark.one_server
TOKEN = {"authorization": "Bearer a long secret"}
RECORD: dict[str, Any] = {"parameters": [{"name": "heat", "values": [20, 40, 60]}], "objectives": [{"name": "yield"}]}


QUIET = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def description(app: FastAPI) -> OpenApiSchema:
    import schemathesis

    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, headers=TOKEN)


def send(case: schemathesis.Case) -> None:
    """Send a request and hold the answer against the description."""
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

    checks = [not_a_server_error, status_code_conformance, content_type_conformance]
    case.call_and_validate(headers=TOKEN, checks=checks)


def test_campaigns_answer_as_described(graph_store: GraphStore, tmp_path: Path) -> None:
    laboratory = folders.create(tmp_path / "lab", RECORD)
    folders.keep(graph_store, laboratory)
    app = create_app(UiConfig(StoreConfig(tmp_path), token="a long secret"), graph_store)
    app.state.store = graph_store
    described = description(app)
    tried = set()
    for found in described.include(path_regex="^/api/v1/(campaigns|session)").get_all_operations():
        operation = found.ok()

        @QUIET
        @given(case=operation.as_strategy())
        def answers(case: schemathesis.Case) -> None:
            send(case)
            if "campaign" in case.path_parameters:
                case.path_parameters["campaign"] = laboratory.definition.id
                send(case)

        answers()
        tried.add(operation.label)
    assert {"POST /api/v1/campaigns/{campaign}/record", "GET /api/v1/campaigns/compare"} <= tried
    folders.load(tmp_path / "lab")


def test_everything_else_that_is_read_answers_as_described(graph_store: GraphStore, tmp_path: Path) -> None:
    from ui_planted import planted

    graph_store.commit(planted())
    app = create_app(UiConfig(StoreConfig(tmp_path), token="a long secret"), graph_store)
    app.state.store = graph_store
    described = description(app)
    tried = set()
    for found in (
        described.include(method="GET")
        .exclude(path_regex="^/api/v1/(campaigns|session|flows/runs)")
        .get_all_operations()
    ):
        operation = found.ok()

        @QUIET
        @given(case=operation.as_strategy())
        def answers(case: schemathesis.Case) -> None:
            send(case)

        answers()
        tried.add(operation.path)
    assert {"/api/v1/graph.graphml", "/api/v1/health", "/api/v1/reviews", "/api/v1/alloys/next"} <= tried
