"""Which operator is worth its calls: measured in the search itself, and used for the calls that are left.

An operator's child that was judged is ahead or behind: of its parents, or, where it has none, of the direct answer.
With a uniform prior the share of children ahead is a beta distribution; a call is given to the operator whose draw is
highest (Thompson, Biometrika 25, 1933). Until `ENOUGH` children were judged the plan holds as it stands.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from hypograph.models.hypotheses.search.features import Single
from hypograph.models.hypotheses.search.lines import Log

WRITERS = ("propose", "revise", "combine", "counter", "simplify")
ENOUGH = 4  # judged children from which calls are given by what was measured


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of an operator's children: how many there are, were judged, and are thought ahead."""

    operator: str
    children: int
    judged: int
    ahead: int

    @property
    def worth(self) -> float:
        """Expected share of its children that are ahead, one half before any was judged."""
        return (1 + self.ahead) / (2 + self.judged)


def standings(log: Log, utility: Single) -> list[Standing]:
    """Return the standing of each operator that wrote a document, but for the direct answer, in order of first use.

    Parameters
    ----------
    log
        What happened so far.
    utility
        What each place is thought worth.
    """
    direct = next((line.place for line in log.lines if line.operator == "direct"), None)
    found = []
    for name in dict.fromkeys(line.operator for line in log.lines if line.operator != "direct"):
        children = [line for line in log.lines if line.operator == name]
        against = {x.place: x.parents or (() if direct is None else (direct,)) for x in children}
        judged = [place for place, others in against.items() if others and log.verdicts_on(place)]
        ahead = sum(bool(utility[place] > max(utility[other] for other in against[place])) for place in judged)
        found.append(Standing(name, len(children), len(judged), ahead))
    return found


def take(
    planned: str, arms: Collection[str], found: Collection[Standing], open_critique: bool, rng: np.random.Generator
) -> str:
    """Return the operator that gets a call: the planned one, or the one whose draw is highest.

    Parameters
    ----------
    planned
        What the plan has; only operators that write documents are exchanged, so that no more are written than planned.
    arms
        Operators of the plan.
    found
        What is known of them.
    open_critique
        Whether a document waits for its revision; where none does, a revision begins with a critique.
    rng
        Source of the draws; not used while the plan holds.
    """
    if planned not in WRITERS or sum(one.judged for one in found) < ENOUGH:
        return planned
    known = {one.operator: one for one in found}
    draws = {}
    for arm in (a for a in WRITERS if a in arms):
        one = known.get(arm, Standing(arm, 0, 0, 0))
        draws[arm] = rng.beta(1 + one.ahead, 1 + one.judged - one.ahead)
    best = max(draws, key=lambda arm: draws[arm])
    return "critique" if best == "revise" and not open_critique else best
