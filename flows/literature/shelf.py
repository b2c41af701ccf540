"""Corpora as the pages use them: by name, read from files that are brought, added to."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hypograph.flows.literature.corpus import Corpus
from hypograph.flows.readers.publications.registry import ReadReport, read_publications
from hypograph.models.core.errors import InputError
from hypograph.models.core.services import PapersRead

MAIN = "main"
FIRST = 12
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")


class CorpusShelf:
    """The corpora below a folder: ``main``, and others by name, which never touch each other.

    Parameters
    ----------
    folder
        ``literature`` in the data folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """Return the names of the corpora that hold something, ``main`` first."""
        others = sorted(p.parent.name for p in self.folder.glob("corpora/*/publications.jsonl"))
        return [*([MAIN] if (self.folder / "publications.jsonl").exists() else []), *others]

    def corpus(self, name: str) -> Corpus:
        """Return the corpus of a name; it need not hold anything yet.

        Raises
        ------
        InputError
            If the name cannot be one.
        """
        if not _NAME.match(name):
            raise InputError(
                f"{name[:80]!r} is no name for a corpus", where="corpus", expected="letters, digits, dots, hyphens"
            )
        return Corpus(self.folder if name == MAIN else self.folder / "corpora" / name)

    def look(self, corpus: str) -> Sequence[Mapping[str, Any]]:
        """Return the publications of a corpus, each by field."""
        return [dataclasses.asdict(p) for p in self.corpus(corpus).publications()]

    def read(self, file: Path) -> PapersRead:
        """Say what a file holds, and keep nothing."""
        report = read_publications(file)
        problems = tuple(text.replace(str(file), file.name) for text in report.problems)
        first = tuple(dataclasses.asdict(p) for p in report.publications[:FIRST])
        return PapersRead(first, len(report.publications), problems)

    def add(self, corpus: str, file: Path) -> tuple[int, int]:
        """Add a file's publications; return how many are new and how many there are in all.

        Raises
        ------
        InputError
            If the file holds none.
        """
        report: ReadReport = read_publications(file)
        if not report.publications:
            raise InputError("no publication could be read", where=file.name)
        return self.corpus(corpus).add(report.publications)

    def path(self, corpus: str) -> Path:
        """Return the file that a run reads."""
        return self.corpus(corpus).path
