"""What the name and the cells of a column tell of it: records, running numbers, outcomes, spreads of outcomes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from hypograph.models.core.tabular import Column, Table, header_unit
from hypograph.models.core.tabular.header import numberless

# Columns in which people keep records, and those that `campaign export` adds; `time` is a parameter of a reaction.
RECORDS: Final = frozenset(
    {"id", "experiment", "entry", "date", "operator", "status", "note", "notes", "comment", "comments", "remark"}
    | {"remarks", "source", "reason", "predicted", "sd", "recorded_at"}
    # What programs for designs of experiments write beside the factors.
    | {"incl/excl", "trial_status", "generation_node", "generation_method", "generation_step", "arm_name", "priority"}
)
_NUMBERING: Final = re.compile(
    r"#|(?:(?:run|std|standard|exp(?:t|eriment)?|sample|trial|test|row|reaction|rxn|versuch|probe)s?[ ._-]*)?"
    r"(?:no|nr|num|number|index|order|name)?[ .]*"
)
_NAMING: Final = re.compile(
    r"(?:run|exp(?:t|eriment)?|sample|trial|test|row|reaction|rxn|versuchs?|probe|arm)s?[ ._-]*(?:name|label|code|id)"
)
_SIGNS: Final = re.compile(r"[-+−–0aA\d]{2,}")
_RESPONSE: Final = re.compile(
    r"(?:response[ _]?\d*|y[ _]?\d+)(?:\b.*)?"
)  # as in designs with factors X1, X2; Y is an element
_OUTCOME: Final = re.compile(
    r"(?:.*\b)?(?:yields?|ausbeuten?|conversions?|umsatz|selectivity|selektivität|ee|e\.e\.|d\.?r\.?|e\.?r\.?|purity|assay"
    r"|impurit(?:y|ies)|by-?products?|side[ -]?products?|e[ -]?factor|pmi|overpotential"
    r"|titers?|ton|tof|turnover|hardness|härte|tensile strength|efficiency|pce|faradaic efficiency)"
)
_BESIDE: Final = re.compile(
    r"\((?:mean|average|avg\.?|median|n\s*=\s*\d+|(?:by )?(?:gc|lc|hplc|uplc|sfc|nmr|lc-?ms|gc-?ms)|isolated|isol\.?"
    r"|(?:rep(?:licate)?|run|trial)?[ .#]*\d+)\)|\[(?:mean|gc|lc|hplc|uplc|sfc|nmr|isolated)\]"
    r"|\b(?:mean|average|avg\.?|median)\b|\b(?:rep(?:licate)?|run|trial|repeat|measurement)?[ .#]*\d+\s*$"
)
_NUMBERED: Final = re.compile(r"\d+\s*\)?\s*$")
_LESS: Final = re.compile(
    r"\b(?:impurit(?:y|ies)|by-?products?|side[ -]?products?|e[ -]?factor|pmi|waste|costs?|overpotential|loss(?:es)?"
    r"|degradation|porosity|roughness|corrosion|wear|residual|nebenprodukte?|verunreinigung(?:en)?)\b"
)
_PLACE: Final = re.compile(r"(?:well|position|pos|place|slot|vial|location)s?[ ._-]*(?:no|nr|id|number)?\.?")
_WELL: Final = re.compile(r"[A-Za-z]{1,2}[ -]?\d{1,3}")
VERDICT: Final = re.compile(r"(?:is[ _])?(?:failed|failure|success(?:ful)?|succeeded|valid)\s*\??", re.IGNORECASE)
_SPREAD: Final = re.compile(
    r"(?P<of>.+?)[\s_.-]*[(\[]?\s*(?:std\.?|stdev|std[ _.-]?dev|sd|sem|s\.d\.|error|err|uncertainty|±)\s*[)\]]?"
)


def is_outcome(header: str) -> bool:
    """Whether a column's name says that it is measured and not set."""
    return _OUTCOME.fullmatch(measured_name(header)) is not None or is_response(header)


def is_response(header: str) -> bool:
    """Whether a column is called as designs of experiments call what is measured: ``Y1``, ``Response 2``."""
    return _RESPONSE.fullmatch(header.casefold().strip()) is not None


