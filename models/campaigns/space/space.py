"""Parameter spaces: options, numbers, mixtures, constraints and exclusions.

A space is written as a mapping (a TOML table reads as one)::

    [[parameters]]
    name = "ligand"
    options = ["XPhos", "SPhos"]
    [[parameters]]
    name = "temperature"
    values = [40, 60, 80]
    [[parameters]]
    name = "time"
    low = 1.0
    high = 24.0
    [[mixtures]]
    names = ["water", "ethanol", "toluene"]   # parameters with low and high
    total = 1.0
    [[constraints]]
    weights = { temperature = 1.0, time = 2.0 }
    at_most = 110.0                            # or at_least
    [[exclusions]]
    ligand = "XPhos"
    temperature = 80
"""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypograph.models.core.errors import InputError, MissingFileError, SpaceError

Point = dict[str, Any]
TOLERANCE = 1e-6
MOST_STEPS = 10_000


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: `options` (names), or `values` (numbers), or a range from `low` to `high`.

    `descriptors` gives each option a vector of numbers; options with near vectors are taken to behave alike where the
    results bear it out. `smiles` gives options their structures, `distances` how far apart options are by these
    (squared, mean 1). `former` are options that may have been tried and are no longer in the space; descriptors and
    distances may go on with theirs.
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

    @property
    def kind(self) -> str:
        """`categorical`, `discrete` or `continuous`."""
        return "categorical" if self.options else "discrete" if self.values else "continuous"

    @property
    def levels(self) -> tuple[Any, ...]:
        """Options or values; empty where there are infinitely many."""
        return self.options or self.values

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
            near = min(self.values, key=lambda v: abs(v - number))
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
        raise SpaceError(f"{text!r} is no option", where=self.name, expected=_some(self.options), hint=hint)

    def _number(self, value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if isinstance(value, bool) or not math.isfinite(number):
            raise SpaceError(f"{value!r} is no number", where=self.name, expected=self._range())
        return number

    def _range(self) -> str:
        return _some(self.values) if self.values else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class Mixture:
    """Continuous parameters whose values sum to `total`."""

    names: tuple[str, ...]
    total: float = 1.0


@dataclass(frozen=True, slots=True)
class Constraint:
    """A weighted sum of numeric parameters that must not exceed `at_most`."""

    weights: tuple[tuple[str, float], ...]
    at_most: float


@dataclass(frozen=True, slots=True)
class Space:
    """Parameters with what ties them together; `exclusions` are partial points that must not be tried."""

    parameters: tuple[Parameter, ...]
    mixtures: tuple[Mixture, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    exclusions: tuple[tuple[tuple[str, Any], ...], ...] = ()

    def __getitem__(self, name: str) -> Parameter:
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise SpaceError("no such parameter", where=name, expected=_some([p.name for p in self.parameters]))

    @property
    def finite(self) -> bool:
        """Whether every parameter has finitely many levels."""
        return all(p.levels for p in self.parameters)

    @classmethod
    def of(cls, **parameters: Sequence[Any]) -> Space:
        """Make a space from levels by name: texts are options, numbers are values, a pair ``(low, high)`` is a range.

        Raises
        ------
        SpaceError
            Naming the parameter whose levels cannot be used.

        Examples
        --------
        >>> import hypograph as hg
        >>> space = hg.Space.of(solvent=["DMF", "MeCN"], time=[1, 2, 4], temperature=(40, 100))
        >>> [p.kind for p in space.parameters]
        ['categorical', 'discrete', 'continuous']
        """
        return space_from({"parameters": [_levels(name, given) for name, given in parameters.items()]})

    @classmethod
    def from_toml(cls, path: Path | str) -> Space:
        """Read a space from a TOML file as in the module's example.

        Raises
        ------
        MissingFileError, InputError, SpaceError
            If the file is not there, is no TOML, or holds no space.
        """
        file = Path(path)
        if not file.is_file():
            raise MissingFileError("no such file", where=str(file), expected="TOML with [[parameters]]")
        try:
            record = tomllib.loads(file.read_text("utf-8-sig"))
        except ValueError as error:
            raise InputError(f"cannot be read ({error})", where=str(file), expected="TOML") from error
        return space_from(record)

    def read(self, values: Mapping[str, Any]) -> Point:
        """Return a point as the space spells it.

        Raises
        ------
        SpaceError
            If a value is missing, unknown or out of range, or the point is not allowed.
        """
        for name in values:
            self[name]
        if missing := [p.name for p in self.parameters if p.name not in values]:
            raise SpaceError("no value for a parameter", where=missing[0], expected="a value for each")
        point = {p.name: p.read(values[p.name]) for p in self.parameters}
        if reason := self.forbids(point):
            raise SpaceError(reason, where=", ".join(f"{k}={v}" for k, v in point.items()))
        return point

    def done(self, values: Mapping[str, Any]) -> Point:
        """Return the point of an experiment that was done, wherever its numbers lie and whatever rule it breaks.

        Raises
        ------
        SpaceError
            If a value is missing, no number or no option.
        """
        for name in values:
            self[name]
        if missing := [p.name for p in self.parameters if p.name not in values]:
            raise SpaceError("no value for a parameter", where=missing[0], expected="a value for each")
        return {p.name: p.done(values[p.name]) for p in self.parameters}

    def outside(self, point: Mapping[str, Any]) -> str:
        """Say why a point would not be suggested: a value beside the levels, or a broken rule; empty if it could be."""
        for p in self.parameters:
            try:
                p.read(point[p.name])
            except SpaceError as error:
                return f"{p.name}={point[p.name]} {'is no level' if p.levels else error.what}"
        return self.forbids(point)

    def forbids(self, point: Mapping[str, Any]) -> str:
        """Say why a point (its values already read) is not allowed; empty if it is."""
        for mixture in self.mixtures:
            total = sum(point[n] for n in mixture.names)
            if abs(total - mixture.total) > 1e-4 * max(1.0, mixture.total):
                return f"{' + '.join(mixture.names)} is {total:g}, not {mixture.total:g}"
        for rule in self.constraints:
            # The last digits of a sum of large numbers say nothing.
            limit = rule.at_most + TOLERANCE * max(1.0, abs(rule.at_most))
            if sum(w * point[n] for n, w in rule.weights) > limit:
                return " + ".join(f"{w:g}·{n}" for n, w in rule.weights) + f" exceeds {rule.at_most:g}"
        for excluded in self.exclusions:
            if all(point[n] == v for n, v in excluded):
                return "an excluded combination: " + ", ".join(f"{n}={v}" for n, v in excluded)
        return ""

    def record(self) -> dict[str, Any]:
        """Return the mapping that `space_from` reads back."""
        rows: list[dict[str, Any]] = []
        for p in self.parameters:
            row: dict[str, Any] = {"name": p.name}
            if p.levels:
                row["options" if p.options else "values"] = list(p.levels)
            else:
                row |= {"low": p.low, "high": p.high}
            row |= {"unit": p.unit} if p.unit else {}
            if p.descriptors:
                row["descriptors"] = [[None if math.isnan(x) else x for x in d] for d in p.descriptors]
            row |= {"smiles": dict(p.smiles)} if p.smiles else {}
            row |= {"distances": [list(d) for d in p.distances]} if p.distances else {}
            row |= {"former": list(p.former)} if p.former else {}
            rows.append(row)
        return {
            "parameters": rows,
            "mixtures": [{"names": list(m.names), "total": m.total} for m in self.mixtures],
            "constraints": [{"weights": dict(c.weights), "at_most": c.at_most} for c in self.constraints],
            "exclusions": [dict(e) for e in self.exclusions],
        }


def _levels(name: str, given: Sequence[Any]) -> dict[str, Any]:
    numbers = not isinstance(given, str) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in given)
    if isinstance(given, tuple) and len(given) == 2 and numbers:
        return {"name": name, "low": given[0], "high": given[1]}
    if isinstance(given, str) or not numbers:
        return {"name": name, "options": given if isinstance(given, str) else list(given)}
    return {"name": name, "values": list(given)}


def space_from(record: Mapping[str, Any]) -> Space:
    """Make a space from a mapping as in the module's example.

    Raises
    ------
    SpaceError
        Naming the parameter or rule at fault.
    """
    rows = record.get("parameters")
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
        raise SpaceError("no parameters", where="parameters", expected="at least one")
    parameters = tuple(_parameter(row, i) for i, row in enumerate(rows, 1))
    names = [p.name for p in parameters]
    if twice := [n for n in names if names.count(n) > 1]:
        raise SpaceError("a name is used twice", where=twice[0])
    space = Space(parameters)
    try:
        mixtures = tuple(_mixture(space, row) for row in record.get("mixtures", ()))
        constraints = tuple(_constraint(space, row) for row in record.get("constraints", ()))
        exclusions = tuple(
            tuple((str(n), space[n].read(v)) for n, v in row.items()) for row in record.get("exclusions", ())
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SpaceError(f"a rule cannot be read ({error!r})", where="mixtures, constraints, exclusions") from error
    return Space(parameters, mixtures, constraints, exclusions)


def space_of_options(names: Sequence[str], options: Sequence[Sequence[str]]) -> Space:
    """Make a space of categorical parameters, such as a table's."""
    rows = [{"name": n, "options": list(o)} for n, o in zip(names, options, strict=True)]
    return space_from({"parameters": rows})


def _parameter(row: Any, number: int) -> Parameter:
    where = f"parameter {number}"
    if not isinstance(row, Mapping) or not str(row.get("name", "")).strip():
        raise SpaceError("a parameter has no name", where=where, expected="name, and options, values or low and high")
    name = str(row["name"]).strip()
    known = {"name", "options", "values", "low", "high", "unit", "descriptors", "smiles", "distances", "former"}
    known |= {"step", "integer"}
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
    if len(set(options)) < len(options) or len(set(values)) < len(values):
        raise SpaceError("a level stands there twice", where=name)
    if ranged and not -float("inf") < low < high < float("inf"):
        raise SpaceError(f"the range {low:g} to {high:g} is empty", where=name, expected="low below high")
    counts = {len(options), len(options) + len(former)}
    if descriptors and (len(descriptors) not in counts or len({len(d) for d in descriptors}) != 1):
        raise SpaceError("descriptors do not fit", where=name, expected="one vector an option, of one length")
    if distances and (len(distances) not in counts or {len(d) for d in distances} != {len(distances)}):
        raise SpaceError("distances do not fit", where=name, expected="one row and column an option")
    return Parameter(name, options, values, low, high, str(row.get("unit", "")), descriptors, smiles, distances, former)


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


def _mixture(space: Space, row: Mapping[str, Any]) -> Mixture:
    _known(row, "names", "total")
    parts = [space[str(n)] for n in row["names"]]
    total = float(row.get("total", 1.0))
    where = " + ".join(p.name for p in parts)
    if len(parts) < 2 or any(p.kind != "continuous" for p in parts):
        raise SpaceError("not a mixture", where=where, expected="two or more parameters with low and high")
    if not sum(p.low for p in parts) <= total <= sum(p.high for p in parts):
        raise SpaceError(f"the ranges cannot sum to {total:g}", where=where)
    return Mixture(tuple(p.name for p in parts), total)


def _constraint(space: Space, row: Mapping[str, Any]) -> Constraint:
    _known(row, "weights", "at_most", "at_least")
    if ("at_most" in row) == ("at_least" in row):
        raise SpaceError("a constraint has one limit", where="constraints", expected="at_most or at_least")
    sign = 1.0 if "at_most" in row else -1.0
    weights = tuple((str(n), sign * float(w)) for n, w in row["weights"].items())
    if named := [n for n, _ in weights if space[n].options]:
        raise SpaceError("a constraint on options", where=named[0], expected="numeric parameters")
    return Constraint(weights, sign * float(row["at_most" if sign > 0 else "at_least"]))


def _known(row: Mapping[str, Any], *keys: str) -> None:
    if unknown := sorted(set(row) - set(keys)):
        raise SpaceError(f"no such key: {unknown[0]}", where="a rule", expected=", ".join(keys))


def _some(values: Sequence[Any]) -> str:
    shown = ", ".join(str(v) for v in values[:8])
    return shown + (f", … ({len(values)} in all)" if len(values) > 8 else "")
