"""The benchmark workbook: question, survey, coarse direction and fine-grained hypothesis of each paper."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from hypograph.flows.runtime.datasets import checked
from hypograph.models.core.errors import InputError, MalformedRowError, MissingFileError

COLUMNS = {
    "title": "Title",
    "survey": "Background Little Survey",
    "question": "Background Question",
    "strict": "Background Question (strict)",
    "hypothesis": "Finegrained Hypothesis",
}
DIRECTIONS = "processed_research_direction.json"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of the benchmark; `coarse` is the direction the search starts from."""

    title: str
    question: str
    survey: str
    coarse: str
    hypothesis: str


def read_papers(path: Path) -> list[Paper]:
    """Read the workbook, and the coarse directions from the JSON file that lies beside it.

    A paper without a direction starts from its question.

    Raises
    ------
    MissingFileError
        If the workbook is not there.
    InputError
        If it is no workbook, or lacks a column.
    MalformedRowError
        If a paper has no question or no hypothesis.
    """
    checked(path)
    from zipfile import BadZipFile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    if not path.is_file():
        raise MissingFileError("there is no such file", where=str(path), expected="the benchmark workbook")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
    except (BadZipFile, InvalidFileException, KeyError, OSError) as error:
        raise InputError(f"not an Excel workbook ({error})", where=str(path), expected="an .xlsx file") from error
    header = [str(c).strip() if c is not None else "" for c in rows[0]] if rows else []
    lacking = [c for c in COLUMNS.values() if c not in header]
    if lacking:
        raise InputError(f"no column {lacking[0]!r}", where=f"{path.name}: row 1", expected=", ".join(COLUMNS.values()))
    place = {name: header.index(column) for name, column in COLUMNS.items()}
    directions = _directions(path.with_name(DIRECTIONS))
    papers = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: str(row[i] or "").strip() for name, i in place.items()}
        if not any(cells.values()):
            continue
        for name in ("question", "hypothesis"):
            if not cells[name]:
                raise MalformedRowError("the cell is empty", where=f"{path.name}: row {number}, {COLUMNS[name]}")
        coarse = directions.get(cells["question"]) or directions.get(cells["strict"]) or cells["question"]
        papers.append(Paper(cells["title"], cells["question"], cells["survey"], coarse, cells["hypothesis"]))
    return papers


def _directions(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        raw = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise InputError(f"not a JSON file ({error})", where=str(path)) from error
    if not isinstance(raw, dict):
        raise InputError("not a JSON object", where=str(path), expected="question: direction")
    return {str(k).strip(): str(v).strip() for k, v in raw.items()}
