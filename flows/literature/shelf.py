"""Corpora as the pages use them: by name, read from files that are brought, added to."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hypograph.flows.literature.library import Library
from hypograph.flows.readers.publications.registry import ReadReport, read_publications
from hypograph.models.core.errors import InputError
from hypograph.models.core.services import PapersRead

FIRST = 12


class CorpusShelf:
    """The corpora below a folder, for the pages: what a file would bring, and what is kept.

    Parameters
    ----------
    folder
        ``literature`` in the data folder.
    """

    def __init__(self, folder: Path) -> None:
        self._library = Library(folder)

    def names(self) -> list[str]:
        """Return the names of the corpora that hold something, ``main`` first."""
        return self._library.names()

    def look(self, corpus: str) -> Sequence[Mapping[str, Any]]:
        """Return the publications of a corpus, each by field."""
        return [dataclasses.asdict(p) for p in self._library.corpus(corpus).publications()]

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
        return self._library.corpus(corpus).add(report.publications)

    def path(self, corpus: str) -> Path:
        """Return the file that a run reads."""
        return self._library.corpus(corpus).path
