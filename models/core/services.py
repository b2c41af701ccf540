"""What the pages ask of rooms that they do not import: readers of files, corpora, and long work.

The `ui` command hands these to the pages. Where one is None the page says what it lacks; nothing else breaks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from hypograph.models.core.documents.evidence import Predicted


@dataclass(frozen=True, slots=True)
class PapersRead:
    """Publications as a file holds them: the first of them, how many, and what could not be read."""

    first: tuple[Mapping[str, Any], ...]
    count: int
    problems: tuple[str, ...] = ()


class Shelf(Protocol):
    """The corpora of this installation."""

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
    """Begins long work and looks after it.

    Attributes
    ----------
    model
        Name of the configured language model; empty where runs are knowledge-free.
    """

    model: str

    def flows(self) -> Sequence[FlowForm]:
        """Return the flows that can be run."""
        ...

    def disciplines(self) -> Sequence[str]:
        """Return the names of the shipped disciplines."""
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
class AlloysRead:
    """A table or list of alloys as it was read.

    Attributes
    ----------
    rows
        Each `row`, `text`, `atomic_percent`, `phases`, `label` (None where the file does not say) and `state`.
    skipped
        Rows that were left out: `row`, `text`, `reason`.
    notes
        How the file was understood.
    """

    rows: tuple[Mapping[str, Any], ...]
    skipped: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def labelled(self) -> int:
        """Rows that say what became of the alloy."""
        return sum(row["label"] is not None for row in self.rows)


class Metallurgist(Protocol):
    """Answers questions about alloys by the predictor that the commands ask."""

    def exchange(self, alloy: str, symbol: str, state: str = "") -> Predicted | None:
        """Return the document of ``evidence predict --exchange``; None while the predictor is being learned.

        Parameters
        ----------
        state
            Condition on the alloys' records, as ``--state``; all states are pooled where it is empty.

        Raises
        ------
        InputError
            If the question has no answer.
        """
        ...

    def read(self, file: Path) -> AlloysRead:
        """Say what a table or list of alloys holds, and keep nothing.

        Raises
        ------
        InputError
            If it cannot be read.
        """
        ...

    def predict(self, file: Path, own: bool = False) -> Predicted | None:
        """Return the document of ``evidence predict --list``; None while the predictor is being learned.

        Parameters
        ----------
        own
            Learn from what the file says became of its alloys too, as ``--laboratory`` does.
        """
        ...

    def scan(self, text: str) -> Predicted | None:
        """Return the document of ``evidence predict --scan``, each alloy with its `descriptors`; None while learning.

        Raises
        ------
        InputError
            If it is no scan.
        """
        ...


class ModelAdvisor(Protocol):
    """Asks the language models that are set up, as the commands do.

    Attributes
    ----------
    model
        Name of the model that plans; empty where none is set up.
    """

    @property
    def model(self) -> str:
        """Name of the model that plans; empty where none is set up."""
        ...

    def state(self) -> Mapping[str, Any] | None:
        """Return the entry `llm` of ``hypograph doctor``; None where no model is set up."""
        ...

    def foreseen(self, count: int) -> str:
        """Say what that many suggestions would ask of the model, and cost."""
        ...

    def suggest(self, folder: Path, count: int, method: str) -> list[dict[str, Any]]:
        """Suggest experiments of a campaign and append them to its folder; return the events."""
        ...


class Answers(Protocol):
    """Answers questions from the passages of a corpus, as ``hypograph literature ask`` does.

    Attributes
    ----------
    model
        Name of the language model that can write the answer; empty where none is set up.
    """

    @property
    def model(self) -> str:
        """Name of the language model that can write the answer; empty where none is set up."""
        ...

    def corpora(self) -> Sequence[tuple[str, str]]:
        """Return name and description of each corpus that can be asked."""
        ...

    def foreseen(self) -> str:
        """Say what an answer of the model would ask of it, and cost; empty where that is not known."""
        ...

    def ask(self, corpus: str, question: str, *, by_model: bool = False) -> Mapping[str, Any]:
        """Return the document of the command; without the model the passages are quoted.

        Raises
        ------
        InputError
            If the question is empty, there is no such corpus, or it holds nothing.
        UnavailableError
            If the model cannot be reached.
        """
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """What the `ui` command gives the pages."""

    shelf: Shelf | None = None
    workshop: Workshop | None = None
    metallurgist: Metallurgist | None = None
    advisor: ModelAdvisor | None = None
    answers: Answers | None = None
