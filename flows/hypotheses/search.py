"""`hypotheses search`: a search for documents that answer a question, every call of it kept as it happens."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hypograph.flows.hypotheses.keeper import SURVEY_KEY, Keeper
from hypograph.flows.hypotheses.leads import without_model
from hypograph.flows.hypotheses.person_judge import PersonJudge
from hypograph.flows.hypotheses.remembered import RememberedProposer
from hypograph.flows.hypotheses.result import Result, search_document
from hypograph.flows.readers.disciplines import load_discipline
from hypograph.flows.runtime.unit_kinds import HYPOTHESIS_SEARCH
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.records.hypotheses import question_id
from hypograph.models.core.documents.hypotheses import Costs, Searched
from hypograph.models.core.errors import InputError
from hypograph.models.core.keys import digest
from hypograph.models.core.knowledge_free import informed
from hypograph.models.core.protocols import Judge
from hypograph.models.core.records import Outcome, Publication
from hypograph.models.hypotheses.discipline import Discipline
from hypograph.models.hypotheses.search.documents import REPLACE, DocumentSearch
from hypograph.models.hypotheses.search.operators import Block, DocumentProposer
from hypograph.models.hypotheses.search.plan import schedule
from hypograph.models.hypotheses.tasks.corpus import Passages, passages_of
from hypograph.models.literature.text.doubt import sentences

if TYPE_CHECKING:
    from hypograph.flows.runtime.sources import Knowledge
    from hypograph.graph import GraphStore

STRATEGIES = ("ours", "direct", "best-of-n", "revision", "greedy")
UNGUARDED = ("best-of-n", "revision", "greedy")  # what is thought best is reported, however sure that is
RETRIEVED = 8  # passages of the corpus that every request holds


@dataclass(frozen=True)
class Request:
    """What a user asked for; budgets that are None have no limit. `calls` counts calls of every kind."""

    question: str
    coarse: str = ""
    survey: str = ""
    papers: Path | None = None
    discipline: str = "chemistry"
    calls: int = 40
    proposals: int | None = None
    tokens: int | None = None
    cost: float | None = None
    minutes: float | None = None
    strategy: str = "ours"
    person: bool = False
    posterior: bool = False
    seed: int = 0


def search_command(request: Request, tell: Callable[[str], None]) -> Searched:
    """Run a search against the configured store and language model; return its document.

    Raises
    ------
    InputError
        If a file or name cannot be used.
    UnavailableError
        If store or language model fail.
    """
    from hypograph.flows.readers.publications.registry import read_publications
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.runtime.sources import open_knowledge
    from hypograph.graph import open_store

    check_strategy(request.strategy, "--strategy")
    publications: Sequence[Publication] = ()
    if request.papers is not None:
        publications = read_publications(request.papers).publications
    discipline = load_discipline(request.discipline)
    settings = load_settings(llm_max_cost=request.cost)
    with open_store(settings.store_config()) as store:
        store.ensure_schema()
        with open_knowledge(settings, store, minutes=request.minutes) as knowledge:
            tell(f"language model: {knowledge.sentence}")
            if request.tokens is not None and knowledge.gateway is not None:
                knowledge.gateway.budget.tokens = request.tokens
            runner = UnitRunner(store, settings.home / "units")
            proposer, judge = knowledge.sources.proposer, knowledge.sources.judge
            corpus = corpus_of(publications, request.survey)
            if not informed(proposer):
                return without_model(runner, request.question, request.coarse, corpus, discipline, publications)
            if request.person:
                judge = PersonJudge(store)
            known = experience(store, request.question)
            costs = partial(spent, knowledge)
            found = run_search(request, discipline, corpus, proposer, judge, runner, costs, tell, known)
            return {**found, "llm": knowledge.document()}


def check_strategy(name: str, where: str) -> None:
    """Refuse a strategy that there is not.

    Raises
    ------
    InputError
        If the name is not known.
    """
    if name not in STRATEGIES:
        raise InputError(f"no such strategy: {name!r}", where=where, expected=" or ".join(STRATEGIES))


def experience(store: GraphStore, question: str) -> list[str]:
    """Return what experiments have said of earlier hypotheses on a question, one line each."""
    from hypograph.flows.hypotheses.report import hypotheses_of
    from hypograph.graph.campaigns.outcomes import prediction_of

    lines = []
    for row in hypotheses_of(store, question_id(question)):
        history = json.loads(row.get("history") or "[]")
        if history:
            told = f"predicted {prediction_of(row)}; measured {history[-1]['observed']}; {history[-1]['state']}"
            lines.append(f"Experiment on: {row['statement']} {told}")
    return lines


def corpus_of(publications: Sequence[Publication], survey: str) -> Passages:
    """Lay out the publications as passages, and the survey's sentences where there are none."""
    found = passages_of([(p.key, (p.title, p.abstract, *p.passages)) for p in publications])
    return found if found.texts else passages_of([(SURVEY_KEY, sentences(survey))])


