"""One spelling for a phrase: case, plural, hyphen, units, elements."""

from __future__ import annotations

import functools
import re
from typing import Final

from hypograph.models.core.elements import NAME_TO_SYMBOL, SYMBOL_SET
from hypograph.models.literature.chemistry.reading import compound, system
from hypograph.models.literature.text.names import ENDING_IN_S

TOKEN: Final = re.compile(r"[^\W\d_][^\W_]*(?:['’\-‐‑–/+.](?=[^\W_])[^\W_]+)*|\d+(?:[.,]\d+)*|[^\w\s]")
_SPACE: Final = re.compile(r"[\s_\-‐‑–]+")


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_IRREGULAR: Final = _pairs(
    """analyses analysis hypotheses hypothesis syntheses synthesis bases basis theses thesis matrices
    matrix indices index vertices vertex vortices vortex criteria criterion phenomena phenomenon spectra
    spectrum media medium data data series series species species lens lens lenses lens gases gas axes
    axis crises crisis mice mouse people people leaves leaf halves half bias bias biases bias atlas
    atlas chaos chaos canvas canvas corpora corpus genera genus alias alias nuclei nucleus stimuli
    stimulus radii radius foci focus loci locus formulae formula movies movie cookies cookie calories
    calorie gas gas always always perhaps perhaps texas texas paris paris kansas kansas"""
)
_BRITISH: Final = tuple(
    _pairs(
        """isation ization ising izing ised ized aluminium aluminum behaviour behavior colour color centre
        center modelling modeling labelled labeled fibre fiber grey gray tumour tumor"""
    ).items()
)
_AS_IT_IS: Final = """rising raised raising advised supervised unsupervised comprised comprising promising
surprising
    surprised revised arising exercised premised"""
_NOT_BRITISH: Final = frozenset(_AS_IT_IS.split())
UNITS: Final = _pairs(
    """°c °C ℃ °C celsius °C kelvin K k K nanometer nm nanometre nm nm nm micrometer µm micrometre µm
    micron µm um µm μm µm µm µm millimeter mm mm mm angstrom Å å Å gpa GPa mpa MPa gigapascal GPa
    megapascal MPa percent % % % hour h h h hr h minute min min min second s s s ev eV kev keV mev MeV
    hz Hz khz kHz mhz MHz ghz GHz v V kv kV mv mV w W kw kW"""
)
_QUANTITY: Final = re.compile(r"^(\d+(?:\.\d+)?)\s*([^\W\d]+|%|°\s?[cC])$")


def tokens(text: str) -> list[str]:
    """Split text into words (hyphens and inner points kept), numbers and single marks."""
    return TOKEN.findall(text)


@functools.lru_cache(maxsize=262144)
def singular(word: str) -> str:
    """Return the singular of a lower-case English noun; other words come back as they are."""
    known = _IRREGULAR.get(word)
    if known is not None:
        return known
    if word in ENDING_IN_S:
        return word
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ics", "ous")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


@functools.lru_cache(maxsize=262144)
def american(word: str) -> str:
    """Return the American spelling of a lower-case word."""
    if word in _NOT_BRITISH:
        return word
    for british, ours in _BRITISH:
        if british in word and len(word) > len(british):
            return word.replace(british, ours)
        if british == word:
            return ours
    return word


# What may stand around a keyword and is no part of it: white space of every kind, and these signs.
EDGES = "".join(chr(c) for c in range(0x3001) if chr(c).isspace()) + ".,;:()[]\"'"


@functools.lru_cache(maxsize=262144)
def normalise(phrase: str) -> str:
    """Return the one name of a keyword.

    Case, hyphens, possessives and the plural of the last word go; British spelling becomes American;
    quantities get their unit's symbol; names of elements become symbols and formulas get `formula_name`.

    Parameters
    ----------
    phrase
        One to about six words.

    Returns
    -------
    str
        Lower case, words parted by single spaces; symbols and formulas keep their capitals. May be empty.

    Notes
    -----
    Idempotent: ``normalise(normalise(x)) == normalise(x)``.
    """
    text = _normalised_once(phrase)
    # What is taken away may bare an edge, a plural or a possessive: "0)_", "a's's".
    while len(again := _normalised_once(text)) < len(text):
        text = again
    return text


def _normalised_once(phrase: str) -> str:
    for text in (phrase.strip(), phrase.strip(EDGES)):
        found = compound(text) if text and " " not in text else None
        if found is not None:
            return found.name()
    text = phrase.strip(EDGES)
    if text in SYMBOL_SET:
        return text
    if elements := system(text):
        return "-".join(sorted(elements))
    words = [w for w in _SPACE.split(text.lower().replace("’", "'").replace("'s", "")) if w]
    if not words:
        return ""
    words = [american(w) for w in words]
    words[-1] = singular(words[-1])
    quantity = _QUANTITY.match(" ".join(words))
    if quantity is not None and quantity.group(2).replace(" ", "") in UNITS:
        return f"{quantity.group(1)} {UNITS[quantity.group(2).replace(' ', '')]}"
    if len(words) == 1 and words[0] in NAME_TO_SYMBOL:
        return NAME_TO_SYMBOL[words[0]]
    return " ".join(words)
