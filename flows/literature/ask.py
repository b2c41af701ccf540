"""Questions to the corpus: the document of `hypograph literature ask`, which pages, Python and assistants share."""

from __future__ import annotations

from collections.abc import Sequence

from hypograph.models.core.documents.literature import Answered, Asked, NamedPaper
from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Publication
from hypograph.models.literature.inspiration.answers import Answer, Answerer, Corpus
from hypograph.models.literature.inspiration.passages import Embed


def indexed(publications: Sequence[Publication], embed: Embed | None = None) -> Corpus:
    """Return publications ready to be asked.

    Raises
    ------
    InputError
        If there is no publication.
    """
    if not publications:
        raise InputError("there is no publication to ask", hint="Add publications with `hypograph literature add`.")
    return Corpus(publications, embed)


def ask(
    publications: Sequence[Publication],
    question: str,
    *,
    answerer: Answerer | None = None,
    embed: Embed | None = None,
) -> Asked:
    """Answer a question from publications, with numbered citations that exist.

    Parameters
    ----------
    publications
        The corpus.
    question
        What is asked.
    answerer
        A language model, or None: then the passage that holds what was asked is quoted.
    embed
        Maps texts to unit vectors; ranks passages by meaning too.

    Returns
    -------
    dict
        ``question``, ``answer``, ``sentences`` (``text``, ``cites``), ``answered``, ``citations`` (``n``,
        ``publication``, ``title``, ``passage``), ``passages`` (``publication``, ``text``) and ``papers``, those that
        the passages are from (``key``, ``title``, ``authors``, ``year``, ``venue``, ``doi``).

    Raises
    ------
    InputError
        If the question is empty, or there is no publication.
    """
    asked(question)
    return answer_document(indexed(publications, embed), question, answerer)


def asked(question: str) -> str:
    """Return a question with its white space put right.

    Raises
    ------
    InputError
        If it is empty.
    """
    if not question.strip():
        raise InputError("no question was asked", expected='words such as "What hardens CoCrFeNi?"')
    return " ".join(question.split())


def answer_document(corpus: Corpus, question: str, answerer: Answerer | None = None) -> Asked:
    """Answer a question from a corpus that was indexed; parameters and document are those of `ask`."""
    answer = corpus.ask(asked(question), answerer)
    near = dict.fromkeys(p.publication for p in answer.passages)
    return {**told(answer), "papers": [_paper(corpus.publications[key]) for key in near]}


def told(said: Answer) -> Answered:
    """Return an answer as documents hold it."""
    return {
        "question": said.question,
        "answer": said.answer,
        "sentences": [{"text": s.text, "cites": list(s.cites)} for s in said.sentences],
        "answered": said.answered,
        "citations": [
            {"n": c.n, "publication": c.publication, "title": c.title, "passage": c.passage} for c in said.citations
        ],
        "passages": [{"publication": p.publication, "text": p.text} for p in said.passages],
    }


def _paper(publication: Publication) -> NamedPaper:
    p = publication
    return {
        "key": p.key,
        "title": p.title,
        "authors": list(p.authors),
        "year": p.year,
        "venue": p.venue,
        "doi": p.doi,
    }
