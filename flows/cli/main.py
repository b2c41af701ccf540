"""Entry point of the `hypograph` command: mounts the rooms' commands and turns errors into exit codes."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

import hypograph
from hypograph.flows.cli.faults import bounded, run

# name → (module, help); a module is imported only when its command is called.
ROOMS: dict[str, tuple[str, str]] = {
    "demo": ("hypograph.flows.cli.discovery", "Run the whole path on the data that ships with the package."),
    "run": ("hypograph.flows.cli.discovery", "Run the whole path on your own papers, alloys and tables."),
    "init": ("hypograph.flows.cli.init", "Make a project folder from what you have."),
    "literature": ("hypograph.flows.cli.literature.commands", "Publications, keywords, inspiration."),
    "evidence": ("hypograph.flows.cli.evidence", "Element substitutability and phase prediction."),
    "hypotheses": ("hypograph.flows.cli.hypotheses", "Hierarchical hypothesis search."),
    "campaign": ("hypograph.flows.cli.campaign.commands", "Optimization campaigns: run, compare, benchmark."),
    "flows": ("hypograph.flows.cli.flows", "Schedule flows and look after them."),
    "graph": ("hypograph.flows.cli.graph", "Look after the graph store."),
    "ui": ("hypograph.flows.cli.ui", "Serve the pages."),
    "mcp": ("hypograph.flows.cli.mcp", "Offer the graph to a chat assistant (Model Context Protocol)."),
    "model": ("hypograph.flows.cli.model", "Fetch, serve and assess language models."),
    "data": ("hypograph.flows.cli.data", "List and fetch the locked public data sets."),
    "doctor": ("hypograph.flows.cli.doctor", "Say what is installed, configured and reachable."),
}


class LazyGroup(TyperGroup):
    """A command group whose members are imported when they are first needed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in the order of the table."""
        return list(ROOMS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the command's module, or answer from the table while help is being written."""
        if cmd_name not in ROOMS:
            return None
        module, summary = ROOMS[cmd_name]
        if ctx.resilient_parsing or cmd_name not in sys.argv[1:]:
            return TyperCommand(cmd_name, help=summary)
        command = bounded(get_command(importlib.import_module(module).app))
        if isinstance(command, TyperGroup) and cmd_name in command.commands:
            return command.commands[cmd_name]
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and leave."),
) -> None:
    """From what is known to the next experiment; every source is measured."""
    if version:
        sys.stdout.write(f"hypograph {hypograph.__version__}\n")
        raise typer.Exit


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code: 0, 1 environment, 2 bad input, 130 interrupted."""
    if arguments is not None:
        sys.argv[1:] = arguments
    run(app)


if __name__ == "__main__":
    main()
