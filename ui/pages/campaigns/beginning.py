"""What a form or a spreadsheet says of a new campaign: read, echoed, and only then begun."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypograph.graph import GraphStore
from hypograph.graph.campaigns import folder as folders
from hypograph.models.campaigns.laboratory.definition import Definition, definition_from
from hypograph.models.campaigns.laboratory.results import Recorded, outcome_events
from hypograph.models.campaigns.laboratory.table_definition import Reading, Understood, understand
from hypograph.models.campaigns.optimizers.registry import self_sufficient
from hypograph.models.core.errors import HypographError, InputError, SettingError
from hypograph.models.core.tabular import Table, parse_table
from hypograph.models.core.tabular.numbers import number, split_unit
from hypograph.models.core.typed_number import typed_number, typed_whole
from hypograph.ui.problems import FieldError

ROLES = {"parameter": "parameter", "max": "outcome, maximise", "min": "outcome, minimise", "record": "leave out"}
_RANGE = re.compile(r"(?P<low>\S.*?)(?:\s+to\s+|\s*(?:\.\.\.?|…|–|—)\s*|\s+-\s+)(?P<high>\S.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SheetEcho:
    """A spreadsheet with what was understood of it; `problem` where it cannot be used as it is read now."""

    table: Table
    roles: Mapping[str, str]
    types: Mapping[str, str]
    understood: Understood | None
    problem: str = ""


def parameter_from(name: str, text: str, unit: str) -> dict[str, object]:
    """Read a parameter as somebody types it: ``THF; DMF``, ``20, 40, 60``, ``20 to 100 °C``.

    Raises
    ------
    InputError
        If it says nothing, or two things at once.
    """
    found: dict[str, object] = {"name": name}
    span = _RANGE.fullmatch(text.strip())
    if span:
        (low, _), (high, with_unit) = split_unit(span["low"]), split_unit(span["high"])
        if low and high:
            found |= {"low": typed_number(low), "high": typed_number(high)}
            return found | ({"unit": unit or with_unit} if unit or with_unit else {})
    parts = _parts(text)
    if not parts:
        raise InputError("a parameter has no values", expected="THF; DMF or 20 to 100")
    values = [number(part) for part in parts]
    if all(value is not None for value in values):
        found["values"] = sorted({value for value in values if value is not None})
    else:
        found["options"] = list(dict.fromkeys(parts))
    return found | ({"unit": unit} if unit else {})


def _parts(text: str) -> list[str]:
    """Part a list where its author did: at semicolons or lines, else at commas with a space, else at commas."""
    sign = next((sign for sign in ("\n", ";", ", ") if sign in text.strip()), ",")
    parts = [part.strip() for part in text.split(sign) if part.strip()]
    if sign == "," and len(parts) == 2 and number(text) is not None:
        raise InputError(
            f"{text.strip()[:40]!r} is one number or two", expected=f"{' ; '.join(parts)} or {text.replace(',', '.')}"
        )
    return parts


def by_hand(form: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """Read the form of a campaign and return its definition's record.

    Raises
    ------
    FieldError
        Naming the field at fault.
    """
    name = _one(form, "name")
    if not name:
        raise FieldError("the campaign has no name", where="name")
    parameters = []
    for title, text, unit in zip(form["p.name"], form["p.values"], form["p.unit"], strict=True):
        if not title.strip() and not text.strip():
            continue
        if not title.strip():
            raise FieldError("a parameter has no name", where="p.name", expected="such as temperature")
        try:
            parameters.append(parameter_from(title.strip(), text, unit.strip()))
        except InputError as error:
            raise FieldError(f"{title.strip()}: {error.what}", where="p.values", expected=error.expected) from None
    objectives = []
    for title, way, aim in zip(form["o.name"], form["o.direction"], form["o.target"], strict=True):
        if not title.strip():
            continue
        row: dict[str, object] = {"name": title.strip(), "direction": way}
        if way == "target":
            row["target"] = _number(aim, "o.target")
        objectives.append(row)
    if not parameters:
        raise FieldError("there is nothing to vary", where="p.name", expected="at least one parameter")
    if not objectives:
        raise FieldError("there is no outcome", where="o.name", expected="such as yield")
    return {"name": name, "parameters": parameters, "objectives": objectives, **settings(form)}


def settings(form: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """Read method, first points and replicates.

    Raises
    ------
    FieldError
        Naming the field at fault.
    """
    method = _one(form, "method") or "bo"
    if method not in (offered := self_sufficient()):
        raise FieldError("no such method", where="method", expected=", ".join(offered))
    return {
        "method": method,
        "initial": _whole(_one(form, "initial") or "5", "initial", 1, 1000),
        "replicates": _whole(_one(form, "replicates") or "1", "replicates", 1, 100),
    }


def checked(record: Mapping[str, object]) -> Definition:
    """Return the definition that a record makes.

    Raises
    ------
    FieldError
        If it makes none.
    """
    try:
        return definition_from(record)
    except HypographError as error:
        raise FieldError(str(error), where="p.values") from None


def read_sheet(file: Path, form: Mapping[str, Sequence[str]] | None = None) -> SheetEcho:
    """Read a spreadsheet: as it is guessed, or as a form corrects the guess.

    Raises
    ------
    InputError
        If the file is no table.
    """
    table = parse_table(file.read_bytes(), file.name)
    if form is None:
        found = understand(table)
        roles = {p["name"]: "parameter" for p in found.parameters}
        roles |= {o["name"]: o["direction"] for o in found.objectives}
        return SheetEcho(table, roles, {}, found)
    roles = {h: _one(form, f"role.{i}") for i, h in enumerate(table.header)}
    types = {h: kind for i, h in enumerate(table.header) if (kind := _one(form, f"type.{i}"))}
    try:
        return SheetEcho(table, roles, types, understand(table, reading_of(roles, types)))
    except InputError as error:
        return SheetEcho(table, roles, types, None, str(error))


def reading_of(roles: Mapping[str, str], types: Mapping[str, str]) -> Reading:
    """Return how a table is to be read.

    Raises
    ------
    InputError
        If no column is an outcome, or none is a parameter.
    """
    goals = tuple(f"{role}:{header}" for header, role in roles.items() if role in {"max", "min"})
    parameters = tuple(header for header, role in roles.items() if role == "parameter")
    if not goals or not parameters:
        raise InputError("no column is an outcome" if not goals else "no column is a parameter")
    kept = {h: kind for h, kind in types.items() if roles.get(h) == "parameter"}
    return Reading(objectives=goals, parameters=parameters, types=kept)


def begin(
    store: GraphStore, home: Path | None, record: Mapping[str, object], table: Table | None = None
) -> tuple[str, Recorded | None]:
    """Begin a campaign in a folder of its name, take a table's rows as results, and return its id.

    Raises
    ------
    SettingError
        If these pages were not told where campaigns are kept.
    FieldError
        If the name has no letter or digit, or is taken.
    """
    if home is None:
        raise SettingError("no folder for campaigns is set", hint="Start the pages with `hypograph ui`.")
    name = str(record["name"]).strip()
    folder = re.sub(r"[^\w-]+", "-", name).strip("-_")[:60]
    if not folder:
        raise FieldError("the campaign has no name", where="name", expected="letters or digits")
    if (home / folder / "campaign.json").exists():
        raise FieldError(f"there is a campaign named {name[:60]!r} already", where="name", expected="another name")
    campaign = folders.create(home / folder, record)
    recorded = None
    if table is not None:
        recorded = outcome_events(campaign.definition, campaign.events, table)
        campaign.append(recorded.events)
    folders.keep(store, campaign)
    return campaign.definition.id, recorded


def _one(form: Mapping[str, Sequence[str]], field: str) -> str:
    given = form.get(field) or [""]
    return str(given[0]).strip()


def _number(text: str, field: str) -> float:
    try:
        return typed_number(text)
    except InputError as error:
        raise FieldError(error.what, where=field, expected=error.expected) from None


def _whole(text: str, field: str, low: int, high: int) -> int:
    try:
        return typed_whole(text, "", low, high)
    except InputError as error:
        raise FieldError(error.what, where=field, expected=error.expected) from None
