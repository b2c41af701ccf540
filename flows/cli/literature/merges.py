"""Commands of `hypograph literature merges`: review keywords that may mean the same."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hypograph.flows.cli.common import JsonFlag, emit, table

if TYPE_CHECKING:
    from hypograph.graph import GraphStore

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Review keywords that may mean the same; nothing merges by itself.",
)
Ids = Annotated[list[str], typer.Argument(help="Ids of entries, or their beginnings.")]
EFFECT = "takes effect with the next `hypograph literature build`"


@app.command("list", help="List the review queue, the most similar first.")
def list_(
    status: Annotated[str, typer.Option(help="open, accepted, rejected or all.")] = "open",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Entries at most.")] = 50,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.literature.merges import merge_queue

    with _store() as store:
        queue = merge_queue(store, status)
    _show(queue[:limit], len(queue), as_json, f"{len(queue)} entries" if status == "all" else f"{len(queue)} {status}")


@app.command("accept", help="Say that the two keywords of each entry are one.")
def accept(ids: Ids, as_json: JsonFlag = False) -> None:
    _decide(ids, "accepted", as_json)


@app.command("reject", help="Say that the two keywords of each entry differ; they are not proposed again.")
def reject(ids: Ids, as_json: JsonFlag = False) -> None:
    _decide(ids, "rejected", as_json)


@app.command("reopen", help="Take a decision back.")
def reopen(ids: Ids, as_json: JsonFlag = False) -> None:
    _decide(ids, "open", as_json)


def _decide(ids: list[str], status: str, as_json: bool) -> None:
    from hypograph.flows.literature.merges import decide_merges

    with _store() as store:
        rows = decide_merges(store, ids, status)
    _show(rows, len(rows), as_json, f"{len(rows)} now {status}; {EFFECT}")


def _show(rows: list[dict[str, Any]], total: int, as_json: bool, title: str) -> None:
    cells = [(r["id"][:12], r["status"], r["similarity"], r["first"], r["second"], r["reason"]) for r in rows]
    emit(
        {"entries": rows, "total": total, "effect": EFFECT},
        as_json,
        table(("id", "status", "similarity", "first", "second", "why"), cells, title),
    )


def _store() -> AbstractContextManager[GraphStore]:
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.graph import open_store

    return open_store(load_settings().store_config())
