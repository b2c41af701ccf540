"""Types describe what the interface answers, and never change it."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from typing_extensions import TypedDict

from hypograph.ui.described import described_only


class Row(TypedDict):
    """A row as its type says."""

    name: str
    value: float


def test_what_a_store_holds_is_neither_dropped_nor_refused() -> None:
    router, held = APIRouter(), {"name": 7, "value": None, "more": [1]}

    @router.get("/now")
    def now() -> Row:
        return held  # type: ignore[return-value]

    @router.get("/later")
    async def later(n: int = 1) -> list[Row]:
        return [held] * n  # type: ignore[list-item]

    app = FastAPI()
    app.include_router(described_only(described_only(router)))
    client = TestClient(app)
    assert client.get("/now").json() == held
    assert client.get("/later?n=2").json() == [held, held]
    assert client.get("/later?n=x").status_code == 422
    described = client.get("/openapi.json").json()["paths"]["/now"]["get"]["responses"]["200"]
    assert "Row" in str(described)
