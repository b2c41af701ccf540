"""A claim of a paper about an alloy, and the checks it has to pass before it is a record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hypograph.models.core.errors import InputError
from hypograph.models.core.records import AlloyRecord, Publication
from hypograph.models.evidence.alloys.composition import Composition, read_composition
from hypograph.models.evidence.alloys.phases import Label
from hypograph.models.literature.keywords.extraction import pieces

PAPERS: Final = "papers"
PATTERNS: Final = "patterns"
_BLANKS: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Claim:
    """What one sentence says of an alloy.

    Attributes
    ----------
    alloy
        As the paper writes it.
    composition
        What that is, in atoms.
    phases
        One name a phase; empty where none is named.
    label
        ``single`` for one disordered solid solution, ``multi`` for anything else that was found.
    state
        Processing and treatment, as far as they are said: one of `hypograph.models.evidence.alloys.state.STATES`.
    celsius
        Temperature of the treatment; None where none is said.
    sentence
        Word for word.
    publication
        Key of the paper.
    reader
        ``patterns``, or the model that read it.
    skill
        Measured share of its claims that are right, in [0, 1]: the lower end of the interval.
    """

    alloy: str
    composition: Composition
    phases: tuple[str, ...]
    label: Label
    state: str
    celsius: float | None
    sentence: str
    publication: str
    reader: str = PATTERNS
    skill: float = 1.0

    @property
    def condition(self) -> str:
        """State and temperature in words."""
        return self.state + (f", {self.celsius:g} °C" if self.celsius is not None else "")

    def record(self) -> AlloyRecord:
        """Return the claim as a record of the source `papers`."""
        composition = self.composition
        return AlloyRecord(
            composition.elements,
            self.label == "single",
            composition.uneven,
            PAPERS,
            self.publication,
            self.phases,
            self.condition,
            self.sentence,
        )


def stands_there(claim: Claim, publication: Publication) -> bool:
    """Whether the sentence stands in the publication word for word, and the alloy in it or before it."""
    sentence, alloy = _squeezed(claim.sentence), _squeezed(claim.alloy)
    text = " ".join(_squeezed(piece) for piece in pieces(publication))
    return bool(sentence) and bool(alloy) and sentence in text and alloy in text.partition(sentence)[0] + sentence


def composition_of(text: str) -> Composition | None:
    """Read the formula of an alloy; None where it has no single reading, or a variable amount."""
    try:
        return read_composition(text)
    except InputError:
        return None


def distinct(claims: Sequence[Claim]) -> list[Claim]:
    """Keep one claim for each paper, alloy, outcome and condition."""
    found: dict[tuple[object, ...], Claim] = {}
    for c in claims:
        key = (c.publication, c.composition.elements, c.composition.uneven, c.label, c.condition)
        found.setdefault(key, c)
    return list(found.values())


def _squeezed(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()
