"""Quantities as people write them, read with their units: ``140 °F``, ``5 °C/min to 850 °C``, ``1,5 h``, ``overnight``.

Units are converted by pint. Which symbols count as units is listed here, because prose holds words that a unit
registry would take for one ("in", "at", "a", "are"). A number without a unit is no quantity.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pint import UnitRegistry

_PREFIXED = {
    "meter": ("m", "pm nm um µm μm mm cm dm m km"),
    "gram": ("g", "ng ug µg μg mg g kg"),
    "second": ("s", "fs ps ns us µs μs ms s"),
    "mole": ("mol", "pmol nmol umol µmol μmol mmol mol kmol"),
    "liter": ("L", "uL µL μL mL L ul µl μl ml l"),
    "molar": ("M", "nM uM µM μM mM M"),
    "pascal": ("Pa", "Pa hPa kPa MPa GPa"),
    "bar": ("bar", "mbar bar"),
    "joule": ("J", "mJ J kJ MJ"),
    "electron_volt": ("eV", "meV eV keV MeV"),
    "calorie": ("cal", "cal kcal"),
    "watt": ("W", "uW µW μW mW W kW MW"),
    "watt_hour": ("Wh", "mWh Wh kWh MWh"),
    "ampere_hour": ("Ah", "mAh Ah"),
    "volt": ("V", "uV µV μV mV V kV"),
    "ampere": ("A", "nA uA µA μA mA A"),
    "ohm": ("Ω", "mΩ Ω Ω kΩ MΩ"),
    "siemens": ("S", "uS µS μS mS S"),
    "hertz": ("Hz", "Hz kHz MHz GHz"),
    "tesla": ("T", "mT T"),
    "newton": ("N", "uN µN μN mN N kN"),
}
_POWERS = {"f": "femto", "p": "pico", "n": "nano", "u": "micro", "µ": "micro", "μ": "micro", "m": "milli", "c": "centi"}
_POWERS |= {"d": "deci", "h": "hecto", "k": "kilo", "M": "mega", "G": "giga"}
_WORDS = {
    "degree_Celsius": "°C|℃|° C|ºC|deg C|degC|degrees C|degrees Celsius|degree Celsius|celsius|Celsius",
    "degree_Fahrenheit": "°F|℉|° F|deg F|degF|degrees F|degrees Fahrenheit|Fahrenheit",
    "kelvin": "K|kelvin|kelvins|Kelvin",
    "second": "sec|secs|second|seconds",
    "minute": "min|mins|minute|minutes",
    "hour": "h|hr|hrs|hour|hours",
    "day": "d|day|days",
    "week": "wk|weeks|week",
    "month": "month|months",
    "year": "yr|yrs|year|years",
    "angstrom": "Å|Å|angstrom|angstroms",
    "atmosphere": "atm",
    "torr": "Torr|torr|mmHg",
    "psi": "psi",
    "revolutions_per_minute": "rpm",
    "percent": "%|percent|per cent|vol%|vol.%|wt%|wt.%|at%|at.%|mol%|mol.%|vol %|wt %|at %|mol %",
    "ppm": "ppm",
    "milliliter": "cc",
    "tonne": "t|tonne|tonnes",
}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
# Words that stand for a quantity; what they are taken for is marked as assumed.
_SAYINGS = {
    r"room temperature|ambient temperature|\br\.?t\.?(?![a-z])": (20.0, 25.0, "degree_Celsius"),
    r"overnight": (12.0, 16.0, "hour"),
}


def _symbols() -> dict[str, str]:
    found = {}
    for unit, (base, symbols) in _PREFIXED.items():
        for symbol in symbols.split():
            prefix = "" if symbol.lower() == base.lower() or symbol == "Ω" else _POWERS[symbol[0]]
            found[symbol] = f"{prefix}{unit}"
    for unit, spellings in _WORDS.items():
        for spelling in spellings.split("|"):
            found[spelling] = unit
    return found


SYMBOLS = _symbols()
_SYMBOL = "|".join(re.escape(s) for s in sorted(SYMBOLS, key=len, reverse=True))
_FACTOR = rf"(?:{_SYMBOL})(?:\^?[-+]?[1-9](?![\d.,])|(?![A-Za-z\d]))"
_UNIT = rf"{_FACTOR}(?:\s?(?:/|·|⋅|\*|\bper\b)\s?{_FACTOR}|\s(?:{_SYMBOL})\^?-[1-9])*"
_NUMBER = r"[-+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)(?:\s?(?:[x×]\s?10\^?|[eE])[-+]?\d+)?"
_RANGE = r"\s?(?:to|-|~|±)\s?"
_FOUND = re.compile(rf"(?<![\w.,])({_NUMBER})\s?({_UNIT})?(?:({_RANGE})({_NUMBER}))?\s?({_UNIT})?(?![\w°])")
_UNKNOWN = re.compile(rf"(?<![\w.,])({_NUMBER})\s?([^\W\d_][\w/°%]*)?")
YEARS = (1800, 2200)  # whole numbers without a unit that are years, not durations


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity as it was written and as it was understood.

    Attributes
    ----------
    low, high
        Ends in `unit`; equal where one value was given.
    unit
        Name of the unit as pint knows it.
    dimension
        `temperature`, `time`, `pressure`, … or the dimension in base units.
    text
        The words it was read from.
    assumed
        Whether the words name no number (`overnight`).
    """

    low: float
    high: float
    unit: str
    dimension: str
    text: str
    assumed: bool = False

    def to(self, unit: str) -> tuple[float, float] | None:
        """Return both ends in another unit (a symbol of this module or a name), None where it does not fit."""
        registry = _registry()
        try:
            ends = [registry.Quantity(v, self.unit).to(unit_name(unit)).magnitude for v in (self.low, self.high)]
        except Exception:
            return None
        return float(ends[0]), float(ends[1])

    @property
    def base(self) -> tuple[float, float]:
        """Both ends in base units."""
        return _in_base(self.low, self.unit), _in_base(self.high, self.unit)

    def same(self, other: Quantity, tolerance: float = 0.01) -> bool:
        """Tell whether two quantities are the same by value and dimension."""
        if self.dimension != other.dimension:
            return False
        pairs = zip(self.base, other.base, strict=True)
        return all(abs(a - b) <= tolerance * max(abs(a), abs(b), 1e-12) for a, b in pairs)


