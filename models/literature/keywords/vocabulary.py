"""What a user says about words: which are no keywords, and which mean the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hypograph.models.core.errors import InputError
from hypograph.models.literature.text.spelling import normalise


@dataclass(frozen=True)
class Vocabulary:
    """Stop words and a thesaurus, all normalised.

    Attributes
    ----------
    stop
        Keywords that count for nothing.
    same
        Keyword to the one that stands for it.
    """

    stop: frozenset[str] = frozenset()
    same: Mapping[str, str] = field(default_factory=dict)

    def apply(self, names: Iterable[str]) -> list[str]:
        """Return keywords by these words: sorted, each once."""
        renamed = (self.same.get(name, name) for name in names)
        return sorted({name for name in renamed if name and name not in self.stop})


def read_stop_words(text: str) -> frozenset[str]:
    """Read stop words, one a line; ``#`` begins a comment."""
    lines = (line.split("#")[0].strip() for line in text.lstrip("\ufeff").splitlines())
    return frozenset(normalise(line) for line in lines if line)


def read_thesaurus(text: str, where: str) -> dict[str, str]:
    """Read a thesaurus as VOSviewer has it: a column ``label`` and a column ``replace by``, by tab or comma.

    An empty replacement takes the keyword out.

    Raises
    ------
    InputError
        If the columns are not there, or a replacement is itself replaced in a circle.
    """
    body = text.lstrip("\ufeff")
    first = body.splitlines()[0] if body.strip() else ""
    rows = csv.reader(io.StringIO(body), delimiter="\t" if "\t" in first else ";" if ";" in first else ",")
    header = [cell.strip().lower() for cell in next(rows, [])]
    if "label" not in header or "replace by" not in header:
        raise InputError("this is no thesaurus", where=where, expected="columns 'label' and 'replace by'")
    label, into = header.index("label"), header.index("replace by")
    said: dict[str, str] = {}
    for row in rows:
        if len(row) > label and (name := normalise(row[label])):
            said[name] = normalise(row[into]) if len(row) > into else ""
    return {name: _last(name, said, where) for name in said if _last(name, said, where) != name}


def _last(name: str, said: Mapping[str, str], where: str) -> str:
    seen = [name]
    while (following := said.get(seen[-1], seen[-1])) != seen[-1]:
        if following in seen:
            raise InputError(f"{name!r} is replaced in a circle: {' → '.join([*seen, following])}", where=where)
        seen.append(following)
    return seen[-1]
