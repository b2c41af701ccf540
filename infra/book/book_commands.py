"""The page of commands, from the command line itself."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from hypograph.flows.cli.main import ROOMS


def commands_page() -> str:
    """Write every command with its arguments and options."""
    parts = [
        "# Commands",
        "Every command that reports takes `--json` and prints one document. It ends with 0, with 2 after bad input, "
        "with 1 where something outside fails, and with 130 when interrupted.",
    ]
    seen: set[str] = set()
    for room, (module, summary) in ROOMS.items():
        command: Any = get_command(importlib.import_module(module).app)
        inner = getattr(command, "commands", {})
        parts += [f"## hypograph {room}", summary]
        if room in inner:
            parts += _one(f"hypograph {room}", inner[room], seen)
        elif inner:
            for name in inner:
                parts += _one(f"hypograph {room} {name}", inner[name], seen)
        else:
            parts += _one(f"hypograph {room}", command, seen)
    return "\n\n".join(parts) + "\n"


def _one(name: str, command: Any, seen: set[str]) -> Iterator[str]:
    if name in seen or getattr(command, "hidden", False):
        return
    seen.add(name)
    inner = getattr(command, "commands", None)
    if inner:
        for below in inner:
            yield from _one(f"{name} {below}", inner[below], seen)
        return
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    usage = " ".join([name, *(_shape(p) for p in arguments)])
    yield f"### {name}"
    yield (command.help or "").strip()
    yield f"```text\n{usage} [OPTIONS]\n```"
    rows = [p for p in command.params if p.name != "help"]
    if rows:
        yield "\n".join(["| | meaning |", "|---|---|", *(_row(p) for p in rows)])


def _shape(argument: Any) -> str:
    name = argument.name.upper() + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _row(parameter: Any) -> str:
    names = [*parameter.opts, *parameter.secondary_opts]
    shown = parameter.name.upper() if parameter.param_type_name == "argument" else ", ".join(names)
    meaning = (getattr(parameter, "help", "") or "").replace("|", "\\|").replace("<", "&lt;")
    default = parameter.default
    if isinstance(default, str | int | float) and not isinstance(default, bool) and default != "":
        meaning += f" Default: {default}."
    return f"| `{shown}` | {meaning} |"
