"""Keys of units of work: a hash of what goes in, so that nothing is done or paid for twice."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from pathlib import Path, PurePath
from typing import Any

LEFT_OUT = "left out of keys where None"


def may_be_absent() -> Any:
    """Declare a field of a dataclass of inputs that is no part of the key where it is None: what has no such input."""
    return dataclasses.field(default=None, kw_only=True, metadata={LEFT_OUT: True})


def canonical(value: object) -> object:
    """Reduce a value to JSON types with a single spelling.

    Parameters
    ----------
    value
        Numbers, strings, mappings, sequences, sets, dataclasses, numpy scalars and arrays. A path stands for the
        content of its file: the same file elsewhere is the same input, a changed one is another.

    Returns
    -------
    object
        Equal inputs give equal outputs whatever the order of their keys or members.

    Raises
    ------
    TypeError
        If the value holds something with no canonical form.
    OSError
        If the file of a path cannot be read.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return repr(float(value))  # a numpy float is a float whose repr names its type
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        given = ((f, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {f.name: canonical(v) for f, v in given if v is not None or not f.metadata.get(LEFT_OUT)}
    if isinstance(value, Mapping):
        return {str(k): canonical(value[k]) for k in sorted(value, key=str)}
    if isinstance(value, Set):
        return sorted((canonical(v) for v in value), key=lambda v: json.dumps(v, sort_keys=True))
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [canonical(v) for v in value]
    if isinstance(value, PurePath):
        return {"sha256": hashlib.sha256(Path(value).read_bytes()).hexdigest()}
    if hasattr(value, "tolist"):
        return canonical(value.tolist())
    raise TypeError(f"no canonical form for {type(value).__name__}")


def digest(*parts: object, length: int = 32) -> str:
    """Hash values into a short hexadecimal key.

    Parameters
    ----------
    *parts
        Anything that `canonical` accepts.
    length
        Hexadecimal digits to keep (4 bits each), 8 to 64.

    Returns
    -------
    str
        First `length` digits of the SHA-256 of the canonical JSON text.
    """
    text = json.dumps([canonical(p) for p in parts], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:length]
