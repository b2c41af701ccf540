"""What a clause says of phases: how many, which, and whether it says so of something that was made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from hypograph.models.evidence.alloys.phase_names import DISORDERED, IN_TEXT
from hypograph.models.evidence.alloys.phases import Label

_NAMES: Final = tuple(
    (name, re.compile(rf"(?<![A-Za-z0-9])(?:{spellings})(?![a-zA-Z])", re.IGNORECASE))
    for name, spellings in IN_TEXT.items()
)
# "BCC (B2)", "BCC/B2", "ordered bcc (B2)", "hexagonal … (HCP)": two words for one phase.
_TWICE: Final = re.compile(
    r"(?i)(?:ordered )?(?P<general>fcc|bcc|face[- ]cent(?:ere|re)d[- ]cubic|body[- ]cent(?:ere|re)d[- ]cubic)"
    r"(?: structure)?\s*[(/]\s*(?P<special>B2|L1_?2|L2_?1)\)?|"
    r"(?P<long>face[- ]cent(?:ere|re)d[- ]cubic|body[- ]cent(?:ere|re)d(?:[- ]cubic)?|hexagonal[- ]close[- ]?packed)"
    r"\s*\(\s*(?P<short>fcc|bcc|hcp)\s*\)"
)
_ORDERED: Final = re.compile(r"(?i)ordered (?:face|body)[- ]cent(?:ere|re)d[- ]cubic(?: structure)?\s*\(?(?=B2|L1_?2)")
_LATTICE: Final = "|".join((*(IN_TEXT[name] for name in sorted(DISORDERED)), r"body[- ]cent(?:ere|re)d|hexagonal"))
_SOLE: Final = rf"(?:homogeneous |disordered |simple )?(?:(?:{_LATTICE})(?:\s*\((?:fcc|bcc|hcp)\))? )?"
ONE: Final = re.compile(
    rf"(?i)\b(?:single|mono)[- ]?phased?\b|\bsingle {_SOLE}(?:phase|structure|lattice|solid[- ]solution)"
    rf"|\bone {_SOLE}phase\b|\bsingle (?:{_LATTICE})\b"
)
MANY: Final = re.compile(
    r"(?i)\b(?:dual|two|three|multi|multiple|triple)[- ]?phased?\b|\bduplex\b"
    r"|\b(?:two|three|several) [^.;,]{0,40}phases\b|\bprecipitat(?:es?|ion)\b|\bphase[- ]separat|\bmixtures? of\b"
    r"|\btypes of precipitates\b|\bspinodal(?:ly)? decompos"
)
# A structure that is there, not one of several that are measured.
HAS: Final = re.compile(
    r"(?i)\b(?:ha[sd]|have|having|exhibit(?:s|ed|ing)?|show(?:s|ed|ing|n)?|retain(?:s|ed)?|possess(?:es|ed)?|form(?:s|ed)?"
    r"|adopt(?:s|ed)?|with|crystalli[sz]e[sd]?|solidif(?:y|ies|ied)|consist(?:s|ed|ing)?|compris(?:e|es|ed)|compos(?:e|es|ed)"
    r"|remain(?:s|ed)?|contain(?:s|ed|ing)?|keeps?|kept|stay(?:s|ed)?|is|are|was|were|be|reveal(?:s|ed)?|presents?|into|yield(?:s|ed)?|found)\b"
)
SOLID: Final = re.compile(
    rf"(?i)(?:{_LATTICE})\)?[- ]*(?:type |crystal )?(?:structured?|lattice|solid[- ]solution|phase\b)"
)
# Calculations, plans and doubts: nothing that was found.
_UNREAL: Final = re.compile(
    r"(?i)\b(?:predict\w*|calculat\w*|first[- ]principles|simulat\w*|calphad|dft|ab initio|expected"
    r"|hypothes\w+|criteri\w+|may|might|would|should|potential(?:ly)?|possib\w+|whether|aims?|in the ideal case"
    r"|could(?! be (?:observed|obtained|seen|found|detected|identified))|tend to|likely|unlikely|review\w*"
    r"|monte carlo|thermodynamic model\w*|traditionally|generally|appears? to|promot\w+|suppress\w*|favou?rs?)\b"
)
_MADE: Final = re.compile(
    r"(?i)successfully (?:synthesi[sz]ed|fabricated|prepared)|experimentally (?:confirmed|verified|observed)"
)
_ABSENT: Final = re.compile(
    r"(?i)\b(?:no|without|free of|absence of|neither|disappearance of|instead of|rather than)\b(?! longer)"
    r"(?:(?!\b(?:in|of|which|that|and|but|with)\b)[^,;.]){0,60}(?: of(?: the)? [^,;. ]+(?: phase)?)?"
    r"|[^,;.]{0,60}\b(?:not|never) (?:observed|detected|found|present|formed|seen)\b"
)
_CHANGES: Final = re.compile(
    r"(?i)\b(?:chang|transform|convert|transition|evolv|shift)\w*\b.{0,60}\bfrom\b.{0,80}\b(?:to|into)\b"
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a clause says: the label, and the phases that it names."""

    label: Label
    phases: tuple[str, ...]


def said_of_phases(clause: str) -> Said | None:
    """Read what a clause says of phases; None where it says nothing that was found, or not clearly.

    Examples
    --------
    >>> said_of_phases("The as-cast alloy consists of FCC and B2 phases")
    Said(label='multi', phases=('FCC', 'B2'))
    >>> said_of_phases("A single-phase BCC structure is expected") is None
    True
    """
    if (_UNREAL.search(clause) and not _MADE.search(clause)) or _CHANGES.search(clause):
        return None
    text = _ABSENT.sub(" ", clause)
    phases = named(text)
    one, many = bool(ONE.search(text)), bool(MANY.search(text))
    if one and many:
        return None
    if one:
        if len(phases) > 1:
            return None
        return Said("multi" if phases and phases[0] not in DISORDERED else "single", phases)
    if many or len(phases) > 1:
        found = HAS.search(text) or re.search(r"(?i)\bprecipitat|\bphases\b|\bstructure|observed|eutectic", text)
        return Said("multi", phases) if found else None
    if len(phases) == 1 and phases[0] in DISORDERED and HAS.search(text) and SOLID.search(text) and not _partial(text):
        return Said("single", phases)
    if phases == ("amorphous",) and HAS.search(text):
        return Said("multi", phases)
    return None


def named(text: str) -> tuple[str, ...]:
    """Phases that a text names, each once, in its order; two words for one phase count once."""
    text = _ORDERED.sub("", text)
    text = _TWICE.sub(lambda m: m.group("special") or m.group("short"), text)
    spots = sorted((m.start(), name) for name, pattern in _NAMES for m in pattern.finditer(text))
    found = dict.fromkeys(name for _, name in spots)
    # Two lattices of one kind, FCC1 + FCC2, are two phases.
    for name in ("FCC", "BCC", "HCP"):
        if len(set(re.findall(rf"(?i){name}\s?-?([12])\b", text))) > 1:
            found |= dict.fromkeys([name, f"{name}2"])
    return tuple(found)


def speaks_of_phases(text: str) -> bool:
    """Whether a text names a phase, or says how many there are."""
    return bool(named(text) or ONE.search(text) or MANY.search(text))


def _partial(text: str) -> bool:
    """Whether the clause speaks of a part of the alloy: a matrix, dendrites, one phase among others."""
    return bool(
        re.search(
            r"(?i)\bmatrix\b|dendrit|\bin the (?:fcc|bcc|hcp) phase|\b(?:fcc|bcc|hcp) phase (?:is|was|has)\b", text
        )
    )
