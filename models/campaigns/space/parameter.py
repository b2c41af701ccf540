"""One parameter of a space: options, numbers or a range, and how it is read from a definition."""

from __future__ import annotations

import difflib
import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypograph.models.core.errors import SpaceError

Floats = NDArray[np.float64]
TOLERANCE = 1e-6
MOST_STEPS = 10_000
SHOWN = 8  # levels that are named in words


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: `options` (names), or `values` (numbers), or a range from `low` to `high`.

    `descriptors` gives each option a vector of numbers; options with near vectors are taken to behave alike where the
    results bear it out. `smiles` gives options their structures, `distances` how far apart options are by these
    (squared, mean 1). `former` are options that may have been tried and are no longer in the space; descriptors and
    distances may go on with theirs. With `log` equal ratios of numbers are equally far apart. `costs` are what levels
    cost (by their text), `cost` what one unit of a number does. `had` is what experiments had that were made before
    the parameter was in the space.
    """

    name: str
    options: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    low: float = 0.0
    high: float = 0.0
    unit: str = ""
    descriptors: tuple[tuple[float, ...], ...] = ()
    smiles: tuple[tuple[str, str], ...] = ()
    distances: tuple[tuple[float, ...], ...] = ()
    former: tuple[str, ...] = ()
    log: bool = False
    costs: tuple[tuple[str, float], ...] = ()
    cost: float = 0.0
    had: str | float | None = None

    @property
    def kind(self) -> str:
        """`categorical`, `discrete` or `continuous`."""
        return "categorical" if self.options else "discrete" if self.values else "continuous"

    @property
    def levels(self) -> tuple[Any, ...]:
        """Options or values; empty where there are infinitely many."""
        return self.options or self.values

    @property
    def told(self) -> str:
        """The parameter in words: its name, and what it may be."""
        unit = f" {self.unit}" if self.unit else ""
        if not self.levels:
            scale = ", equal ratios equally far apart" if self.log else ""
            return f"{self.name}: any number from {self.low:.12g} to {self.high:.12g}{unit}{scale}"
        shown = [level if isinstance(level, str) else f"{level:.12g}" for level in self.levels]
        if len(shown) > SHOWN:
            shown = [*shown[: SHOWN - 1], f"{len(shown) - SHOWN + 1} more"]
        some = " or ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
        return f"{self.name}: {some}{unit}" + (", no number between" if self.values else "")

    @property
    def ends(self) -> tuple[float, float]:
        """Smallest and largest number; 0 and 0 for options."""
        return (self.values[0], self.values[-1]) if self.values else (self.low, self.high)

    def shares(self, numbers: Sequence[float] | Floats) -> Floats:
        """Return the places of numbers in the range, 0 to 1 within it, equal ratios apart where it is logarithmic."""
        low, high = self.ends
        x = np.asarray(numbers, dtype=float)
        if self.log:
            low, high, x = math.log(low), math.log(high), np.log(x)
        return np.asarray((x - low) / ((high - low) or 1.0))

    def at(self, shares: Sequence[float] | Floats) -> list[float]:
        """Return the numbers at places of the range."""
        low, high = self.ends
        x = np.asarray(shares, dtype=float)
        found = low * (high / low) ** x if self.log else low + x * (high - low)
        return [float(v) for v in np.clip(found, low, high)]

    def settable(self, value: float) -> float:
        """Keep the digits that a person can set: a thousandth of the range, or three where it is logarithmic."""
        digits = max(0, 3 - math.floor(math.log10(self.high - self.low)))
        kept = float(f"{value:.3g}") if self.log else round(value, digits)
        return float(min(max(kept, self.low), self.high))

    def nearest(self, number: float) -> float:
        """Return the level of a discrete number that is nearest; the lower of two."""
        i = bisect_left(self.values, number)
        if i == len(self.values) or (i and number - self.values[i - 1] <= self.values[i] - number):
            return self.values[i - 1]
        return self.values[i]

    def price(self, value: Any) -> float:
        """Return what a level costs."""
        named = dict(self.costs)
        if named:
            return named.get(value if isinstance(value, str) else f"{value:g}", 0.0)
        return 0.0 if self.options else self.cost * float(value)

    def read(self, value: Any) -> Any:
        """Return the value as the space spells it.

        Raises
        ------
        SpaceError
            If it is no option, or no number in the range.
        """
        if self.options:
            return self._option(value)
        number = self._number(value)
        if self.values:
            near = self.nearest(number)
            if abs(near - number) <= TOLERANCE * max(1.0, abs(near)):
                return near
        elif self.low - TOLERANCE <= number <= self.high + TOLERANCE:
            return min(max(number, self.low), self.high)
        raise SpaceError(f"{value!r} is outside", where=self.name, expected=self._range())

    def done(self, value: Any) -> Any:
        """Return the value of an experiment that was done: a number may lie beside the levels or outside the range.

        Raises
        ------
        SpaceError
            If it is no option, or no number.
        """
        if self.options:
            return self._option(value, former=True)
        try:
            return self.read(value)
        except SpaceError:
            return self._number(value)

    def _option(self, value: Any, *, former: bool = False) -> str:
        text = str(value).strip()
        if text in self.options or (former and text in self.former):
            return text
        if isinstance(value, float) and value.is_integer() and str(int(value)) in self.options:
            return str(int(value))
        folded = {o.casefold(): o for o in reversed(self.options)}
        near = difflib.get_close_matches(text.casefold(), folded, 1, 0.6)
        hint = f"The nearest is {folded[near[0]]!r}." if near else ""
        raise SpaceError(f"{text!r} is no option", where=self.name, expected=some(self.options), hint=hint)

    def _number(self, value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if isinstance(value, bool) or not math.isfinite(number):
            raise SpaceError(f"{value!r} is no number", where=self.name, expected=self._range())
        if self.log and number <= 0:
            raise SpaceError(f"{value!r} has no place on a log scale", where=self.name, expected="a number above 0")
        return number

    def record(self) -> dict[str, Any]:
        """Return the mapping that `parameter_from` reads back."""
        row: dict[str, Any] = {"name": self.name}
        if self.levels:
            row["options" if self.options else "values"] = list(self.levels)
        else:
            row |= {"low": self.low, "high": self.high}
        row |= {"unit": self.unit} if self.unit else {}
        if self.descriptors:
            row["descriptors"] = [[None if math.isnan(x) else x for x in d] for d in self.descriptors]
        row |= {"smiles": dict(self.smiles)} if self.smiles else {}
        row |= {"distances": [list(d) for d in self.distances]} if self.distances else {}
        row |= {"former": list(self.former)} if self.former else {}
        row |= {"scale": "log"} if self.log else {}
        row |= {"costs": dict(self.costs)} if self.costs else {}
        row |= {"cost": self.cost} if self.cost else {}
        return row | ({"had": self.had} if self.had is not None else {})

    def _range(self) -> str:
        return some(self.values) if self.values else f"{self.low:g} to {self.high:g}"


def parameter_from(row: Any, number: int) -> Parameter:
    """Read a parameter; `number` tells its place where it has no name. Raises `SpaceError` naming what is wrong."""
    where = f"parameter {number}"
    if not isinstance(row, Mapping) or not str(row.get("name", "")).strip():
        raise SpaceError("a parameter has no name", where=where, expected="name, and options, values or low and high")
    name = str(row["name"]).strip()
    known = {"name", "options", "values", "low", "high", "unit", "descriptors", "smiles", "distances", "former"}
    known |= {"step", "integer", "scale", "costs", "cost", "had"}
    if unknown := sorted(set(row) - known):
        raise SpaceError(f"no such key: {unknown[0]}", where=name, expected=", ".join(sorted(known)))
    row = _stepped(row, name)
    try:
        options = tuple(_as_option(o, name) for o in _listed(row, "options", name))
        values = tuple(sorted(_as_number(v, name) for v in _listed(row, "values", name)))
        low, high = (_as_number(row.get(k, 0.0), name) for k in ("low", "high"))
        descriptors = tuple(tuple(math.nan if x is None else float(x) for x in d) for d in row.get("descriptors") or ())
        distances = tuple(tuple(float(x) for x in d) for d in row.get("distances") or ())
        smiles = tuple((str(o), str(t)) for o, t in dict(row.get("smiles") or {}).items())
        former = tuple(str(o) for o in row.get("former") or ())
    except (TypeError, ValueError) as error:
        raise SpaceError(f"a level cannot be read ({error})", where=name) from error
    ranged = "low" in row or "high" in row
    if bool(options) + bool(values) + ranged != 1:
        raise SpaceError("its levels are not clear", where=name, expected="options, or values, or low and high")
    if ranged and not {"low", "high"} <= row.keys():
        raise SpaceError("a range needs both its ends", where=name, expected="low and high")
    if len(set(options)) < len(options) or len(set(values)) < len(values):
        raise SpaceError("a level stands there twice", where=name)
    if ranged and not -float("inf") < low < high < float("inf"):
        raise SpaceError(f"the range {low:g} to {high:g} is empty", where=name, expected="low below high")
    counts = {len(options), len(options) + len(former)}
    if descriptors and (len(descriptors) not in counts or len({len(d) for d in descriptors}) != 1):
        raise SpaceError("descriptors do not fit", where=name, expected="one vector an option, of one length")
    if distances and (len(distances) not in counts or {len(d) for d in distances} != {len(distances)}):
        raise SpaceError("distances do not fit", where=name, expected="one row and column an option")
    unit, log = str(row.get("unit", "")), _log(row, name)
    if log and (options or min((*values, low) if ranged else values) <= 0):
        raise SpaceError("a log scale needs numbers above 0", where=name, expected="values, or low and high, above 0")
    costs, cost = _costs(row, name, [*options, *former, *(f"{v:g}" for v in values)])
    found = Parameter(
        name, options, values, low, high, unit, descriptors, smiles, distances, former, log, costs, cost
    )  # fmt: skip
    return found if row.get("had") is None else replace(found, had=found.done(row["had"]))


def _log(row: Mapping[str, Any], name: str) -> bool:
    scale = row.get("scale", "linear")
    if scale not in {"linear", "log"}:
        raise SpaceError(f"scale is {scale!r}", where=name, expected="linear or log")
    return bool(scale == "log")


def _costs(row: Mapping[str, Any], name: str, levels: Sequence[str]) -> tuple[tuple[tuple[str, float], ...], float]:
    """Read what levels cost, or one unit of a number."""
    given, each = row.get("costs") or {}, row.get("cost", 0.0)
    if not isinstance(given, Mapping) or (given and "cost" in row):
        raise SpaceError("costs cannot be read", where=name, expected="costs = { LEVEL = number }, or cost of one unit")
    if unknown := [str(k) for k in given if str(k) not in levels]:
        raise SpaceError(f"{unknown[0]!r} is no level", where=f"{name}, costs", expected=some(levels))
    costs = tuple((str(k), _as_number(v, f"{name}, costs")) for k, v in given.items())
    found = _as_number(each, f"{name}, cost")
    if found < 0 or any(v < 0 for _, v in costs):
        raise SpaceError("a cost below 0", where=name, expected="0 or more")
    if found and row.get("options"):
        raise SpaceError("options have no unit that could cost", where=name, expected="costs = { OPTION = number }")
    return costs, found


def _stepped(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a range with a `step`, or of whole numbers, as values."""
    rest = {k: v for k, v in row.items() if k not in {"step", "integer"}}
    whole = row.get("integer", False)
    if not isinstance(whole, bool):
        raise SpaceError(f"integer is {whole!r}", where=name, expected="true or false")
    if "step" not in row and not whole:
        return rest
    if "low" not in row or "high" not in row:
        raise SpaceError("a step without a range", where=name, expected="low, high and step")
    low, high, step = (_as_number(row.get(k, 1.0), name) for k in ("low", "high", "step"))
    if whole:
        low, step = float(math.ceil(low)), float(max(1, round(step)))
    count = math.floor((high - low) / step + TOLERANCE) + 1 if step > 0 else 0
    if not 1 <= count <= MOST_STEPS:
        raise SpaceError(f"a step of {step:g}", where=name, expected=f"1 to {MOST_STEPS} levels")
    values = [float(f"{low + i * step:.12g}") for i in range(count)]
    return {k: v for k, v in rest.items() if k not in {"low", "high"}} | {"values": values}


def _listed(row: Mapping[str, Any], key: str, name: str) -> Sequence[Any]:
    found = row.get(key, ())
    if isinstance(found, str | bytes) or not isinstance(found, Sequence):
        raise SpaceError(f"{key} is {found!r}", where=name, expected=f"a list: {key} = [{found!r}, …]")
    return found


def _as_option(value: object, name: str) -> str:
    """Return an option as text; a date, a list or an empty text is none."""
    if isinstance(value, float) and not math.isfinite(value):
        raise SpaceError(f"{value} is no option", where=name, expected="text, a number or a truth value")
    if not isinstance(value, str | int | float | bool) or not str(value).strip():
        raise SpaceError(f"{str(value)!r} is no option", where=name, expected="text, a number or a truth value")
    return str(value).strip()


def _as_number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise SpaceError(f"{str(value)!r} is no number", where=name, expected="finite numbers")
    return float(value)


def some(values: Sequence[Any]) -> str:
    """Return the first of many values in words."""
    shown = ", ".join(str(v) for v in values[:8])
    return shown + (f", … ({len(values)} in all)" if len(values) > 8 else "")
