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

    @property
    def passages(self) -> dict[str, str]:
        """Passage of each mention by its name in the graph: of a material the canonical formula."""
        return {str(m["keyword"] if m["kind"] == "material" else m["name"]): str(m["passage"]) for m in self.mentions}
