"""Rules that tie the parameters of a space together, and how they are read from a definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from hypograph.models.campaigns.space.parameter import TOLERANCE, Parameter, some
from hypograph.models.core.errors import SpaceError

Parameters = Mapping[str, Parameter]
NOTHING = 1e-9  # of a component, below which it is left out


class Rule(Protocol):
    """Something that a point keeps or breaks."""

    def breaks(self, point: Mapping[str, Any]) -> str:
        """Say why a point breaks the rule; empty if it keeps it."""
        ...


@dataclass(frozen=True, slots=True)
class Mixture:
    """Continuous parameters whose values sum to `total`."""

    names: tuple[str, ...]
    total: float = 1.0

    def breaks(self, point: Mapping[str, Any]) -> str:
        """Say why a point breaks the rule; empty if it keeps it."""
        total = sum(point[n] for n in self.names)
        if abs(total - self.total) > 1e-4 * max(1.0, self.total):
            return f"{' + '.join(self.names)} is {total:g}, not {self.total:g}"
        return ""

    def record(self) -> dict[str, Any]:
        """Return the mapping that `mixture_from` reads back."""
        return {"names": list(self.names), "total": self.total}


@dataclass(frozen=True, slots=True)
class Constraint:
    """A weighted sum of numeric parameters that must not exceed `at_most`."""

    weights: tuple[tuple[str, float], ...]
    at_most: float

    def breaks(self, point: Mapping[str, Any]) -> str:
        """Say why a point breaks the rule; empty if it keeps it."""
        # The last digits of a sum of large numbers say nothing.
        limit = self.at_most + TOLERANCE * max(1.0, abs(self.at_most))
        if sum(w * point[n] for n, w in self.weights) > limit:
            return " + ".join(f"{w:g}·{n}" for n, w in self.weights) + f" exceeds {self.at_most:g}"
        return ""

    def record(self) -> dict[str, Any]:
        """Return the mapping that `constraint_from` reads back."""
        return {"weights": dict(self.weights), "at_most": self.at_most}


@dataclass(frozen=True, slots=True)
class Limit:
    """Bounds of a number that hold where other parameters have given levels: a solvent boils at 66 °C."""

    when: tuple[tuple[str, tuple[Any, ...]], ...]
    name: str
    low: float | None = None
    high: float | None = None

    def holds(self, point: Mapping[str, Any]) -> bool:
        """Tell a point that the limit concerns."""
        return all(point[n] in levels for n, levels in self.when)

    def breaks(self, point: Mapping[str, Any]) -> str:
        """Say why a point breaks the rule; empty if it keeps it."""
        if not self.holds(point):
            return ""
        slack = TOLERANCE * max(1.0, abs(point[self.name]))
        given = ", ".join(f"{n}={point[n]}" for n, _ in self.when)
        if self.high is not None and point[self.name] > self.high + slack:
            return f"{self.name} {point[self.name]:g} is above {self.high:g}, the limit for {given}"
        if self.low is not None and point[self.name] < self.low - slack:
            return f"{self.name} {point[self.name]:g} is below {self.low:g}, the limit for {given}"
        return ""

    def record(self) -> dict[str, Any]:
        """Return the mapping that `limit_from` reads back."""
        found: dict[str, Any] = {"when": {n: list(levels) for n, levels in self.when}, "name": self.name}
        ends = (("at_least", self.low), ("at_most", self.high))
        return found | {key: value for key, value in ends if value is not None}


@dataclass(frozen=True, slots=True)
class Choice:
    """At least and at most so many of the components are there; `absent` is the level of one that is left out."""

    names: tuple[str, ...]
    at_most: int
    at_least: int = 0
    absent: str = ""

    def missing(self, value: Any) -> bool:
        """Tell the level of a component that is left out."""
        return value == self.absent if isinstance(value, str) else abs(value) <= NOTHING

    def breaks(self, point: Mapping[str, Any]) -> str:
        """Say why a point breaks the rule; empty if it keeps it."""
        there = [n for n in self.names if not self.missing(point[n])]
        if self.at_least <= len(there) <= self.at_most:
            return ""
        wanted = f"{self.at_least} to {self.at_most}" if self.at_least else f"at most {self.at_most}"
        return f"{len(there)} of {', '.join(self.names)} are there, {wanted} may be"

    def record(self) -> dict[str, Any]:
        """Return the mapping that `choice_from` reads back."""
        found: dict[str, Any] = {"names": list(self.names), "at_most": self.at_most}
        found |= {"at_least": self.at_least} if self.at_least else {}
        return found | ({"absent": self.absent} if self.absent else {})


def mixture_from(parameters: Parameters, row: Mapping[str, Any]) -> Mixture:
    """Read a mixture; raises `SpaceError` where it cannot be one."""
    _known(row, "names", "total")
    parts = [_named(parameters, n) for n in row["names"]]
    total = float(row.get("total", 1.0))
    where = " + ".join(p.name for p in parts)
    if len(parts) < 2 or any(p.kind != "continuous" for p in parts):
        raise SpaceError("not a mixture", where=where, expected="two or more parameters with low and high")
    if not sum(p.low for p in parts) <= total <= sum(p.high for p in parts):
        raise SpaceError(f"the ranges cannot sum to {total:g}", where=where)
    return Mixture(tuple(p.name for p in parts), total)


def constraint_from(parameters: Parameters, row: Mapping[str, Any]) -> Constraint:
    """Read a constraint; raises `SpaceError` where it cannot be one."""
    _known(row, "weights", "at_most", "at_least")
    if ("at_most" in row) == ("at_least" in row):
        raise SpaceError("a constraint has one limit", where="constraints", expected="at_most or at_least")
    sign = 1.0 if "at_most" in row else -1.0
    weights = tuple((str(n), sign * float(w)) for n, w in row["weights"].items())
    if named := [n for n, _ in weights if _named(parameters, n).options]:
        raise SpaceError("a constraint on options", where=named[0], expected="numeric parameters")
    return Constraint(weights, sign * float(row["at_most" if sign > 0 else "at_least"]))


def limit_from(parameters: Parameters, row: Mapping[str, Any]) -> Limit:
    """Read a conditional limit; raises `SpaceError` where it cannot be one."""
    _known(row, "when", "name", "at_most", "at_least")
    number = _named(parameters, row.get("name"))
    if number.options:
        raise SpaceError("a limit on options", where=number.name, expected="a numeric parameter; or [[exclusions]]")
    low, high = (None if row.get(k) is None else float(row[k]) for k in ("at_least", "at_most"))
    if low is None and high is None:
        raise SpaceError("a limit without a number", where=f"limits, {number.name}", expected="at_most or at_least")
    if not row.get("when"):
        raise SpaceError("a limit without a condition", where=f"limits, {number.name}", expected='when = { A = "x" }')
    when = []
    for name, levels in row["when"].items():
        given = levels if isinstance(levels, list | tuple) else [levels]
        parameter = _named(parameters, name)
        if parameter.kind == "continuous" or parameter.name == number.name:
            expected = "another parameter, with options or values"
            raise SpaceError("it cannot be a condition", where=f"limits, {name}", expected=expected)
        when.append((parameter.name, tuple(parameter.read(v) for v in given)))
    return Limit(tuple(when), number.name, low, high)


def choice_from(parameters: Parameters, row: Mapping[str, Any]) -> Choice:
    """Read a choice of components; raises `SpaceError` where it cannot be one."""
    _known(row, "names", "at_most", "at_least", "absent")
    parts = [_named(parameters, n) for n in row["names"]]
    least, most, absent = row.get("at_least", 0), row.get("at_most", len(parts)), str(row.get("absent", ""))
    where = ", ".join(p.name for p in parts)
    for key, value in (("at_least", least), ("at_most", most)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise SpaceError(f"{key} is {value!r}", where=f"choices, {where}", expected="a whole number")
    if not 0 <= least <= most <= len(parts) or len(set(parts)) < len(parts):
        raise SpaceError(f"{least} to {most} of {len(parts)} components", where=where, expected="a choice among them")
    found = Choice(tuple(p.name for p in parts), most, least, absent)
    for p in parts:
        levels = p.levels or (p.low,)
        if not any(found.missing(v) for v in levels):
            expected = "absent = one of its options" if p.options else "0 among its levels, or low = 0"
            raise SpaceError("it cannot be left out", where=p.name, expected=expected)
    return found


def _named(parameters: Parameters, name: Any) -> Parameter:
    if str(name) not in parameters:
        raise SpaceError("no such parameter", where=str(name), expected=some(list(parameters)))
    return parameters[str(name)]


def _known(row: Mapping[str, Any], *keys: str) -> None:
    if unknown := sorted(set(row) - set(keys)):
        raise SpaceError(f"no such key: {unknown[0]}", where="a rule", expected=", ".join(keys))


def absent_level(choice: Choice, parameter: Parameter) -> str | float:
    """Return the level that leaves a component out."""
    return choice.absent if parameter.options else 0.0
