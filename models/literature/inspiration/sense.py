"""Which keywords make sense together: parts that fit, none that stands alone, none that always goes with another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hypograph.models.core.elements import NAME_TO_SYMBOL, SYMBOL_SET
from hypograph.models.literature.chemistry.composition import read_formula
from hypograph.models.literature.graph.keyword_graph import Corpus
from hypograph.models.literature.graph.pair_counts import BoolArray, FloatArray, IntArray, PairCounts
from hypograph.models.literature.inspiration.roles import (
    ELEMENT,
    MATERIAL,
    METHOD,
    PHASE,
    PROCESS,
    ROLES,
    SETTING,
    TOPIC,
    role,
)
from hypograph.models.literature.inspiration.sampling import Score

# Two compounds or phases are rivals or neighbours, not one idea, but a compound may have an element added; two steps
# of processing may follow each other; one way of looking at it is enough, and what any experiment sets says nothing.
MOST: Final = {MATERIAL: 1, ELEMENT: 1, PHASE: 1, PROCESS: 2, METHOD: 1, SETTING: 0}
# Pairs of roles of which some publication must hold both: an idea is how known things meet, not whether they exist.
_SEEN: Final = ((PROCESS, PROCESS), (MATERIAL, PHASE), (ELEMENT, PHASE), (ELEMENT, MATERIAL))
FITS: Final = (*_SEEN, *((other, one) for one, other in _SEEN))
# What one publication of many holds together may be an accident of its reading.
TWICE_FROM: Final = 500
# A keyword of whose publications more than this share hold another, at least twice, says the same thing again.
ALWAYS: Final = 0.5
# Worth of a set by the number of its different roles; of one kind alone it is a list, no hypothesis.
WORTH: Final = (0.5, 0.5, 0.75, 0.9, 1.0)
# Classes of compounds by the element that names them.
CLASSES: Final = {
    "boride": "B",
    "bromide": "Br",
    "carbide": "C",
    "chloride": "Cl",
    "fluoride": "F",
    "hydride": "H",
    "iodide": "I",
    "nitride": "N",
    "oxide": "O",
    "phosphide": "P",
    "selenide": "Se",
    "silicide": "Si",
    "sulfide": "S",
    "telluride": "Te",
}


def _symbols(name: str) -> frozenset[str]:
    """Elements that a keyword is or holds, empty for phrases."""
    if name in SYMBOL_SET:
        return frozenset({name})
    formula = read_formula(name) if " " not in name else None
    return frozenset() if formula is None else frozenset(formula.symbols)


def _named(name: str) -> frozenset[str]:
    """Elements that a keyword names in words: "carbon nanotube", "carbide"."""
    words = name.lower().split()
    return frozenset(found for w in words if (found := CLASSES.get(w) or NAME_TO_SYMBOL.get(w)))


def _inside(names: Sequence[str]) -> BoolArray:
    """Whether one keyword is in another: an element in a compound or in a name, a compound in its class, ``(n, n)``."""
    symbols = sorted(SYMBOL_SET)
    holds = np.array([[s in held for s in symbols] for held in map(_symbols, names)], bool).reshape(len(names), -1)
    named = np.array([[s in told for s in symbols] for told in map(_named, names)], bool).reshape(len(names), -1)
    element = holds & np.array([name in SYMBOL_SET for name in names])[:, None]
    a_class = named & np.array([name.rsplit(" ", 1)[-1].lower() in CLASSES for name in names])[:, None]
    found = element.astype(np.float32) @ (holds | named).T + a_class.astype(np.float32) @ holds.T
    return np.asarray((found > 0) | (found.T > 0))


@dataclass(frozen=True)
class Sensible:
    """A score that refuses sets without sense, and prefers those whose members have different roles.

    Refused are sets with a keyword that no publication holds together with another of the set, with two keywords that
    nearly always go together, with a phase that was not seen in the material or two processing steps that nobody took
    one after the other (what is new shall be how they meet, not whether they exist), with two steps that meet less
    often than chance has it, since they are rivals, with an element that has no host, with an element beside its
    compound or a compound beside the name of its class, or with more of a role than `MOST`.

    Attributes
    ----------
    score
        What is climbed.
    pairs, df
        Publications of each pair and of each keyword.
    roles
        Place in `ROLES` of each keyword, shape ``(n,)``.
    inside
        Whether one keyword is in the other, shape ``(n, n)``.
    asked
        Keywords of the topic: a setting that was asked for may stand, shape ``(n,)``.
    publications
        Their number.
    """

    score: Score
    pairs: PairCounts
    df: IntArray
    roles: IntArray
    inside: BoolArray
    asked: BoolArray
    publications: int

    @classmethod
    def of(cls, score: Score, corpus: Corpus, pairs: PairCounts, topic: Sequence[str] = ()) -> Sensible:
        """Build for the keywords of a corpus."""
        roles = np.array([ROLES.index(role(name)) for name in corpus.names], np.int64)
        wanted = frozenset(topic)
        asked = np.array([name in wanted for name in corpus.names], bool)
        return cls(score, pairs, corpus.df, roles, _inside(corpus.names), asked, corpus.publications)

    def refused(self, sets: IntArray) -> BoolArray:
        """Whether a set makes no sense, shape ``(b,)``; `sets` is ``(b, k)``, rows ascending."""
        size = sets.shape[1]
        left, right = np.triu_indices(size, 1)
        a, b = sets[:, left], sets[:, right]
        both = self.pairs.between(a, b)
        rarer = np.minimum(self.df[a], self.df[b])
        found = ((both > 1) & (both > ALWAYS * rarer)).any(axis=1)
        company = np.zeros(sets.shape, np.int64)
        for column, (i, j) in enumerate(zip(left, right, strict=True)):
            company[:, i] += both[:, column] > 0
            company[:, j] += both[:, column] > 0
        found |= (company == 0).any(axis=1)
        roles = self.roles[sets]
        for name, most in MOST.items():
            counted = (roles == ROLES.index(name)) & ((name != SETTING) | ~self.asked[sets])
            found |= counted.sum(axis=1) > most
        least = 2 if self.publications >= TWICE_FROM else 1
        for one, other in FITS:
            fits = (self.roles[a] == ROLES.index(one)) & (self.roles[b] == ROLES.index(other))
            found |= (fits & (both < least)).any(axis=1)
        steps = (self.roles[a] == ROLES.index(PROCESS)) & (self.roles[b] == ROLES.index(PROCESS))
        found |= (steps & (both * self.publications < self.df[a] * self.df[b])).any(axis=1)
        has_element = (roles == ROLES.index(ELEMENT)).any(axis=1)
        found |= has_element & ~np.isin(roles, [ROLES.index(MATERIAL), ROLES.index(TOPIC)]).any(axis=1)
        found |= self.inside[a, b].any(axis=1)
        return np.asarray(found)

    def worth(self, sets: IntArray) -> FloatArray:
        """Worth of each set by the roles it joins, in [0, 1], shape ``(b,)``; a method is none of them."""
        roles = self.roles[sets]
        counted = [number for number, name in enumerate(ROLES) if name not in {METHOD, SETTING}]
        different = sum((roles == number).any(axis=1).astype(np.int64) for number in counted)
        return np.asarray(np.array(WORTH)[np.minimum(different, len(WORTH) - 1)])

    def __call__(self, sets: IntArray) -> FloatArray:
        """Score of each set times its worth, 0 where it makes no sense, shape ``(b,)``."""
        value = np.zeros(len(sets))
        kept = np.flatnonzero(~self.refused(sets))
        if kept.size:
            value[kept] = self.score(sets[kept]) * self.worth(sets[kept])
        return value
