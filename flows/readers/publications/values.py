"""Values of fields as exports write them: texts, years, counts and lists; what cannot be read raises ValueError."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from hypograph.models.literature.text.markup import plain_text

# What people and programs write into a field that is empty.
_EMPTY: Final = re.compile(
    r"\s*(?:-+|–|—|\.|\?|\*|n/?\.?\s?a\.?n?|nan|none|null|nil|n\.?\s?d\.?|no date|undefined|unknown|not available|"
    r"\[?\(?no (?:abstract|author|title|keywords?|doi)(?:\s+(?:names?|ids?|full|text|is|was|has|been))*"
    r"(?:\s+(?:available|listed|supplied|provided|found|given|id))?\.?\)?\]?|"
    r"\[?abstract not available\.?\]?)?\s*",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d|21\d\d)(?!\d)")
_STAMP: Final = re.compile(r"\s*((?:1[5-9]|20|21)\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{6})?(?:\.0)?\s*")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:[,'’ \u00a0\u202f]\d{3})+|\d{1,3}(?:\.\d{3}){2,}")
_UNCLEAR: Final = re.compile(r"\d{1,3}\.\d{3}")
_LABELLED: Final = ("h1", "label", "heading", "Label")
_TEXT_KEYS: Final = (
    "value",
    "text",
    "#text",
    "$",
    "content",
    "displayname",
    "title",
    "name",
    "description",
    "raw",
    "p",
)
_LANGUAGE: Final = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2})?")
_DEPTH: Final = 6
_LONGEST_LITERAL: Final = 2_000_000
DEEP: Final = "a value is nested too deep"


def is_empty(value: object) -> bool:
    """Whether a value stands for nothing: None, NaN, '', [], '-', 'NA', '[No abstract available]'."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    if isinstance(value, str):
        return len(value) < 60 and _EMPTY.fullmatch(value) is not None
    return isinstance(value, Mapping | Sequence) and not value


def flat_name(name: object) -> str:
    """Return a field's name by its letters and digits only: ``Cited by`` and ``cited_by`` are one."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\(.*?\)", "", str(name)).lower() or str(name).lower())


def opened(value: object) -> object:
    """Return the list or mapping that a cell holds as text (JSON, or Python as a data frame writes it)."""
    if not isinstance(value, str) or len(value) > _LONGEST_LITERAL or not re.match(r"\s*(?:\[[\s\"'\[{\]]|\{)", value):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        try:
            found = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return value
    return found if isinstance(found, list | dict) else value


def text_of(value: object, depth: int = _DEPTH) -> str:
    """Return the plain text of a value.

    Raises
    ------
    ValueError
        If it is nested too deep.
    """
    if depth == 0:
        raise ValueError(DEEP)
    if is_empty(value):
        return ""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        if words := inverted_index(value):
            return plain_text(words)
        if all(_LANGUAGE.fullmatch(str(k)) for k in value):  # the same text in several: English, else the first
            spoken = sorted(value.items(), key=lambda item: not str(item[0]).lower().startswith("en"))
            return text_of(next((v for _, v in spoken if not is_empty(v)), ""), depth - 1)
        flat = {flat_name(k) or str(k): v for k, v in value.items()}
        found = next((flat[k] for k in map(_key, _TEXT_KEYS) if not is_empty(flat.get(k))), None)
        if found is not None:
            return text_of(found, depth - 1)
        inner = [v for k, v in value.items() if k not in _LABELLED and isinstance(v, str | list | Mapping)]
        return text_of(inner, depth - 1)
    if isinstance(value, Sequence):
        return " ".join(filter(None, (text_of(v, depth - 1) for v in value)))
    raise ValueError(f"{type(value).__name__} is no text")


def _key(name: str) -> str:
    return flat_name(name) or name


def inverted_index(value: Mapping[object, object] | Mapping[str, object]) -> str:
    """Put a text together from its inverted index (word to places); '' where it is none."""
    words: list[tuple[int, str]] = []
    for word, places in value.items():
        if not isinstance(places, list | tuple) or not all(isinstance(p, int) for p in places):
            return ""
        words.extend((int(place), str(word)) for place in places)
    return " ".join(word for _, word in sorted(words))


def year_of(value: object) -> int | None:
    """Return the year in a value: a number, a date in any order, or the mappings of services; None where it is empty.

    Raises
    ------
    ValueError
        If no year can be read.
    """
    if is_empty(value):
        return None
    if isinstance(value, list) and len(value) == 1:
        return year_of(value[0])
    for text in _scalars(value, _DEPTH):
        if (stamp := _STAMP.fullmatch(text)) or (stamp := _YEAR.search(text)):
            return int(stamp.group(1))
    raise ValueError(f"{shown(value)} is no year")


def count_of(value: object) -> float | None:
    """Return a number of citations, None where it is empty; of a list its length.

    Raises
    ------
    ValueError
        If it is no number from 0.
    """
    if is_empty(value):
        return None
    if isinstance(value, Sequence) and not isinstance(value, str):
        told = [v for item in value if isinstance(item, Mapping) for v in [_told(item)] if v is not None]
        return count_of(told[0]) if told else float(len(value))
    if isinstance(value, Mapping):
        inner = _told(value)
        if inner is not None:
            return count_of(inner)
    text = str(value).strip()
    if _THOUSANDS.fullmatch(text):
        text = re.sub(r"\D", "", text)
    try:
        number = float(text)
    except (ValueError, OverflowError):
        number = math.nan
    if not (math.isfinite(number) and number >= 0) or _UNCLEAR.fullmatch(text):
        raise ValueError(f"{shown(value)} is no number of citations")
    return number


def _told(value: Mapping[str, object]) -> int | float | str | None:
    """Return the count that a mapping says, None where it says none."""
    found = (v for k, v in value.items() if flat_name(k) in {"total", "count", "value", "citedbycount"})
    return next((v for v in found if isinstance(v, int | float | str)), None)


def list_of(value: object, separators: str = ";|") -> tuple[str, ...]:
    """Return the texts of a list, or of a text with separators (a comma where there is no other), each once."""
    if is_empty(value):
        return ()
    items = value if isinstance(value, list | tuple) else [value]
    texts = [text_of(i) for i in items if not is_empty(i)] if not isinstance(value, Mapping) else _members(value)
    for separator in [*separators, "\n"]:
        texts = [part for text in texts for part in text.split(separator)]
    if len(texts) == 1 and "," in texts[0]:
        texts = re.split(r",(?![^()]*\))", texts[0])  # not within brackets
    return tuple(dict.fromkeys(t for text in texts if (t := " ".join(text.split()).strip(" *;,")) and not is_empty(t)))


def _members(value: Mapping[str, object]) -> list[str]:
    """Return the texts below a mapping of lists, as ``{"author_terms": {"terms": [...]}}``."""
    return [text for inner in value.values() for text in _scalars(inner, _DEPTH)]


def _scalars(value: object, depth: int) -> Iterator[str]:
    if depth == 0:
        raise ValueError(DEEP)
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _scalars(inner, depth - 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _scalars(inner, depth - 1)
    elif value is not None:
        yield str(value)


def is_true(value: object) -> bool:
    """Whether a flag is set."""
    return value is True or str(value).strip().lower() in {"true", "yes", "1", "1.0", "retracted"}


def shown(value: object) -> str:
    """Quote a value for a message, shortened."""
    text = repr(value)
    return text if len(text) <= 60 else text[:56] + " …" + text[-1]
