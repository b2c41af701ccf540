"""What every command shares: the one JSON document, messages, errors turned into exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from hypograph.flows.runtime.text import table

__all__ = ["JsonFlag", "SeedOption", "Spoken", "emit", "say", "table"]

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")]
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


def emit(document: Mapping[str, Any], as_json: bool, text: str) -> None:
    """Print the document as JSON, or its text form, to standard output."""
    if as_json:
        escaped = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
        sys.stdout.write(json.dumps(document, ensure_ascii=escaped, allow_nan=False, default=_plain) + "\n")
    else:
        sys.stdout.write(text.rstrip("\n") + "\n")
    sys.stdout.flush()


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no JSON form")
