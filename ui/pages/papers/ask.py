"""Asking one's papers: a question to a named corpus, answered with numbered citations; the same as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse

from hypograph.graph.queries import papers as queries
from hypograph.models.core.errors import InputError
from hypograph.models.core.services import Answers
from hypograph.ui.problems import FieldError, needed
from hypograph.ui.rendering import show

router = APIRouter()
LONGEST = 2000
Question = Annotated[str, Query(max_length=LONGEST, description="In English.")]
Corpus = Annotated[str, Query(max_length=80, description="Name of a corpus; empty for the first.")]
SentQuestion = Annotated[str, Form(max_length=LONGEST, description="In English.")]
SentCorpus = Annotated[str, Form(max_length=80, description="Name of a corpus; empty for the first.")]


def answers_of(request: Request) -> Answers:
    """Return what answers questions from papers."""
    service: Answers | None = request.app.state.services.answers
    return needed(service, "corpora")


@router.get("/papers/ask", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, question: Question = "", corpus: Corpus = "") -> HTMLResponse:
    """Ask for the question; answer it from the passages, which costs nothing."""
    problem, document = "", None
    if question.strip():
        try:
            document = _asked(request, corpus, question)
        except InputError as error:
            problem = str(error)
    return _show(request, corpus, question, document, problem)


@router.post("/papers/ask", response_class=HTMLResponse, include_in_schema=False)
def by_model(request: Request, question: SentQuestion, corpus: SentCorpus = "") -> HTMLResponse:
    """Let the language model answer from the passages."""
    if not answers_of(request).model:
        raise FieldError("no language model is configured", where="question")
    return _show(request, corpus, question, _asked(request, corpus, question, by_model=True), "")


@router.get("/api/v1/ask", summary="An answer from a corpus, quoted with numbered citations", tags=["papers"])
def as_json(request: Request, question: Question, corpus: Corpus = "") -> dict[str, Any]:
    """Return what `hypograph literature ask --words-only --json` prints; it costs nothing."""
    return dict(_asked(request, corpus, question))


@router.post("/api/v1/ask", summary="The same, written by the configured language model", tags=["changes"])
def as_json_by_model(request: Request, question: SentQuestion, corpus: SentCorpus = "") -> dict[str, Any]:
    """Return what `hypograph literature ask --json` prints; the model is asked once, unless it was before."""
    return dict(_asked(request, corpus, question, by_model=True))


def _asked(request: Request, corpus: str, question: str, *, by_model: bool = False) -> Mapping[str, Any]:
    answers = answers_of(request)
    return answers.ask(corpus or answers.corpora()[0][0], question, by_model=by_model)


def _show(
    request: Request, corpus: str, question: str, document: Mapping[str, Any] | None, problem: str
) -> HTMLResponse:
    answers = answers_of(request)
    values: dict[str, Any] = {"corpora": answers.corpora(), "corpus": corpus, "question": question, "problem": problem}
    if document is not None:
        keys = [row["key"] for row in document["papers"]]
        kept = {row["key"] for row in request.app.state.store.read(queries.KNOWN, keys=keys)}
        values["papers"] = {row["key"]: {**row, "kept": row["key"] in kept} for row in document["papers"]}
        cited = {(c["publication"], c["passage"]) for c in document["citations"]}
        values["others"] = [p for p in document["passages"] if (p["publication"], p["text"]) not in cited]
    model = answers.model
    cost = answers.foreseen() if model and document is not None else ""
    return show(request, "ask_papers.html", a=document, model=model, cost=cost, **values)
