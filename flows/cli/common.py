"""What every command shares: the one JSON document, messages, errors turned into exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from hypograph.flows.runtime.spending import take_noted
from hypograph.flows.runtime.text import table

__all__ = ["JsonFlag", "SeedOption", "Spoken", "emit", "say", "table"]

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")]
DryRunFlag = Annotated[
    bool,
    typer.Option("--dry-run", help="Say what a language model would be asked, and what it would cost; ask nothing."),
]
MinutesOption = Annotated[
    float | None, typer.Option("--minutes", min=0, help="Minutes to ask for; the rest is knowledge-free.")
]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Seed of every random choice.")]


def say(text: str) -> None:
    """Write one line of prose to standard error."""
    sys.stderr.write(text.rstrip("\n") + "\n")
    sys.stderr.flush()


class Spoken:
    """Progress as lines of prose on standard error."""

    def step(self, name: str, text: str) -> None:
        """Say what a step is at."""
        say(f"{name}: {text}")

    def unit(self, kind: str, done: int, skipped: int) -> None:
        """Say nothing: units are counted with their step."""

    def say(self, text: str) -> None:
        """Say a sentence."""
        say(text)


def emit(document: Mapping[str, object], as_json: bool, text: str) -> None:
    """Print the document as JSON, or its text form, to standard output.

    A command that asked a language model says in its document what that cost.
    """
    spent = take_noted()
    if as_json:
        document = {"llm": spent, **document} if spent is not None else document
        escaped = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
        sys.stdout.write(json.dumps(document, ensure_ascii=escaped, allow_nan=False, default=_plain) + "\n")
    else:
        sys.stdout.write(text.rstrip("\n") + "\n")
    sys.stdout.flush()


def show_estimate(context: typer.Context, as_json: bool, model: str | None = None, path: Path | None = None) -> None:
    """Print what the running command would ask of a language model."""
    words = [str(c.info_name) for c in _chain(context)][1:]
    emit_estimate(words, context.params, as_json, model, path)


def _chain(context: Any) -> list[Any]:
    """Return the contexts from the program down to the command."""
    return [*(_chain(context.parent) if context.parent is not None else []), context]


def emit_estimate(
    words: Sequence[str],
    parameters: Mapping[str, object],
    as_json: bool,
    model: str | None = None,
    path: Path | None = None,
) -> None:
    """Print what a command would ask of a language model."""
    from hypograph.flows.assess.estimates import estimate
    from hypograph.flows.runtime.named_models import model_to_ask
    from hypograph.flows.runtime.settings import load_settings

    settings = load_settings()
    document = estimate(words, parameters, settings, model_to_ask(settings, model, path))
    rows = [(p["what"], p["calls"], p["tokens"]) for p in document["parts"]]
    emit(
        document,
        as_json,
        "\n\n".join([*([table(("what", "calls", "tokens"), rows)] if rows else []), document["says"]]),
    )


def _plain(value: object) -> object:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no JSON form")
