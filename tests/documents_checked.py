"""Documents as described: what a test has a command print with `--json` is held against the type of its document."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner

from hypograph.models.core.documents import DOCUMENTS

EVERYWHERE = {"llm"}  # every command with a model adds it


def differences(command: str, document: Mapping[str, Any]) -> list[str]:
    """Return what of a document its type does not know; raises pydantic's `ValidationError` where a value is wrong."""
    known = TypeAdapter(DOCUMENTS[command]).validate_python(dict(document))
    return [path for path in _undeclared(document, known) if path not in EVERYWHERE]


def _undeclared(found: Any, known: Any, path: str = "") -> Iterator[str]:
    if isinstance(found, Mapping) and isinstance(known, Mapping):
        for key, value in found.items():
            below = f"{path}.{key}".lstrip(".")
            if key not in known:
                yield below
            else:
                yield from _undeclared(value, known[key], below)
    elif isinstance(found, Sequence) and isinstance(known, Sequence) and not isinstance(found, str):
        for value, declared in zip(found, known, strict=True):
            yield from _undeclared(value, declared, f"{path}[]")


def _room(app: object) -> str | None:
    from hypograph.flows.cli.main import ROOMS

    for room, (module, _) in ROOMS.items():
        if module in sys.modules and importlib.import_module(module).app is app:
            return room
    return None


@pytest.fixture(autouse=True, scope="session")
def _documents_are_as_described() -> Iterator[None]:
    """Let every command that a test runs in this process print what its type says."""
    run = CliRunner.invoke

    def invoke(self: CliRunner, app: Any, args: Any = None, **more: Any) -> Any:
        result = run(self, app, args, **more)
        words = [_room(app), *(args if isinstance(args, list) else ())]
        command = next((c for c in (" ".join(map(str, words[:n])) for n in (2, 1)) if c in DOCUMENTS), None)
        if command and result.exit_code == 0 and "--json" in words and "--dry-run" not in words:
            assert differences(command, json.loads(result.stdout)) == [], command
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CliRunner, "invoke", invoke)
        yield
