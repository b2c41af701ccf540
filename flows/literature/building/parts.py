"""Parts of a corpus that are read together: they stay what they are when publications are added."""

from __future__ import annotations

import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hypograph.flows.literature.extract import text_hash
from hypograph.models.core.errors import DiskError
from hypograph.models.core.records import Publication

PART: Final = 500  # publications of a part, at most
TAIL: Final = 100  # a last part up to this size takes what is added: at most so many are read again
REMEMBERED: Final = 4_000  # parts, of this corpus and others in the same folder


def stable_parts(folder: Path, publications: Sequence[Publication]) -> list[list[Publication]]:
    """Part publications by their texts as earlier calls did; new ones go to the last small part, or to new parts.

    The parts are remembered in the folder. What is read of a publication depends on its text alone, so parts are
    a matter of time, not of results: with nothing remembered they are made anew.

    Parameters
    ----------
    folder
        Where the parts are remembered.
    publications
        In any order; several may have one text.

    Returns
    -------
    list of lists
        Every publication once.

    Raises
    ------
    DiskError
        If the parts cannot be remembered.
    """
    waiting: dict[str, list[Publication]] = defaultdict(list)
    order = []
    for publication in publications:
        text = text_hash(publication)
        waiting[text].append(publication)
        order.append(text)
    path = folder / "literature-parts.json"
    remembered = _load(path)
    known: list[list[str]] = []
    others: list[list[str]] = []
    for part in remembered:
        here = [text for text in part if waiting.get(text)]
        if not here:
            others.append(part)
            continue
        taken = [text for text in here if waiting[text]]
        known.append(taken)
        for text in taken:
            waiting[text] = waiting[text][1:]
    new: list[str] = []
    for text in order:
        if waiting[text]:
            waiting[text] = waiting[text][1:]
            new.append(text)
    if known and len(known[-1]) + len(new) <= TAIL:
        known[-1] = [*known[-1], *new]
    else:
        known += [new[start : start + PART] for start in range(0, len(new), PART)]
    if [*others, *known] != remembered:
        _save(path, [*others, *known][-REMEMBERED:])
    by_text: dict[str, list[Publication]] = defaultdict(list)
    for publication, text in zip(publications, order, strict=True):
        by_text[text].append(publication)
    return [[by_text[text].pop() for text in part] for part in known]


def _load(path: Path) -> list[list[str]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return found if isinstance(found, list) and all(isinstance(part, list) for part in found) else []


def _save(path: Path, parts: Sequence[Sequence[str]]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(parts, file)
        os.replace(name, path)
    except OSError as error:
        raise DiskError(f"could not write ({error.strerror})", where=str(path)) from error