@lru_cache(maxsize=4096)
def _in_base(value: float, unit: str) -> float:
    """Return a value in base units; a search compares the same few facts thousands of times."""
    return float(_registry().Quantity(value, unit).to_base_units().magnitude)


def quantities(text: str) -> list[Quantity]:
    """Return the quantities in a text, in order; numbers without a unit are none."""
    plain = _plain(text)
    found: list[tuple[int, Quantity]] = []
    for match in _FOUND.finditer(plain):
        low, first, joint, high, last = match.groups()
        found += [(match.start(), q) for q in _read(low, first, joint, high, last, match.group().strip())]
    for pattern, (low_end, high_end, unit) in _SAYINGS.items():
        for match in re.finditer(pattern, plain, re.I):
            dimension = "temperature" if unit == "degree_Celsius" else "time"
            found.append((match.start(), Quantity(low_end, high_end, unit, dimension, match.group(), True)))
    return [q for _, q in sorted(found, key=lambda row: row[0])]


def unknown_units(text: str) -> list[str]:
    """Return numbers followed at once by something that looks like a unit and is none ("5 foo/min")."""
    plain, known = _plain(text), [q.text for q in quantities(text)]
    odd = []
    for match in _UNKNOWN.finditer(plain):
        unit = match.group(2) or ""
        if "/" in unit and not any(match.group(1) in k for k in known):
            odd.append(match.group().strip())
    return odd


@cache
def unit_name(symbol: str) -> str:
    """Return pint's expression for a unit as it is written.

    Raises
    ------
    ValueError
        If it is no unit of this module and no name of pint's.
    """
    text = _plain(symbol).strip()
    if re.fullmatch(_UNIT, text):
        return _expression(text)
    registry = _registry()
    try:
        return str(registry.Unit(text)) if text else "dimensionless"
    except Exception as error:  # pint raises several kinds for what it cannot parse
        raise ValueError(f"{symbol!r} is no known unit") from error


def number(text: str) -> float | None:
    """Read one number with a decimal point or comma; None where the text is none."""
    match = re.fullmatch(rf"\s*({_NUMBER})\s*", _plain(text))
    return _value(match.group(1)) if match else None


def is_year(text: str) -> bool:
    """Tell whether a text is a bare year."""
    value = text.strip()
    return value.isdigit() and YEARS[0] <= int(value) <= YEARS[1]


