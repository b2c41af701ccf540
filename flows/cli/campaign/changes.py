"""Changes of a campaign's space as they are typed: ``PARAMETER=LEVEL`` into what `edits` takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hypograph.models.core.errors import InputError
from hypograph.models.core.tabular import number
from hypograph.models.core.typed_number import typed_number

if TYPE_CHECKING:
    from hypograph.graph.campaigns.folder import CampaignFolder
    from hypograph.models.campaigns.space.space import Space


def changes_from(
    campaign: CampaignFolder, given: Mapping[str, Sequence[str]], smiles: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return the changes that options of ``campaign edit`` ask for.

    Raises
    ------
    InputError, SpaceError
        With the option that cannot be read.
    """
    space = campaign.definition.space
    structures = dict(_pair(text, "--smiles") for text in smiles)
    found: list[dict[str, Any]] = []
    for kind in ("add", "drop"):
        levels: dict[str, list[Any]] = {}
        for text in given[kind]:
            name, value = _pair(text, f"--{kind}", space)
            levels.setdefault(name, []).append(_level(space, name, value))
        for name, values in levels.items():
            known = {o: s for o, s in structures.items() if o in values}
            found.append({kind: name, "levels": values} | ({"smiles": known} if kind == "add" and known else {}))
    bounds: dict[str, dict[str, float]] = {}
    for side in ("low", "high"):
        for text in given[side]:
            name, value = _pair(text, f"--{side}", space)
            bounds.setdefault(name, {})[side] = _number(value, text)
    found += [{"range": name, **ends} for name, ends in bounds.items()]
    for text in given["fix"]:
        name, value = _pair(text, "--fix", space)
        found.append({"fix": name, "level": _level(space, name, value)})
    for kind in ("never", "allow"):
        found += [{kind: _pattern(campaign, text, f"--{kind}")} for text in given[kind]]
    return found


def new_parameters(given: Sequence[str], had: Sequence[str], smiles: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the changes that bring further parameters: ``NAME=A;B;C``, ``NAME=40;60`` or ``NAME=1..24``.

    Raises
    ------
    InputError
        If one cannot be read, or nothing is said of what earlier experiments had.
    """
    before = dict(_pair(text, "--had") for text in had)
    structures = dict(_pair(text, "--smiles") for text in smiles)
    found = []
    for name, text in (_pair(t, "--parameter") for t in given):
        if name not in before:
            expected = f"--had {name}=LEVEL: what all earlier experiments had"
            raise InputError("what did the earlier experiments have?", where=f"--parameter {name}", expected=expected)
        low, dots, high = text.partition("..")
        levels = [t.strip() for t in text.split(";") if t.strip()]
        row: dict[str, Any] = {"name": name}
        if dots and number(low) is not None and number(high) is not None:
            row |= {"low": number(low), "high": number(high)}
        elif all(number(t) is not None for t in levels):
            row["values"] = [number(t) for t in levels]
        else:
            row["options"] = levels
            row |= {"smiles": known} if (known := {o: s for o, s in structures.items() if o in levels}) else {}
        value = before.pop(name)
        found.append({"parameter": {**row, "had": value if "options" in row else _number(value, f"--had {name}")}})
    if before:
        raise InputError("it is no new parameter", where=f"--had {next(iter(before))}", expected="--parameter with it")
    return found


def point_from(space: Space, text: str) -> dict[str, Any]:
    """Read a whole point, ``PARAMETER=LEVEL`` by semicolons; its numbers may lie beside the levels.

    Raises
    ------
    InputError, SpaceError
        If a parameter is missing or a level cannot be read.
    """
    pairs = (_pair(part, "--at", space) for part in text.split(";") if part.strip())
    return space.done({name: _level(space, name, value) for name, value in pairs})


def _pattern(campaign: CampaignFolder, text: str, option: str) -> dict[str, Any]:
    from hypograph.models.campaigns.laboratory import events as live

    space = campaign.definition.space
    if "=" not in text:
        known = {e.id: e for e in live.fold(campaign.definition, campaign.events)}
        if text.strip() not in known:
            raise InputError("no such experiment", where=f"{option} {text}", expected="an id, or PARAMETER=LEVEL")
        return dict(known[text.strip()].parameters)
    pairs = (_pair(part, option, space) for part in text.split(";") if part.strip())
    return {name: space[name].read(_level(space, name, value)) for name, value in pairs}


def _pair(text: str, option: str, space: Space | None = None) -> tuple[str, str]:
    """Split at the first equals sign behind a parameter's name; names and SMILES may hold others."""
    names = [p.name for p in space.parameters] if space is not None else []
    for name in sorted(names, key=len, reverse=True):
        if text.strip().startswith(f"{name}="):
            return name, text.strip()[len(name) + 1 :].strip()
    name, sep, value = text.partition("=")
    if not sep or not name.strip() or not value.strip():
        raise InputError(f"{text!r} cannot be read", where=option, expected="PARAMETER=LEVEL")
    if space is not None:
        return space[name.strip()].name, value.strip()  # names the parameters where there is no such one
    return name.strip(), value.strip()


def _level(space: Space, name: str, value: str) -> Any:
    return value if space[name].options else _number(value, f"{name}={value}")


def _number(value: str, where: str) -> float:
    return typed_number(value, where)
