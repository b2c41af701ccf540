"""`hypograph data`: the locked public data sets."""

from __future__ import annotations

from typing import Annotated

import typer

from hypograph.flows.cli.common import JsonFlag, emit, say, table
from hypograph.models.core.errors import InputError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command("list", help="List the data sets: checksum, licence, and whether they are here.")
def list_(as_json: JsonFlag = False) -> None:
    from hypograph.flows.runtime.datasets import locked, state_of
    from hypograph.flows.runtime.settings import load_settings

    settings = load_settings()
    rows = []
    for entry in locked().values():
        state, path = state_of(entry, settings)
        rows.append(
            {
                "name": entry.name,
                "bytes": entry.size,
                "sha256": entry.sha256,
                "licence": entry.licence,
                "url": entry.url or None,
                "origin": entry.origin or entry.url,
                "state": state,
                "path": path or None,
            }
        )
    shown = [(r["name"], r["bytes"], "address" if r["url"] else "supplied only", r["state"]) for r in rows]
    emit({"datasets": rows}, as_json, table(("name", "bytes", "from", "state"), shown))


@app.command("fetch", help="Fetch data sets that have an address, and verify them.")
def fetch(
    names: Annotated[list[str] | None, typer.Argument(help="Names from `data list`.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that have an address.")] = False,
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.runtime.datasets import fetch as fetch_one
    from hypograph.flows.runtime.datasets import find, locked
    from hypograph.flows.runtime.settings import load_settings

    wanted = [e.name for e in locked().values() if e.url] if everything else list(names or [])
    if not wanted:
        raise InputError("no data set named", expected="names from `hypograph data list`, or --all")
    for name in wanted:
        find(name)
    settings = load_settings()
    rows = []
    for name in wanted:
        path = fetch_one(name, settings)
        say(f"{name}: verified")
        rows.append({"name": name, "path": str(path)})
    emit({"fetched": rows}, as_json, table(("name", "path"), [(r["name"], r["path"]) for r in rows]))
