"""A hypothesis: typed details by level over a root idea, changed by small edits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hypograph.models.core.keys import digest

Kind = Literal["text", "composition", "temperature", "time", "formula", "number"]


@dataclass(frozen=True, slots=True, order=True)
class Detail:
    """One detail of a hypothesis.

    Attributes
    ----------
    level
        Level it belongs to, counted from 1 (0 is the root idea).
    slot
        What it settles, for example `anneal temperature`; one value a slot.
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

    @property
    def pair(self) -> tuple[str, str]:
        """Slot and value: what makes two details the same."""
        return self.slot, self.value


@dataclass(frozen=True, slots=True)
class Edit:
    """A small change: `before` is None where a detail is added, `after` where one is deleted."""

    before: Detail | None
    after: Detail | None

    def __str__(self) -> str:
        if self.before is None and self.after is not None:
            return f"add {self.after.slot}: {self.after.value}"
        if self.after is None and self.before is not None:
            return f"delete {self.before.slot}: {self.before.value}"
        if self.before is not None and self.after is not None:
            return f"replace {self.before.slot}: {self.before.value} by {self.after.value}"
        return "none"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A root idea with its details, in order of level and slot.

    Details hang under one another through `Detail.parent`; a detail whose parent slot is unset hangs under
    the root. Two hypotheses with the same root, slots and values are the same, whatever their provenance.
    """

    root: str
    details: tuple[Detail, ...] = ()

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.details))
        if len({d.slot for d in ordered}) != len(ordered):
            raise ValueError("two values for one slot")
        object.__setattr__(self, "details", ordered)

    @property
    def id(self) -> str:
        """Key of its content."""
        return digest("hypothesis", self.root, [(d.level, d.slot, d.value) for d in self.details])

    @property
    def level(self) -> int:
        """Deepest level that a detail settles; 0 for the bare root."""
        return max((d.level for d in self.details), default=0)

    def get(self, slot: str) -> Detail | None:
        """Return the detail of a slot, None where it is unset."""
        return next((d for d in self.details if d.slot == slot), None)

    def put(self, detail: Detail) -> Hypothesis:
        """Add a detail, or replace the one in its slot."""
        kept = tuple(d for d in self.details if d.slot != detail.slot)
        return replace(self, details=(*kept, detail))

    def delete(self, slot: str) -> Hypothesis:
        """Unset a slot and, since they would hang in the air, everything under it."""
        gone, kept = {slot}, list(self.details)
        while found := [d for d in kept if d.slot in gone or d.parent in gone]:
            gone |= {d.slot for d in found}
            kept = [d for d in kept if d not in found]
        return replace(self, details=tuple(kept))

    def apply(self, edits: Sequence[Edit]) -> Hypothesis:
        """Make the edits one after the other."""
        done = self
        for edit in edits:
            if edit.after is not None:
                done = done.put(edit.after)
            elif edit.before is not None:
                done = done.delete(edit.before.slot)
        return done

    def children(self, slot: str = "") -> tuple[Detail, ...]:
        """Return the details directly under a slot, or under the root."""
        present = {d.slot for d in self.details}
        return tuple(d for d in self.details if d.parent == slot or (not slot and d.parent not in present))

    def upto(self, level: int) -> Hypothesis:
        """Cut everything below a level."""
        return replace(self, details=tuple(d for d in self.details if d.level <= level))


def edits_between(old: Hypothesis, new: Hypothesis) -> tuple[Edit, ...]:
    """Return the edits that lead from one hypothesis to another of the same root, by level and slot."""
    before = {d.slot: d for d in old.details}
    after = {d.slot: d for d in new.details}
    gone = [Edit(before[s], None) for s in before if s not in after]
    put = [Edit(before.get(s), d) for s, d in after.items() if before.get(s) is None or before[s].value != d.value]
    return (*gone, *put)
