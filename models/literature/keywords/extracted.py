"""What was extracted of a publication, as kept beside the corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Extracted:
    """What was extracted of one publication, by normalised names; `text` is the hash of what was read."""

    publication: str
    text: str
    extractor: str
    mentions: tuple[Mapping[str, Any], ...]
    relations: tuple[Mapping[str, Any], ...]
