"""Mass functions for everyday use: alternatives by name, rules of combination by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hypograph.models.core.errors import InputError
from hypograph.models.evidence.masses import combine as rules
from hypograph.models.evidence.masses import mass as algebra
from hypograph.models.evidence.masses.mass import Frame
from hypograph.models.statistics.arrays import FloatArray

RULES: Final[Mapping[str, Callable[[FloatArray], FloatArray]]] = {
    "dempster": rules.dempster,
    "conjunctive": rules.conjunctive,
    "disjunctive": rules.disjunctive,
    "yager": rules.yager,
    "dubois-prade": rules.dubois_prade,
    "pcr5": rules.pcr5,
    "pcr6": rules.pcr6,
    "murphy": rules.murphy,
    "cautious": rules.cautious,
    "cautious-normalised": rules.cautious_normalised,
}


@dataclass(frozen=True, eq=False)
class MassFunction:
    """Weight of evidence on sets of alternatives, which sums to 1.

    Attributes
    ----------
    frame
        The alternatives, one of which is true.
    masses
        Shape ``(2**n,)``: the mass of each subset as a bit mask, the empty set first, the whole frame last.
    conflict
        K of the sources that were combined, in [0, 1]; 0 for a single source.

    Examples
    --------
    >>> import hypograph as hg
    >>> records = hg.mass(single=0.7, several=0.1)
    >>> round(records.ignorance, 3)
    0.2
    >>> round(records.plausibility("single"), 3)
    0.9
    """

    frame: Frame
    masses: FloatArray
    conflict: float = 0.0

    def belief(self, *names: str) -> float:
        """Belief in a set of alternatives: what the evidence supports, in [0, 1]."""
        return float(algebra.belief(self.masses)[self.frame.subset(names)])

    def plausibility(self, *names: str) -> float:
        """Plausibility of a set of alternatives: what the evidence does not contradict, in [0, 1]."""
        return float(algebra.plausibility(self.masses)[self.frame.subset(names)])

    def pignistic(self) -> dict[str, float]:
        """Probability for a decision: each mass shared evenly over its alternatives (Smets 1994)."""
        shared = algebra.pignistic(self.masses)
        return {name: float(p) for name, p in zip(self.frame.names, shared, strict=True)}

    @property
    def ignorance(self) -> float:
        """Mass on the whole frame, m(Ω), in [0, 1]."""
        return float(self.masses[-1])

    @property
    def nonspecificity(self) -> float:
        """How many alternatives the evidence leaves open, in bits (Dubois and Prade)."""
        return float(algebra.nonspecificity(self.masses))

    def discount(self, reliability: float | Mapping[str, float]) -> MassFunction:
        """Keep a share of each mass; the rest says nothing.

        Parameters
        ----------
        reliability
            In [0, 1]: one number (Shafer 1976), or how reliable the source is where each alternative is the truth
            (Mercier, Quost and Denœux 2008).
        """
        from hypograph.models.evidence.masses.discount import contextual_discount, discount

        if isinstance(reliability, Mapping):
            shares = [reliability.get(name, 1.0) for name in self.frame.names]
            return MassFunction(self.frame, contextual_discount(self.masses, shares), self.conflict)
        return MassFunction(self.frame, discount(self.masses, reliability), self.conflict)

    def to_dict(self) -> dict[str, float]:
        """Mass of each set that has some, by the names of its alternatives, ``∅`` the empty set."""
        names = self.frame.names
        sets = {s: " | ".join(n for i, n in enumerate(names) if s >> i & 1) or "∅" for s in range(len(self.masses))}
        return {sets[s]: float(m) for s, m in enumerate(self.masses) if m > 0}

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}: {m:.3f}" for name, m in self.to_dict().items())
        return f"MassFunction({shown}; conflict {self.conflict:.3f})"

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(f"<tr><td>{escape(n)}</td><td>{m:.3f}</td></tr>" for n, m in self.to_dict().items())
        return f"<table><tr><th>set</th><th>mass</th></tr>{rows}</table><p>conflict {self.conflict:.3f}</p>"


def mass(
    masses: Mapping[str | tuple[str, ...], float] | None = None, *, frame: Iterable[str] = (), **by_name: float
) -> MassFunction:
    """Make a mass function; what is missing to 1 says nothing and goes to the whole frame.

    Parameters
    ----------
    masses
        Mass by alternative, or by a tuple of alternatives for a set.
    frame
        All alternatives; by default those that are named, in order.
    **by_name
        Masses of single alternatives.

    Returns
    -------
    MassFunction

    Raises
    ------
    InputError
        If masses are negative or sum to more than 1, or a name is no alternative.

    Examples
    --------
    >>> import hypograph as hg
    >>> hg.mass({"FCC": 0.5, ("FCC", "BCC"): 0.3}, frame=["FCC", "BCC", "HCP"]).belief("FCC", "BCC")
    0.8
    """
    given: dict[str | tuple[str, ...], float] = dict(masses or {})
    given.update(by_name.items())
    named = [n for key in given for n in ((key,) if isinstance(key, str) else key)]
    alternatives = tuple(dict.fromkeys([*frame, *named])) if not frame else tuple(frame)
    if not alternatives:
        raise InputError("no alternatives", where="mass", expected="masses by name, such as single=0.7")
    whole = Frame(alternatives)
    return MassFunction(whole, whole.mass(given))


def combine(masses: Sequence[MassFunction], rule: str = "dempster") -> MassFunction:
    """Combine mass functions on one frame.

    Parameters
    ----------
    masses
        At least one; all of the same alternatives.
    rule
        ``dempster`` (independent sources), ``cautious`` (sources that may share evidence), ``conjunctive``,
        ``cautious-normalised``, ``disjunctive``, ``yager``, ``dubois-prade``, ``pcr5``, ``pcr6`` or ``murphy``.

    Returns
    -------
    MassFunction
        With K of the conjunctive combination as its `conflict`.

    Raises
    ------
    InputError
        If nothing is given, frames differ or there is no such rule.
    TotalConflictError
        If the sources contradict each other completely and the rule cannot place that.

    Examples
    --------
    >>> import hypograph as hg
    >>> joined = hg.combine([hg.mass(single=0.7, several=0.1), hg.mass(single=0.1, several=0.6)])
    >>> round(joined.conflict, 3), round(joined.belief("single"), 3)
    (0.43, 0.526)
    """
    import numpy as np

    found = list(masses)
    if not found:
        raise InputError("nothing to combine", where="combine", expected="at least one mass function")
    if rule not in RULES:
        raise InputError("no such rule", where=rule, expected=", ".join(RULES))
    if any(m.frame != found[0].frame for m in found):
        raise InputError("the mass functions have different frames", where="combine", expected="the same alternatives")
    stacked = np.stack([m.masses for m in found])
    return MassFunction(found[0].frame, RULES[rule](stacked), float(rules.conflict(stacked)))
