"""Answers that are nearly the JSON that was asked for: broken quotes and commas, wrappers, other capitals in names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, get_args, get_origin

from json_repair import repair_json
from pydantic import BaseModel

_DEEPEST: Final = 4
_MOST: Final = 20  # objects within an answer that are looked at
_CLOSED: Final = re.compile(r"[}\]][\s`\"'”]*\Z")


def nearly(schema: type[BaseModel], text: str) -> Iterator[str]:
    """Give what an answer may have meant as JSON, once nothing in it fits as it stands.

    Python's and JavaScript's spellings are repaired; an object within a list, a text or another object is taken out;
    names of fields and closed options are matched but for capitals and the words around them. An answer whose end is
    missing is not completed.

    Examples
    --------
    >>> class Verdict(BaseModel):
    ...     answer: Literal["A", "B"]
    >>> list(nearly(Verdict, "[{'Answer': 'Option B',}]"))
    ['{"answer": "B"}']
    """
    for value in _values(text):
        for place, found in enumerate(_objects(value, _DEEPEST)):
            if place == _MOST:
                return
            yield json.dumps(_fitted(schema, found), ensure_ascii=False)


def _values(text: str) -> Iterator[object]:
    body = text.strip()
    try:
        yield json.loads(body)
        return
    except (ValueError, RecursionError):
        pass
    start = re.search(r"[{\[]", body)
    if start and _CLOSED.search(body):
        try:
            yield repair_json(body[start.start() :], return_objects=True)
        except (ValueError, RecursionError):
            return


def _objects(value: object, depth: int) -> Iterator[Mapping[str, Any]]:
    """Give the objects within a value, the outermost first; JSON within a text is read too."""
    if isinstance(value, str) and value.strip()[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if depth:
        for part in inner:
            yield from _objects(part, depth - 1)


def _fitted(schema: type[BaseModel], found: Mapping[str, Any]) -> dict[str, Any]:
    """Name fields as the schema does, and closed options as it lists them."""
    names = {_bare(name): name for name in schema.model_fields}
    made: dict[str, Any] = {}
    for key, value in found.items():
        name = names.get(_bare(str(key)), str(key))
        field = schema.model_fields.get(name)
        made[name] = value if field is None else _option(field.annotation, value)
    return made


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _option(annotation: object, value: object) -> object:
    """Return the one option that a text names, the text itself where it names none or several."""
    options = get_args(annotation) if get_origin(annotation) is Literal else ()
    if not isinstance(value, str) or value in options:
        return value
    texts = [o for o in options if isinstance(o, str)]
    same = [o for o in texts if _bare(o) == _bare(value)]
    if not same:
        same = [o for o in texts if re.search(rf"(?<![A-Za-z]){re.escape(o)}(?![A-Za-z])", value)]
    return same[0] if len(same) == 1 else value
