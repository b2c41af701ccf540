"""Which keywords make sense together: parts that fit, none that stands alone, none that always goes with another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hypograph.models.core.elements import SYMBOL_SET
from hypograph.models.literature.chemistry.composition import read_formula
from hypograph.models.literature.graph.keyword_graph import Corpus
from hypograph.models.literature.graph.pair_counts import BoolArray, FloatArray, IntArray, PairCounts
from hypograph.models.literature.inspiration.roles import MATERIAL, METHOD, PHASE, PROCESS, ROLES, SETTING, role
from hypograph.models.literature.inspiration.sampling import Score

# Two compounds or phases are rivals or neighbours, not one idea; two processing steps may follow each other; a set
# needs one way of looking at it at most, and what any experiment sets says nothing.
MOST: Final = {MATERIAL: 1, PHASE: 1, PROCESS: 2, METHOD: 1, SETTING: 0}
# A keyword of whose publications more than this share hold another, at least twice, says the same thing again.
ALWAYS: Final = 0.5
# Worth of a set by the number of its different roles; of one kind alone it is a list, no hypothesis.
WORTH: Final = (0.5, 0.5, 0.8, 1.0)
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
_CLASSES: Final = tuple(CLASSES)


def _symbols(name: str) -> frozenset[str]:
    """Elements of a keyword that is an element or compound."""
    if name in SYMBOL_SET:
        return frozenset({name})
    formula = read_formula(name) if " " not in name else None
    return frozenset() if formula is None else frozenset(formula.symbols)


@dataclass(frozen=True)
class Sensible:
    """A score that refuses sets without sense, and prefers those whose members have different roles.

    Refused are sets with a keyword that no publication holds together with another of the set, with two keywords that
    nearly always go together, with a phase that was not seen in the material or two processing steps that nobody took
    one after the other (what is new shall be how they meet, not whether they exist), with a compound beside the name of
    its class, or with more of a role than `MOST`.

    Attributes
    ----------
    score
        What is climbed.
    pairs, df
        Publications of each pair and of each keyword.
    roles
        Place in `ROLES` of each keyword, shape ``(n,)``.
    classes, elements
        Number of the element that a keyword is a class of compounds of ("carbide"), -1 for none, shape ``(n,)``; and
        whether it is or holds each of those elements, shape ``(n, c)``.
    asked
        Keywords of the topic: a setting that was asked for may stand, shape ``(n,)``.
    """

    score: Score
    pairs: PairCounts
    df: IntArray
    roles: IntArray
    classes: IntArray
    elements: BoolArray
    asked: BoolArray

    @classmethod
    def of(cls, score: Score, corpus: Corpus, pairs: PairCounts, topic: Sequence[str] = ()) -> Sensible:
        """Build for the keywords of a corpus."""
        roles = np.array([ROLES.index(role(name)) for name in corpus.names], np.int64)
        last = [name.rsplit(" ", 1)[-1].lower() for name in corpus.names]
        classes = np.array([_CLASSES.index(word) if word in _CLASSES else -1 for word in last], np.int64)
        elements = np.array([[symbol in _symbols(name) for symbol in CLASSES.values()] for name in corpus.names], bool)
        return cls(
            score,
            pairs,
            corpus.df,
            roles,
            classes,
            elements,
            np.isin(np.array(corpus.names, dtype=object), list(topic)),
        )

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
        for one, other in ((PROCESS, PROCESS), (MATERIAL, PHASE), (PHASE, MATERIAL)):
            fits = (self.roles[a] == ROLES.index(one)) & (self.roles[b] == ROLES.index(other))
            found |= (fits & (both == 0)).any(axis=1)
        for whole, part in ((a, b), (b, a)):
            known = self.classes[whole]
            found |= ((known >= 0) & self.elements[part, np.maximum(known, 0)]).any(axis=1)
        return np.asarray(found)

    def worth(self, sets: IntArray) -> FloatArray:
        """Worth of each set by the roles it joins, in [0, 1], shape ``(b,)``; a method is none of them."""
        roles = self.roles[sets]
        counted = [number for number, name in enumerate(ROLES) if name not in {METHOD, SETTING}]
        different = sum((roles == number).any(axis=1).astype(np.int64) for number in counted)
        return np.array(WORTH)[np.minimum(different, len(WORTH) - 1)]

    def __call__(self, sets: IntArray) -> FloatArray:
        """Score of each set times its worth, 0 where it makes no sense, shape ``(b,)``."""
        value = np.zeros(len(sets))
        kept = np.flatnonzero(~self.refused(sets))
        if kept.size:
            value[kept] = self.score(sets[kept]) * self.worth(sets[kept])
        return value