def measured_name(header: str) -> str:
    """Return what a header says is measured, without unit, repeat, method, and that it is a mean.

    Examples
    --------
    >>> [measured_name(h) for h in ("Yield 2 (%)", "Mean yield", "yield_rep1", "ee [HPLC]")]
    ['yield', 'yield', 'yield', 'ee']
    """
    name = header_unit(header)[0].casefold().replace("_", " ")
    return " ".join(_BESIDE.sub(" ", name).split()).strip(" :#-") or name.strip(" :")


def is_better_low(header: str) -> bool:
    """Whether a column's name says that less of it is wanted."""
    return _LESS.search(header_unit(header)[0].casefold().replace("_", " ")) is not None


def repeats(headers: Sequence[str]) -> list[list[str]]:
    """Return the outcomes that stand in several columns, as ``yield 1`` and ``yield 2`` do."""
    groups: dict[str, list[str]] = {}
    for header in headers:
        if (
            is_outcome(header)
            and not is_response(header)
            and _NUMBERED.search(header_unit(header)[0].replace("_", " "))
        ):
            groups.setdefault(measured_name(header), []).append(header)
    return [same for same in groups.values() if len(same) > 1]


def spread_of(header: str, others: Sequence[str]) -> str:
    """Return the column whose spread a column such as ``yield_std`` holds; empty where it is none."""
    found = _SPREAD.fullmatch(header.casefold())
    if found is None:
        return ""
    names = {name: h for h in reversed(others) if h != header for name in (measured_name(h), _named(h))}
    return names.get(_named(found["of"])) or names.get(measured_name(found["of"]), "")


def _named(header: str) -> str:
    return header_unit(header)[0].casefold().strip()


def is_place(header: str, column: Column) -> bool:
    """Whether a column says where on a plate an experiment stood: A1, B12."""
    return _PLACE.fullmatch(header.casefold().strip()) is not None and all(
        v is None or _WELL.fullmatch(str(v)) for v in column.values
    )


def numbers_rows(table: Table, header: str, column: Column) -> bool:
    """Whether a column called ``run``, ``No.`` or ``run order`` only counts the rows, in whatever order they stand."""
    if not _NUMBERING.fullmatch(header.casefold().strip()) or column.kind != "number" or len(table.rows) < 2:
        return False
    values = [v for v in column.values if isinstance(v, float)]
    if len(values) < len(column.values):
        return False
    if len(values) > 2 and sorted(values) in [[*range(first, len(values) + first)] for first in (0, 1)]:
        return True
    return all(b - a == 1 for a, b in pairwise(values)) and (len(values) > 2 or values[0] in (0, 1))


def names_rows(header: str, column: Column) -> bool:
    """Whether a column called ``exp name`` or ``sample id`` has another name in each row."""
    own = len(set(column.values)) == len(column.values) > 2
    return own and _NAMING.fullmatch(header.casefold().strip()) is not None


def is_pattern(header: str, column: Column) -> bool:
    """Whether a column repeats the levels of all factors as signs, as JMP's ``Pattern`` does: ``+−+``."""
    return header.casefold() == "pattern" and all(_SIGNS.fullmatch(str(v)) for v in column.values)


def labels_rows(column: Column) -> bool:
    """Whether a column of short names has another one in each of many rows, as labels of samples are."""
    names = [v for v in column.values if isinstance(v, str)]
    return len(names) >= 6 and len(set(names)) == len(column.values) and not any(set(v) & set("=()[]@#") for v in names)


def excluded(table: Table) -> list[str]:
    """Say that rows which a design marks as excluded are taken all the same."""
    notes = []
    for header in (h for h in table.header if h.casefold() == "incl/excl"):
        cells = zip(table.rows, table.column(header), strict=True)
        if out := ", ".join(str(row.number) for row, cell in cells if str(cell).casefold() == "excl"):
            notes.append(f"{header}: rows marked as excluded are taken as the others: {out}")
    return notes


def turned(table: Table) -> str:
    """Return the outcome that stands in the first column where a table has its parameters in rows; empty else."""
    if any(is_outcome(h) for h in table.header) or len(table.header) < 3:
        return ""
    for row in table.rows:
        first, *others = row.cells
        if isinstance(first, str) and is_outcome(first) and not numberless(others):
            return first
    return ""
