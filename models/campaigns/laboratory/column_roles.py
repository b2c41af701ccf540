"""What the name and the cells of a column tell of it: records, running numbers, outcomes, spreads of outcomes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from hypograph.models.core.tabular import Column, Table, header_unit

# Columns in which people keep records, and those that `campaign export` adds; `time` is a parameter of a reaction.
RECORDS: Final = frozenset(
    {"id", "experiment", "entry", "date", "operator", "status", "note", "notes", "comment", "comments", "remark"}
    | {"remarks", "source", "reason", "predicted", "sd", "recorded_at"}
)
_NUMBERING: Final = re.compile(
    r"#|(?:(?:run|exp(?:t|eriment)?|sample|trial|test|row|reaction|rxn|versuch|probe)s?[ ._-]*)?"
    r"(?:no|nr|num|number|index)?[ .]*"
)
_OUTCOME: Final = re.compile(
    r"(?:.*\b)?(?:yields?|ausbeuten?|conversions?|umsatz|selectivity|selektivität|ee|e\.e\.|d\.?r\.?|e\.?r\.?|purity|assay"
    r"|impurit(?:y|ies)|titers?|ton|tof|turnover|hardness|härte|tensile strength|efficiency|pce|faradaic efficiency)"
)
VERDICT: Final = re.compile(r"(?:is[ _])?(?:failed|failure|success(?:ful)?|succeeded|valid)\s*\??", re.IGNORECASE)
_SPREAD: Final = re.compile(
    r"(?P<of>.+?)[\s_.-]*[(\[]?\s*(?:std\.?|stdev|std[ _.-]?dev|sd|sem|s\.d\.|error|err|uncertainty|±)\s*[)\]]?"
)


def is_outcome(header: str) -> bool:
    """Whether a column's name says that it is measured and not set."""
    name = header_unit(header)[0].casefold().replace("_", " ").strip(" :")
    return _OUTCOME.fullmatch(name) is not None


def spread_of(header: str, others: Sequence[str]) -> str:
    """Return the column whose spread a column such as ``yield_std`` holds; empty where it is none."""
    found = _SPREAD.fullmatch(header.casefold())
    if found is None:
        return ""
    names = {header_unit(h)[0].casefold().strip(): h for h in others if h != header}
    return names.get(header_unit(found["of"])[0].strip(), "")


def numbers_rows(table: Table, header: str, column: Column) -> bool:
    """Whether a column called ``run`` or ``No.`` only counts the rows."""
    if not _NUMBERING.fullmatch(header.casefold().strip()) or column.kind != "number" or len(table.rows) < 3:
        return False
    values = [v for v in column.values if isinstance(v, float)]
    return len(values) == len(column.values) and all(b - a == 1 for a, b in pairwise(values))
