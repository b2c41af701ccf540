"""Parameter spaces: options, numbers, and the rules that tie them together.

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
    scale = "log"                              # equal ratios are equally far apart
    [[mixtures]]
    names = ["water", "ethanol", "toluene"]   # parameters with low and high
    total = 1.0
    [[constraints]]
    weights = { temperature = 1.0, time = 2.0 }
    at_most = 110.0                            # or at_least
    [[exclusions]]
    ligand = "XPhos"
    temperature = 80
    [[limits]]                                 # holds under a condition
    when = { ligand = "SPhos" }                # a level, or a list of them
    name = "temperature"
    at_most = 60                               # or at_least
    [[choices]]                                # at most two of these may differ from 0
    names = ["water", "ethanol", "toluene"]
    at_most = 2
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hypograph.models.campaigns.space.parameter import Parameter, parameter_from, some
from hypograph.models.campaigns.space.rules import (
    Choice,
    Constraint,
    Limit,
    Mixture,
    Rule,
    choice_from,
    constraint_from,
    limit_from,
    mixture_from,
)
from hypograph.models.core.errors import InputError, MissingFileError, SpaceError

__all__ = ["Parameter", "Point", "Space", "space_from", "space_of_options"]
Point = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Space:
    """Parameters with what ties them together.

    `exclusions` are partial points that must not be tried; `cost` is that of an experiment beside its parameters'.
    """

    parameters: tuple[Parameter, ...]
    mixtures: tuple[Mixture, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    exclusions: tuple[tuple[tuple[str, Any], ...], ...] = ()
    limits: tuple[Limit, ...] = ()
    choices: tuple[Choice, ...] = ()
    cost: float = 0.0

    def __repr__(self) -> str:
        rules = (self.mixtures, self.constraints, self.exclusions, self.limits, self.choices)
        count = sum(map(len, rules))
        told = [f"    {p.told}" for p in self.parameters] + ([f"    and {count} rules"] if count else [])
        return "\n".join([f"Space of {len(self.parameters)} parameters", *told])

    def _repr_html_(self) -> str:
        """Show the parameters as a list in a notebook."""
        from html import escape

        head, *rows = repr(self).splitlines()
        return f"<p>{head}</p><ul>{''.join(f'<li>{escape(row.strip())}</li>' for row in rows)}</ul>"

    def __getitem__(self, name: str) -> Parameter:
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise SpaceError("no such parameter", where=name, expected=some([p.name for p in self.parameters]))

    @property
    def before(self) -> Point:
        """What experiments had that were made before a parameter was in the space, by its name."""
        return {p.name: p.had for p in self.parameters if p.had is not None}

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
        >>> space
        Space of 3 parameters
            solvent: DMF or MeCN
            time: 1, 2 or 4, no number between
            temperature: any number from 40 to 100
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
        rules: list[Rule] = [*self.mixtures, *self.constraints, *self.limits, *self.choices]
        for rule in rules:
            if reason := rule.breaks(point):
                return reason
        for excluded in self.exclusions:
            if all(point[n] == v for n, v in excluded):
                return "an excluded combination: " + ", ".join(f"{n}={v}" for n, v in excluded)
        return ""

    def price(self, point: Mapping[str, Any]) -> float:
        """Return what an experiment costs; 0 where nothing is said of costs."""
        return self.cost + sum(p.price(point[p.name]) for p in self.parameters) if self.cost else 0.0

    def held(self, fixed: Mapping[str, Any]) -> Space:
        """Return the space with one level for some parameters; the others' levels stay known as former ones."""

        def one(p: Parameter) -> Parameter:
            if p.name not in fixed:
                return p
            bare = replace(p, descriptors=(), distances=(), low=0.0, high=0.0, log=False)
            if not p.options:
                return replace(bare, values=(float(fixed[p.name]),))
            others = tuple(o for o in (*p.options, *p.former) if o != fixed[p.name])
            return replace(bare, options=(fixed[p.name],), former=others)

        return replace(self, parameters=tuple(map(one, self.parameters)))

    def record(self) -> dict[str, Any]:
        """Return the mapping that `space_from` reads back."""
        found: dict[str, Any] = {
            "parameters": [p.record() for p in self.parameters],
            "mixtures": [m.record() for m in self.mixtures],
            "constraints": [c.record() for c in self.constraints],
            "exclusions": [dict(e) for e in self.exclusions],
        }
        found |= {"limits": [r.record() for r in self.limits]} if self.limits else {}
        found |= {"choices": [r.record() for r in self.choices]} if self.choices else {}
        return found | ({"cost": self.cost} if self.cost else {})


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
    parameters = tuple(parameter_from(row, i) for i, row in enumerate(rows, 1))
    names = [p.name for p in parameters]
    if twice := [n for n in names if names.count(n) > 1]:
        raise SpaceError("a name is used twice", where=twice[0])
    space, named = Space(parameters), dict(zip(names, parameters, strict=True))
    try:
        return replace(
            space,
            mixtures=tuple(mixture_from(named, row) for row in record.get("mixtures", ())),
            constraints=tuple(constraint_from(named, row) for row in record.get("constraints", ())),
            exclusions=tuple(
                tuple((str(n), space[n].read(v)) for n, v in row.items()) for row in record.get("exclusions", ())
            ),
            limits=tuple(limit_from(named, row) for row in record.get("limits", ())),
            choices=tuple(choice_from(named, row) for row in record.get("choices", ())),
            cost=_cost(record, parameters),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        where = "mixtures, constraints, exclusions, limits, choices"
        raise SpaceError(f"a rule cannot be read ({error!r})", where=where) from error


def _cost(record: Mapping[str, Any], parameters: Sequence[Parameter]) -> float:
    found = float(record.get("cost", 0.0))
    dear = [p.name for p in parameters if p.costs or p.cost]
    if not found >= 0.0 or (dear and not found):
        expected = "cost = a number above 0, beside what its parameters cost"
        raise SpaceError("what does an experiment itself cost?", where=dear[0] if dear else "cost", expected=expected)
    return found


def space_of_options(names: Sequence[str], options: Sequence[Sequence[str]]) -> Space:
    """Make a space of categorical parameters, such as a table's."""
    rows = [{"name": n, "options": list(o)} for n, o in zip(names, options, strict=True)]
    return space_from({"parameters": rows})
