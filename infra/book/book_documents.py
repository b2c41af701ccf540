"""The page of documents: what each command prints with `--json`, from the schemas of their types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypograph.models.core.documents import DOCUMENTS, schema


def documents_page() -> str:
    """Write the keys of every document with type and meaning; what several documents hold is told once."""
    parts = [
        "# Documents",
        "What the commands print with `--json`: one JSON object. Keys may be added; those below stay. A key with a "
        "question mark is there only in some cases. A command that asks a language model adds `llm`. "
        "`hypograph.models.core.documents.schema` returns the JSON Schema.",
    ]
    inner: dict[str, dict[str, Any]] = {}
    for command in DOCUMENTS:
        found = schema(command)
        inner |= found.get("$defs", {})
        parts += [f"## hypograph {command}", *_object(found)]
    parts.append("## What they hold")
    for name in sorted(inner):
        parts += [f"### {name}", *_object(inner[name])]
    return "\n\n".join(parts) + "\n"


def _object(found: dict[str, Any]) -> Iterator[str]:
    yield found.get("description", "").replace("\n\n", "\n").strip()
    always = set(found.get("required", ()))
    rows = [
        f"| `{name}`{'' if name in always else '?'} | {_type(part)} | {_meaning(part, found)} |"
        for name, part in found.get("properties", {}).items()
    ]
    if rows:
        yield "\n".join(["| key | type | meaning |", "|---|---|---|", *rows])


def _meaning(part: dict[str, Any], found: dict[str, Any]) -> str:
    """Say what a key holds: in the words of the type that it refers to."""
    inner = found.get("$defs", {})
    names = [name for name in inner if f'"#/$defs/{name}"' in str(part).replace("'", '"')]
    return " ".join(str(inner[name].get("description", "")).split("\n")[0] for name in names).replace("|", "\\|")


def _type(part: dict[str, Any]) -> str:
    """Name a type in words."""
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in part:
        return " or ".join(dict.fromkeys(_type(p) for p in part["anyOf"]))
    kind = part.get("type")
    if kind == "array":
        return f"list of {_type(part.get('items', {}))}"
    if kind == "object":
        values = part.get("additionalProperties")
        return f"object by name: {_type(values)}" if isinstance(values, dict) and values else "object"
    return str({"string": "text", "integer": "whole number", "boolean": "true or false"}.get(kind, kind or "any"))
