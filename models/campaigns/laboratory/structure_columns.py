"""Columns of structures beside columns of names: ``ligand SMILES`` beside ``ligand``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hypograph.models.core.errors import InputError
from hypograph.models.core.tabular import Table, as_text, missing


def structure_column(table: Table, header: str) -> str:
    """Return the column whose structures a column called ``ligand SMILES`` or ``smiles_ligand`` holds."""
    bare = _bare(header)
    if bare == header.casefold() or not bare:
        return ""
    return next((h for h in table.header if h != header and _letters(h.casefold()) == bare), "")


def _bare(header: str) -> str:
    name = header.casefold()
    return _letters(name.replace("smiles", "")) if "smiles" in name else name


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def structures(table: Table, header: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the structures of a column's options, where another column holds one for each.

    Raises
    ------
    InputError
        If an option has two structures.
    """
    other = next((h for h in table.header if structure_column(table, h) == header), None)
    if other is None:
        return {}
    found: dict[str, set[str]] = {}
    for option, smiles in zip(table.column(header), table.column(other), strict=True):
        if not missing(option) and not missing(smiles):
            found.setdefault(as_text(option), set()).add(as_text(smiles))
    if twice := [o for o, texts in found.items() if len(texts) > 1]:
        raise InputError(f"{twice[0]!r} has two structures", where=f"{table.path}, column {other!r}")
    return {"smiles": {o: next(iter(found[o])) for o in row["options"] if o in found}}