def _read(
    low: str, first: str | None, joint: str | None, high: str | None, last: str | None, text: str
) -> list[Quantity]:
    if high is None:
        unit = first or last
        return [_quantity(_value(low), _value(low), unit, text)] if unit else []
    if joint is not None and "±" in joint and last:
        middle, half = _value(low), _value(high)
        return [_quantity(middle - half, middle + half, last, text)]
    if first and last and _dimension(first) != _dimension(last):
        # "5 °C/min to 850 °C": two quantities, no range.
        return [
            _quantity(_value(low), _value(low), first, f"{low} {first}"),
            _quantity(_value(high), _value(high), last, f"{high} {last}"),
        ]
    unit = last or first
    if unit is None:
        return []
    if first and not last:
        return [_quantity(_value(low), _value(low), first, f"{low} {first}")]
    ends = sorted([_value(low), _value(high)])
    return [_quantity(ends[0], ends[1], unit, text)]


def _quantity(low: float, high: float, unit: str, text: str) -> Quantity:
    return Quantity(low, high, _expression(unit), _dimension(unit), text)


def _value(text: str) -> float:
    plain = text.replace("×", "e").replace("x", "e").replace(" ", "")
    plain = re.sub(r"e10\^?", "e", plain)
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", plain) and not re.fullmatch(r"[-+]?0,\d+", plain):
        plain = plain.replace(",", "")
    return float(plain.replace(",", "."))


@cache
def _expression(unit: str) -> str:
    parts = re.split(rf"\s?(/|·|⋅|\*|\bper\b)\s?|\s(?=(?:{_SYMBOL})\^?-[1-9])", unit)
    factors, sign = [], 1
    for part in (p for p in parts if p):
        if part.strip() in ("/", "per"):
            sign = -1
            continue
        if part.strip() in ("·", "⋅", "*"):
            sign = 1
            continue
        name, power = _factor(part.strip())
        factors.append((name, sign * power))
        sign = 1
    alone = len(factors) == 1 and factors[0][1] == 1
    names = [n if alone else f"delta_{n}" if n.startswith("degree_") else n for n, _ in factors]
    return " * ".join(f"{n}**{p}" if p != 1 else n for n, (_, p) in zip(names, factors, strict=True))


def _factor(text: str) -> tuple[str, int]:
    if text in SYMBOLS:
        return SYMBOLS[text], 1
    match = re.fullmatch(rf"({_SYMBOL})\^?([-+]?[1-9])", text)
    assert match is not None  # noqa: S101  the pattern that found it is made of the same parts
    return SYMBOLS[match.group(1)], int(match.group(2))


_DIMENSIONS = {
    "[temperature]": "temperature",
    "[time]": "time",
    "[mass] / [length] / [time] ** 2": "pressure",
    "[length]": "length",
    "[mass]": "mass",
    "[length] ** 3": "volume",
    "[substance]": "amount",
    "[substance] / [length] ** 3": "concentration",
    "[temperature] / [time]": "temperature rate",
    "1 / [time]": "frequency",
    "dimensionless": "share",
}


@cache
def _dimension(unit: str) -> str:
    found = str(_registry().Unit(_expression(unit)).dimensionality)
    return _DIMENSIONS.get(found, found)


@cache
def _registry() -> UnitRegistry[float]:
    import pint

    return pint.UnitRegistry(cache_folder=None)


def _plain(text: str) -> str:
    """Write dashes, minus signs and superscripts in one way."""
    raised = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+", lambda m: "^" + m.group().translate(_SUPERSCRIPTS), text)
    raised = re.sub(r"\b([Bb]etween\s[^.;]{1,30}?)\sand\s", r"\1 to ", raised)
    return _DASHES.sub("-", raised).replace("\u00a0", " ").replace("\u202f", " ").replace("\u2009", " ")


def stated_in(texts: Sequence[str], dimension: str, unit: str) -> list[float]:
    """Return the values of a dimension that texts state, in a unit, each once, most frequent first."""
    counts: dict[float, int] = {}
    for text in texts:
        for q in quantities(text):
            ends = q.to(unit) if q.dimension == dimension and not q.assumed else None
            for value in dict.fromkeys(ends or ()):
                counts[float(f"{value:.4g}")] = counts.get(float(f"{value:.4g}"), 0) + 1
    return sorted(counts, key=lambda v: (-counts[v], v))