def spent(knowledge: Knowledge) -> Costs:
    """Return what the language model has cost so far; nothing without one."""
    told = knowledge.document()
    return {
        "calls": told["calls"] if told else 0,
        "tokens": told["tokens"] if told else 0,
        "cost": told["cost"] if told else 0.0,
    }


def block_of(request: Request, discipline: Discipline, corpus: Passages, leads: Sequence[str] = ()) -> Block:
    """Return what every request begins with; passages are those nearest to question and idea."""
    near = corpus.nearest(f"{request.question} {request.coarse}", RETRIEVED) if corpus.texts else []
    # The survey is shown by itself: its sentences are no passages of the literature.
    passages = tuple((corpus.publications[i], corpus.texts[i]) for i, _ in near if corpus.publications[i] != SURVEY_KEY)
    looks = "; ".join(level.asks for level in discipline.levels)
    criterion = f"{discipline.question} It is judged by {looks}."
    return Block(request.question, request.survey, request.coarse, passages, tuple(leads), criterion)


def moves(request: Request) -> list[str]:
    """Return the moves of a strategy within its calls."""
    n = request.calls
    if request.strategy == "direct":
        return ["direct"]
    if request.strategy == "best-of-n":
        written = max(1, (n + 1) // 2)
        return ["direct"] * written + ["judge"] * (n - written)
    if request.strategy == "revision":
        return ["direct", "critique", "revise"][:n]
    if request.strategy == "greedy":
        found = ["direct"]
        while len(found) + 3 <= n:
            found += ["critique", "revise", "judge"]
        return found
    found, written = schedule(n), 0
    if request.proposals is None:
        return found
    kept = []
    for move in found:
        documents = move in ("direct", "propose", "revise", "combine", "counter", "simplify")
        if not documents or written < request.proposals:
            kept.append(move)
            written += documents
    return kept


def run_search(
    request: Request,
    discipline: Discipline,
    corpus: Passages,
    proposer: DocumentProposer,
    judge: Judge,
    runner: UnitRunner,
    costs: Callable[[], Costs],
    tell: Callable[[str], None] = lambda text: None,
    leads: Sequence[str] = (),
) -> Searched:
    """Search, writing every verdict as it comes; run again, it takes up where it stopped.

    Parameters
    ----------
    leads
        Lines of what tables, evidence and experiments say; shown to the proposer.

    Returns
    -------
    dict
        The document of `hypotheses search --json`.
    """
    block = block_of(request, discipline, corpus, leads)
    keeper = Keeper(judge, runner, block, corpus, discipline, proposer.name)
    # By the question too: with the seed alone every search would show the direct answer on the same side.
    rng = np.random.default_rng([request.seed, int(digest(request.question, length=8), 16)])
    remembered = RememberedProposer(runner, proposer)
    search = DocumentSearch(block, remembered, keeper.ask, request.calls, rng)
    keeper.search = search
    guarded = 0.0 if request.strategy in UNGUARDED else REPLACE
    found = search.run(moves(request), replace=guarded, allocate=request.strategy == "ours")
    tell(f"stopped: {found.stopped}")
    result = Result(request.question, request.strategy, request.posterior, discipline, corpus, keeper, search, found)
    document, outcome = search_document(result, costs())
    key = {"request": replace(request, papers=None), "corpus": digest(corpus), "judge": judge.name}
    asked = [[a.first, a.second, a.verdict.probability] for a in search.log.asked]
    runner.run(
        HYPOTHESIS_SEARCH,
        {**key, "lines": [line.document.id for line in search.log.lines], "asked": asked, "stopped": found.stopped},
        lambda: Outcome({"id": document["id"]}, outcome.nodes, outcome.edges),
    )
    return document
