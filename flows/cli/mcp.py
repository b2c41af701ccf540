"""`hypograph mcp`: the tools for chat assistants."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from hypograph.flows.cli.common import say

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command(
    "mcp", help="Offer the graph to a chat assistant over the Model Context Protocol (standard input and output)."
)
def mcp(
    allow_changes: Annotated[
        bool, typer.Option("--allow-changes", help="Also offer tools that suggest, record and undo.")
    ] = False,
    http: Annotated[bool, typer.Option("--http", help="Serve on loopback, with a token, in place of stdio.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port for --http.")] = 8348,
) -> None:
    from hypograph.flows.assistants.mcp_server import make_server, with_token
    from hypograph.flows.assistants.tools import Toolbox
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.graph import open_store

    settings = load_settings()
    with open_store(settings.store_config()) as store:
        store.ensure_schema()
        server = make_server(Toolbox(store, settings), changes=allow_changes)
        if not http:
            server.run("stdio")
            return
        import uvicorn

        token = _token(settings.home / "mcp-token")
        say(f"serving http://127.0.0.1:{port}/mcp; the token is in {settings.home / 'mcp-token'}")
        guarded = with_token(server.streamable_http_app(host="127.0.0.1"), token)
        uvicorn.run(guarded, host="127.0.0.1", port=port, log_level="warning", server_header=False)


def _token(path: Path) -> str:
    """Read the token, or make one that only its owner can read."""
    if path.exists():
        return path.read_text("utf-8").strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    token = secrets.token_urlsafe(32)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(token + "\n")
    return token
