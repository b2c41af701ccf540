"""Units in headers and behind numbers, known to pint; conversion between those of one kind."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pint import UnitRegistry
    from pint.facets.plain import PlainUnit

# What chemists write, in pint's words. Shares of different kinds are not converted into each other.
_WORDS: Final = {
    "%": "percent", "°c": "degC", "° c": "degC", "deg c": "degC", "degc": "degC", "℃": "degC",
    "celsius": "degC", "°f": "degF", "degf": "degF", "°": "degree", "mol%": "mol_percent", "mol-%": "mol_percent",
    "wt%": "wt_percent", "wt.%": "wt_percent", "wt-%": "wt_percent", "weight%": "wt_percent", "w/w%": "wt_percent",
    "vol%": "vol_percent", "vol.%": "vol_percent", "v/v%": "vol_percent", "at%": "at_percent", "at.%": "at_percent",
    "area%": "area_percent", "lcap": "area_percent", "%ee": "ee_percent", "ee%": "ee_percent",
    "eq": "equiv", "eq.": "equiv", "equiv.": "equiv", "equivs": "equiv",
    "equivalents": "equiv", "equivalent": "equiv", "hrs": "hour", "mins": "minute", "secs": "second", "sec": "second",
    "torr": "torr", "l": "liter", "ml": "milliliter", "µl": "microliter", "ul": "microliter", "days": "day",
    "hv": "vickers", "hrc": "rockwell_c", "ma": "milliampere",
}  # fmt: skip
_DEFINED: Final = (
    "equiv = [stoichiometry]", "mol_percent = 0.01 * equiv", "wt_percent = [mass_share]",
    "vol_percent = [volume_share]", "at_percent = [atomic_share]", "area_percent = [area_share]",
    "ee_percent = [enantiomeric_excess]", "vickers = [vickers_hardness]", "rockwell_c = [rockwell_hardness]",
)  # fmt: skip
# Letters behind a number that rather tell compounds apart (4a, 5b) than give a unit.
_LABELS: Final = frozenset("abcefijknopqrtuvwxyzBDEGHIOPQRSUXYZ")
_SHAPE: Final = re.compile(r"[A-Za-z%°µμΩÅ℃·*/^().\-−⁻¹²³0-9 ]{1,24}\Z")
_POWERS: Final = str.maketrans("⁻¹²³−μ", "-123-µ")
_FOOTNOTE: Final = re.compile(r"([)\]])\s*\^?(?:[a-h](?:,\s?[a-h])*|[*†‡§]+)\Z")  # yield (%)a, ee (%)^b
_IN_HEADER: Final = re.compile(
    r"(?P<name>.*?\S)\s*(?:\((?P<round>[^()]+)\)|\[(?P<square>[^\[\]]+)\]|(?:,|/|\bin\b|_)\s*(?P<behind>[^\s,()\[\]]+))\s*\Z"
)


@lru_cache(maxsize=1)
def _registry() -> UnitRegistry[float]:
    from pint import UnitRegistry

    registry: UnitRegistry[float] = UnitRegistry(cache_folder=None)
    for line in _DEFINED:
        registry.define(line)
    return registry


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> PlainUnit | None:
    """Return pint's unit of a text, None where it is none."""
    text = " ".join(text.strip().split())
    if not text or not _SHAPE.match(text) or text[0].isdigit() or re.search(r"\d{3}|\*\*.*\*\*", text):
        return None
    word = "degC" if text == "C" else _WORDS.get(text.lower().replace(" %", "%").replace("% ", "%"), text)
    word = _WORDS.get(word.lower(), word) if len(word) > 1 and word.endswith("%") else word
    if word == text and len(text) == 1 and text in _LABELS:
        return None
    # Powers stand behind their unit: mL min-1, m²
    word = re.sub(r"(?<=[A-Za-zµÅΩ])\^?(-?[123])(?!\d)", r"**\1", word.translate(_POWERS))
    word = word.replace("·", "*").replace("%", "percent")
    try:
        unit = _registry().parse_units(word)
    except Exception:  # (pint raises its own, tokenize's and Python's errors)
        return None
    return None if unit == _registry().parse_units("") else unit


def same_unit(a: str, b: str) -> bool:
    """Tell whether two texts mean one unit."""
    if a.strip() == b.strip():
        return True
    first, second = parse_unit(a), parse_unit(b)
    return first is not None and first == second


def convert(value: float, unit: str, wanted: str) -> float | None:
    """Convert a value; None where the units are not of one kind.

    Examples
    --------
    >>> convert(313.15, "K", "°C"), convert(90.0, "min", "h"), convert(1.0, "g", "mL")
    (40.0, 1.5, None)
    """
    source, target = parse_unit(unit), parse_unit(wanted)
    if source is None or target is None:
        return None
    if source == target:
        return value
    registry = _registry()
    try:
        found = float(registry.Quantity(value, source).to(target).magnitude)
    except Exception:  # (dimensionality, offset and logarithmic units)
        return None
    return float(f"{found:.12g}")


def header_unit(header: str) -> tuple[str, str]:
    """Split a header into its name and its unit: ``T (°C)``, ``t [h]``, ``p / bar``, ``load, mol%``, ``time_min``.

    The unit is empty where there is none, and the name then is the whole header.
    """
    found = _IN_HEADER.match(_FOOTNOTE.sub(r"\1", header))
    if found is None:
        return header, ""
    unit = found["round"] or found["square"] or found["behind"] or ""
    if parse_unit(unit) is None or (found["behind"] and len(unit) == 1 and unit != "%" and "/" not in header):
        return header, ""
    return found["name"].strip(), unit.strip()
