"""Plate sheets: where on a plate each awaited experiment goes, to print, to take along, and to send back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from hypograph.models.core.documents.campaigns import Level
from hypograph.ui.drawing.documents import Experiment, Laboratory

# Wells → rows and columns of the plates that are sold (ANSI SLAS 4 from 96 on).
FORMATS: Final = {6: (2, 3), 12: (3, 4), 24: (4, 6), 48: (6, 8), 96: (8, 12), 384: (16, 24), 1536: (32, 48)}
Order = Literal["rows", "columns"]


@dataclass(frozen=True, slots=True)
class PlateSheet:
    """One plate.

    Attributes
    ----------
    number
        Which plate it is, from one.
    shared
        Parameters that all of its wells have alike, with their level.
    wells
        Name of a well (A1) → its experiment.
    rows, columns
        Names of rows, numbers of columns.
    """

    number: int
    shared: Mapping[str, Level]
    wells: Mapping[str, Experiment]
    rows: Sequence[str]
    columns: Sequence[int]


def letters(row: int) -> str:
    """Name a row as plates do: A to Z, then AA."""
    return letters(row // 26 - 1) + letters(row % 26) if row >= 26 else chr(ord("A") + row)


def names(wells: int, order: Order) -> list[str]:
    """Return the wells of a plate in the order in which they are filled."""
    rows, columns = FORMATS[wells]
    if order == "columns":
        return [f"{letters(r)}{c + 1}" for c in range(columns) for r in range(rows)]
    return [f"{letters(r)}{c + 1}" for r in range(rows) for c in range(columns)]


def smallest(wanted: int) -> int:
    """Return the smallest plate that holds so many experiments; the largest where none does."""
    return next((wells for wells in FORMATS if wells >= wanted), max(FORMATS))


def sheets(campaign: Laboratory, wells: int = 0, order: Order = "rows") -> list[PlateSheet]:
    """Put the awaited experiments on plates, in the order in which they were suggested.

    Parameters
    ----------
    campaign
        As the page of a laboratory's campaign shows it.
    wells
        Format of the plates; 0 for the campaign's own, else the smallest that holds everything.
    order
        Whether a plate is filled row by row or column by column.
    """
    awaited = [e for e in campaign["experiments"] if e["status"] == "pending"]
    plate = campaign["plate"]
    limit = plate.get("wells", 0) if plate else 0
    shared = plate["shared"] if plate else []
    format = wells if wells in FORMATS else smallest(limit or len(awaited))
    most = min(format, limit or format)
    places = names(format, order)
    rows, columns = FORMATS[format]
    found: list[PlateSheet] = []
    for _, group in groupby(awaited, key=lambda e: [e["parameters"][name] for name in shared]):
        members = list(group)
        for start in range(0, len(members), most):
            part = members[start : start + most]
            alike = _alike(part, [p["name"] for p in campaign["parameters"]])
            filled = dict(zip(places, part, strict=False))
            sides = [letters(r) for r in range(rows)], list(range(1, columns + 1))
            found.append(PlateSheet(len(found) + 1, alike, filled, *sides))
    return found


def table(campaign: Laboratory, found: Sequence[PlateSheet]) -> list[list[object]]:
    """Return the sheets as a table to fill in and send back: a row a well, outcomes empty."""
    parameters = [str(p["name"]) for p in campaign["parameters"]]
    goals = [str(o["name"]) for o in campaign["objectives"]]
    head: list[object] = ["plate", "well", "id", *parameters, *goals]
    rows: list[list[object]] = [
        [sheet.number, well, e["id"], *(e["parameters"][n] for n in parameters), *("" for _ in goals)]
        for sheet in found
        for well, e in sheet.wells.items()
    ]
    return [head, *rows]


def _alike(part: Sequence[Experiment], parameters: Sequence[str]) -> dict[str, Level]:
    if len(part) < 2:
        return {}
    first = part[0]["parameters"]
    return {n: first[n] for n in parameters if all(e["parameters"][n] == first[n] for e in part)}
