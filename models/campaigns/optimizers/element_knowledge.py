"""Similarity of options that are chemical elements, from the evidence on which element can stand for which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hypograph.models.campaigns.space.space import Space
from hypograph.models.core.protocols import OptionScorer

Beliefs = Mapping[frozenset[str], tuple[float, float]]


@dataclass
class ElementSimilarity:
    """Knows how alike elements are; of everything else what `other` knows, or nothing.

    A pair is as alike as the evidence commits itself to: max(0, belief - doubt), where doubt is 1 - plausibility.
    What nobody knows anything of is at 0, which is what a surrogate without knowledge assumes.

    Attributes
    ----------
    beliefs
        Belief and plausibility in [0, 1] that the two can stand for each other, by pair of symbols.
    other
        Another source, for utilities and for options that are no elements.
    name
        What suggestions call it.
    """

    beliefs: Beliefs
    other: OptionScorer | None = None

    name: str = field(init=False)

    def __post_init__(self) -> None:
        mine = f"the evidence on {len(self.beliefs)} pairs of elements"
        self.name = mine if self.other is None else f"{mine} and {self.other.name}"

    @property
    def reads_results(self) -> bool:
        """Whether the other source uses results."""
        return bool(getattr(self.other, "reads_results", False))

    def utilities(self, goal: str, parameter: str, options: Sequence[str], results: Sequence[str] = ()) -> np.ndarray:
        """Return what the other source expects of the options; which element is good, substitution cannot say."""
        if self.other is None:
            return np.zeros(len(options))
        return self.other.utilities(goal, parameter, options, results)

    def similarities(self, goal: str, parameter: str, options: Sequence[str]) -> np.ndarray:
        """Return a symmetric matrix in [0, 1] with unit diagonal, shape ``(n, n)``."""
        known = {e for pair in self.beliefs for e in pair}
        if sum(o in known for o in options) < 2:
            return np.eye(len(options)) if self.other is None else self.other.similarities(goal, parameter, options)
        found = np.eye(len(options))
        for i, a in enumerate(options):
            for j, b in enumerate(options[:i]):
                belief, plausibility = self.beliefs.get(frozenset((a, b)), (0.0, 1.0))
                found[i, j] = found[j, i] = max(0.0, belief + plausibility - 1.0)
        return found


def options_that_could_be_elements(space: Space) -> list[str]:
    """Return the options of at most two letters, the first of them a capital."""
    options = {o for p in space.parameters for o in p.options}
    return sorted(o for o in options if o.isascii() and o.isalpha() and len(o) <= 2 and o == o.capitalize())
