"""What the pages ask of rooms that they do not import: readers of files, corpora, and long work.

The `ui` command hands these to the pages. Where one is None the page says what it lacks; nothing else breaks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a spreadsheet as it was understood.

    Attributes
    ----------
    role
        ``parameter``, ``outcome`` or ``record`` (kept aside: an id, a date, a note).
    kind
        ``number`` or ``option``.
    values
        Options, or the numbers met where they are few; empty for a range.
    """

    name: str
    role: str
    kind: str
    unit: str = ""
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that was left out, by its number in the file, and why."""

    row: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A spreadsheet as it was understood, before anything is written.

    Attributes
    ----------
    read
        Rows with an outcome that can be recorded.
    """

    columns: tuple[Column, ...]
    read: int
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetWish:
    """What a person says of a spreadsheet, where the guess is not theirs.

    Attributes
    ----------
    objectives
        ``max:COLUMN``, ``min:COLUMN`` or ``target=7.5:COLUMN``; empty for the last column.
    parameters
        Columns that are parameters; empty for all that are neither outcome nor record.
    """

    objectives: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


class SheetReader(Protocol):
    """Reads spreadsheets of experiments."""

    suffixes: tuple[str, ...]

    def understand(self, file: Path, wish: SheetWish) -> Sheet:
        """Say what a file holds, and write nothing."""
        ...

    def begin(self, file: Path, wish: SheetWish, folder: Path, record: Mapping[str, Any]) -> tuple[str, int, list[str]]:
        """Begin a campaign in a folder; return its id, the rows recorded, and one sentence for each that was not."""
        ...


@dataclass(frozen=True, slots=True)
class PapersRead:
    """Publications as a file holds them: the first of them, how many, and what could not be read."""

    first: tuple[Mapping[str, Any], ...]
    count: int
    problems: tuple[str, ...] = ()


class Shelf(Protocol):
    """The corpora of this installation."""

    suffixes: tuple[str, ...]

    def names(self) -> list[str]:
        """Return the names of the corpora."""
        ...

    def look(self, corpus: str) -> Sequence[Mapping[str, Any]]:
        """Return the publications of a corpus, each by field."""
        ...

    def read(self, file: Path) -> PapersRead:
        """Say what a file holds, and keep nothing."""
        ...

    def add(self, corpus: str, file: Path) -> tuple[int, int]:
        """Add a file's publications; return how many are new and how many there are in all."""
        ...

    def path(self, corpus: str) -> Path:
        """Return the file that a run reads."""
        ...


@dataclass(frozen=True, slots=True)
class FlowForm:
    """A flow that can be run from a page: its name, one line about it, and the schema of its parameters."""

    name: str
    about: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """Work that was begun from a page.

    Attributes
    ----------
    state
        ``running``, ``completed``, ``failed`` or ``stopped``.
    answer
        The document that the command printed, where it is done.
    """

    id: str
    title: str
    state: str
    began_at: str
    ended_at: str = ""
    lines: tuple[str, ...] = ()
    answer: Mapping[str, Any] | None = None


class Workshop(Protocol):
    """Begins long work and looks after it."""

    def flows(self) -> Sequence[FlowForm]:
        """Return the flows that can be run."""
        ...

    def disciplines(self) -> Sequence[str]:
        """Return the names of the shipped disciplines."""
        ...

    def estimate(self, flow: str, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return calls, tokens, cost and minutes of a run, or None where they are not known."""
        ...

    def begin(self, flow: str, values: Mapping[str, Any], title: str) -> str:
        """Check the values, begin a run and return the id of its job."""
        ...

    def job(self, id: str) -> Job | None:
        """Return a job as it stands."""
        ...

    def jobs(self) -> Sequence[Job]:
        """Return the jobs of this process and those before, the latest first."""
        ...

    def stop(self, id: str) -> None:
        """Ask a job to end; what it finished is kept."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """What the `ui` command gives the pages."""

    sheets: SheetReader | None = None
    shelf: Shelf | None = None
    workshop: Workshop | None = None
