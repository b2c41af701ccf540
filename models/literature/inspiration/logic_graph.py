"""A logic graph, rationale → intermediate → concept, weighed by what passages say of each step.

A claim is a question with two answers, for and against. A passage gives a mass function on them; what no
passage speaks of stays ignorance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hypograph.models.evidence.masses.combine import cautious, dempster
from hypograph.models.evidence.masses.mass import Frame
from hypograph.models.literature.graph.pair_counts import FloatArray

FRAME: Final = Frame(("for", "against"))
CONCEPT: Final = "concept"


@dataclass(frozen=True, slots=True)
class Claim:
    """A node of the graph: rationale, intermediate or concept.

    `grounds` are the ids of the claims it is drawn from, `cites` the numbers of passages it names.
    """

    id: str
    text: str
    grounds: tuple[str, ...] = ()
    cites: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Belief:
    """Masses of a claim: for, against, unknown (sum 1), and the conflict that was divided out."""

    supported: float
    refuted: float
    unknown: float
    conflict: float = 0.0

    @property
    def plausibility(self) -> float:
        """Mass that does not speak against."""
        return 1.0 - self.refuted

    def document(self) -> dict[str, float]:
        """As JSON."""
        names = ("for", "against", "unknown", "conflict")
        values = (self.supported, self.refuted, self.unknown, self.conflict)
        return {n: round(v, 6) for n, v in zip(names, values, strict=True)}


IGNORANCE: Final = Belief(0.0, 0.0, 1.0)


def mass_of(supports: float, contradicts: float, trust: float) -> FloatArray:
    """Turn a reading of one passage into a mass function on {for, against}.

    Parameters
    ----------
    supports, contradicts
        Probabilities in [0, 1] that the passage says so; the rest is that it says nothing.
    trust
        Measured skill of whoever read it, in [0, 1].

    Returns
    -------
    numpy.ndarray
        Shape ``(4,)``: ∅, for, against, Ω. For three answers with "nothing" split evenly the least committed
        mass function of the pignistic probability has ``m(for) = max(0, supports − contradicts)`` (Dubois,
        Prade & Smets 2008); it is discounted by `trust` (Shafer 1976, p. 251).
    """
    lean = supports - contradicts
    return FRAME.mass({"for": trust * max(0.0, lean), "against": trust * max(0.0, -lean)})


def join(masses: Sequence[FloatArray]) -> Belief:
    """Combine what several passages say of one claim.

    One reader read them all, so its errors are not independent: the cautious rule (Denœux 2008, eq. 22) does
    not let many weak readings of one direction add up to certainty. For and against then meet by Dempster's
    rule, and the conflict is kept beside the result.
    """
    if not len(masses):
        return IGNORANCE
    # A dogmatic reading has no canonical decomposition; nobody is trusted without reserve.
    table = np.stack(masses)
    table[..., -1] = np.maximum(table[..., -1], 1e-9)
    joint = cautious(table / table.sum(axis=-1, keepdims=True))
    m = dempster(joint[None])
    return Belief(float(m[1]), float(m[2]), float(m[3]), float(joint[0]))


def concept_belief(
    claims: Sequence[Claim], edges: Mapping[tuple[str, str], Belief], own: Mapping[str, Belief]
) -> Belief:
    """Belief in the concept: along the paths that lead to it, and from what passages say of it directly.

    Parameters
    ----------
    claims
        All claims; the concept has the id `CONCEPT`. Grounds must come before what is drawn from them.
    edges
        Belief in each step, by (ground, drawn).
    own
        What passages say of a claim itself; claims that are missing are not known.

    Returns
    -------
    Belief
        A path supports its end by the product of the beliefs in its steps and in where it starts; of several
        paths the strongest counts (the cautious rule for support in one direction). A broken step takes
        away the path's support, and what contradicts a claim on the path weakens it; neither speaks against the end.
        Only passages about the concept itself do.
    """
    reached: dict[str, float] = {}
    for claim in claims:
        direct = own.get(claim.id, IGNORANCE)
        paths = [reached.get(g, 0.0) * edges.get((g, claim.id), IGNORANCE).supported for g in claim.grounds]
        arrived = max(paths, default=0.0)
        if claim.id != CONCEPT and direct.refuted and arrived:
            # What passages say against a claim counts against what was drawn from it, too.
            arrived = join([FRAME.mass({"for": arrived}), FRAME.mass({"against": direct.refuted})]).supported
        reached[claim.id] = max(direct.supported, arrived)
    direct = own.get(CONCEPT, IGNORANCE)
    rows = [FRAME.mass({"for": reached.get(CONCEPT, 0.0)}), FRAME.mass({"against": direct.refuted})]
    return join(rows) if any(c.id == CONCEPT for c in claims) else IGNORANCE


def sound(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Keep what hangs together: grounds that exist and come earlier, each id once.

    A claim with grounds of which none is left loses its place, unless it is the concept.
    """
    kept: dict[str, Claim] = {}
    for claim in claims:
        if claim.id in kept:
            continue
        grounds = tuple(dict.fromkeys(g for g in claim.grounds if g in kept and g != claim.id))
        if grounds or not claim.grounds or claim.id == CONCEPT:
            kept[claim.id] = Claim(claim.id, claim.text, grounds, claim.cites)
    return tuple(kept.values())
