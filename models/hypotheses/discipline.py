"""What a discipline settles on the way from an idea to an experiment: levels, slots, wording."""

from __future__ import annotations

from dataclasses import dataclass

from hypograph.models.hypotheses.hypothesis import Detail, Kind


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing that a level settles.

    Attributes
    ----------
    name, kind, unit
        What it is, how code checks it, and the unit of its numbers.
    wording
        Sentence part with `{value}` for the value.
    options
        Documented defaults, used where neither the literature nor a proposer gives any.
    low, high
        Range of a number, in `unit`; None leaves that side open.
    parent
        Slot of the level above that it depends on.
    experiment
        Whether a laboratory can vary it: such slots become parameters of the campaign space.
    optional
        Whether a hypothesis may leave it out: then deleting it is an edit that is tried.
    terms
        For each option, the words that name it in a text; an option without an entry is named by itself.
    """

    name: str
    kind: Kind = "text"
    unit: str = ""
    wording: str = "{value}"
    options: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    parent: str = ""
    experiment: bool = False
    optional: bool = False
    terms: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """One level of detail; `asks` is what the judge is told to look at."""

    name: str
    asks: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Discipline:
    """The levels of a discipline, level 1 first, and the objective a campaign would measure."""

    name: str
    question: str
    levels: tuple[Level, ...]
    objective: str = "score"
    goal: str = "max"

    def slot(self, name: str) -> Slot | None:
        """Return a slot by name."""
        return next((s for level in self.levels for s in level.slots if s.name == name), None)

    def detail(self, slot: Slot, value: str, provenance: str) -> Detail:
        """Make the detail that settles a slot."""
        number = next(i for i, level in enumerate(self.levels, start=1) if slot in level.slots)
        return Detail(number, slot.name, value, slot.kind, slot.parent, provenance)
