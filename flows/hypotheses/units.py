"""From keyword sets and promising alloys to leads and, where a question is asked of a model, to documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypograph.flows.hypotheses.leads import alloy_lead, keyword_lead, lead_line, ranked_leads, without_model
from hypograph.flows.hypotheses.search import Request, corpus_of, run_search
from hypograph.flows.readers.disciplines import load_discipline
from hypograph.flows.runtime.unit_kinds import HYPOTHESIS_LEADS
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.records.hypotheses import lead_records
from hypograph.models.core.documents.hypotheses import Costs, Searched
from hypograph.models.core.keys import digest
from hypograph.models.core.knowledge_free import NO_JUDGE, informed
from hypograph.models.core.protocols import Judge
from hypograph.models.core.records import AlloyPrediction, KeywordSet, Outcome, Publication
from hypograph.models.hypotheses.search.operators import NO_PROPOSER, DocumentProposer
from hypograph.models.hypotheses.tasks.alloy_records import read_passages

BEST = ("id", "statement", "probability_best", "alloys")


@dataclass(frozen=True)
class HypothesisOutcome:
    """What the hypothesis step found.

    Attributes
    ----------
    count
        Leads and documents written.
    best
        `id`, `statement`, `probability_best` of the answer to the question, else of the first lead, which has no
        probability of being best and names its `alloys`; empty where there is nothing.
    hypotheses
        Documents, best first, then leads; each with `id`, `statement`, `kind`, `probability_best`.
    comparisons, calls
        Usable verdicts, and calls made.
    question
        The document of the search, None where no question was asked of a model.
    note
        What a question and a model would add, empty where both were there.
    """

    count: int
    best: Mapping[str, object]
    hypotheses: tuple[Mapping[str, object], ...]
    comparisons: int
    calls: int
    question: Searched | None = None
    note: str = ""


@dataclass(frozen=True)
class Asked:
    """A research question to a run."""

    question: str
    idea: str = ""
    survey: str = ""
    discipline: str = "chemistry"


def hypothesis_units(
    runner: UnitRunner,
    keyword_sets: Sequence[KeywordSet],
    alloys: Sequence[AlloyPrediction],
    *,
    publications: Sequence[Publication] = (),
    judge: Judge = NO_JUDGE,
    proposer: DocumentProposer = NO_PROPOSER,
    budget: int = 40,
    seed: int = 0,
    small: bool = False,
    asked: Asked | None = None,
    costs: Callable[[], Costs] = lambda: {"calls": 0, "tokens": 0, "cost": 0.0},
) -> HypothesisOutcome:
    """List keyword sets and promising alloys as leads, and answer a question from them.

    Parameters
    ----------
    runner
        Runs and keeps the units.
    keyword_sets, alloys
        Leads: the sets by potential, the alloys by pignistic probability.
    publications
        The literature that passages come from.
    judge, proposer
        Compare and write documents; where either has no knowledge, leads only.
    budget
        Calls of every kind.
    seed
        Seed of every random choice.
    small
        Fewer leads.
    asked
        The question; None: leads only.
    costs
        What the language model has cost so far: `tokens` and `cost`.

    Returns
    -------
    HypothesisOutcome
        Empty (`count` 0) where neither sets nor alloys nor a question are given.
    """
    leads = _leads(runner, keyword_sets, alloys, publications, small)
    rows: list[dict[str, object]] = [
        {"id": x["id"], "statement": x["statement"], "kind": "lead", "probability_best": None, "alloys": x["alloys"]}
        for x in leads
    ]
    able = informed(judge) and informed(proposer)
    if asked is not None and not able:
        discipline, corpus = load_discipline(asked.discipline), corpus_of(publications, asked.survey)
        known = without_model(runner, asked.question, asked.idea, corpus, discipline, publications)
        best = _best(rows[0] if rows else known)
        return HypothesisOutcome(len(rows) + 1, best, tuple(rows), 0, 0, known, _note(asked, proposer))
    if asked is None:
        best = _best(rows[0]) if rows else {}
        return HypothesisOutcome(len(rows), best, tuple(rows), 0, 0, None, _note(asked, proposer))
    request = Request(asked.question, asked.idea, asked.survey, discipline=asked.discipline, calls=budget, seed=seed)
    found = run_search(
        request,
        load_discipline(asked.discipline),
        corpus_of(publications, asked.survey),
        proposer,
        judge,
        runner,
        costs,
        leads=[lead_line(x) for x in leads],
    )
    written: list[dict[str, object]] = [
        {"id": x["id"], "statement": x["statement"], "probability_best": x["probability_best"], "kind": "document"}
        for x in found["finalists"]
    ]
    return HypothesisOutcome(
        len(rows) + len(written), _best(found), (*written, *rows), found["comparisons"], found["calls"], found
    )


def _best(row: Mapping[str, object]) -> dict[str, object]:
    return {name: row[name] for name in BEST if name in row}


def _leads(
    runner: UnitRunner,
    keyword_sets: Sequence[KeywordSet],
    alloys: Sequence[AlloyPrediction],
    publications: Sequence[Publication],
    small: bool,
) -> list[dict[str, Any]]:
    surest, sets = ranked_leads(keyword_sets, alloys, 2 if small else 5, 3 if small else 10)
    if not surest and not sets:
        return []
    ordered = sorted({p.key: p for p in publications}.values(), key=lambda p: p.key)
    corpus = corpus_of(ordered, "")

    def work() -> Outcome:
        passages = read_passages(corpus.publications, corpus.texts)
        found = [alloy_lead(a, passages) for a in surest] + [keyword_lead(s, corpus) for s in sets]
        return lead_records(found)

    inputs = {"alloys": surest, "sets": sets, "literature": digest(corpus)}
    leads: list[dict[str, Any]] = runner.run(HYPOTHESIS_LEADS, inputs, work)["leads"]
    return leads


def _note(asked: Asked | None, proposer: DocumentProposer) -> str:
    if not informed(proposer):
        return "leads only: with a language model and a question, documents would be written and compared"
    return "leads only: no question was asked" if asked is None else ""
