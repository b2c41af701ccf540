"""A question to papers in Python, answered with numbered citations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypograph.flows.facade.documents import Document, Records, documented
from hypograph.models.core.records import Publication
from hypograph.models.literature.inspiration.answers import Answerer

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class PaperAnswer:
    """What papers say to a question.

    Attributes
    ----------
    question
        As it was asked.
    answer
        The answer, which cites by [n]; where the passages do not carry one it says so.
    answered
        Whether they carry one.
    citations
        The passages that are cited: `n`, `publication`, `title` and `passage` of each.
    passages
        What was found, best first: `publication` and `text` of each.
    papers
        The papers that the passages are from: `key`, `title`, `authors`, `year`, `venue` and `doi` of each.
    model
        Name of the language model that wrote the answer; empty where it is quoted.
    document
        The document of ``hypograph literature ask --json``.

    Examples
    --------
    >>> import hypograph as hg
    >>> from hypograph.models.core.records import Publication
    >>> found = hg.ask([Publication("a", "Hardness", "Quenching hardens steel.")], "What hardens steel?", model=False)
    >>> found
    Quenching hardens steel. [1]
    <BLANKLINE>
    [1] Hardness (a)
        Quenching hardens steel.
    >>> found.answered, found.citations[0]["passage"]
    (True, 'Quenching hardens steel.')
    """

    question: str
    answer: str
    answered: bool
    citations: Sequence[Mapping[str, Any]]
    passages: Sequence[Mapping[str, Any]]
    papers: Sequence[Mapping[str, Any]]
    model: str = ""
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def to_dataframe(self) -> pd.DataFrame:
        """Return the passages as a data frame: number of the citation (0 for none), paper, title, year and text."""
        import pandas as pd

        numbers = {(c["publication"], c["passage"]): c["n"] for c in self.citations}
        papers = {p["key"]: p for p in self.papers}
        rows = [
            {
                "cited": numbers.get((p["publication"], p["text"]), 0),
                "publication": p["publication"],
                **{name: papers[p["publication"]][name] for name in ("title", "year", "doi")},
                "passage": p["text"],
            }
            for p in self.passages
        ]
        return pd.DataFrame(rows, columns=["cited", "publication", "title", "year", "doi", "passage"])

    def __repr__(self) -> str:
        lines = [f"[{c['n']}] {c['title']} ({c['publication']})\n    {c['passage']}" for c in self.citations]
        if not self.answered and self.passages:
            lines = ["Nearest passages:", *(f"    {p['text']} ({p['publication']})" for p in self.passages[:3])]
        return "\n".join([self.answer, *(["", *lines] if lines else [])])

    def _repr_html_(self) -> str:
        papers = {p["key"]: p for p in self.papers}
        cited = {(c["publication"], c["passage"]) for c in self.citations}
        rows = [_quoted(f"[{c['n']}] ", papers[c["publication"]], c["passage"]) for c in self.citations]
        others = [p for p in self.passages if (p["publication"], p["text"]) not in cited]
        more = "".join(_quoted("", papers[p["publication"]], p["text"]) for p in others)
        opened = "" if self.answered else " open"
        found = f"<details{opened}><summary>{len(others)} other passages</summary><ul>{more}</ul></details>"
        by = f"<p><small>written by {escape(self.model)} from the passages</small></p>" if self.model else ""
        answer = f"<p><strong>{escape(self.question)}</strong></p><p>{escape(self.answer)}</p>"
        return f"{answer}<ul>{''.join(rows)}</ul>{by}{found if others else ''}"


def _quoted(mark: str, paper: Mapping[str, Any], passage: str) -> str:
    name, doi = escape(str(paper["title"] or paper["key"])), escape(str(paper["doi"]))
    link = f'<a href="https://doi.org/{doi}">{name}</a>' if doi else name
    return f"<li>{mark}{link} {paper['year'] or ''}<blockquote>{escape(passage)}</blockquote></li>"


def ask(
    papers: Sequence[Publication] | Path | str, question: str, *, model: bool | Answerer | None = None
) -> PaperAnswer:
    """Answer a question from papers, with numbered citations that exist.

    Without a language model the sentences of the passage that holds the question are quoted. With one, each of its
    sentences is kept only where it cites a passage that it was shown. Where no passage carries an answer, that is said.

    Parameters
    ----------
    papers
        What `read_publications` gave, any publications, or the path of a file or folder of them.
    question
        In English.
    model
        False: no language model. None: the configured one, where one is configured. True: the configured one, and
        an error where none is. Or an object of your own with the method ``answer(question, passages)``.

    Returns
    -------
    PaperAnswer
        The answer with its citations; it shows itself in a notebook.

    Raises
    ------
    InputError
        If the question is empty, or there is no publication.
    SettingError
        If a language model is wanted and none is configured.
    UnavailableError
        If the language model fails.

    Examples
    --------
    >>> import hypograph as hg, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "mine.bib"
    >>> _ = path.write_text("@article{a, title={Aging}, abstract={Annealing softens CoCrFeNi.}, year={2021}}")
    >>> hg.ask(path, "What softens CoCrFeNi?", model=False).answer
    'Annealing softens CoCrFeNi. [1]'
    >>> hg.ask(path, "Which enzyme breaks down lactose?", model=False).answered
    False
    """
    from hypograph.flows.facade.literature import read_publications
    from hypograph.flows.literature.ask import ask as ask_papers
    from hypograph.flows.runtime.embeddings import embedder
    from hypograph.flows.runtime.settings import load_settings

    found = read_publications(papers) if isinstance(papers, str | Path) else papers
    with _answerer(model) as (answerer, name):
        document = ask_papers(found, question, answerer=answerer, embed=embedder(load_settings()))
    lists = {name: Records(map(Document, document[name])) for name in ("citations", "passages", "papers")}
    return PaperAnswer(
        document["question"],
        document["answer"],
        document["answered"],
        **lists,
        model=name,
        document=documented(document),
    )


@contextmanager
def _answerer(model: bool | Answerer | None) -> Iterator[tuple[Answerer | None, str]]:
    """Give who answers and its name; nobody where passages are quoted.

    Raises
    ------
    SettingError
        If the configured model is wanted and there is none.
    """
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.runtime.sources import NO_MODEL, open_knowledge
    from hypograph.models.core.errors import SettingError

    if model is False:
        yield None, ""
    elif isinstance(model, bool) or model is None:
        with open_knowledge(load_settings(), None) as knowledge:
            if model and knowledge.gateway is None:
                raise SettingError(f"no language model answers: {NO_MODEL}", where="model")
            yield knowledge.answerer(), knowledge.gateway.config.model if knowledge.gateway else ""
    else:
        yield model, str(getattr(model, "name", type(model).__name__))
