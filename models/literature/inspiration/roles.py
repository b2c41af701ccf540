"""What part a keyword has in a research idea, told by its kind or by the noun that it ends with.

The endings are those of English nouns, the quantities those that any laboratory sets: no field's vocabulary. Where
nothing tells the part, a keyword is a topic like any other.
"""

from __future__ import annotations

import re
from typing import Final

from hypograph.models.literature.text.materials import keyword_kind

MATERIAL, ELEMENT, PHASE, PROCESS, PROPERTY, METHOD, SETTING, TOPIC = ROLES = (
    "material",
    "element",
    "phase",
    "process",
    "property",
    "method",
    "setting",
    "topic",
)
# One looks at a sample, or computes, by these; an idea is about something else.
_METHODS: Final = re.compile(
    r".*(?:scopy|metry|graphy|diffraction|tomography|calculation|simulation|theory|measurement|characterization"
    r"|analysis|spectrum|spectra)|molecular dynamics|calphad",
    re.IGNORECASE,
)
# Surroundings and amounts that any experiment has, and that its operator sets or notes down.
_SET: Final = """agent amount atmosphere composition concentration condition content element environment fraction level
medium number percentage ratio region sample solvent step substrate volume weight"""
# A quantity of a step ("cooling rate") is set; a quantity of a thing ("grain size") is found.
_MEASURED: Final = """angle current density diameter dose duration frequency height intensity length parameter position
power pressure purity range rate size speed temperature thickness time value velocity voltage width"""
_SETTINGS: Final = frozenset(_SET.split())
_QUANTITIES: Final = frozenset(_MEASURED.split())
_STEP: Final = re.compile(r".*(?:ing|tion|sis|ment)", re.IGNORECASE)
_PROPERTIES: Final = re.compile(
    r".*(?:[^s]ivity|ability|icity|osity|idity|tivity|sity|ance|ness|ism|escence)"
    r"|(?:activity|behaviou?r|efficiency|energy|gap|hardness|mobility|modulus|moment|property|response|stability"
    r"|state|strength|stress|structure|transition)"
)
_PROCESSES: Final = re.compile(
    r".*(?:ization|isation|lysis|thesis|ition|ation)"
    r"|(?:doping|growth|implantation|method|process|processing|reaction|reduction|route|splitting|technique|treatment)"
)


def role(name: str) -> str:
    """Return the role of a keyword, one of `ROLES`."""
    kind = keyword_kind(name)
    *before, last = name.lower().split()
    if _METHODS.fullmatch(name) or name == "density functional theory":
        return METHOD
    if kind != "phrase":
        return kind
    if last in _QUANTITIES:
        return SETTING if before and _STEP.fullmatch(before[-1]) else PROPERTY
    if last in _SETTINGS:
        return SETTING
    if _PROPERTIES.fullmatch(last):
        return PROPERTY
    return PROCESS if _PROCESSES.fullmatch(last) or keyword_kind(last) == "process" else TOPIC
