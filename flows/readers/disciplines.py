"""Discipline files: the levels of a hypothesis and their wording, as TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import hypograph.models.hypotheses
from hypograph.models.core.errors import InputError, MissingFileError
from hypograph.models.core.quantities import quantities
from hypograph.models.hypotheses.discipline import Discipline, Level, Slot
from hypograph.models.hypotheses.hypothesis import Kind

FOLDER = Path(hypograph.models.hypotheses.__file__).parent / "disciplines"


def shipped_disciplines() -> list[str]:
    """Names of the disciplines that the package carries."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_discipline(name: str) -> Discipline:
    """Read a discipline by its name, or from a TOML file of the user's.

    Raises
    ------
    MissingFileError
        If there is neither a discipline nor a file of that name.
    InputError
        If the file does not describe a discipline; the message names the entry.
    """
    path = FOLDER / f"{name}.toml" if name in shipped_disciplines() else Path(name)
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise MissingFileError(
            "there is no such discipline",
            where=name,
            expected=" or ".join(shipped_disciplines()) + ", or a TOML file",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not a TOML file ({error})", where=str(path)) from error
    return _discipline(raw, str(path))


KEYS = {
    "discipline": {"name", "question", "objective", "goal", "levels"},
    "level": {"name", "asks", "slots"},
    "slot": {f.name for f in fields(Slot)},
}


def _strict(raw: Mapping[str, Any], what: str, where: str) -> None:
    """Refuse a key that nothing reads: a misspelt one would change nothing in silence."""
    if unknown := sorted(set(raw) - KEYS[what]):
        raise InputError(f"no such key: {unknown[0]}", where=where, expected=", ".join(sorted(KEYS[what])))


def _discipline(raw: Mapping[str, Any], where: str) -> Discipline:
    _strict(raw, "discipline", where)
    levels = []
    for number, level in enumerate(_tables(raw, "levels", where), start=1):
        place = f"{where}: level {number}"
        _strict(level, "level", place)
        slots = tuple(_slot(s, place) for s in _tables(level, "slots", place))
        name = _text(level, "name", place)
        levels.append(Level(name, str(level.get("asks", name)), slots))
    names = [s.name for made in levels for s in made.slots]
    double = sorted({n for n in names if names.count(n) > 1})
    if double:
        raise InputError(f"two slots are named {double[0]!r}", where=where, expected="one name a slot")
    for made in levels:
        for slot in made.slots:
            if slot.parent and slot.parent not in names:
                raise InputError(
                    f"slot {slot.name!r} hangs under {slot.parent!r}, which is no slot",
                    where=where,
                    expected="the name of a slot, or none",
                )
    goal = str(raw.get("goal", "max"))
    if goal not in ("max", "min"):
        raise InputError(f"goal is {goal!r}", where=where, expected="max or min")
    return Discipline(
        _text(raw, "name", where),
        _text(raw, "question", where),
        tuple(levels),
        str(raw.get("objective", "score")),
        goal,
    )


def _slot(raw: Mapping[str, Any], where: str) -> Slot:
    name = _text(raw, "name", where)
    place = f"{where}, slot {name}"
    _strict(raw, "slot", place)
    kind = str(raw.get("kind", "text"))
    if kind not in get_args(Kind):
        raise InputError(f"kind is {kind!r}", where=place, expected=" or ".join(get_args(Kind)))
    wording = str(raw.get("wording", "{value}"))
    if "{value}" not in wording:
        raise InputError("the wording has no place for the value", where=place, expected="{value} in it")
    terms = raw.get("terms", {})
    if not isinstance(terms, Mapping):
        raise InputError("terms is no table", where=place, expected="option = [words]")
    _sound(raw, kind, place)
    return Slot(
        name,
        kind,  # type: ignore[arg-type]
        str(raw.get("unit", "")),
        wording,
        tuple(str(o) for o in raw.get("options", ())),
        _number(raw, "low", place),
        _number(raw, "high", place),
        str(raw.get("parent", "")),
        bool(raw.get("experiment", False)),
        bool(raw.get("optional", False)),
        tuple((str(k), tuple(str(w).lower() for w in v)) for k, v in terms.items()),
    )


def _sound(raw: Mapping[str, Any], kind: str, where: str) -> None:
    """Refuse options that are no list of texts, an empty range, and a unit that is none or does not fit."""
    options = raw.get("options", [])
    if not isinstance(options, list) or not all(isinstance(o, str) for o in options):
        raise InputError("options is no list of texts", where=where, expected='options = ["a", "b"]')
    low, high = _number(raw, "low", where), _number(raw, "high", where)
    if low is not None and high is not None and low >= high:
        raise InputError(f"the range {low:g} to {high:g} is empty", where=where, expected="low below high")
    unit = str(raw.get("unit", ""))
    if kind in ("temperature", "time") and not any(q.dimension == kind for q in quantities(f"1 {unit}")):
        raise InputError(
            f"{unit!r} is no unit of {kind}", where=where, expected="°C or K" if kind == "temperature" else "h"
        )


def _tables(raw: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
    found = raw.get(key)
    if not isinstance(found, list) or not found or not all(isinstance(t, Mapping) for t in found):
        raise InputError(f"no {key} given", where=where, expected=f"one or more [[{key}]] tables")
    return found


def _text(raw: Mapping[str, Any], key: str, where: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{key} is missing or empty", where=where, expected=f'{key} = "…"')
    return value.strip()


def _number(raw: Mapping[str, Any], key: str, where: str) -> float | None:
    value = raw.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{key} is {value!r}", where=where, expected="a number")
    return float(value)
