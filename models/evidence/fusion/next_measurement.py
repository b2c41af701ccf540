"""What to measure next, if the aim is to know more: the alloys whose measuring should cut most of what is unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cut:
    """What measuring one alloy is expected to cut.

    Attributes
    ----------
    alloy
        Its place in the list that was given.
    own
        What is unknown about it, in [0, 1]: a measurement leaves nothing of that.
    others
        What is expected to go elsewhere, in alloys one substitution away.
    reached
        How many of those there are.
    """

    alloy: int
    own: float
    others: float
    reached: int

    @property
    def total(self) -> float:
        """All that is expected to go."""
        return self.own + self.others


def expected_cuts(
    alloys: Sequence[frozenset[str]], ignorance: Sequence[float], belief: Mapping[Pair, float]
) -> list[Cut]:
    """Order unmeasured alloys by how much ignorance measuring each one is expected to cut.

    Parameters
    ----------
    alloys
        Element sets, none measured yet.
    ignorance
        Mass on the whole frame for each, in [0, 1].
    belief
        Belief that two elements can take each other's place, by the pair in order of their symbols; 0 where absent.

    Returns
    -------
    list of Cut
        The largest total first; equal ones in the order given.

    Notes
    -----
    The rule follows from how evidence travels here (Dempster's rule on simple support functions). A measured alloy A
    speaks for an alloy B that differs by the exchange of x for y with a mass equal to the belief that x and y are
    substitutable; combined without conflict, what is unknown about B is multiplied by one minus that belief. So A
    cuts its own ignorance, and ignorance(B) · belief(x, y) of each such B. Conflict, discounting by a source's
    skill, and what two measurements tell twice are left out: it is an order for the next measurement, made anew
    after each one, not a forecast of how certain the alloys will be.
    """
    rest: dict[frozenset[str], list[tuple[int, str]]] = defaultdict(list)
    for i, alloy in enumerate(alloys):
        for element in alloy:
            rest[alloy - {element}].append((i, element))
    others = [0.0] * len(alloys)
    reached = [0] * len(alloys)
    for members in rest.values():
        for i, x in members:
            for j, y in members:
                if i != j and x != y:
                    trust = belief.get((min(x, y), max(x, y)), 0.0)
                    others[i] += ignorance[j] * trust
                    reached[i] += trust > 0
    cuts = [Cut(i, ignorance[i], others[i], reached[i]) for i in range(len(alloys))]
    return sorted(cuts, key=lambda c: -c.total)
