"""JSON schemas as servers enforce them, and answers found in text that holds more than JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from hypograph.agents.gateway.loose_json import nearly

# What a schema cannot do without, or what holds names of properties instead of keywords.
_NEEDED = frozenset({"type", "properties", "items", "required", "anyOf"})
_MOST_STARTS = 400


def strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema as servers enforce it: references resolved, every property required, no others allowed."""
    definitions = schema.get("$defs", {})

    def walk(part: Any) -> Any:
        if isinstance(part, list):
            return [walk(p) for p in part]
        if not isinstance(part, dict):
            return part
        if (named := part.get("$ref")) is not None:
            rest = {k: v for k, v in part.items() if k != "$ref"}
            return walk({**definitions[str(named).rsplit("/", 1)[-1]], **rest})
        made = {
            k: ({n: walk(p) for n, p in v.items()} if k == "properties" else walk(v))
            for k, v in part.items()
            if k != "$defs"
        }
        if made.get("type") == "object" and "properties" in made:
            made |= {"required": list(made["properties"]), "additionalProperties": False}
        return made

    return dict(walk(dict(schema)))


def keywords_of(schema: object) -> set[str]:
    """Return the keywords that a schema uses and could do without."""
    if isinstance(schema, list):
        return set().union(*(keywords_of(s) for s in schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    found = {k for k in schema if k not in _NEEDED}
    for k, v in schema.items():
        found |= set().union(*(keywords_of(p) for p in v.values())) if k == "properties" and v else keywords_of(v)
    return found


def without(schema: Any, dropped: Collection[str]) -> Any:
    """Return the schema without some keywords; properties of these names stay."""
    if isinstance(schema, list):
        return [without(s, dropped) for s in schema]
    if not isinstance(schema, dict) or not dropped:
        return schema
    return {
        k: ({n: without(p, dropped) for n, p in v.items()} if k == "properties" else without(v, dropped))
        for k, v in schema.items()
        if k not in dropped
    }


def parse(schema: type[BaseModel], text: str) -> tuple[BaseModel | None, str]:
    """Find the JSON in an answer that fits the schema: alone, in a fence, after prose, or nearly so (`loose_json`).

    Returns
    -------
    tuple
        The value (of several that fit, the last), or None with the fault in words.
    """
    found, fault = _fitting(schema, _candidates(text))
    if found is None:
        found = _fitting(schema, nearly(schema, text))[0]
    return (found, "") if found is not None else (None, fault or "no JSON")


def _fitting(schema: type[BaseModel], bodies: Iterable[str]) -> tuple[BaseModel | None, str]:
    """Return the last of the texts that fits, and what is wrong with the longest that does not."""
    fault, best = "", -1
    found: BaseModel | None = None
    for body in bodies:
        try:
            found = schema.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            place = ".".join(str(p) for p in first["loc"])
            if len(body) > best:
                best, fault = len(body), f"{place}: {first['msg']}" if place else first["msg"]
    return found, fault


def _candidates(text: str) -> Iterator[str]:
    """Give the texts that may be the answer: the whole, then each JSON object or list, outermost only."""
    body = text.strip()
    try:
        json.loads(body)
        yield body
        return
    except RecursionError:
        return
    except ValueError:
        pass
    decoder, at = json.JSONDecoder(), 0
    for _ in range(_MOST_STARTS):
        start = re.compile(r"[{\[]").search(body, at)
        if start is None:
            return
        try:
            _, end = decoder.raw_decode(body, start.start())
        except RecursionError:
            return
        except ValueError:
            at = start.end()
            continue
        yield body[start.start() : end]
        at = end
