"""`hypograph init`: a project folder from what the user has."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hypograph.flows.cli.common import JsonFlag, emit

if TYPE_CHECKING:
    from hypograph.flows.runtime.project import Belongings

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command("init", help="Make a project folder: settings, your files, and the commands to try next.")
def init(
    folder: Annotated[Path, typer.Argument(help="A new or an empty folder.")],
    papers: Annotated[Path | None, typer.Option(help="An export of publications, or a folder of them.")] = None,
    alloys: Annotated[Path | None, typer.Option(help="A table of alloys with known phases.")] = None,
    table: Annotated[Path | None, typer.Option(help="A table of experiments, its columns the parameters.")] = None,
    model_address: Annotated[str, typer.Option(help="Address of a language model (ends in /v1).")] = "",
    model_name: Annotated[str, typer.Option(help="Its name there.")] = "",
    as_json: JsonFlag = False,
) -> None:
    from hypograph.flows.runtime.project import Belongings, make_project

    has = Belongings(papers, alloys, table, model_address, model_name)
    if has == Belongings() and sys.stdin.isatty():
        has = _asked()
    commands = make_project(folder, has)
    text = "\n".join([f"made {folder}; now:", f"  cd {folder}", *(f"  {c}" for c in commands)])
    emit({"folder": str(folder), "next": commands}, as_json, text)


def _asked() -> Belongings:
    """Ask what there is; an empty answer is nothing."""
    from hypograph.flows.runtime.project import Belongings

    def path(question: str) -> Path | None:
        answer = typer.prompt(f"{question} (file, or Enter for none)", default="", show_default=False).strip()
        return Path(answer).expanduser() if answer else None

    def text(question: str) -> str:
        return str(typer.prompt(f"{question} (or Enter for none)", default="", show_default=False)).strip()

    found = Belongings(path("Papers"), path("Alloys with known phases"), path("A table of experiments"))
    address = text("Address of a language model")
    return Belongings(found.papers, found.alloys, found.table, address, text("Its name") if address else "")
