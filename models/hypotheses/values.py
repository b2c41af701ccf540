"""Values as a slot holds them: numbers in the slot's unit, texts of bounded length."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from hypograph.models.hypotheses.discipline import Slot

_TEMPERATURE = r"°\s*C|℃|deg(?:rees?)?\s*C|K"
_TIME = r"hours?|hrs?|h|minutes?|mins?|min|seconds?|secs?|s|days?|d"
_NUMBER = r"[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?"
_IN_TEXT = re.compile(rf"({_NUMBER})\s*({_TEMPERATURE}|{_TIME})(?![\w/])")
# "60-80 °C": the dash between two numbers is no sign.
_VALUE = re.compile(rf"({_NUMBER})(?:\s*(?:to|[-~])\s*({_NUMBER}))?\s*([^\W\d_]+|°\s*C|℃)?")
ZERO_CELSIUS = 273.15  # K
_HOURS = {"h": 1.0, "m": 1 / 60, "s": 1 / 3600, "d": 24.0}


def numbers_in(texts: Sequence[str], kind: str) -> list[str]:
    """Return temperatures in °C or times in h that texts give with their unit, most frequent first."""
    counts: Counter[str] = Counter()
    for text in texts:
        for value, unit in _IN_TEXT.findall(_plain(text)):
            heat = re.fullmatch(_TEMPERATURE, unit) is not None
            if heat == (kind == "temperature"):
                counts[f"{_converted(value, unit, '°C' if heat else 'h'):.4g}"] += 1
    return [v for v, _ in sorted(counts.items(), key=lambda item: (-item[1], float(item[0])))]


def settle(value: str, slot: Slot, longest: int = 120) -> list[str]:
    """Return what a proposed value says for a slot: numbers in its unit, or one text.

    Parameters
    ----------
    value
        As somebody wrote it: ``60 °C``, ``333 K``, ``2-4 h``, or words.
    slot
        What it is for. A number without a unit is taken to be in the slot's.
    longest
        Characters kept of a text, cut between words.

    Returns
    -------
    list of str
        Both ends of a range; nothing where a number was wanted and none is there.
    """
    text = " ".join(value.split())
    if slot.kind not in ("temperature", "time", "number"):
        text = text.rstrip(" .;")
        return [text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0]] if text else []
    found = _VALUE.search(_plain(text))
    if found is None:
        return []
    low, high, unit = found.groups()
    ends = [low] if high is None else [low, high]
    return list(dict.fromkeys(f"{_converted(end, unit or slot.unit, slot.unit):.6g}" for end in ends))


def _plain(text: str) -> str:
    """Write all dashes and minus signs as one."""
    return re.sub("[\u2010-\u2015\u2212]", "-", text)


def _converted(number: str, unit: str, wanted: str) -> float:
    value = float(number.replace(",", ""))
    if unit == wanted:
        return value
    if wanted in ("°C", "K"):
        kelvin = unit == "K"
        return (
            value - 273.15 if kelvin and wanted == "°C" else value + 273.15 if not kelvin and wanted == "K" else value
        )
    hours = {"h": 1.0, "min": 1 / 60, "s": 1 / 3600, "d": 24.0}.get(wanted)
    if hours is not None and unit[:1].lower() in _HOURS:
        return value * _HOURS[unit[:1].lower()] / hours
    return value
