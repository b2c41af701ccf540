"""A typed detail of a hypothesis: what it settles of one slot of its discipline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "composition", "temperature", "time", "formula", "number"]


@dataclass(frozen=True, slots=True, order=True)
class Detail:
    """One detail of a hypothesis.

    Attributes
    ----------
    level
        Level it belongs to, counted from 1 (0 is the root idea).
    slot
        What it settles, for example `anneal temperature`.
    value
        What it settles it to, as text; numbers carry no unit (the slot's unit holds).
    kind
        How code may check it.
    parent
        Slot of the level above that it depends on; empty for none.
    provenance
        Who said so: a DOI, `default list`, a proposer's name.
    """

    level: int
    slot: str
    value: str
    kind: Kind = "text"
    parent: str = ""
    provenance: str = ""
