"""How well a reader of claims reads: against claims that were marked by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hypograph.models.evidence.alloys.composition import read_composition
from hypograph.models.literature.claims.claim import Claim
from hypograph.models.statistics.intervals import wilson


@dataclass(frozen=True, slots=True)
class Marked:
    """A claim that a person found in a text."""

    alloy: str
    label: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Counts over some texts: claims that are right, wrong and missed, and right ones with the right state."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    states: int = 0

    def __add__(self, other: Reading) -> Reading:
        return Reading(
            self.right + other.right,
            self.wrong + other.wrong,
            self.missed + other.missed,
            self.states + other.states,
        )

    @property
    def skill(self) -> float:
        """Share of claims that are right: the lower end of its 95% interval (Wilson); 0 where none was made."""
        made = self.right + self.wrong
        return wilson(self.right, made)[0] if made else 0.0

    def document(self) -> Mapping[str, float | int | None]:
        """Counts, precision with its interval, recall, and the share of right states."""
        made, there = self.right + self.wrong, self.right + self.missed
        low, high = wilson(self.right, made) if made else (0.0, 1.0)
        return {
            "right": self.right,
            "wrong": self.wrong,
            "missed": self.missed,
            "precision": self.right / made if made else None,
            "precision_low": low,
            "precision_high": high,
            "recall": self.right / there if there else None,
            "states_right": self.states / self.right if self.right else None,
            "skill": self.skill,
        }


def compare(found: Iterable[Claim], marked: Sequence[Marked]) -> Reading:
    """Compare the claims of one text with those marked in it: alloy and label decide, the state is counted apart."""
    left = [(_key(read_composition(m.alloy).atomic_percent, m.label), m.state) for m in marked]
    known = {key for key, _ in left}
    right = wrong = states = 0
    for claim in found:
        key = _key(claim.composition.atomic_percent, claim.label)
        hit = next((m for m in left if m == (key, claim.state)), None) or next((m for m in left if m[0] == key), None)
        if hit is not None:
            left.remove(hit)
            right, states = right + 1, states + (hit[1] == claim.state)
        elif key not in known:
            wrong += 1
    return Reading(right, wrong, len(left), states)


def _key(percent: Mapping[str, float], label: str) -> tuple[object, ...]:
    return (*((e, round(p, 1)) for e, p in sorted(percent.items())), label)
