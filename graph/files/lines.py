"""Lines of a graph file: one JSON record each, validated before it is believed.

A file is not trusted: any JSON value may stand in any place, a line may be as long as a disk, lists may lie in lists.
What passes here the store can keep, on either server.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Annotated, Any, Final, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictStr, TypeAdapter, ValidationError
from pydantic_core import from_json
from typing_extensions import TypedDict

from hypograph.graph.core.schema import LABELS, RELATIONS, SCHEMA_VERSION
from hypograph.graph.store.validate import LARGEST_INTEGER, LONGEST_KEY, LONGEST_TEXT
from hypograph.models.core.errors import InputError, MalformedRowError, MissingFileError

BOOKKEEPING: Final = frozenset({"Migration"})
FORMAT: Final = "hypograph graph"
LONGEST_LINE: Final = 64 * 1024 * 1024
GZIP_MAGIC: Final = b"\x1f\x8b"
_STRICT: Final = ConfigDict(strict=True, extra="forbid")

JSON_NAMES: Final = {
    list: "a list",
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "a truth value",
    type(None): "null",
}


def _real(value: object) -> object:
    """Refuse whole numbers: those of more than 64 bits would become others."""
    if type(value) is not float:
        raise ValueError("a number that is not whole is expected")
    return value


Key = Annotated[str, Field(min_length=1, max_length=LONGEST_KEY)]
Text = Annotated[StrictStr, Field(max_length=LONGEST_TEXT)]
Integer = Annotated[int, Field(strict=True, ge=-LARGEST_INTEGER - 1, le=LARGEST_INTEGER)]
Real = Annotated[float, Field(strict=True, allow_inf_nan=False), BeforeValidator(_real)]
Value = Text | StrictBool | Integer | Real | list[Text] | list[StrictBool] | list[Integer | Real] | None
Ends = Annotated[list[Key], Field(min_length=2, max_length=2)]


class NodeLine(TypedDict):
    """A node: its label, its key, its other properties."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]
    node: str
    key: Key
    props: dict[str, Value]


class EdgeLine(TypedDict):
    """A relationship: its type, both ends as ``[label, key]``, its own key, its properties."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]
    edge: str
    start: Ends
    end: Ends
    key: Annotated[str, Field(max_length=LONGEST_KEY)]
    props: dict[str, Value]


class Head(BaseModel):
    """First line of a backup."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    format: Literal["hypograph graph"]
    version: Annotated[int, Field(alias="schema", ge=1)]
    content_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class End(BaseModel):
    """Last line of a backup."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    records: Annotated[int, Field(ge=0)]


Record = dict[str, Any]
Line = Record | Head | End
_NODE: Final = TypeAdapter(NodeLine)
_EDGE: Final = TypeAdapter(EdgeLine)


def read_lines(path: Path) -> Iterator[tuple[int, Line]]:
    """Yield the lines of a graph file, plain or gzipped, with their numbers; blank lines are passed over.

    Raises
    ------
    MissingFileError
        If there is no such file.
    MalformedRowError
        If it cannot be read, or a line is nothing that a graph file may hold.
    InputError
        If a newer version wrote it.
    """
    if not path.is_file():
        raise MissingFileError("no such file", where=str(path), expected="a file of graph records, one a line")
    number = 0
    try:
        with _open(path) as file:
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                where = f"{path}, line {number}"
                if len(line) > LONGEST_LINE:
                    raise MalformedRowError("a line without end", where=where, expected="a record")
                if line.strip():
                    yield number, _line(line, where)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise MalformedRowError(
            f"cannot be read ({reason})", where=f"{path}, line {number + 1}", expected="a whole file of graph records"
        ) from error


def _open(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        zipped = file.read(2) == GZIP_MAGIC
    return cast("IO[bytes]", gzip.open(path, "rb")) if zipped else path.open("rb")


def _line(line: bytes, where: str) -> Line:
    try:
        found = from_json(line, allow_inf_nan=False)
    except ValueError as error:
        raise MalformedRowError(f"not JSON ({error})", where=where, expected="a JSON object a line") from error
    if not isinstance(found, dict):
        raise MalformedRowError(JSON_NAMES[type(found)], where=where, expected="a JSON object a line")
    try:
        if "node" in found:
            return _known_node(dict(_NODE.validate_python(found)), where)
        if "edge" in found:
            return _known_edge(dict(_EDGE.validate_python(found)), where)
        if "format" in found:
            return _head(found, where)
        return End.model_validate(found)
    except ValidationError as error:
        raise MalformedRowError(*_why(error), where=where, expected="a node or a relationship") from error


def _why(error: ValidationError) -> tuple[str]:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    # Of the members of a union only the field's name is of use.
    place = ".".join(str(part) for part in first["loc"][:2])[:200]
    if len(first["loc"]) > 2 or (first["loc"] and first["loc"][0] == "props"):
        return (f"{place}: no value that a graph keeps (text, number, truth value, or a list of one of them)",)
    return (f"{place}: {first['msg'][:1].lower()}{first['msg'][1:200]}" if place else first["msg"][:200],)


def _head(found: Record, where: str) -> Head:
    head = Head.model_validate(found)
    if head.version > SCHEMA_VERSION:
        raise InputError("made by a newer version", where=where, expected=f"schema {SCHEMA_VERSION} or older")
    return head


def _known_node(record: Record, where: str) -> Record:
    label = LABELS.get(record["node"])
    if record["node"] in BOOKKEEPING:
        raise MalformedRowError("bookkeeping of a graph, which no file brings", where=where, expected="other records")
    if label is None:
        known = ", ".join(sorted(LABELS.keys() - BOOKKEEPING))
        raise MalformedRowError(f"no such node label: {record['node'][:100]}", where=where, expected=known)
    _known_props(record["props"], label.props | {label.key}, where)
    return record


def _known_edge(record: Record, where: str) -> Record:
    relation = RELATIONS.get(record["edge"])
    ends = (record["start"][0], record["end"][0])
    if relation is None:
        expected = ", ".join(RELATIONS)
        raise MalformedRowError(f"no such relationship type: {record['edge'][:100]}", where=where, expected=expected)
    if ends not in relation.joins:
        what = f"{record['edge']} does not join {ends[0][:100]} to {ends[1][:100]}"
        raise MalformedRowError(what, where=where, expected=" or ".join(f"{a} to {b}" for a, b in relation.joins))
    _known_props(record["props"], relation.props, where)
    return record


def _known_props(props: Record, allowed: frozenset[str], where: str) -> None:
    if unknown := props.keys() - allowed:
        shown = ", ".join(repr(name[:60]) for name in sorted(unknown)[:3])
        raise MalformedRowError(f"no such property: {shown}", where=where, expected=", ".join(sorted(allowed)))
